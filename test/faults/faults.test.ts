/**
 * The day's work under every fault: nothing lost, nothing doubled, every invariant holds, all queues empty. The stories run side by
 * side, each function is struck at its commit, and each kind of call once. With JIEBAN_EVERY_FAULT=1 each story runs by itself and
 * dies at every call it makes, the first of its kind and one halfway.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#domain/calendar/shanghai.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { Faults } from '#infra/local/faults/faults.ts';
import type { CallFault, DeliveryFault, Strike } from '#infra/local/faults/strike.ts';
import { startInstance, storedRows } from '../e2e/support.ts';
import { BUILDS } from './broken-build.ts';
import { judge } from './judge.ts';
import {
  type Called,
  canConflict,
  crashPoints,
  fewCrashPoints,
  inWaves,
  isSecret,
  lossy,
  misfortunes,
  onePerFunction,
  since,
  strikesAt,
} from './plan.ts';
import { answered, overdue, returned, type Story } from './stories.ts';
import { type Matter, World } from './world.ts';

const EVERY = process.env.JIEBAN_EVERY_FAULT === '1';
const LIMIT = EVERY ? 30 * 60_000 : 120_000;
const MONDAY = Date.parse('2026-11-23T09:00:00+08:00');
const STORIES: Readonly<Record<string, Story>> = { answered, overdue, returned };
const NAMES = Object.keys(STORIES);
/** Stories that run side by side. */
type Group = readonly string[];
const GROUPS: readonly Group[] = EVERY ? NAMES.map((name) => [name]) : [NAMES];
/** The SDK gives up after three. */
const BEYOND_SDK = 3;
/** Every function that the stories need. */
const WORKING = [
  'citizen',
  'departments',
  'dispatcher',
  'fanout',
  'feedback',
  'hotline',
  'phone',
  'pump',
  'purge',
  'router',
  'sweeper',
  'tick',
  'timers',
  'website',
  'wechat',
];
const silent = compileDistrict('xianan').departments.map(({ id }) => id);

let world: World;
/** What each group calls when nothing befalls it; secrets aside, which a container reads once. */
const calls = new Map<Group, readonly Called[]>();
/** By fault and group. */
const matrix = new Map<string, { hits: number; failed: boolean }[]>();
/** Every request of every run. */
const asked: Matter[] = [];
let runs = 0;

beforeAll(async () => {
  const faults = new Faults();
  const jieban = await startInstance({ silent, frozen: true, startAt: MONDAY, throttle: false, faults });
  world = new World(jieban, faults);
});
afterAll(async () => {
  console.log(shown());
  world?.close();
  await world?.jieban.stop();
});

function shown(): string {
  const line = (cells: readonly string[]) => cells.map((cell, at) => cell.padEnd(at === 0 ? 34 : 24)).join('');
  const rows = [...matrix].map(([fault, cells]) =>
    line([fault, ...cells.map(({ hits, failed }) => `${failed ? 'FAILED' : 'passed'}, ${hits} hits`)]),
  );
  return [line(['', ...GROUPS.map((group) => group.join(', '))]), ...rows].join('\n');
}

/** Complaints about the stories of a group, one run under what is armed. */
async function run(group: Group): Promise<string[]> {
  runs += 1;
  const told = await Promise.allSettled(group.map((name) => STORIES[name]!(world, `r${runs}`)));
  const broken = told.flatMap((story, at) => (story.status === 'rejected' ? [`${group[at]}: ${story.reason}`] : []));
  const matters = told.flatMap((story) => (story.status === 'fulfilled' ? story.value : []));
  asked.push(...matters);
  return [...broken, ...(await judge(world, matters))];
}

function record(fault: string, group: Group, hits: number, complaints: readonly string[]): void {
  const row = matrix.get(fault) ?? GROUPS.map(() => ({ hits: 0, failed: false }));
  matrix.set(fault, row);
  const cell = row[GROUPS.indexOf(group)]!;
  cell.hits += hits;
  cell.failed ||= complaints.length > 0;
}

/** The sweeper looks for what slipped, for sure; what else it does depends on whether something did. */
const isByChance = ({ fn, operation }: Strike): boolean => fn === 'sweeper' && operation !== 'Query';

async function strike(group: Group, strikes: readonly Strike[]): Promise<void> {
  const { faults } = world;
  faults.arm(...strikes);
  const complaints = await run(group);
  const hits = faults.hits();
  faults.arm();
  // How often a function calls after its death is not for sure: a strike at a later call may find none.
  const missed = strikes.filter((of, at) => (of.skip ?? 0) === 0 && hits[at] === 0 && !isByChance(of));
  const unhit = missed.map(({ fault, fn, operation }) => `${fault} of ${fn} ${operation} never hit`);
  for (const [at, { fault }] of strikes.entries()) record(fault, group, hits[at] ?? 0, [...complaints, ...unhit]);
  expect([...complaints, ...unhit]).toEqual([]);
}

const calledIn = (group: Group): readonly Called[] => calls.get(group) ?? [];

