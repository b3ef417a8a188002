/**
 * 一年模拟: when executions start, wake and stop in a year with so many tickets open at once. Lives are lived one by one in the pure
 * domain; each stands for `weight` tickets. What falls on a full minute of the calendar (a deadline at the closing bell, a
 * reminder at the opening) falls there for all of them; what follows from when somebody acted is scattered over some minutes.
 */
import { DAY, fromIso } from '#domain/calendar/shanghai.ts';
import { seeded } from '#domain/catalogue/training/random.ts';
import { arrival, live } from './lives.ts';
import type { ContextAt } from './timed-ticket.ts';

const BEGIN = fromIso('2026-01-01T00:00:00+08:00');
const WHOLE_YEAR = 365;
/** Tickets arrive so long before the year that it begins with as many open as it goes on with. */
const BEFORE = 180 * DAY;
const MINUTE_MS = 60_000;
const SCATTER_MS = 10 * MINUTE_MS;

export interface Asked {
  /** Lives that are lived. */
  readonly lives: number;
  /** Tickets open at once, on the average. */
  readonly open: number;
  readonly seed: number;
  /** From the first of January; a whole year unless told. */
  readonly days?: number;
}

/** Instants of the lives that were lived, epoch ms. */
export interface Year {
  readonly starts: readonly number[];
  readonly wakes: readonly number[];
  readonly stops: readonly number[];
  readonly weight: number;
  /** Tickets that arrive within the year. */
  readonly arrivals: number;
  /** Open tickets with a running alarm at each midnight. */
  readonly open: readonly number[];
  readonly days: number;
}

/** @throws RangeError when so few tickets are open that fewer than the lives that were lived would be needed */
export function liveYear(contextAt: ContextAt, { lives, open, seed, days = WHOLE_YEAR }: Asked): Year {
  const end = BEGIN + days * DAY;
  const random = seeded(seed);
  const { calendar } = contextAt(BEGIN).rules;
  const arrivalDays = days + BEFORE / DAY;
  const [starts, wakes, stops]: [number[], number[], number[]] = [[], [], []];
  const alive = new Int32Array(days + 1);
  let arrivals = 0;
  for (let n = 0; n < lives; n++) {
    const arrives = arrival(calendar, BEGIN - BEFORE + Math.floor((n / lives) * arrivalDays) * DAY, random);
    let until = end;
    const ticket = live(
      contextAt,
      random,
      { arrives, end },
      {
        started: (at) => starts.push(at),
        woke: (at) => wakes.push(at),
        stopped: (at) => stops.push(at),
        committed: (at) => {
          until = at;
        },
      },
    );
    if (ticket.is.clocks.some(({ stoppedAt }) => stoppedAt === undefined)) until = end;
    if (arrives >= BEGIN && arrives < end) arrivals++;
    add(alive, arrives, 1);
    add(alive, until, -1);
  }
  const counts = running(alive).slice(0, -1);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const weight = Math.round(open / mean);
  if (weight < 1) throw new RangeError(`${lives} lives are more than ${open} open tickets need`);
  return {
    starts,
    wakes,
    stops,
    weight,
    arrivals: arrivals * weight,
    open: counts.map((count) => count * weight),
    days,
  };
}

/** Adds to the first midnight that isn't before `at`. */
function add(alive: Int32Array, at: number, change: number): void {
  const day = Math.min(alive.length - 1, Math.max(0, Math.ceil((at - BEGIN) / DAY)));
  alive[day] = (alive[day] ?? 0) + change;
}

function running(changes: Int32Array): number[] {
  let sum = 0;
  return Array.from(changes, (change) => {
    sum += change;
    return sum;
  });
}

/** Fills `counts` with how many fall into each second of the year, when each is up to `spreadMs` late by chance. */
export function perSecond(
  instants: readonly number[],
  { weight, days, spreadMs = 0 }: Pick<Year, 'weight' | 'days'> & { spreadMs?: number },
  counts: Uint32Array = new Uint32Array((days * DAY) / 1000),
): Uint32Array {
  const random = seeded(1);
  counts.fill(0);
  for (const at of instants) {
    if (at < BEGIN - SCATTER_MS || at > BEGIN + days * DAY) continue;
    const scatter = at % MINUTE_MS === 0 ? 0 : SCATTER_MS;
    for (let copy = 0; copy < weight; copy++) {
      const moved = at + (random() - 0.5) * scatter + random() * spreadMs;
      const second = Math.floor((moved - BEGIN) / 1000);
      if (second >= 0 && second < counts.length) counts[second] = (counts[second] ?? 0) + 1;
    }
  }
  return counts;
}

export interface Peak {
  readonly count: number;
  /** Epoch ms. */
  readonly at: number;
}

/** The fullest stretch of so many seconds, as the clock cuts them. */
export function peak(counts: Uint32Array, seconds = 1): Peak {
  let [most, where] = [0, 0];
  for (let from = 0; from < counts.length; from += seconds) {
    let sum = 0;
    for (let second = from; second < from + seconds; second++) sum += counts[second] ?? 0;
    if (sum > most) [most, where] = [sum, from];
  }
  return { count: most, at: BEGIN + where * 1000 };
}

/** The fullest second of a time of day (`08:30`) in the year. */
export function peakAt(counts: Uint32Array, timeOfDay: string): Peak {
  const first = (fromIso(`2026-01-01T${timeOfDay}:00+08:00`) - BEGIN) / 1000;
  let [most, where] = [0, first];
  for (let second = first; second < counts.length; second += DAY / 1000) {
    if ((counts[second] ?? 0) > most) [most, where] = [counts[second] ?? 0, second];
  }
  return { count: most, at: BEGIN + where * 1000 };
}
