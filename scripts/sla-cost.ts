/**
 * `npm run sla:cost`: counts anew what clocks cost and writes it into docs/sla-cost.md. A test fails when the page says
 * something else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { costTables, withTables } from './timers/cost-page.ts';

const file = new URL('../docs/sla-cost.md', import.meta.url);
writeFileSync(file, withTables(readFileSync(file, 'utf8'), costTables()));
