/**
 * 计时各段: one run of a limit in its stretches. Between two of them the clock stood (挂起), or a shorter limit began to count. Kept as
 * instants and not as a sum: another limit, or a notice of days off, may count the same stretches otherwise.
 */
import { fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import type { Deadline, WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { Clock, Limit, LimitUnit } from '#schemas/sla.ts';
import { deadline, workingClock } from './working-clock.ts';

/** A stretch that is over; epoch milliseconds. `cut`: from its end on a shorter limit has counted, in place of this one. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly cut?: Limit | undefined;
}

/** A run in its last stretch, which began at `startedAt` (epoch ms). */
export interface Stretches {
  readonly startedAt: number;
  readonly ran: readonly Stretch[];
}

export const stretchesOf = ({ startedAt, ran = [] }: Pick<Clock, 'startedAt' | 'ran'>): Stretches => ({
  startedAt: fromIso(startedAt),
  ran: ran.map(({ from, to, cut }) => ({
    from: fromIso(from),
    to: fromIso(to),
    ...(cut === undefined ? {} : { cut }),
  })),
});

/** As a clock keeps them; nothing of a run that never stood. */
export const ranOf = ({ ran }: Stretches): Pick<Clock, 'ran'> =>
  ran.length === 0
    ? {}
    : {
        ran: ran.map(({ from, to, cut }) => ({
          from: toShanghai(from),
          to: toShanghai(to),
          ...(cut === undefined ? {} : { cut }),
        })),
      };

/** What counts towards the limit: nothing from before a shorter one. */
const counted = ({ ran }: Stretches): readonly Stretch[] => ran.slice(ran.findLastIndex(({ cut }) => cut) + 1);

/** Whether the run stood before its last stretch. */
export const hasStood = (run: Stretches): boolean => counted(run).length > 0;

/** Milliseconds of the unit's own time that had passed of the limit before the last stretch. */
export const usedMs = (calendar: WorkingCalendar, run: Stretches, unit: LimitUnit): number =>
  run.ran.length === 0 ? 0 : ranUntil(calendar, run, unit, run.startedAt);

/** Milliseconds of the unit's own time that have passed of the limit at `until` (epoch ms). */
export function ranUntil(calendar: WorkingCalendar, run: Stretches, unit: LimitUnit, until: number): number {
  const own = workingClock(calendar, unit);
  const stretches = [...counted(run), { from: run.startedAt, to: until }];
  return stretches.reduce((sum, { from, to }) => sum + Math.max(0, own.elapsed(from, Math.min(to, until))), 0);
}

/** The run in the stretch in which it fell due (epoch ms): what stood when it was overdue went on behind its deadline. */
export function whenDue({ startedAt, ran }: Stretches, dueAt: number): Stretches {
  const { from } = ran.at(-1) ?? {};
  if (from === undefined || startedAt < dueAt) return { startedAt, ran };
  return whenDue({ startedAt: from, ran: ran.slice(0, -1) }, dueAt);
}

/** The last stretch is over at `at` (epoch ms); the next one begins at `next`. */
export const goOn = ({ startedAt, ran }: Stretches, at: number, next: number): Stretches => ({
  startedAt: next,
  ran: [...ran, { from: startedAt, to: at }],
});

/** From `at` (epoch ms) on a shorter limit counts in place of `before`. */
export const cut = ({ startedAt, ran }: Stretches, at: number, before: Limit): Stretches => ({
  startedAt: at,
  ran: [...ran, { from: startedAt, to: at, cut: before }],
});

/** As if the last shorter limit had never begun to count, and the limit that it took the place of; undefined when there is none. */
export function uncut({ startedAt, ran }: Stretches): (Stretches & { readonly limit: Limit }) | undefined {
  const at = ran.findLastIndex((one) => one.cut !== undefined);
  const limit = ran[at]?.cut;
  const from = ran[at]?.from;
  if (limit === undefined || from === undefined) return undefined;
  // It went on at once where it was cut: the next stretch is the rest of the same one.
  const next = ran[at + 1];
  if (next === undefined) return { startedAt: from, ran: ran.slice(0, at), limit };
  return { startedAt, ran: [...ran.slice(0, at), { ...next, from }, ...ran.slice(at + 2)], limit };
}

/** When the run is due under a limit, by the calendar of today: what it used before is no longer left. */
export function dueUnder(calendar: WorkingCalendar, run: Stretches, limit: Limit): Deadline {
  const stretches = counted(run);
  const first = stretches[0]?.from ?? run.startedAt;
  const whole = deadline(calendar, first, limit);
  const own = workingClock(calendar, limit.unit);
  let left = own.elapsed(first, whole.dueAt);
  for (const { from, to } of stretches) {
    const ran = own.elapsed(from, to);
    if (ran >= left) return at(own.after(from, left));
    left -= ran;
  }
  return stretches.length === 0 ? whole : at(own.after(run.startedAt, left));

  function at(dueAt: number): Deadline {
    return { dueAt, provisional: isProvisional(calendar, limit, dueAt) };
  }
}

/** 暂定: of what counts working days, whatever lies beyond the last notice. */
export const isProvisional = (calendar: WorkingCalendar, { unit }: Limit, dueAt: number): boolean =>
  unit !== 'naturalMinutes' && !calendar.isOfficial(dueAt);
