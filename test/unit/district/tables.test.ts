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
