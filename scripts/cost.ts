/**
 * `npm run cost`: lets tickets live through a whole local instance, counts what AWS would bill, and writes it, at list prices, into
 * docs/cost.md. `npm run cost -- --prices`: only the money anew, from the counts of the last run.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Counts } from './cost/counts.ts';
import { costTables, withTables } from './cost/page.ts';

process.env.TZ = 'UTC';

const TICKETS = 60;
const counts = new URL('../docs/cost-counts.json', import.meta.url);
const page = new URL('../docs/cost.md', import.meta.url);

if (!process.argv.includes('--prices')) {
  const { count } = await import('./cost/run.ts');
  const counted = await count(TICKETS, (text) => process.stderr.write(`\r  tickets closed: ${text}  `));
  process.stderr.write('\n');
  writeFileSync(counts, `${JSON.stringify(counted, null, 2)}\n`);
}
const last = Counts.parse(JSON.parse(readFileSync(counts, 'utf8')));
writeFileSync(page, withTables(readFileSync(page, 'utf8'), costTables(last)));
console.log('written: docs/cost.md, docs/cost-counts.json');
