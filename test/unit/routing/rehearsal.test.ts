/** A rehearsal on the real folder and a changed copy: what changes owner, why, and who carries how much. */
import { describe, expect, test } from 'vitest';
import { Rehearsal } from '#domain/routing/rehearsal.ts';
import { route } from '#domain/routing/route.ts';
import type { RouteInput } from '#domain/routing/verdict.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import type { CatalogueRow, District } from '#schemas/district.ts';

const district = compileDistrict('xianan');
const rows = district.catalogue.rows;
/** A row that one department owns wherever it is, and the desk's view of a request that chose it by hand. */
const row = rows.find((one) => one.level === 'department' && one.kinds.length === 0 && one.placeRule === 'none')!;
const other = district.departments.find(({ id, level }) => level === 'department' && id !== row.owner)!.id;

const changed = (version: string, change: (one: CatalogueRow) => CatalogueRow): District => ({
  ...district,
  catalogue: { ...district.catalogue, version, rows: rows.map((one) => (one.code === row.code ? change(one) : one)) },
});
const asked = (category: string): RouteInput => ({ kind: 'help', title: '办理', content: '请帮忙看看。', category });
const unclear: RouteInput = { kind: 'help', title: '咨询', content: '那个事情一直没有消息。' };

function rehearse(after: District, inputs: readonly RouteInput[]) {
  const rehearsal = new Rehearsal(district, after);
  for (const [at, input] of inputs.entries()) rehearsal.add(at + 1, input);
  return rehearsal.report();
}

describe('a rehearsal', () => {
  test('of the same catalogue changes nothing', () => {
    const report = rehearse(district, [asked(row.code), unclear]);
    expect(report).toMatchObject({ requests: 2, changed: [], toDesk: 0, fromDesk: 0, recoded: 0 });
    expect(report.load.every(({ before, after }) => before === after)).toBe(true);
    expect(report.load.reduce((sum, { before }) => sum + before, 0)).toBe(2);
  });

  test('names line, owners, rules and sentences of what changes', () => {
    const after = changed('neu', (one) => ({ ...one, owner: other }));
    const report = rehearse(after, [unclear, asked(row.code), unclear, asked(row.code)]);
    expect(report.versions).toEqual({ before: district.catalogue.version, after: 'neu' });
    expect(report.changed.map(({ line, move }) => [line, move])).toEqual([
      [2, 'owner'],
      [4, 'owner'],
    ]);
    const [first] = report.changed;
    expect(first?.before).toEqual({
      owner: row.owner,
      categoryCode: row.code,
      rule: 'department-duty',
      sentence: route(asked(row.code), district).trace.sentence,
    });
    expect(first?.after).toMatchObject({ owner: other, sentence: route(asked(row.code), after).trace.sentence });
    // Those whose number changes come first.
    expect(report.load.slice(0, 2)).toEqual([
      { id: row.owner, before: 2, after: 0 },
      { id: other, before: 0, after: 2 },
    ]);
    expect(report.load).toContainEqual({ id: district.desk, before: 2, after: 2 });
    expect(report.rules).toContainEqual({ id: 'department-duty', before: 2, after: 2 });
  });

  test('counts what moves to the desk and from it', () => {
    const desk = changed('neu', (one) => ({ ...one, level: 'hotline', owner: '@desk' }));
    expect(rehearse(desk, [asked(row.code), unclear])).toMatchObject({ toDesk: 1, fromDesk: 0 });
    const back = new Rehearsal(desk, district);
    back.add(1, asked(row.code));
    expect(back.report()).toMatchObject({ toDesk: 0, fromDesk: 1, changed: [{ line: 1, move: 'fromDesk' }] });
  });

  test('tells another sub-class of the same owner apart', () => {
    const free = `${row.code.slice(0, 2)}.98`;
    const renamed = changed('neu', (one) => ({ ...one, code: free }));
    const text = { kind: 'help', title: row.keywords.join(''), content: row.keywords.join(',') } as const;
    expect(route(text, district).categoryCode).toBe(row.code);
    expect(rehearse(renamed, [text])).toMatchObject({ changed: [], recoded: 1 });
  });

  test('holds no word of the request', () => {
    const secret = '张测试某13800000001在家门口说的话';
    const after = changed('neu', (one) => ({ ...one, owner: other }));
    const report = rehearse(after, [{ ...asked(row.code), content: secret, title: secret }]);
    expect(report.changed).toHaveLength(1);
    expect(JSON.stringify(report)).not.toMatch(/张测试|13800000001|家门口/);
  });
});
