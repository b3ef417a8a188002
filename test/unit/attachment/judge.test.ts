import fc from 'fast-check';
import { fileTypeFromBuffer } from 'file-type';
import { describe, expect, it } from 'vitest';
import { judge } from '#domain/attachment/judge.ts';
import { UPLOAD_TYPES, UploadRequest } from '#schemas/attachment.ts';
import { jpeg, mp4, pdf, png } from '#test/support/files.ts';

const MIB = 1024 * 1024;

describe('the limits', () => {
  it.each([
    ['image/jpeg', 10],
    ['image/png', 10],
    ['image/webp', 10],
    ['image/gif', 10],
    ['image/heic', 10],
    ['application/pdf', 10],
    ['video/mp4', 50],
  ] as const)('of %s are %d MiB, to the byte', (type, mib) => {
    expect(UploadRequest.safeParse({ contentType: type, bytes: mib * MIB }).success).toBe(true);
    expect(UploadRequest.safeParse({ contentType: type, bytes: mib * MIB + 1 }).success).toBe(false);
    expect(judge({ declared: type, detected: type, bytes: mib * MIB })).toEqual({ type });
    expect(judge({ declared: type, detected: type, bytes: mib * MIB + 1 })).toHaveProperty('fault');
  });

  it('are told for each type that is taken', () => expect(Object.keys(UPLOAD_TYPES)).toHaveLength(7));
});

describe('a file', () => {
  it.each([
    ['another picture', 'image/jpeg', 'image/png', 'image/png'],
    ['a moving PNG', 'image/png', 'image/apng', 'image/png'],
    ['HEIF of an iPhone', 'image/jpeg', 'image/heif', 'image/heic'],
    ['the film of an Apple program', 'video/mp4', 'video/x-m4v', 'video/mp4'],
  ])('may be %s than was said', (_, declared, detected, type) => {
    expect(judge({ declared, detected, bytes: 100 })).toEqual({ type });
  });

  it.each([
    ['image/jpeg', undefined],
    ['image/jpeg', 'application/pdf'],
    ['image/jpeg', 'video/mp4'],
    ['application/pdf', 'image/png'],
    ['video/mp4', 'image/gif'],
    ['video/mp4', 'video/quicktime'],
    ['image/png', 'image/svg+xml'],
    ['image/png', 'application/zip'],
    ['application/pdf', 'application/x-msdownload'],
    // The client may say anything where S3 does not hold it to the permit.
    ['text/html', 'image/png'],
    [undefined, 'image/png'],
    ['constructor', 'constructor'],
  ])('said to be %s that is %s is refused', (declared, detected) => {
    expect(judge({ declared, detected, bytes: 100 })).toEqual({ fault: expect.any(String) });
  });

  it('is told by any beginning, cut or broken, without an error', async () => {
    const beginnings = [jpeg(), png(), pdf(), mp4(), Buffer.from('GIF89a'), Buffer.from('RIFF\0\0\0\0WEBPVP8 ')];
    const broken = fc.tuple(fc.constantFrom(...beginnings), fc.nat(60), fc.uint8Array({ maxLength: 80 }));
    await fc.assert(
      fc.asyncProperty(broken, async ([file, cut, noise]) => {
        const start = Buffer.concat([file.subarray(0, cut), noise]).subarray(0, 4100);
        const detected = (await fileTypeFromBuffer(start))?.mime;
        expect(judge({ declared: 'image/jpeg', detected, bytes: start.length })).toBeTypeOf('object');
      }),
    );
  });
});
