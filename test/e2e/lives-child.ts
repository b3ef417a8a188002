/**
 * A process that lives half of the plan and is then killed: `lives-child.ts <data> <assembly> <tickets> <seed> <until>`. Prints each
 * thing that is certain, and `stepping` right after office time has moved to a mark, while its ticks are under way.
 */
import { compileDistrict } from '#infra/district-folder.ts';
import { BEGIN, Lives, plan } from './lives.ts';
import { marksIndex } from './marks-index.ts';
import { startInstance } from './support.ts';

const [dataDir = '', assembly = '', tickets = '', seed = '', until = ''] = process.argv.slice(2);
const silent = compileDistrict('xianan').departments.map(({ id }) => id);
const jieban = await startInstance({ dataDir, assembly, silent, frozen: true, startAt: BEGIN, throttle: false });
const index = marksIndex(jieban);
const progress = { tickets: new Map<number, string>(), done: new Set<string>() };
const lives = new Lives(jieban, plan(Number(tickets), Number(seed)), progress, index.next);
lives.told = (line) => console.log(line);
await lives.run(Number(until));
const next = await index.next();
if (next === undefined) throw new Error('no mark to be killed in');
jieban.runner.plane.clock.advanceTo(next);
console.log('stepping');
setTimeout(() => process.exit(3), 60_000);
