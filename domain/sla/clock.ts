/**
 * 计时: a clock as data on the ticket. Started, stopped and fired by pure functions; whoever keeps the ticket keeps the clock.
 * Every function returns a new clock (or the same one, when there is nothing to change) and repeats without harm.
 */
import { fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import type { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { Clock, ClockId, Colour, Limit, LimitProfile, LimitQuery } from '#schemas/sla.ts';
import { findLimit } from './limits.ts';
import { warningTimes } from './warnings.ts';
import { deadline, workingClock } from './working-clock.ts';

/** What every clock of a district goes by. */
export interface SlaRules {
  readonly calendar: WorkingCalendar;
  readonly profile: LimitProfile;
}

export interface ClockStart extends LimitQuery {
  /** The unit whose time runs, or `hotline`. */
  readonly holder: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** In place of the profile's limit. */
  readonly limit?: Limit;
}

/** A new running clock. `earlier` are the ticket's clocks so far: they decide the number of this instance. */
export function startClock(rules: SlaRules, start: ClockStart, earlier: readonly Clock[]): Clock {
  const { startedAt, holder, clock: id } = start;
  const limit = start.limit ?? findLimit(rules.profile, start);
  const { dueAt, provisional } = deadline(rules.calendar, startedAt, limit);
  const marks = warningTimes(rules.calendar, rules.profile.warnings, { limit, startedAt, dueAt });
  return {
    id,
    instance: nextInstance(earlier, id),
    holder,
    limit,
    startedAt: toShanghai(startedAt),
    dueAt: toShanghai(dueAt),
    provisional,
    marks: { yellow: toShanghai(marks.yellow), orange: toShanghai(marks.orange), red: toShanghai(marks.red) },
    fired: {},
  };
}

function nextInstance(earlier: readonly Clock[], id: ClockId): string {
  return `${id}#${earlier.filter((clock) => clock.id === id).length + 1}`;
}

/** `at` in epoch milliseconds. A clock that stands keeps the time at which it was first stopped. */
export function stopClock(clock: Clock, at: number): Clock {
  return isRunning(clock) ? { ...clock, stoppedAt: toShanghai(at) } : clock;
}

/** Records that a colour was raised at `at` (epoch ms). The first time stands. */
export function fire(clock: Clock, colour: Colour, at: number): Clock {
  return clock.fired[colour] ? clock : { ...clock, fired: { ...clock.fired, [colour]: toShanghai(at) } };
}

export function isRunning(clock: Clock): boolean {
  return clock.stoppedAt === undefined;
}

/** 按时: was it stopped, or is it at `now`, no later than its deadline? */
export function isInTime(clock: Clock, now: number): boolean {
  return (clock.stoppedAt ? fromIso(clock.stoppedAt) : now) <= fromIso(clock.dueAt);
}

/** r of the warnings table: share of the limit gone on the clock's own calendar, 0 at the start, 1 at the deadline, more beyond. */
export function shareGone(calendar: WorkingCalendar, clock: Clock, now: number): number {
  const own = workingClock(calendar, clock.limit.unit);
  const start = fromIso(clock.startedAt);
  const until = clock.stoppedAt ? fromIso(clock.stoppedAt) : now;
  return own.elapsed(start, until) / own.elapsed(start, fromIso(clock.dueAt));
}

/**
 * The same run under a new instance: same start and deadline, warnings armed anew for `holder`. For a ticket that changes
 * hands or whose answer was refused: the citizen's deadline does not move.
 */
export function continueClock(clock: Clock, holder: string, earlier: readonly Clock[]): Clock {
  const { stoppedAt: _, ...run } = clock;
  return { ...run, instance: nextInstance(earlier, clock.id), holder, fired: {} };
}
