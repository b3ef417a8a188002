/**
 * The whole path of a local instance under load, generator and emulators on the same cores: signed requests of three channels
 * at 1, 8 and 32 connections, until each has its owner and its department was told; with 0 and 10,000 tickets in the store
 * (JIEBAN_BENCH_LARGE=1: and 100,000); beside what the emulators alone allow; and bursts through the API's own rate limits.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useDistrict } from '#functions/adapters/district.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { type System, startSystem } from '#infra/local/cli/system.ts';
import { makePlan } from './deliveries/plan.ts';
import { doorsOf } from './doors.ts';
import { type Answer, type Drive, drive, type Message, percentile } from './drive.ts';
import type { Figure } from './figure.ts';
import { fill } from './load/fill.ts';
import { floor } from './load/floor.ts';
import { Watch } from './load/watch.ts';

const CONNECTIONS = [1, 8, 32] as const;
/** Each drive begins no request after this (ms). */
const DRIVE_MS = 10_000;
const FLOOR_MS = 5_000;
/** Each of some twenty threads compiles what it runs often by itself. */
const WARM_UP = 1_000;
/** More than a drive can take: what isn't sent costs nothing. */
const MOST_REQUESTS = 3_000;
/** The largest takes minutes to fill. */
const STORES = process.env.JIEBAN_BENCH_LARGE === '1' ? [0, 10_000, 100_000] : [0, 10_000];
/** The growth is told at this number of connections. */
const USUAL = 8;
/** Users at the same time, one step after the other. */
const BURSTS = [1, 15, 1, 25, 2, 35, 10] as const;
const BURST_MS = 3_000;
/** For what was taken to come to its end (ms). */
const DRAIN_MS = 180_000;
const CHANNELS = ['phone', 'website', 'wechat_form'];

interface Bench {
  readonly system: System;
  readonly watch: Watch;
  messages(count: number): Message[];
  close(): Promise<void>;
}

export async function* load(): AsyncIterable<Figure> {
  const quick = await open({ throttle: false });
  try {
    const { plane } = quick.system.runner;
    console.error('  the emulators alone …');
    const alone = await floor(plane, USUAL, FLOOR_MS);
    yield {
      name: 'load_floor',
      connections: USUAL,
      value: round(alone.rate),
      unit: '1/s',
      p50_ms: alone.p50,
      p95_ms: alone.p95,
    };
    console.error('  warm …');
    for (let left = WARM_UP; left > 0; ) {
      const { times } = await through(quick, 32, quick.messages(left));
      left -= times.length;
    }
    let stored = 0;
    for (const store of STORES) {
      if (store > stored) {
        console.error(`  ${store} tickets in the store …`);
        await fill(plane, oldTicket(), store - stored, stored);
        stored = store;
      }
      for (const connections of CONNECTIONS) {
        if (store > 0 && connections !== USUAL) continue;
        console.error(`  ${connections} connections …`);
        yield* told(quick, connections, store, alone.rate);
      }
    }
  } finally {
    await quick.close();
  }
  const limited = await open({});
  try {
    console.error('  bursts …');
    yield await bursts(limited);
  } finally {
    await limited.close();
  }
}

