/** Rows against the list of classes, both ways: position of the finding, its column, and what it says. */
import { describe, expect, test } from 'vitest';
import { proveCatalogue } from '#domain/routing/proof.ts';
import { proveClasses } from '#domain/routing/proof-classes.ts';
import { compileDistrict } from '#infra/district-folder.ts';

const row = (code: string, category: string) => ({ code, category });
const LIST = ['市政', '医保', '教育'];
const whole = [row('01.1', '市政'), row('02.1', '医保'), row('03.1', '教育')];

/** Name, rows, and the findings as `position column words`. */
const cases: readonly (readonly [string, readonly ReturnType<typeof row>[], readonly string[]])[] = [
  ['every class has a row', whole, []],
  ['rows out of order, several in a class', [...whole.toReversed(), row('01.7', '市政')], []],
  ['the tail lost', whole.slice(0, 1), ['0 code 缺少类别 02,该类诉求无人承办', '0 code 缺少类别 03,该类诉求无人承办']],
  ['a class lost in the middle', whole.toSpliced(1, 1), ['1 code 缺少类别 02,该类诉求无人承办']],
  ['the first class lost', whole.slice(1), ['0 code 缺少类别 01,该类诉求无人承办']],
  ['no rows at all', [], [1, 2, 3].map((number) => `0 code 缺少类别 0${number},该类诉求无人承办`)],
  ['a class zero', [row('00.1', '市政'), ...whole], ['0 code 没有类别 00']],
  [
    'a class that is not in the list, reported once',
    [...whole, row('04.1', '新类'), row('04.2', '新类')],
    ['3 code 类别 04 不在类别名单里'],
  ],
  ['a class under another name', whole.with(1, row('02.1', '医疗')), ['1 category 类别 02 叫「医保」,这里叫「医疗」']],
  [
    'a class under another’s name',
    whole.with(1, row('02.1', '市政')),
    ['1 category 类别 02 叫「医保」,这里叫「市政」'],
  ],
];

describe('classes', () => {
  test.each(cases)('%s', (_, rows, expected) => {
    const found = proveClasses(rows, LIST);
    expect(found.map(({ row: at, column, problem }) => `${at} ${column} ${problem}`)).toEqual(expected);
    for (const { remedy } of found) expect(remedy.length).toBeGreaterThan(4);
  });
  test('what is missing is named: the number alone says little', () => {
    expect(proveClasses(whole.slice(0, 2), LIST)[0]?.remedy).toContain('「教育」');
  });
  test('the proof of a catalogue compares them: half of the real table is refused', () => {
    const district = compileDistrict('xianan');
    const half = district.catalogue.rows.slice(0, 59);
    const findings = proveCatalogue(half, district);
    expect(findings.length).toBeGreaterThan(10);
    expect(findings.every(({ row: at, problem }) => at === 58 && problem.startsWith('缺少类别'))).toBe(true);
  });
});
