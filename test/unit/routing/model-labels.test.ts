/** The model speaks for the rows that it was taught, and only where it has an opinion of its own. */
import { describe, expect, test } from 'vitest';
import { classifyText, meaningOf, reader, readModel } from '#domain/catalogue/text-model.ts';
import { BrokenModelError, packModel, unpackModel } from '#domain/catalogue/text-model-bytes.ts';
import { trainModel } from '#domain/catalogue/train-model.ts';
import { chooseRow, type ReadText } from '#domain/routing/choose-row.ts';
import { route } from '#domain/routing/route.ts';
import { loadDistrict, loadModel } from '#infra/district.ts';
import type { CatalogueRow, District } from '#schemas/district.ts';
import { inventMessages } from '../catalogue/invented-messages.ts';

const district = loadDistrict('xianan');
const read = reader(readModel(loadModel('xianan') ?? new Uint8Array()));
const rows = new Map(district.catalogue.rows.map((row) => [row.code, row]));
const rowOf = (code: string): CatalogueRow => {
  const row = rows.get(code);
  if (row === undefined) throw new RangeError(code);
  return row;
};
const withRows = (changed: readonly CatalogueRow[]): District => ({
  ...district,
  catalogue: { ...district.catalogue, rows: [...changed] },
});
const ownerOf = ({ owner }: CatalogueRow) => owner;

describe('a label', () => {
  const NOISE = { kind: 'complaint', title: '', content: '楼上邻居天天半夜打麻将唱歌,吵得睡不着' } as const;

  test('whose code now stands for another matter says nothing', () => {
    const before = route(NOISE, district, read);
    const swap: Record<string, string> = { '16.1': '16.3', '16.3': '16.1' };
    const swapped = district.catalogue.rows.map((row) => ({ ...row, code: swap[row.code] ?? row.code }));
    const after = route(NOISE, withRows(swapped), read);
    expect(before.owner).toBe('gongan');
    expect(['gongan', district.desk]).toContain(after.owner);
  });

  test('of each row of the shipped model means that row', () => {
    const { labels, meanings } = unpackModel(loadModel('xianan') ?? new Uint8Array());
    expect(labels.map((label) => (label === '-' ? '' : meaningOf(rowOf(label))))).toEqual(meanings);
  });

  test('without a meaning is taken by its code: a taxonomy of somebody else’s', () => {
    const says: ReadText = () => [{ label: '09.1', probability: 0.9 }];
    const strange: ReadText = () => [{ label: '09.1', probability: 0.9, meaning: '市政设施/别的' }];
    const input = { kind: 'complaint', title: '', content: '天黑看不见脚下' } as const;
    expect(chooseRow(input, district, ownerOf, says).row?.code).toBe('09.1');
    expect(chooseRow(input, district, ownerOf, strange).row).toBeUndefined();
  });
});

describe('no opinion', () => {
  test.each(['', '1234', '诉求', '请帮忙', 'Hello', '🙂'])('on %j, also within a given class', (content) => {
    for (const category of [undefined, '01', '05', '10', '22']) {
      const decided = route({ kind: 'help', title: '诉求', content, ...(category && { category }) }, district, read);
      expect([category, decided.owner]).toEqual([category, district.desk]);
    }
  });

  test('when nearly all of it lies on rows that are gone', () => {
    const says: ReadText = () => [
      { label: '99.1', probability: 0.95 },
      { label: '09.1', probability: 0.05 },
    ];
    const input = { kind: 'complaint', title: '', content: '天黑看不见脚下' } as const;
    expect(chooseRow(input, district, ownerOf, says).row).toBeUndefined();
    expect(chooseRow({ ...input, category: '09' }, district, ownerOf, says).confidence).toBeLessThan(0.5);
  });
});

test('a model file keeps meanings, and refuses a list that is too short', () => {
  const examples = inventMessages(60, 7);
  const meanings = new Map(examples.map(({ label }) => [label, `类/${label}`]));
  const { bytes } = trainModel(examples, { meanings });
  const parts = unpackModel(bytes);
  expect(parts.meanings).toEqual(parts.labels.map((label) => `类/${label}`));
  expect(classifyText(readModel(bytes), { title: '', content: '老板拖欠工资' }).ranked[0]).toMatchObject({
    label: '欠薪',
    meaning: '类/欠薪',
  });
  expect(() => unpackModel(packModel({ ...parts, meanings: ['一个'] }))).toThrow(BrokenModelError);
});
