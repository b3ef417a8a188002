/** Items of lists that no citizen's text can ever match, because the list was written with another sign than `|`. */
import { describe, expect, test } from 'vitest';
import { proveAttributes, proveCatalogue } from '#domain/routing/proof.ts';
import { wordFault } from '#domain/routing/proof-words.ts';
import { compileDistrict } from '#infra/district-folder.ts';

const dead: readonly (readonly [string, string, RegExp, RegExp])[] = [
  ['full-width bars', '路灯｜井盖', /里有「｜」/, /写作 路灯\|井盖/],
  ['enumeration commas', '路灯、井盖、公厕', /里有「、」/, /写作 路灯\|井盖\|公厕/],
  ['commas', '路灯, 井盖', /里有「,」/, /写作 路灯\|井盖/],
  ['full-width commas', '路灯，井盖', /里有「，」/, /写作 路灯\|井盖/],
  ['semicolons', '路灯;井盖；', /里有「;」/, /写作 路灯\|井盖/],
  ['line breaks', '路灯\n井盖', /里有换行/, /写作 路灯\|井盖/],
  ['blanks between 汉字', '路灯 井盖', /里有空格/, /写作 路灯\|井盖/],
  ['slashes between 汉字', '路灯/井盖', /里有「\/」/, /写作 路灯\|井盖/],
  ['an ellipsis', '路灯…不亮', /里有「…」/, /写作 路灯\|不亮/],
  ['six dots', '路灯......不亮', /里有「\.\.\.」/, /写作 路灯\|不亮/],
  ['a sentence', '我家门口的路灯坏了半年一直没有人来修', /有 18 个字/, /拆成/],
  ['one character and a blank', '灯 ', /不足两个字/, /两个字/],
  ['one letter, full-width blanks', '\u3000Ａ\u3000', /不足两个字/, /两个字/],
];
const alive = [
  '路灯',
  'N+1',
  '107国道',
  'ETC 收费',
  '12345',
  'G56',
  '十五个字的说法还算一个词可以用',
  '(临)时工',
  '24/7',
];

describe('items of a list', () => {
  test.each(dead)('%s', (_, item, problem, remedy) => {
    expect(wordFault(item)).toEqual({
      problem: expect.stringMatching(problem),
      remedy: expect.stringMatching(remedy),
    });
  });
  test.each(alive)('%s is a word', (item) => {
    expect(wordFault(item)).toBeUndefined();
  });
  test('a whole page in a cell is not repeated', () => {
    expect(wordFault('路灯、'.repeat(500))?.problem.length).toBeLessThan(60);
  });
});

describe('the proof finds them', () => {
  const district = compileDistrict('xianan');
  test('among the keywords and tags of a row', () => {
    const rows = district.catalogue.rows.map((row, at) =>
      at === 3 ? { ...row, keywords: [...row.keywords, '路灯、井盖'], attributes: ['涉企,民生'] } : row,
    );
    expect(proveCatalogue(rows, district)).toMatchObject([
      { row: 3, column: 'keywords', problem: expect.stringContaining('「路灯、井盖」里有「、」') },
      { row: 3, column: 'attributes', problem: expect.stringContaining('「涉企,民生」里有「,」') },
    ]);
  });
  test('among the words of a deciding attribute', () => {
    const attributes = district.attributes.map((one, at) => (at === 2 ? { ...one, words: ['县道；乡道'] } : one));
    expect(proveAttributes(attributes)).toMatchObject([
      { row: 2, column: 'words', problem: expect.stringContaining('「县道；乡道」里有「；」') },
    ]);
  });
});
