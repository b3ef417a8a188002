/**
 * Callbacks to forty departments through the real dispatcher, three of them dead and three slow. Measured in one office, one
 * after the other, so that nothing differs but what is said:
 *
 *     normal departments alone     as fast as it goes
 *     by turns, at half that rate  alone, and with dead and slow ones among them: what those do to the others' delays
 *     the rest of 10,000           as fast as it goes
 *     afterwards                   the dead ones are given up, mended, and replayed with one command
 *
 * At half the rate, because at the full one a delay says how long the sender's queue is and nothing else; by turns, because a
 * machine that has other work to do has it for a while. It throws unless everything comes about as `deliveries/outage.ts` has it.
 */
import { cast, DEAD, DEPARTMENTS, SLOW, shareOut } from './deliveries/cast.ts';
import { type Fed, Outage } from './deliveries/outage.ts';
import type { Planned } from './deliveries/plan.ts';
import type { Figure } from './figure.ts';

const DELIVERIES = 10_000;
/**
 * More than an even share to the dead, so that their dead letters don't fit into one call of a replay. Less to the slow: with
 * four at a time, three seconds each, one of them takes eighty a minute.
 */
const EACH = { dead: 660, slow: 100 };
const SLOW_MS = 3000;
/** Callbacks to normal departments alone, as fast as it goes. */
const FAST = 600;
/** By turns at half the rate: so many to each dead and to each slow department, and all in all; alone, the normal ones' part. */
const TURNS = 3;
const TURN = { deliveries: 320, dead: 20, slow: 6 };
const PACED = TURN.deliveries - DEAD * TURN.dead - SLOW * TURN.slow;
/** Few enough that a department seldom has more to do than it may at a time. */
const WINDOW = 40;
/** Where a rate is set, nobody waits for callbacks to come; but nobody fills the queue without an end either. */
const SLACK = 400;
const CONDITIONS = { slowMs: SLOW_MS, patienceMs: 60_000, limitMs: 20 * 60_000 };

export async function* deliveries(): AsyncIterable<Figure> {
  const departments = cast();
  const outage = await Outage.open(departments, CONDITIONS);
  try {
    console.error('  tickets …');
    let series = 0;
    const plan = async (total: number, each: typeof EACH): Promise<readonly Planned[]> =>
      (await outage.prepare(shareOut(departments, total, each), ++series)).deliveries;
    const nobody = { dead: 0, slow: 0 };
    const fast = await plan(FAST, nobody);
    const turns: (readonly Planned[])[] = [];
    for (let turn = 0; turn < TURNS; turn++) turns.push(await plan(PACED, nobody), await plan(TURN.deliveries, TURN));
    const remaining = await plan(DELIVERIES - TURNS * TURN.deliveries, {
      dead: EACH.dead - TURNS * TURN.dead,
      slow: EACH.slow - TURNS * TURN.slow,
    });

    console.error('  normal departments alone …');
    const full = await outage.feed(fast, { window: WINDOW });

    console.error('  by turns alone and with the others …');
    const pace = full.rate / 2;
    const without: Fed[] = [];
    const among: Fed[] = [];
    for (const some of turns) {
      // Nobody waits for a slow one of the turn before.
      await outage.settle();
      // The normal ones get theirs at the same rate, whoever gets some besides.
      const perSecond = (pace * some.length) / PACED;
      const fed = await outage.feed(some, { window: SLACK, perSecond });
      (some.length === PACED ? without : among).push(fed);
    }
    yield delayed('without', without, pace);
    yield delayed('with', among, pace);
    yield {
      name: 'callback_delay_kept',
      value: Math.round((middle(among, 95) / middle(without, 95)) * 100) / 100,
      unit: 'ratio',
      of: 'with/without',
      percentile: 95,
      p50_ratio: Math.round((middle(among, 50) / middle(without, 50)) * 100) / 100,
    };

    console.error('  as fast as it goes …');
    const rest = await outage.feed(remaining, { window: WINDOW });
    yield {
      name: 'callbacks_delivered',
      value: Math.round(rest.rate),
      unit: '1/s',
      without_dead_and_slow: Math.round(full.rate),
      deliveries: DELIVERIES,
      departments: DEPARTMENTS,
      dead: DEAD,
      slow: SLOW,
      window: WINDOW,
    };
    const start = performance.now();
    await outage.settle();
    yield { name: 'slow_departments_later', value: seconds(start), unit: 's', slow_ms: SLOW_MS, each: EACH.slow };

    console.error('  the dead are given up …');
    const deadLetters = await outage.giveUp();
    console.error('  and replayed …');
    const replaying = performance.now();
    const minutes = await outage.replay();
    const replayed = seconds(replaying);
    yield {
      name: 'dead_letters_replayed',
      value: replayed,
      unit: 's',
      deliveries: DEAD * EACH.dead,
      dead_letters: deadLetters,
      pump_runs: minutes,
      per_s: Math.round((DEAD * EACH.dead) / replayed),
      failed_messages: outage.office.workers.failed,
      repeated: outage.repeated,
    };
  } finally {
    await outage.stop();
  }
}

const delayed = (deadAndSlow: 'with' | 'without', turns: readonly Fed[], pace: number): Figure => {
  const each = turns.map(({ delays }) => percentile(delays, 95)).sort((a, b) => a - b);
  return {
    name: 'callback_delay',
    dead_and_slow: deadAndSlow,
    value: middle(turns, 95),
    unit: 'ms',
    percentile: 95,
    p50_ms: middle(turns, 50),
    turns: turns.length,
    best_ms: each[0] ?? Number.NaN,
    worst_ms: each.at(-1) ?? Number.NaN,
    callbacks: turns.reduce((sum, { delays }) => sum + delays.length, 0),
    per_s: Math.round(pace),
  };
};

/** Of the turns' percentiles the middle one: a turn that the machine spoilt doesn't count. */
function middle(turns: readonly Fed[], percent: number): number {
  const each = turns.map(({ delays }) => percentile(delays, percent)).sort((a, b) => a - b);
  return each[Math.floor(each.length / 2)] ?? Number.NaN;
}

const percentile = (sorted: readonly number[], percent: number): number =>
  Math.round((sorted[Math.floor((sorted.length * percent) / 100)] ?? Number.NaN) * 10) / 10;
const seconds = (since: number): number => Math.round((performance.now() - since) / 100) / 10;