async function open(options: { throttle?: false }): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'jieban-bench-'));
  const watch = new Watch();
  const district = compileDistrict('xianan');
  useDistrict(district);
  const system = await startSystem({
    dataDir: folder,
    port: 0,
    district: 'xianan',
    quiet: true,
    silent: district.departments.map(({ id }) => id),
    onLog: ({ line }) => watch.line(line),
    ...options,
  });
  const doors = (await doorsOf(system, 10 * MOST_REQUESTS)).filter(({ channel }) => CHANNELS.includes(channel));
  return {
    system,
    watch,
    messages: (count) => Array.from({ length: count }, (_, n) => doors[n % doors.length]?.message() as Message),
    close: async () => {
      await system.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Through extends Drive {
  readonly backlog: { owner: number; department: number };
  readonly drainMs: number;
}

/** Drives, and waits until every accepted request has come to its department. @throws Error when one is lost or doubled */
async function through({ system, watch }: Bench, connections: number, messages: readonly Message[]): Promise<Through> {
  watch.forget();
  const door = { accepts: ({ status }: Answer) => status === 202 };
  const heard = ({ status, body }: Answer, sent: number): void => {
    if (status === 202) watch.accepted((JSON.parse(body) as { ticketNo: string }).ticketNo, sent);
  };
  const signal = AbortSignal.timeout(DRIVE_MS + DRAIN_MS);
  const driven = await drive(system.url, door, messages, connections, signal, DRIVE_MS, heard);
  const backlog = watch.backlog();
  const drainMs = await drained({ system, watch });
  return { ...driven, backlog, drainMs };
}

async function drained({ system, watch }: Pick<Bench, 'system' | 'watch'>): Promise<number> {
  const start = performance.now();
  for (;;) {
    const { owner, department } = watch.backlog();
    if (owner + department === 0) break;
    if (performance.now() - start > DRAIN_MS) throw new Error(`lost: ${owner} without owner, ${department} not told`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await system.runner.idle(DRAIN_MS);
  const twice = watch.dispatched.length - new Set(watch.dispatched).size;
  const strangers = watch.dispatched.filter((ticketNo) => !watch.tickets.includes(ticketNo)).length;
  if (twice + strangers > 0) throw new Error(`doubled: ${twice} dispatched twice, ${strangers} that nobody asked for`);
  return performance.now() - start;
}

async function* told(bench: Bench, connections: number, store: number, alone: number): AsyncIterable<Figure> {
  const before = bench.system.runner.usage();
  const processBefore = process.cpuUsage();
  const { rate, times, errors, backlog, drainMs } = await through(bench, connections, bench.messages(MOST_REQUESTS));
  const owner = bench.watch.delays('owned');
  const department = bench.watch.delays('told');
  const tickets = bench.watch.tickets.length;
  yield {
    name: 'load',
    connections,
    tickets_before: store,
    value: round(rate),
    unit: '1/s',
    of_floor: Math.round((rate / alone) * 100) / 100,
    errors,
    intake_p50_ms: percentile(times, 50),
    intake_p95_ms: percentile(times, 95),
    intake_p99_ms: percentile(times, 99),
    owner_p50_ms: owner.p50,
    owner_p95_ms: owner.p95,
    owner_p99_ms: owner.p99,
    department_p50_ms: department.p50,
    department_p95_ms: department.p95,
    department_p99_ms: department.p99,
    without_owner_at_end: backlog.owner,
    not_told_at_end: backlog.department,
    drained_after_ms: Math.round(drainMs),
    all_per_second: round(tickets / (times.length / rate + drainMs / 1000)),
  };
  if (connections !== USUAL || store > 0) return;
  const { user, system } = process.cpuUsage(processBefore);
  yield { name: 'load_cpu', of: 'this process', value: round((user + system) / 1000 / tickets), unit: 'ms/ticket' };
  for (const [name, { invocations, milliseconds, cpuMs }] of Object.entries(bench.system.runner.usage())) {
    const was = before[name];
    const calls = invocations - (was?.invocations ?? 0);
    if (calls < tickets / 100) continue;
    yield {
      name: 'load_cpu',
      of: name,
      value: round((cpuMs - (was?.cpuMs ?? 0)) / tickets),
      unit: 'ms/ticket',
      billed_ms_per_ticket: round((milliseconds - (was?.milliseconds ?? 0)) / tickets),
      invocations_per_ticket: Math.round((calls / tickets) * 100) / 100,
    };
  }
}

/** @throws Error when anything but 202 and the documented 429 was answered, or a ticket is lost or doubled */
async function bursts(bench: Bench): Promise<Figure> {
  const { system, watch } = bench;
  const answers: Record<number, number> = {};
  const times: number[] = [];
  watch.forget();
  const heard = ({ status, body }: Answer, sent: number): void => {
    answers[status] = (answers[status] ?? 0) + 1;
    if (status === 202) watch.accepted((JSON.parse(body) as { ticketNo: string }).ticketNo, sent);
  };
  const door = { accepts: ({ status }: Answer) => status === 202 || status === 429 };
  for (const users of BURSTS) {
    const signal = AbortSignal.timeout(BURST_MS + DRAIN_MS);
    const driven = await drive(system.url, door, bench.messages(MOST_REQUESTS), users, signal, BURST_MS, heard);
    if (driven.errors > 0) throw new Error(`answers other than 202 and 429: ${JSON.stringify(answers)}`);
    times.push(...driven.times);
  }
  const drainMs = await drained(bench);
  times.sort((a, b) => a - b);
  return {
    name: 'load_bursts',
    users: BURSTS.join('→'),
    value: answers[202] ?? 0,
    unit: 'requests',
    told_to_slow_down: answers[429] ?? 0,
    errors: 0,
    lost: 0,
    doubled: 0,
    intake_p95_ms: percentile(times, 95),
    intake_p99_ms: percentile(times, 99),
    drained_after_ms: Math.round(drainMs),
  };
}

function oldTicket() {
  const [change] = makePlan([{ unit: 'zhujian', manner: 'normal', deliveries: 1 }], 9, [1]).changes;
  if (change === undefined) throw new TypeError('no ticket');
  return change;
}

const round = (value: number): number => Math.round(value * 10) / 10;
