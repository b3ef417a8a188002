/** Uploads: the permit, what S3 is told to enforce, and what the form's arrival makes of the files. Real bytes, real S3 client. */
import { createHmac, randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { attachmentStore } from '#functions/adapters/attachment-store.ts';
import { type QueryKey, uploaderHashWith } from '#functions/shared/query-code.ts';
import { handler } from '#functions/wechat/handler.ts';
import { openidOf } from '#infra/local/platforms/wechat.ts';
import type { StoredAttachment, UploadPermit } from '#schemas/attachment.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { jpeg, mp4, pdf, png, program } from '#test/support/files.ts';
import { type Answer, call, problemOf, startWorld, type World } from './world.ts';

let world: World;
let s3: S3Client;
beforeAll(async () => {
  world = await startWorld();
  s3 = new S3Client({
    endpoint: world.s3.url,
    region: 'cn-north-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  s3.destroy();
  await world.stop();
});
afterEach(() => world.clear());

const Bucket = 'attachments';
const json = { 'content-type': 'application/json' };
const tokens = new Map<string, string>();
const tokenOf = async (code: string): Promise<string> => {
  const known = tokens.get(code);
  if (known !== undefined) return known;
  const body = JSON.stringify({ code: `demo-${code}` });
  const answer = await call<{ token: string }>(handler, { resource: '/channels/wechat/sessions', headers: json, body });
  tokens.set(code, answer.body.token);
  return answer.body.token;
};
const post = async <T>(code: string, what: 'attachments' | 'requests', body: object): Promise<Answer<T>> =>
  call(handler, {
    resource: `/channels/wechat/${what}`,
    headers: { ...json, Authorization: `Bearer ${await tokenOf(code)}` },
    body: JSON.stringify(body),
  });
const permit = async (contentType: string, bytes: number, code = 'up-1'): Promise<UploadPermit> => {
  const answer = await post<UploadPermit>(code, 'attachments', { contentType, bytes });
  expect(answer.status).toBe(200);
  return answer.body;
};
/** As `wx.uploadFile` does: the fields, then the file. */
async function send({ url, fields }: UploadPermit, file: Buffer): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(file)]), 'photo');
  expect((await fetch(url, { method: 'POST', body: form })).status).toBe(204);
}
const upload = async (file: Buffer, contentType: string, code?: string): Promise<string> => {
  const given = await permit(contentType, file.length, code);
  await send(given, file);
  return given.uploadId;
};
const form = (attachments: object[], changes: object = {}) => ({
  channelRef: `form-${randomUUID()}`,
  kind: 'help',
  title: '楼道堆放杂物',
  content: '单元楼道长期堆放纸箱。',
  attachments,
  ...changes,
});
const file = async (attachments: object[], code = 'up-1') =>
  post<IntakeReceipt>(code, 'requests', form(attachments, { caller: { anonymous: true } }));
