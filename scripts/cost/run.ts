/**
 * Sends requests of three channels through a whole local instance, each to its closing, and counts what AWS would bill. One at a
 * time: what threads do to each other on one machine is no cost of a deployment.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type System, startSystem } from '#infra/local/cli/system.ts';
import { METER, readMeter } from '#infra/local/meter/meter.ts';
import type { StepReport } from '#infra/local/platforms/clerk.ts';
import { IntakeReceipt } from '#schemas/intake.ts';
import { doorsOf } from '../bench/doors.ts';
import type { Message } from '../bench/drive.ts';
import { Client } from '../demo/client.ts';
import { type Counts, SCHEDULED } from './counts.ts';

const CHANNELS = ['phone', 'website', 'wechat_form'];
/** Each thread compiles what it runs, and each table has its first of everything. */
const WARM_UP = 9;
const PATIENCE_MS = 60_000;
const QUICK = { officeMinutes: 1, atMostSeconds: 0 };

/** Woken by queues, the stream and the state machine; all others answer a request. */
const WORKERS: readonly string[] = ['router', 'fanout', 'dispatcher', 'feedback', 'timers', 'tick'];

/** @param say is told how far it is */
export async function count(tickets: number, say: (text: string) => void): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'jieban-cost-'));
  const meter = join(folder, 'meter');
  mkdirSync(meter);
  process.env[METER] = meter;
  const reports: StepReport[] = [];
  let logBytes = 0;
  const system = await startSystem({
    dataDir: join(folder, 'data'),
    port: 0,
    district: 'xianan',
    quiet: true,
    throttle: false,
    pace: { sign: QUICK, accept: QUICK, contact: QUICK, reply: QUICK },
    onClerk: (report) => reports.push(report),
    onLog: ({ source, line }) => {
      if (source === 'function') logBytes += Buffer.byteLength(line) + 1;
    },
  });
  try {
    const doors = (await doorsOf(system, tickets)).filter(({ channel }) => CHANNELS.includes(channel));
    const client = new Client(system);
    const live = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n++) {
        const message = doors[n % doors.length]?.message();
        if (message === undefined) throw new TypeError('no door');
        await throughLife(system, client, message, reports);
        say(`${n + 1}/${WARM_UP + tickets}`);
      }
      await system.runner.idle();
    };
    await live(0, WARM_UP);
    for (const file of readdirSync(meter)) rmSync(join(meter, file));
    const before = { logBytes, usage: system.runner.usage(), stored: await stored(system) };
    await live(WARM_UP, WARM_UP + tickets);
    const usage = system.runner.usage();
    const resources = resourcesIn(join(folder, 'data', 'cdk.out'));
    const memory = memoryOf(resources);
    const functions = Object.fromEntries(
      Object.entries(usage).flatMap(([name, { invocations, milliseconds }]) => {
        const was = before.usage[name];
        const times = invocations - (was?.invocations ?? 0);
        if (times === 0) return [];
        const ms = Math.round(milliseconds - (was?.milliseconds ?? 0));
        return [[name, { invocations: times, milliseconds: ms, memoryMb: memory.get(name) ?? 0 }]];
      }),
    );
    const calls = new Map<string, Counts['calls'][number]>();
    for (const call of readMeter(meter)) {
      const key = `${call.fn} ${call.service} ${call.operation}`;
      const so = calls.get(key) ?? { ...call, count: 0, readUnits: 0, writeUnits: 0 };
      calls.set(key, {
        ...so,
        count: so.count + 1,
        readUnits: so.readUnits + call.readUnits,
        writeUnits: so.writeUnits + call.writeUnits,
      });
    }
    return {
      measured: new Date().toISOString().slice(0, 10),
      tickets,
      functions,
      calls: [...calls.values()],
      apiRequests: Object.entries(functions)
        .filter(([name]) => !WORKERS.includes(name) && !SCHEDULED.includes(name))
        .reduce((sum, [, { invocations }]) => sum + invocations, 0),
      logBytes: logBytes - before.logBytes,
      storedBytes: (await stored(system)) - before.stored,
      fixed: fixedIn(resources),
    };
  } finally {
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the request to the rating that closes it. Asks nothing on the way: questions are calls, too. */
async function throughLife(
  { url, platforms }: System,
  client: Client,
  { path, headers, body }: Message,
  reports: readonly StepReport[],
): Promise<void> {
  const answer = await fetch(url + path, { method: 'POST', headers, body });
  if (answer.status !== 202) throw new Error(`${path} answered ${answer.status}`);
  const { ticketNo, queryCode } = IntakeReceipt.parse(await answer.json());
  await until(`${ticketNo} is answered`, () =>
    reports.some((report) => report.ticketNo === ticketNo && report.step === 'reply' && report.status === 200),
  );
  await client.order(ticketNo, { command: 'review', approve: true, reason: '答复事实清楚，同意答复诉求人' });
  await client.rate(ticketNo, queryCode, { solved: true, satisfaction: 'satisfied' });
  await until(`the department hears that ${ticketNo} is closed`, () =>
    platforms.departments.received({ ticketNo }).some(({ event }) => event.type === 'cn.jieban.ticket.closed.v1'),
  );
}

async function until(what: string, ready: () => boolean): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !ready(); await sleep(20)) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
  }
}

