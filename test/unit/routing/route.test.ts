import { describe, expect, test } from 'vitest';
import { route } from '#domain/routing/route.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { RoutingDecision } from '#schemas/routing.ts';
import { CASES } from './cases.ts';

const district = compileDistrict('xianan');
const townName = (code?: string) => district.towns.find((town) => town.code === code)?.name ?? '-';

test('there are enough cases to mean something', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(60);
});

describe('where a request belongs', () => {
  test.each(CASES)('$say @ $at → $owner', ({ say, at, kind = 'complaint', category, ...expected }) => {
    const decided = route({ kind, title: say, content: say, category, place: { text: at } }, district);
    expect(() => RoutingDecision.parse(decided)).not.toThrow();
    expect(decided.owner, decided.trace.sentence).toBe(expected.owner);
    if (expected.code !== undefined) expect(decided.categoryCode).toBe(expected.code);
    if (expected.town !== undefined) expect(townName(decided.townCode)).toBe(expected.town);
    if (expected.rule !== undefined) expect(decided.trace.rule).toBe(expected.rule);
  });
});
