/** Past requests as they come out of other systems: what is read right, and what is refused without a citizen's word. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RouteInput } from '#domain/routing/verdict.ts';
import { gb18030 } from '#test/support/gb18030.ts';
import { readHistory } from '../../../scripts/catalogue/history.ts';

const folder = mkdtempSync(join(tmpdir(), 'history-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(name: string, content: string | Uint8Array): RouteInput[] {
  const file = join(folder, name);
  writeFileSync(file, content);
  return Array.from(readHistory(file), ({ input }) => input);
}
const csv = (columns: string, ...rows: string[]) => [columns, ...rows].join('\n');

describe('is read right', () => {
  test('a CSV of GB 18030, with an extension in capitals', () => {
    const [input] = read('H.CSV', gb18030(csv('kind,content', '投诉,路灯不亮')));
    expect(input).toMatchObject({ kind: 'complaint', content: '路灯不亮' });
  });
  test('JSON Lines of GB 18030, and with a byte order mark', () => {
    const line = '{"kind":"投诉","content":"路灯不亮"}\n';
    for (const bytes of [gb18030(line), `\ufeff${line}`]) {
      expect(read('h.JSONL', bytes)).toMatchObject([{ kind: 'complaint', content: '路灯不亮' }]);
    }
  });
  test('blanks around codes, kinds and names of columns', () => {
    const [input] = read(
      'h.csv',
      csv(
        ' kind , content,townCode ,villageCode,category',
        ' 投诉\t,路灯不亮, 421202001000\u3000, 421202001002 , 09.1 ',
      ),
    );
    expect(input).toMatchObject({ kind: 'complaint', content: '路灯不亮', category: '09.1' });
    expect(input?.place).toMatchObject({ townCode: '421202001000', villageCode: '421202001002' });
  });
  test('codes that JSON holds as numbers', () => {
    const request = { kind: 'help', content: '路灯不亮', townCode: 421202001000, place: { villageCode: 421202001002 } };
    const [input] = read('h.jsonl', JSON.stringify(request));
    expect(input?.place).toMatchObject({ townCode: '421202001000', villageCode: '421202001002' });
  });
});

describe('is refused by line, column and remedy', () => {
  const codes = csv('kind,content,townCode', '求助,路灯不亮,421202001000');
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    [
      'scientific notation',
      'h.csv',
      `${codes}\n求助,路灯不亮,4.21202E+11`,
      /第 3 行「townCode」.*12 位.*4\.21202E\+11.*文本/,
    ],
    ['a word for nothing', 'h.csv', `${codes}\n求助,路灯不亮,无`, /第 3 行「townCode」.*不知道就留空/],
    ['a code of nine digits', 'h.csv', `${codes}\n求助,路灯不亮,421202001`, /第 3 行「townCode」/],
    [
      'a code inside the place',
      'h.jsonl',
      JSON.stringify({ kind: 'help', content: '路灯不亮', place: { villageCode: 4.5 } }),
      /第 1 行「place\.villageCode」.*12 位/,
    ],
    [
      'a category that lost its zero',
      'h.jsonl',
      JSON.stringify({ kind: 'help', content: '路灯不亮', category: 10.1 }),
      /第 1 行「category」.*10\.10.*文本/,
    ],
    ['a column twice', 'h.csv', csv('kind,content,content ', '求助,路灯不亮,井盖'), /第 1 行.*「content」出现了两次/],
  ];
  test.each(cases)('%s', (_, name, content, expected) => {
    expect(() => read(name, content)).toThrow(expected);
    expect(() => read(name, content)).not.toThrow('路灯');
  });
  test('UTF-16', () => {
    const bytes = new Uint8Array(Buffer.from(`\ufeff${codes}`, 'utf16le'));
    expect(() => read('h.csv', bytes)).toThrow(/文字编码认不出来.*CSV UTF-8/);
  });
});