/** Bytes of all rows, as the JSON of the protocol without its type marks. */
async function stored({ runner }: System): Promise<number> {
  const client = new DynamoDBClient({
    endpoint: runner.plane.endpoints.dynamodb,
    region: runner.plane.region,
    credentials: { accessKeyId: 'cost', secretAccessKey: 'cost' },
  });
  try {
    let bytes = 0;
    for (const TableName of (await client.send(new ListTablesCommand({}))).TableNames ?? []) {
      for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
        for (const item of Items) bytes += Buffer.byteLength(JSON.stringify(unmarshall(item)));
      }
    }
    return bytes;
  } finally {
    client.destroy();
  }
}

interface Resource {
  readonly Type: string;
  readonly Metadata?: Record<string, unknown>;
  readonly Properties?: Record<string, unknown>;
}
const MINUTES_A_MONTH = (365.25 / 12) * 1440;

const resourcesIn = (assembly: string): Resource[] =>
  readdirSync(assembly)
    .filter((name) => name.endsWith('.template.json'))
    .flatMap((name) => {
      const { Resources } = JSON.parse(readFileSync(join(assembly, name), 'utf8')) as {
        Resources: Record<string, Resource>;
      };
      return Object.values(Resources);
    });

/** MB by construct id. */
const memoryOf = (resources: readonly Resource[]): Map<string, number> =>
  new Map(
    resources
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Metadata, Properties }) => [
        String(Metadata?.['aws:cdk:path']).split('/').at(-3) ?? '',
        Number(Properties?.MemorySize),
      ]),
  );

/** What costs the same whatever comes. */
function fixedIn(resources: readonly Resource[]): Counts['fixed'] {
  const of = (type: string) => resources.filter(({ Type }) => Type === type);
  const rules = of('AWS::Events::Rule').map(({ Properties }) => String(Properties?.ScheduleExpression));
  const ours = of('AWS::CloudWatch::Alarm').flatMap(({ Properties }) => {
    const { Namespace, MetricName } = Properties ?? {};
    return typeof Namespace === 'string' && !Namespace.startsWith('AWS/') ? [`${Namespace} ${String(MetricName)}`] : [];
  });
  return {
    alarms: of('AWS::CloudWatch::Alarm').length,
    metrics: new Set(ours).size,
    dashboards: of('AWS::CloudWatch::Dashboard').length,
    secrets: of('AWS::SecretsManager::Secret').length,
    keys: of('AWS::KMS::Key').length,
    firewalls: of('AWS::WAFv2::WebACL').length,
    firewallRules: of('AWS::WAFv2::WebACL').reduce((sum, { Properties }) => sum + [Properties?.Rules].flat().length, 0),
    polledQueues: of('AWS::Lambda::EventSourceMapping').filter(
      ({ Properties }) => Properties?.StartingPosition === undefined,
    ).length,
    runsAMonth: Math.round(rules.reduce((sum, rule) => sum + MINUTES_A_MONTH / minutesOf(rule), 0)),
  };
}

/** @throws RangeError for what is not `rate(5 minutes)` or the like */
function minutesOf(rule: string): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(rule) ?? [];
  if (count === undefined) throw new RangeError(`no rate: ${rule}`);
  return Number(count) * { minute: 1, hour: 60, day: 1440 }[unit as 'minute' | 'hour' | 'day'];
}
