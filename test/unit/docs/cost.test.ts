/** docs/cost.md says what the last run counted, at the prices that we know. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Counts } from '../../../scripts/cost/counts.ts';
import { costTables, fixedOf, linesOf, withTables } from '../../../scripts/cost/page.ts';

const read = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const counts = Counts.parse(JSON.parse(read('cost-counts.json')));

it('docs/cost.md is up to date (npm run cost -- --prices)', () => {
  const page = read('cost.md');
  expect(withTables(page, costTables(counts))).toBe(page);
});

it('twice as many tickets cost twice as much, and what none changes costs the same', () => {
  const [once, twice] = [1, 2].map((times) => linesOf(counts, times));
  expect(twice?.map(({ dollars }) => dollars)).toEqual(once?.map(({ dollars }) => 2 * dollars));
  const more = { ...counts, tickets: 2 * counts.tickets };
  expect(fixedOf(more)).toEqual(fixedOf(counts));
});

it('a unit of writing more is its price more', () => {
  const [first, ...others] = counts.calls.filter(({ fn }) => fn === 'router');
  if (first === undefined) throw new TypeError('the router called nothing');
  const rest = counts.calls.filter((call) => call.fn !== 'router');
  const dearer = {
    ...counts,
    calls: [...rest, ...others, { ...first, writeUnits: first.writeUnits + counts.tickets }],
  };
  const total = (of: Counts) => linesOf(of, 1_000_000).reduce((all, { dollars }) => all + dollars, 0);
  expect(total(dearer) - total(counts)).toBeCloseTo(0.625, 6);
});
