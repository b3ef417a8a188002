import { describe, expect, test } from 'vitest';
import { type Located, locate } from '#domain/jurisdiction/locate.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { GROUPS } from './text-cases.ts';

const district = compileDistrict('xianan');
const { place: sure } = district.thresholds;
const townName = (code: string) => district.towns.find((town) => town.code === code)?.name ?? code;

function answer({ town, outside, ambiguous, confidence, candidates }: Located): string {
  if (ambiguous) {
    const likely = candidates.filter(({ kind, score }) => kind !== 'zone' && score >= 0.5);
    return likely
      .map(({ name }) => name)
      .sort()
      .join('?');
  }
  if (confidence < sure) return '-';
  return outside === undefined ? (town === undefined ? '-' : townName(town)) : `区外 ${outside.name}`;
}

test('there are enough cases to mean something', () => {
  expect(Object.values(GROUPS).flat().length).toBeGreaterThanOrEqual(80);
});

describe.each(Object.entries(GROUPS))('%s', (_, cases) => {
  test.each(cases)('$at | $said ($asked) → $town', ({ at, said = '', asked, town, zone }) => {
    const located = locate({ text: at }, said, district, asked);
    const evidence = located.candidates.map((one) => `${one.name} ${one.score.toFixed(2)} ${one.evidence}`).join('\n');
    expect(answer(located), evidence).toBe(town.split('?').sort().join('?'));
    expect(located.doubt !== undefined).toBe(located.ambiguous);
    if (zone !== undefined) expect(located.zone ?? '-', evidence).toBe(zone);
  });
});
