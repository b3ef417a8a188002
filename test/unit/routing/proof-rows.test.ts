/** What rows do to each other, case by case: the position of the finding, its column, and what it says. */
import { describe, expect, test } from 'vitest';
import { proveAttributes, proveCatalogue } from '#domain/routing/proof.ts';
import { proveRows } from '#domain/routing/proof-rows.ts';
import type { CatalogueRow, DecidingAttribute } from '#schemas/district.ts';

const row = (code: string, keywords: string, changes: Partial<CatalogueRow> = {}): CatalogueRow => ({
  code,
  category: `类${code.slice(0, 2)}`,
  name: `小类${code}`,
  kinds: [],
  level: 'department',
  owner: 'jia',
  ownerByKind: {},
  ownerByAttribute: {},
  dutyHolder: 'department',
  dutyBasis: '测试',
  placeRule: 'event',
  attributes: [],
  keywords: keywords === '' ? [] : keywords.split('|'),
  legalBasis: '',
  defaultUrgency: 'normal',
  coHandlers: [],
  ...changes,
});
const yi = { owner: 'yi' } as const;

/** Name, rows, and the findings as `position column words`. */
const cases: readonly (readonly [string, readonly CatalogueRow[], readonly string[]])[] = [
  ['rows with words of their own', [row('01.1', '路灯'), row('01.2', '井盖', yi), row('02.1', '医保')], []],
  ['words shared in part', [row('01.1', '路灯|路面'), row('01.2', '井盖|路面', yi)], []],
  ['no rows at all', [], []],

  // Codes
  ['a code twice', [row('01.1', '路灯'), row('01.1', '井盖')], ['1 code 编码 01.1 重复']],
  ['a code in two writings', [row('01.1', '路灯'), row('01.01', '井盖')], ['1 code 编码 01.01 与 01.1 是同一个编码']],
  ['01.1 is not 01.10', [row('01.1', '路灯'), row('01.10', '井盖')], []],
  [
    'a code three times, the same row copied',
    [row('01.1', '路灯'), row('01.1', '路灯'), row('01.1', '路灯')],
    ['1 code 编码 01.1 重复', '2 code 编码 01.1 重复'],
  ],

  // Names
  [
    'a sub-class under two codes',
    [row('01.1', '路灯', { name: '路灯' }), row('01.2', '井盖', { name: '路 灯', ...yi })],
    ['1 name 小类「路 灯」与 01.1 同名'],
  ],
  [
    'the same name in another class',
    [row('01.1', '路灯', { name: '其他' }), row('02.1', '井盖', { name: '其他' })],
    [],
  ],

  ['an abolished sub-class leaves its number', [row('01.1', '路灯'), row('01.3', '井盖')], []],

  // Unreachable
  ['no words', [row('01.1', ''), row('01.2', '井盖')], ['0 keywords 没有关键词,按文字永远识别不到']],

  // Shadowed
  [
    'all words in another row',
    [row('01.1', '路灯|井盖'), row('01.2', '井盖', yi)],
    ['1 keywords 关键词全部包含在 01.1 中,按文字永远轮不到这一行'],
  ],
  [
    'all words in a later row',
    [row('01.1', '井盖'), row('01.2', '路灯|井盖', yi)],
    ['0 keywords 关键词全部包含在 01.2 中,按文字永远轮不到这一行'],
  ],
  [
    'the same words with blanks and full-width letters',
    [row('01.1', 'ＥＴＣ 收费|井盖'), row('01.2', 'etc收费', yi)],
    ['1 keywords 关键词全部包含在 01.1 中,按文字永远轮不到这一行'],
  ],
  [
    'the same words, the same owner: the later one is reported',
    [row('01.1', '路灯|井盖'), row('01.2', '井盖|路灯')],
    ['1 keywords 关键词全部包含在 01.1 中,按文字永远轮不到这一行'],
  ],
  [
    'words divided among two others',
    [row('01.1', '路灯|天桥'), row('01.2', '井盖|公厕'), row('01.3', '路灯|井盖')],
    [],
  ],
  ['a longer word of its own', [row('01.1', '路灯'), row('01.2', '路灯不亮', yi)], []],
  [
    'for its kind of request only',
    [row('01.1', '路灯|井盖'), row('01.2', '井盖', { kinds: ['praise'], ...yi })],
    ['1 keywords 关键词全部包含在 01.1 中,按文字永远轮不到这一行'],
  ],
  [
    'the other takes another kind of request',
    [row('01.1', '路灯|井盖', { kinds: ['report'] }), row('01.2', '井盖', { kinds: ['praise'] })],
    [],
  ],
  ['the other takes only some kinds', [row('01.1', '路灯|井盖', { kinds: ['report'] }), row('01.2', '井盖')], []],
  [
    'two others take its kinds between them',
    [
      row('01.1', '路灯|井盖', { kinds: ['report'] }),
      row('01.2', '公厕|井盖', { kinds: ['praise'] }),
      row('01.3', '井盖', { kinds: ['praise', 'report'] }),
    ],
    ['2 keywords 关键词全部包含在 01.1、01.2 中,按文字永远轮不到这一行'],
  ],

  // Contradicting
  [
    'the same words, another owner',
    [row('01.1', '路灯|井盖'), row('01.2', '井盖|路灯', yi)],
    ['1 keywords 与 01.1 关键词完全相同,承办单位却不同'],
  ],
  [
    'the same words, one row for some kinds: that one is reported, wherever it stands',
    [row('01.1', '井盖', { kinds: ['report'] }), row('01.2', '井盖', yi)],
    ['0 keywords 与 01.2 关键词完全相同,承办单位却不同'],
  ],
  [
    'the same words, another exception',
    [row('01.1', '井盖', { ownerByKind: { 镇: '@town' } }), row('01.2', '井盖')],
    ['1 keywords 与 01.1 关键词完全相同,承办单位却不同'],
  ],
  [
    'the same exceptions in another order are no contradiction',
    [
      row('01.1', '井盖', { ownerByKind: { 镇: '@town', 街道: 'yi' } }),
      row('01.2', '井盖', { ownerByKind: { 街道: 'yi', 镇: '@town' } }),
    ],
    ['1 keywords 关键词全部包含在 01.1 中,按文字永远轮不到这一行'],
  ],
  [
    'three alike: the second and the third are reported',
    [row('01.1', '井盖'), row('01.2', '井盖', yi), row('01.3', '井盖')],
    ['1 keywords 与 01.1 关键词完全相同,承办单位却不同', '2 keywords 与 01.2 关键词完全相同,承办单位却不同'],
  ],
];

