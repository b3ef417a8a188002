/** Tables as spreadsheets really save them: encodings, marks, blanks in the header, a column twice. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileFolder } from '#infra/district-folder.ts';
import { gb18030 } from '#test/support/gb18030.ts';
import { FolderCopy } from './folder-copy.ts';

let folder: FolderCopy;
beforeEach(() => {
  folder = new FolderCopy();
});
afterEach(() => folder.remove());

const TABLES = ['catalogue', 'attributes', 'departments', 'towns', 'villages', 'zones', 'aliases'].map(
  (name) => `${name}.csv`,
);

describe('encodings', () => {
  test('GB 18030, as a Chinese spreadsheet saves by default, reads the same as UTF-8', () => {
    const before = compileFolder(folder.path);
    for (const file of TABLES) folder.write(file, gb18030(folder.text(file)));
    expect(compileFolder(folder.path)).toEqual(before);
  });
  test('a byte order mark before JSON', () => {
    const before = compileFolder(folder.path);
    folder.write('district.json', `\ufeff${folder.text('district.json')}`);
    expect(compileFolder(folder.path)).toEqual(before);
  });
  const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
  const broken: readonly (readonly [string, (text: string) => Uint8Array])[] = [
    [
      'UTF-8 cut in the middle of a character',
      (text) => utf8(text.slice(0, text.lastIndexOf('名') + 1)).subarray(0, -1),
    ],
    ['UTF-8 with a mark and one wrong byte', (text) => Uint8Array.of(...utf8(`\ufeff${text.slice(0, 90)}`), 0xff)],
    ['UTF-8 with a line of GB 18030', (text) => Uint8Array.of(...utf8(text), ...gb18030('另一行,甲,乙\n'))],
    ['UTF-16', (text) => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))],
  ];
  test.each(broken)('%s is refused by one finding, and never read as other characters', (_, bytes) => {
    folder.write('aliases.csv', bytes(folder.text('aliases.csv')));
    expect(folder.mistakes()).toMatchObject([
      { file: 'aliases.csv', problem: '文字编码认不出来', remedy: expect.stringContaining('CSV UTF-8') },
    ]);
  });
});

describe('headers', () => {
  const header = (change: (line: string) => string) => {
    const [first = '', ...rest] = folder.text('catalogue.csv').split('\n');
    folder.write('catalogue.csv', [change(first), ...rest].join('\n'));
  };
  test('blanks around a name mean nothing', () => {
    header((line) => line.replace('owner,', ' owner ,').replace('keywords', 'keywords\u3000'));
    expect(folder.mistakes()).toEqual([]);
  });
  test('a column twice is refused, whichever would have won', () => {
    const rows = folder.text('catalogue.csv').trimEnd().split('\n');
    folder.write('catalogue.csv', `${rows.map((row, at) => `${row},${at === 0 ? 'owner ' : 'renshe'}`).join('\n')}\n`);
    expect(folder.mistakes()).toMatchObject([
      { file: 'catalogue.csv', row: 1, column: 'owner', problem: '这一列出现了两次(第 6、17 列)' },
    ]);
  });
});

describe('a table cut short', () => {
  const first = (count: number) => folder.text('catalogue.csv').split('\n').slice(0, count).join('\n');
  test('each class of district.json that is lost is a gap behind the last row', () => {
    const { classes } = JSON.parse(folder.text('district.json')).catalogue;
    folder.write('catalogue.csv', first(60));
    const found = folder.mistakes();
    expect(found.length).toBeGreaterThan(10);
    expect(found.at(-1)).toEqual({
      file: 'catalogue.csv',
      row: 60,
      column: 'code',
      problem: `缺少类别 ${classes.length},该类诉求无人承办`,
      remedy: expect.stringContaining(`「${classes.at(-1)}」`),
    });
  });
  test('only its header is left', () => {
    folder.write('catalogue.csv', first(1));
    expect(folder.mistakes()).toHaveLength(22);
  });
  test('a class too many, or under another name', () => {
    const added = folder.add('catalogue.csv', {
      ...folder.rows('catalogue.csv')[0]!,
      code: '23.1',
      name: '新',
      keywords: '量子纠缠',
    });
    const renamed = folder.change('catalogue.csv', ({ code }) => code === '05.1', { category: '教学' });
    expect(folder.mistakes()).toMatchObject([
      { row: renamed, column: 'category', problem: '类别 05 叫「教育」,这里叫「教学」' },
      { row: added, column: 'code', problem: '类别 23 不在类别名单里' },
    ]);
  });
  test('the list itself: a name twice', () => {
    folder.json('district.json', (head) => head.catalogue.classes.splice(21, 1, '教育'));
    expect(folder.mistakes()).toMatchObject([{ file: 'district.json', column: 'catalogue.classes' }]);
  });
});
