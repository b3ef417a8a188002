/**
 * `npm run reconcile -- --department renshe --theirs FILE`: a department's own list against ours (对账), ticket by ticket, with
 * what to do about each difference. For the hotline's operators, so it speaks Chinese.
 *
 * Ends with 0 when both agree, with 1 when they don't, with 2 when they couldn't be compared.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { type Comparison, compare, type Difference } from '#domain/delivery/reconcile.ts';
import { UnitId } from '#schemas/common.ts';
import { Reconciliation, type ReconciliationEntry } from '#schemas/reconciliation.ts';
import { Ticket } from '#schemas/ticket.ts';
import { connect, successful } from './catalogue/remote.ts';
import { Failure, number, required, typed, UsageError } from './catalogue/words.ts';
import { type Found, tell } from './reconcile/tell.ts';
import { readTheirList, UnreadableList } from './reconcile/their-list.ts';
import type { Remote } from './shared/remote.ts';

const text = { type: 'string' } as const;
const USAGE = `用法:npm run reconcile -- --department 单位 --theirs 清单.csv或.json [--day 2026-11-28] [--json] [--url 地址] [--token 令牌]
  清单的列:ticketNo(工单编号)、version(版本,可不填)。说明见 docs/departments/README.zh-CN.md`;

async function run(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      department: text,
      theirs: text,
      day: text,
      json: { type: 'boolean', default: false },
      url: text,
      token: text,
      data: { ...text, default: process.env.JIEBAN_DATA ?? '.jieban' },
    },
  });
  const unit = UnitId.safeParse(required(values.department, 'department'));
  if (!unit.success) throw new UsageError('--department 是单位的代号,如 renshe');
  const theirs = readTheirList(read(required(values.theirs, 'theirs')));
  const call = await connect(values);
  const { day, entries } = await ourList(call, unit.data, values.day);
  const comparison = compare(entries, theirs);
  if (values.json) console.log(JSON.stringify({ department: unit.data, day, ...comparison }, undefined, 2));
  else await print(call, unit.data, day, entries, comparison);
  return comparison.differences.length === 0;
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(typed(path));
  } catch (error) {
    throw new Failure(`打不开 ${path}:${error instanceof Error ? error.message : String(error)}`);
  }
}

async function ourList(
  call: Remote,
  unit: string,
  day: string | undefined,
): Promise<{ day: string; entries: ReconciliationEntry[] }> {
  const entries: ReconciliationEntry[] = [];
  let query = day === undefined ? '' : `?day=${encodeURIComponent(day)}`;
  for (;;) {
    const answer = await call('GET', `/hotline/departments/${unit}/reconciliation${query}`);
    if (answer.problem?.status === 404) throw new Failure(`没有单位 ${unit}`);
    const page = Reconciliation.parse(successful(answer));
    entries.push(...page.tickets);
    if (page.cursor === undefined) return { day: page.day, entries };
    query = `?cursor=${page.cursor}`;
  }
}

async function print(
  call: Remote,
  unit: string,
  day: string,
  entries: readonly ReconciliationEntry[],
  { ours, theirs, agree, goneOnBothSides, differences }: Comparison,
): Promise<void> {
  const departed = entries.filter((entry) => entry.departed !== undefined).length;
  console.log(`${unit} 对账,${day}`);
  console.log(`我方 ${number(ours)} 件(其中当天离开 ${number(departed)} 件),对方 ${number(theirs)} 件`);
  console.log(
    `一致 ${number(agree)} 件,双方都已移出 ${number(goneOnBothSides)} 件,不一致 ${number(differences.length)} 件`,
  );
  for (const difference of differences) console.log(`\n${tell(difference, unit, await lookUp(call, difference))}`);
}

const History = z.object({
  ticket: Ticket.pick({ ticketNo: true, owner: true, status: true, version: true, updatedAt: true }),
});

async function lookUp(call: Remote, difference: Difference): Promise<Found> {
  if (difference.kind !== 'missingHere') return undefined;
  const answer = await call('GET', `/hotline/tickets/${difference.theirs.ticketNo}`);
  return answer.problem?.status === 404 ? undefined : History.parse(successful(answer)).ticket;
}

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  const wrongOption = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (error instanceof UsageError || wrongOption) console.error(`${error.message}\n${USAGE}`.trim());
  else if (error instanceof Failure || error instanceof UnreadableList) console.error(error.message);
  else throw error;
  process.exitCode = 2;
}