describe('rows among each other', () => {
  test.each(cases)('%s', (_, rows, expected) => {
    const found = proveRows(rows);
    expect(found.map(({ row: at, column, problem }) => `${at} ${column} ${problem}`).sort()).toEqual([...expected]);
    for (const { remedy } of found) expect(remedy.length).toBeGreaterThan(4);
  });
});

describe('deciding attributes', () => {
  const attribute = (id: string, ...words: string[]): DecidingAttribute => ({ id, name: id, words, note: '' });
  const unit = (id: string) => ({ id, level: 'department' }) as never;
  const findings = (attributes: DecidingAttribute[], ownerByAttribute: Record<string, string>) =>
    proveCatalogue([row('01.1', '井盖', { ownerByAttribute })], {
      towns: [],
      zones: [],
      departments: [unit('jia'), unit('yi'), unit('bing')],
      cityPlatform: 'shi',
      desk: 'xi',
      attributes,
      classes: ['类01'],
    }).map(({ column, problem }) => `${column} ${problem}`);

  test('a word that shows two of a row with two owners is a contradiction', () => {
    const both = [attribute('big-road', '国道', '公路'), attribute('small-road', '乡道', '公路')];
    expect(findings(both, { 'big-road': 'yi', 'small-road': 'bing' })).toEqual([
      'ownerByAttribute 「公路」同属要素 big-road(→ yi)和 small-road(→ bing),承办单位不一',
    ]);
    expect(findings(both, { 'big-road': 'yi', 'small-road': 'yi' })).toEqual([]);
    expect(findings(both, { 'big-road': 'yi' })).toEqual([]);
  });
  test('one that nobody knows, one with an unknown owner, and one that says what the row says', () => {
    expect(findings([], { 'big-road': 'yi' })).toEqual(['ownerByAttribute 决定要素 big-road 不存在']);
    expect(findings([attribute('big-road', '国道')], { 'big-road': 'ding' })).toEqual([
      'ownerByAttribute 单位 ding 不存在',
    ]);
    expect(findings([attribute('big-road', '国道')], { 'big-road': 'jia' })).toEqual([
      'ownerByAttribute 要素 big-road 的例外与 owner 相同',
    ]);
  });
  test('an id twice', () => {
    expect(proveAttributes([attribute('a1', '国道'), attribute('b1', '乡道'), attribute('a1', '县道')])).toMatchObject([
      { row: 2, column: 'id', problem: '决定要素 a1 重复' },
    ]);
  });
});
