/** Keywords and text model together: agreement makes sure, a quarrel goes to the desk unless one of them is sure. */
import { describe, expect, test } from 'vitest';
import { chooseRow, type ReadText } from '#domain/routing/choose-row.ts';
import { loadDistrict } from '#infra/district.ts';

const district = loadDistrict('xianan');
const ownerOf = (row: { owner: string }) => row.owner;
const says =
  (...ranked: [label: string, probability: number][]): ReadText =>
  () =>
    ranked.map(([label, probability]) => ({ label, probability }));
const ask = (content: string, read?: ReadText, category?: string) =>
  chooseRow(
    { kind: 'complaint', title: '', content, ...(category === undefined ? {} : { category }) },
    district,
    ownerOf,
    read,
  );
const ownerOfCode = (code: string) => district.catalogue.rows.find((row) => row.code === code)?.owner;

const LAMP = '路灯坏了';
const lamp = ask(LAMP);

describe('the model', () => {
  test('is not needed', () => {
    expect(lamp.row?.code).toBe('09.1');
  });

  test('that agrees makes the answer as sure as the surer of the two', () => {
    const both = ask(LAMP, says(['09.1', 0.9], ['07.1', 0.1]));
    expect(both.row?.code).toBe('09.1');
    expect(both.confidence).toBeGreaterThanOrEqual(Math.max(lamp.confidence, 0.9));
    expect(both.evidence.at(-1)).toContain('09.1');
  });

  test('finds a row for words that no keyword has', () => {
    const words = '天黑出门看不见脚下';
    expect(ask(words).row).toBeUndefined();
    expect(ask(words, says(['09.1', 0.8], ['07.1', 0.2]))).toMatchObject({ row: { code: '09.1' }, confidence: 0.8 });
  });

  test('adds up the rows of one owner: the owner is sure where the sub-class is not', () => {
    const [first, second] = district.catalogue.rows.filter(({ owner }) => owner === 'yibao');
    const chosen = ask('这个事情怎么办', says(['09.1', 0.4], [first!.code, 0.35], [second!.code, 0.25]));
    expect(ownerOfCode(chosen.row?.code ?? '')).toBe('yibao');
    expect(chosen.confidence).toBeCloseTo(0.6, 6);
  });

  test('against the keywords is followed when it is sure, else a person reads it', () => {
    expect(ask(LAMP, says(['03.1', 0.95], ['09.1', 0.05])).row?.code).toBe('03.1');
    const quarrel = ask(LAMP, says(['03.1', 0.4], ['07.1', 0.3], ['09.1', 0.3]));
    expect(quarrel.confidence).toBeLessThan(district.thresholds.category);
    expect(quarrel.runnersUp.map(({ row }) => row.code)).toContain('09.1');
    // A model that knows next to nothing doesn't unsettle the words of the catalogue.
    const spread = says(...district.catalogue.rows.map(({ code }): [string, number] => [code, 1 / 212]));
    expect(ask(LAMP, spread)).toMatchObject({ row: { code: '09.1' }, confidence: lamp.confidence });
  });

  test('is never surer than a person who chose the row by hand', () => {
    expect(ask(LAMP, says(['09.1', 1])).confidence).toBeLessThanOrEqual(0.95);
    expect(ask(LAMP, says(['03.1', 1]), '09.1').row?.code).toBe('09.1');
  });

  test('may name rows that this catalogue no longer has', () => {
    expect(ask(LAMP, says(['99.9', 0.99], ['09.1', 0.01])).row?.code).toBe('09.1');
  });
});
