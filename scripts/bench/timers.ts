/**
 * 500 alarms for the same instant on a whole local instance in real time: how late each warning is decided. The tickets are written as
 * the router writes them, with their first mark moved to a common instant; stream, fan-out, timers, executions and ticks do the rest.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { dynamo } from '#functions/adapters/aws.ts';
import { useDistrict } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import type { Change } from '#functions/ports/ticket-store.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { startSystem } from '#infra/local/cli/system.ts';
import type { TicketEvent } from '#schemas/event.ts';
import { makePlan } from './deliveries/plan.ts';
import type { Figure } from './figure.ts';
import { changesAlone } from './load/floor.ts';

const ALARMS = 500;
/** So long before the instant the tickets are written (ms): all must be asleep by then. */
const AHEAD_MS = 60_000;
/** And so long after it all must have rung (ms). */
const LIMIT_MS = 60_000;
const SEEDERS = 4;

export async function* timers(): AsyncIterable<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'jieban-bench-'));
  const district = compileDistrict('xianan');
  const silent = district.departments.map(({ id }) => id);
  const system = await startSystem({ dataDir: folder, port: 0, district: 'xianan', quiet: true, silent });
  try {
    await useStoreOf(system.runner.plane);
    useDistrict(district);
    const at = Date.now() + AHEAD_MS;
    // Of one unit each: nobody's endpoint is the bottleneck of what is measured here.
    const units = district.departments.filter(({ level }) => level === 'town' || level === 'department');
    const shares = units.map(({ id }, n) => ({
      unit: id,
      manner: 'normal' as const,
      deliveries: Math.floor(ALARMS / units.length) + (n < ALARMS % units.length ? 1 : 0),
    }));
    const { changes } = makePlan(shares, 1, [1]);
    const alone = await changesAlone(system.runner.plane, SEEDERS, ALARMS);
    console.error('  tickets …');
    await seed(changes.map((change) => ringingAt(change, at)));
    const asleep = system.runner.plane.executions().filter(({ status }) => status === 'RUNNING').length;
    console.error(`  asleep for ${Math.round((at - Date.now()) / 1000)} s …`);
    await sleep(Math.max(0, at - Date.now()));
    const late = await lateness(
      changes.map(({ ticket }) => ticket.ticketNo),
      at,
    );
    yield {
      name: 'warning_lateness',
      value: percentile(late, 99),
      unit: 'ms',
      percentile: 99,
      p50_ms: percentile(late, 50),
      worst_ms: late.at(-1) ?? Number.NaN,
      alarms: late.length,
      set_when_written: asleep,
      // So long the database alone takes for as many changes: nobody can be quicker here.
      database_alone_ms: Math.round(alone),
    };
  } finally {
    dynamo().destroy();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function useStoreOf({ region, endpoints }: { region: string; endpoints: { dynamodb: string } }): Promise<void> {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const client = new DynamoDBClient({ region, endpoint: endpoints.dynamodb, credentials });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  client.destroy();
  Object.assign(process.env, {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    TICKETS_TABLE: TableNames.find((name) => /tickets/i.test(name)),
  });
}

/** The same ticket with the first mark of its sign clock at that instant, and no hand-over before it. */
function ringingAt(change: Change, at: number): Change {
  const events = change.events.map((event): TicketEvent => {
    if (event.clocks === undefined) return event;
    const started = event.clocks.started.map((clock) => {
      const { handover: _, ...run } = clock;
      return clock.id === 'sign' ? { ...run, marks: { ...clock.marks, yellow: toShanghai(at) } } : run;
    });
    return { ...event, clocks: { ...event.clocks, started } };
  });
  const ticket = fold(events);
  if (ticket === undefined) throw new TypeError('no ticket');
  const { watches: _, ...rest } = change;
  return { ...rest, events, ticket };
}

async function seed(changes: readonly Change[]): Promise<void> {
  const left = changes.values();
  await Promise.all(
    Array.from({ length: SEEDERS }, async () => {
      for (const change of left) {
        const result = await ticketStore().commit(change);
        if (result !== 'committed') throw new Error(`not written: ${result}`);
      }
    }),
  );
}

/** Milliseconds from the instant to each warning, sorted. @throws Error when not all have rung in time, or one rang twice */
async function lateness(ticketNos: readonly string[], at: number): Promise<number[]> {
  const late: number[] = [];
  for (const ticketNo of ticketNos) {
    for (;;) {
      const rung = (await ticketStore().events(ticketNo)).filter(({ type }) => type === 'warned');
      if (rung.length > 1) throw new Error(`${ticketNo} was warned ${rung.length} times`);
      const [warned] = rung;
      if (warned !== undefined) {
        late.push(Date.parse(warned.at) - at);
        break;
      }
      if (Date.now() > at + LIMIT_MS) throw new Error(`${ticketNo} has not rung after ${LIMIT_MS} ms`);
      await sleep(500);
    }
  }
  return late.sort((a, b) => a - b);
}

const percentile = (sorted: readonly number[], percent: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
