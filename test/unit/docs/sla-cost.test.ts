/** docs/sla-cost.md says what is counted now. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { costTables, withTables } from '../../../scripts/timers/cost-page.ts';

it('docs/sla-cost.md is up to date (npm run sla:cost)', { timeout: 120_000 }, () => {
  const page = readFileSync(new URL('../../../docs/sla-cost.md', import.meta.url), 'utf8');
  expect(withTables(page, costTables())).toBe(page);
});

it('refuses a page that has lost its marks', () => {
  expect(() => withTables('# What clocks cost', '')).toThrow('no counted part');
});