it(
  'from a cold start, with secrets that cannot be read at first',
  async () => {
    const { faults, jieban } = world;
    const everywhere = jieban.runner.functionNames.map((fn) => ({ fn, operation: 'GetSecretValue' }));
    faults.arm(...strikesAt(everywhere, 'serverError', { times: BEYOND_SDK }));
    const complaints = await run(NAMES);
    const hits = faults.hits();
    faults.arm();
    expect(complaints).toEqual([]);
    expect(everywhere.filter((_, at) => (hits[at] ?? 0) > 0).map(({ fn }) => fn)).toEqual(
      expect.arrayContaining(['phone', 'website', 'wechat', 'departments', 'dispatcher', 'feedback', 'citizen']),
    );
  },
  LIMIT,
);

it(
  'without any fault each story passes, and calls what the faults will strike',
  async () => {
    for (const group of GROUPS) {
      const before = world.faults.calls();
      expect(await run(group)).toEqual([]);
      const own = since(before, world.faults.calls()).filter((call) => !isSecret(call));
      calls.set(group, own);
    }
    const functions = new Set(GROUPS.flatMap(calledIn).map(({ fn }) => fn));
    expect([...functions].sort()).toEqual(WORKING);
  },
  LIMIT,
);

type Plan = (calls: readonly Called[]) => Strike[];
const each =
  (fault: CallFault): Plan =>
  (calls) =>
    strikesAt(fault === 'conflict' ? calls.filter(canConflict) : calls, fault);
const beyondSdk =
  (fault: CallFault): Plan =>
  (calls) =>
    strikesAt(onePerFunction(calls), fault, { times: BEYOND_SDK });

describe('calls of AWS', () => {
  const one: CallFault[] = ['throttled', 'serverError', 'lostRequest', 'slow', 'conflict'];
  it.each<[string, Plan]>([
    ['requests and answers are lost at each call', lossy],
    ['one misfortune after another at each commit', misfortunes],
    ['a commit is never answered', (calls) => strikesAt(onePerFunction(calls), 'timeout', { ms: 500 })],
    ...(EVERY ? one.map((fault) => [`each call is ${fault} once`, each(fault)] as [string, Plan]) : []),
    ...(EVERY ? [['throttled for long', beyondSdk('throttled')] as [string, Plan]] : []),
    ...(EVERY ? [['500 for long', beyondSdk('serverError')] as [string, Plan]] : []),
  ])(
    '%s',
    async (_, plan) => {
      for (const group of GROUPS) await strike(group, plan(calledIn(group)));
    },
    LIMIT,
  );

  it(
    'as the broken builds are provoked',
    async () => {
      for (const { strikes } of BUILDS) {
        world.faults.arm(...strikes);
        const complaints = await run(['returned']);
        const hits = world.faults.hits();
        world.faults.arm();
        expect(complaints).toEqual([]);
        expect(hits.every((count) => count > 0)).toBe(true);
      }
    },
    LIMIT,
  );
});

describe('a function dies', () => {
  it(
    'before and after its calls',
    async () => {
      for (const group of GROUPS) {
        const points = EVERY ? crashPoints(calledIn(group)) : fewCrashPoints(calledIn(group));
        for (const wave of inWaves(points)) await strike(group, wave);
      }
    },
    LIMIT,
  );
});

describe('deliveries', () => {
  it.each(['duplicated', 'reordered', 'replayed'] satisfies DeliveryFault[])(
    '%s',
    async (fault) => {
      for (const group of GROUPS) {
        const repeats = world.jieban.platforms.departments.duplicates();
        world.faults.armDelivery(fault);
        const complaints = await run(group);
        const hits = world.faults.deliveryHits();
        world.faults.armDelivery();
        record(fault, group, hits, complaints);
        expect(complaints).toEqual([]);
        expect(hits).toBeGreaterThan(0);
        // A message of ours that comes twice reaches no department twice.
        expect(world.jieban.platforms.departments.duplicates()).toBe(repeats);
      }
    },
    LIMIT,
  );
});

describe('clocks jump', () => {
  const office = () => world.jieban.runner.plane.clock;
  /** Every so many times that somebody waits: each leap of office time is hours of warnings. */
  it.each<[string, number, (leaps: number) => void]>([
    ['office time, by 5 hours', 3, () => office().advanceTo(office().now() + 5 * HOUR)],
    ['wall clock, back and forth', 1, (leaps) => world.faults.setWallClock((leaps % 2 === 0 ? -2 : 2) * MINUTE)],
  ])(
    '%s',
    async (name, every, leap) => {
      for (const group of GROUPS) {
        let waits = 0;
        let leaps = 0;
        world.leap = () => {
          if (waits++ % every === 0) leap(leaps++);
        };
        const complaints = await run(group);
        world.leap = () => {};
        world.faults.setWallClock(0);
        record(name, group, leaps, complaints);
        expect(complaints).toEqual([]);
        expect(leaps).toBeGreaterThan(0);
      }
    },
    LIMIT,
  );
});

it('in the end there is one ticket for each request, and none that nobody asked for', async () => {
  const { tickets } = await storedRows(world.jieban);
  const stored = tickets.filter(({ sk }) => sk === 'TICKET').map(({ pk }) => String(pk).slice('T#'.length));
  expect(stored.sort()).toEqual(asked.map(({ receipt }) => receipt.ticketNo).sort());
  expect(stored.length).toBeGreaterThan(50);
});
