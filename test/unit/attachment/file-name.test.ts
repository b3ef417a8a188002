import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileName, saveAs } from '#domain/attachment/file-name.ts';

describe('the name of a download', () => {
  it.each([
    ['工资条.jpg', '工资条.jpg'],
    ['IMG 0001.JPEG', 'IMG 0001.jpeg'],
    ['工资条', '工资条.jpg'],
    ['账单.exe', '账单.exe.jpg'],
    ['../../etc/passwd', '_.._etc_passwd.jpg'],
    ['C:\\temp\\x.jpg', 'C_temp_x.jpg'],
    ['a"; filename="b.exe', 'a_; filename=_b.exe.jpg'],
    ['a\r\nset-cookie: x', 'a_set-cookie_ x.jpg'],
    // Shown as jpg.exe backwards by a reader that follows the mark.
    ['\u202egpj.exe', '_gpj.exe.jpg'],
    ['...', 'attachment.jpg'],
    ['.jpg', 'jpg.jpg'],
    ['***.jpg', '_.jpg'],
  ])('%j becomes %j', (given, safe) => expect(fileName(given, 'image/jpeg')).toBe(safe));

  it('ends as the content demands', () => expect(fileName('a.jpg', 'application/pdf')).toBe('a.jpg.pdf'));

  it('is never long, empty or a path, and makes a header of visible ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (given) => {
        const name = fileName(given, 'video/mp4');
        expect([...name].length).toBeLessThanOrEqual(64);
        expect(name).toMatch(/^[^\p{C}/\\"]+\.(mp4|m4v)$/u);
        expect(saveAs(given, 'video/mp4')).toMatch(
          /^attachment; filename="attachment\.mp4"; filename\*=UTF-8''[\w.~!%-]+$/,
        );
      }),
    );
  });

  it('is spelled as RFC 8187 wants it', () => {
    expect(saveAs("发票(1)'.jpg", 'image/jpeg')).toBe(
      `attachment; filename="attachment.jpg"; filename*=UTF-8''%E5%8F%91%E7%A5%A8%281%29%27.jpg`,
    );
  });
});