const keys = async (Prefix: string): Promise<string[]> =>
  ((await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).map(({ Key }) => String(Key));
const content = async (Key: string): Promise<Buffer> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
const pointers = (answer: Answer<unknown>) => problemOf(answer)?.errors?.map(({ pointer }) => pointer);

test('danger to life is taken without its uploads, whether a file is wrong or S3 is down or silent', async () => {
  const link = { name: '图', url: 'https://example.org/a.jpg' };
  const words = { title: '有人落水', content: '河边有人落水了,快来人。' };
  const gone = form([{ name: '现场', uploadId: randomUUID() }, link], words);
  const taken = await post<IntakeReceipt>('up-1', 'requests', gone);
  expect([taken.status, taken.body.danger?.call.length]).toEqual([202, expect.any(Number)]);
  expect((await post('up-1', 'requests', gone)).status).toBe(200);
  const uploadId = await upload(jpeg(), 'image/jpeg');
  world.s3.fault = () => 'refuse';
  expect((await post('up-1', 'requests', form([{ name: '现场', uploadId }], words))).status).toBe(202);
  world.s3.fault = () => 'hang';
  expect((await post('up-1', 'requests', form([{ name: '现场', uploadId }], words))).status).toBe(202);
  world.s3.fault = () => 'none';
  expect((await world.takeMessages()).map(({ attachments }) => attachments)).toEqual([[link], [], []]);
});

describe('the permit', () => {
  test('allows one object of this type and size in a place of one’s own, for a quarter of an hour, signed', async () => {
    const { uploadId, url, fields, expiresInSeconds } = await permit('image/jpeg', 183_024);
    expect(url).toBe(`${world.s3.url}/attachments`);
    const { key = '', Policy = '' } = fields;
    expect(key).toMatch(new RegExp(`^incoming/[0-9a-f]{64}/${uploadId}$`));
    const date = fields['X-Amz-Date'] ?? '';
    const policy = JSON.parse(Buffer.from(Policy, 'base64').toString()) as {
      expiration: string;
      conditions: unknown[];
    };
    expect(policy.conditions).toHaveLength(7);
    expect(policy.conditions).toEqual(
      expect.arrayContaining([
        ['content-length-range', 1, 183_024],
        { 'Content-Type': 'image/jpeg' },
        { key },
        { bucket: Bucket },
      ]),
    );
    const from = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    expect([expiresInSeconds, Date.parse(policy.expiration) - from]).toEqual([900, 900_000]);
    // AWS Signature Version 4, computed here from its description.
    const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();
    const signingKey = [date.slice(0, 8), 'cn-north-1', 's3', 'aws4_request'].reduce<string | Buffer>(hmac, 'AWS4test');
    expect(fields['X-Amz-Signature']).toBe(hmac(signingKey, Policy).toString('hex'));
  });

  test('costs no call to S3, and one user’s place says nothing about their tickets', async () => {
    world.s3.fault = () => 'refuse';
    const [first, again, other] = [
      await permit('image/png', 5),
      await permit('image/png', 5),
      await permit('image/png', 5, 'up-2'),
    ].map(({ fields }) => fields.key?.split('/')[1]);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    world.s3.fault = () => 'none';
    await post('up-1', 'requests', form([]));
    const [row] = (await world.rows('Receipts')).filter((receipt) => 'callerHash' in receipt);
    expect(row?.callerHash).toBeTypeOf('string');
    expect(row?.callerHash).not.toBe(first);
  });

  test.each([
    [{ contentType: 'image/svg+xml', bytes: 10 }, '/contentType'],
    [{ contentType: 'text/html', bytes: 10 }, '/contentType'],
    [{ contentType: 'image/jpeg', bytes: 10 * 1024 * 1024 + 1 }, '/bytes'],
    [{ contentType: 'application/pdf', bytes: 10 * 1024 * 1024 + 1 }, '/bytes'],
    [{ contentType: 'video/mp4', bytes: 50 * 1024 * 1024 + 1 }, '/bytes'],
    [{ contentType: 'image/jpeg', bytes: 0 }, '/bytes'],
    [{ contentType: 'image/jpeg', bytes: 1.5 }, '/bytes'],
    [{ contentType: 'image/jpeg', bytes: 5, key: 'kept/1' }, '/key'],
  ])('is refused for %j', async (body, pointer) => {
    const answer = await post('up-1', 'attachments', body);
    expect([answer.status, pointers(answer)]).toEqual([422, [pointer]]);
  });

  test('is given at the limits', async () => {
    for (const [type, mib] of [
      ['image/heic', 10],
      ['video/mp4', 50],
    ] as const) {
      expect((await permit(type, mib * 1024 * 1024)).uploadId).toBeTypeOf('string');
    }
  });

  test('needs a session, and the body is not read before', async () => {
    const answer = await call(handler, { resource: '/channels/wechat/attachments', headers: json, body: '{"no":1}' });
    expect(answer.status).toBe(401);
  });
});

describe('the form', () => {
  test('takes what was uploaded, in its order, and keeps the very bytes under keys of its own', async () => {
    const files = [jpeg(), png(), pdf(), mp4()];
    const types = ['image/jpeg', 'image/png', 'application/pdf', 'video/mp4'];
    const uploads = [];
    for (const [index, bytes] of files.entries()) uploads.push(await upload(bytes, types[index]!));
    const link = { name: '平面图', url: 'https://files.example.cn/1' };
    const answer = await file([...uploads.map((uploadId, index) => ({ name: `材料${index}`, uploadId })), link]);
    expect(answer.status).toBe(202);
    const [message] = await world.takeMessages();
    const kept = message?.attachments as StoredAttachment[];
    expect(kept).toEqual([
      ...types.map((type, index) => ({
        name: `材料${index}`,
        key: expect.stringMatching(new RegExp(`^kept/[0-9a-f]{64}/${index}$`)),
        type,
        bytes: files[index]!.length,
      })),
      link,
    ]);
    for (const [index, bytes] of files.entries()) {
      const { key, type } = kept[index]!;
      expect((await content(key)).equals(bytes)).toBe(true);
      const { ContentType, ContentDisposition } = await s3.send(new HeadObjectCommand({ Bucket, Key: key }));
      expect([ContentType, ContentDisposition]).toEqual([type, 'attachment']);
    }
    expect(message?.masked?.attachmentNames).toHaveLength(5);
    expect((await world.rows('Receipts')).find((row) => 'request' in row)?.request).toEqual(message);
  });

  test('takes another picture than was said, under its true name', async () => {
    const answer = await file([{ name: 'a', uploadId: await upload(png(), 'image/jpeg') }]);
    expect(answer.status).toBe(202);
    expect((await world.takeMessages())[0]?.attachments).toMatchObject([{ type: 'image/png' }]);
  });

  test('answers a replay alike when the uploads are long gone, without looking for them', async () => {
    const first = form([{ name: 'a', uploadId: await upload(jpeg(), 'image/jpeg', 'up-3') }]);
    const taken = await post<IntakeReceipt>('up-3', 'requests', first);
    expect(taken.status).toBe(202);
    for (const Key of await keys('incoming/')) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    world.s3.fault = () => 'refuse';
    const again = await post<IntakeReceipt>('up-3', 'requests', first);
    expect([again.status, again.text]).toEqual([200, taken.text]);
  });

  const nothing = async (): Promise<void> => {
    expect(await world.rows('Receipts')).toEqual([]);
    expect(await world.rows('Callers')).toEqual([]);
    expect(await world.takeMessages()).toEqual([]);
  };

  test.each([
    ['a program that was said to be a picture', program(), 'image/jpeg'],
    ['a PDF that was said to be a picture', pdf(), 'image/png'],
    ['a film of another kind', mp4('qt  '), 'video/mp4'],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'application/pdf'],
    ['a drawing with scripts', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/png'],
    ['a picture that is too large', Buffer.concat([jpeg(), Buffer.alloc(10 * 1024 * 1024)]), 'image/jpeg'],
    ['an empty file', Buffer.alloc(0), 'image/jpeg'],
  ])('refuses %s, and nothing is kept of it', async (_, bytes, type) => {
    const before = await keys('kept/');
    const good = await upload(jpeg(), 'image/jpeg', 'up-4');
    const given = await permit(type, 5, 'up-4');
    await send(given, bytes);
    const answer = await file(
      [
        { name: 'a', uploadId: good },
        { name: 'b', uploadId: given.uploadId },
      ],
      'up-4',
    );
    expect([answer.status, pointers(answer)]).toEqual([422, ['/attachments/1']]);
    expect(await keys('kept/')).toEqual(before);
    await nothing();
  });

  test('refuses another user’s upload like one that never was', async () => {
    const foreign = await upload(jpeg(), 'image/jpeg', 'up-5');
    const texts = [];
    for (const uploadId of [foreign, randomUUID()]) {
      const answer = await file([{ name: 'a', uploadId }], 'up-6');
      expect([answer.status, pointers(answer)]).toEqual([422, ['/attachments/0']]);
      texts.push(answer.text);
    }
    expect(texts[1]).toBe(texts[0]);
    await nothing();
  });

  test.each([
    ['ten', Array.from({ length: 10 }, () => ({ name: 'a', uploadId: randomUUID() })), '/attachments'],
    ['both a link and an upload', [{ name: 'a', uploadId: randomUUID(), url: 'https://a.example' }], '/attachments/0'],
    ['neither', [{ name: 'a' }], '/attachments/0'],
    ['a key in the place of a number', [{ name: 'a', uploadId: '../kept/1' }], '/attachments/0'],
  ])('refuses %s', async (_, attachments, pointer) => {
    const answer = await file(attachments, 'up-6');
    expect(answer.status).toBe(422);
    expect(pointers(answer)?.[0]).toMatch(new RegExp(`^${pointer}(/|$)`));
  });

  test('takes an upload whose permit was given before the keys changed', async () => {
    const [, old] = (world.secrets.QUERY_SECRET as { keys: QueryKey[] }).keys;
    const uploadId = randomUUID();
    const Key = `incoming/${uploaderHashWith(old!, openidOf('demo-up-9'))}/${uploadId}`;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: jpeg(), ContentType: 'image/jpeg' }));
    expect((await file([{ name: 'a', uploadId }], 'up-9')).status).toBe(202);
  });

  test.each(['GET', 'PUT'])(
    'answers 503 while S3 refuses %s, without a receipt; the same form will do later',
    async (method) => {
      const body = form([{ name: 'a', uploadId: await upload(jpeg(), 'image/jpeg', 'up-7') }]);
      world.s3.fault = (operation) => (operation === method ? 'refuse' : 'none');
      const answer = await post('up-7', 'requests', body);
      expect([answer.status, problemOf(answer)?.code]).toEqual([503, 'busy']);
      await nothing();
      world.s3.fault = () => 'none';
      expect((await post('up-7', 'requests', body)).status).toBe(202);
    },
  );

  test('refuses a file that was exchanged after it was judged', async () => {
    const uploadId = await upload(jpeg(), 'image/jpeg', 'up-8');
    // What S3 answers to a copy whose x-amz-copy-source-if-match no longer holds; the emulator does not compare.
    const body = '<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions</Message></Error>';
    world.s3.fault = (operation, headers) =>
      operation === 'PUT' && headers['x-amz-copy-source-if-match'] !== undefined ? { status: 412, body } : 'none';
    const answer = await file([{ name: 'a', uploadId }], 'up-8');
    expect([answer.status, pointers(answer)]).toEqual([422, ['/attachments/0']]);
    await nothing();
  });
});

describe('a link', () => {
  test('fetches the file, and says what to save it as', async () => {
    const bytes = jpeg();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'kept/x/0', Body: bytes }));
    const url = new URL(await attachmentStore().link('kept/x/0', { name: '账单"1".exe', type: 'image/jpeg' }));
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
    expect(url.searchParams.get('X-Amz-Expires')).toBe('604800');
    expect(url.searchParams.get('response-content-type')).toBe('image/jpeg');
    expect(url.searchParams.get('response-content-disposition')).toBe(
      `attachment; filename="attachment.jpg"; filename*=UTF-8''${encodeURIComponent('账单_1_.exe.jpg')}`,
    );
  });
});

test('no line that was logged names a file or a key', () => {
  expect(world.log.length).toBeGreaterThan(3);
  for (const word of ['材料', '平面图', 'kept/', 'incoming/', 'up-7']) expect(world.log.join('')).not.toContain(word);
});
