/**
 * 计时各段: one run of a limit in its stretches. Between two of them the clock stood (挂起), or a shorter limit began to count. Kept as
 * instants and not as a sum: another limit, or a notice of days off, may count the same stretches otherwise.
 */
import { fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import type { Deadline, WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { Clock, Limit, LimitUnit } from '#schemas/sla.ts';
import { deadline, workingClock } from './working-clock.ts';

/** A stretch that is over; epoch milliseconds. `cut`: a shorter limit has counted from its end on. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly cut?: true | undefined;
}

/** A run in its last stretch, which began at `startedAt` (epoch ms). */
export interface Stretches {
  readonly startedAt: number;
  readonly ran: readonly Stretch[];
}

export const stretchesOf = ({ startedAt, ran = [] }: Pick<Clock, 'startedAt' | 'ran'>): Stretches => ({
  startedAt: fromIso(startedAt),
  ran: ran.map(({ from, to, cut }) => ({ from: fromIso(from), to: fromIso(to), ...(cut ? { cut } : {}) })),
});

/** As a clock keeps them; nothing of a run that never stood. */
export const ranOf = ({ ran }: Stretches): Pick<Clock, 'ran'> =>
  ran.length === 0
    ? {}
    : {
        ran: ran.map(({ from, to, cut }) => ({ from: toShanghai(from), to: toShanghai(to), ...(cut ? { cut } : {}) })),
      };

/** What counts towards the limit: nothing from before a shorter one. */
const counted = ({ ran }: Stretches): readonly Stretch[] => ran.slice(ran.findLastIndex(({ cut }) => cut) + 1);

/** Whether the run stood before its last stretch. */
export const hasStood = (run: Stretches): boolean => counted(run).length > 0;

/** Milliseconds of the unit's own time that had passed of the limit before the last stretch. */
export function usedMs(calendar: WorkingCalendar, run: Stretches, unit: LimitUnit): number {
  const own = workingClock(calendar, unit);
  return counted(run).reduce((sum, { from, to }) => sum + own.elapsed(from, to), 0);
}

/** The last stretch is over at `at` (epoch ms); the next one begins at `next`. */
export const goOn = ({ startedAt, ran }: Stretches, at: number, next: number): Stretches => ({
  startedAt: next,
  ran: [...ran, { from: startedAt, to: at }],
});

/** From `at` (epoch ms) on a shorter limit counts. */
export const cut = ({ startedAt, ran }: Stretches, at: number): Stretches => ({
  startedAt: at,
  ran: [...ran, { from: startedAt, to: at, cut: true }],
});

/** The run from its very start, as if no shorter limit had ever begun to count. */
export function uncut({ startedAt, ran }: Stretches): Stretches {
  let from = ran[0]?.from ?? startedAt;
  const joined: Stretch[] = [];
  for (const [at, one] of ran.entries()) {
    // Cut, it went on at once; else it stood until the next began.
    if (one.cut) continue;
    joined.push({ from, to: one.to });
    from = ran[at + 1]?.from ?? startedAt;
  }
  return { startedAt: from, ran: joined };
}

/** When the run is due under a limit, by the calendar of today: what it used before is no longer left. */
export function dueUnder(calendar: WorkingCalendar, run: Stretches, limit: Limit): Deadline {
  const first = counted(run)[0];
  if (first === undefined) return deadline(calendar, run.startedAt, limit);
  const own = workingClock(calendar, limit.unit);
  const whole = own.elapsed(first.from, deadline(calendar, first.from, limit).dueAt);
  const dueAt = own.after(run.startedAt, Math.max(0, whole - usedMs(calendar, run, limit.unit)));
  return { dueAt, provisional: isProvisional(calendar, limit, dueAt) };
}

/** 暂定: of what counts working days, whatever lies beyond the last notice. */
export const isProvisional = (calendar: WorkingCalendar, { unit }: Limit, dueAt: number): boolean =>
  unit !== 'naturalMinutes' && !calendar.isOfficial(dueAt);
