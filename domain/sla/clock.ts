/**
 * 计时: a clock as data on the ticket. Started, stopped and fired by pure functions; whoever keeps the ticket keeps the clock.
 * Every function returns a new clock (or the same one, when there is nothing to change) and repeats without harm.
 */
import { fromIso, MINUTE, toShanghai } from '#domain/calendar/shanghai.ts';
import type { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { Clock, ClockId, Colour, Limit, LimitProfile, LimitQuery } from '#schemas/sla.ts';
import { findLimit } from './limits.ts';
import { type WarningTimes, warningTimes } from './warnings.ts';
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
    marks: written(marks),
    fired: {},
  };
}

const written = ({ yellow, orange, red }: WarningTimes): Clock['marks'] => ({
  yellow: toShanghai(yellow),
  orange: toShanghai(orange),
  red: toShanghai(red),
});

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
  const used = clock.usedMs ?? 0;
  return (used + own.elapsed(start, until)) / (used + own.elapsed(start, fromIso(clock.dueAt)));
}

/**
 * The same run under a new instance: same start and deadline, warnings armed anew for `holder`. For a ticket that changes
 * hands or whose answer was refused: the citizen's deadline does not move.
 */
export function continueClock(clock: Clock, holder: string, earlier: readonly Clock[]): Clock {
  const { stoppedAt: _, handover: _taken, ...run } = clock;
  return { ...run, instance: nextInstance(earlier, clock.id), holder, fired: {} };
}

/**
 * 延期: the same run with a later deadline, `dueAt` and `now` in epoch ms. Colours whose moment moved into the future are armed
 * anew; the others stay raised.
 */
export function moveDeadline(
  { calendar, profile }: SlaRules,
  clock: Clock,
  dueAt: number,
  now: number,
  earlier: readonly Clock[],
): Clock {
  const { stoppedAt: _, ...run } = clock;
  const { limit } = clock;
  const marks = warningTimes(calendar, profile.warnings, { limit, startedAt: fromIso(clock.startedAt), dueAt });
  const raised = Object.entries(clock.fired).filter(([colour]) => marks[colour as Colour] <= now);
  return {
    ...run,
    instance: nextInstance(earlier, clock.id),
    dueAt: toShanghai(dueAt),
    provisional: clock.provisional || !calendar.isOfficial(dueAt),
    marks: written(marks),
    fired: Object.fromEntries(raised),
  };
}

/**
 * 恢复: a clock that stood goes on at `now` (epoch ms) with what was left of it, in its own time. What had passed before counts
 * towards its colours; one that was overdue stays so.
 */
export function resumeClock(
  { calendar, profile }: SlaRules,
  clock: Clock,
  now: number,
  earlier: readonly Clock[],
): Clock {
  if (clock.stoppedAt === undefined) return clock;
  const { stoppedAt, ...run } = clock;
  const own = workingClock(calendar, clock.limit.unit);
  const stopped = fromIso(stoppedAt);
  const due = fromIso(clock.dueAt);
  const used = (clock.usedMs ?? 0) + own.elapsed(fromIso(clock.startedAt), Math.min(stopped, due));
  const left = stopped < due ? own.elapsed(stopped, due) : 0;
  const dueAt = left === 0 ? now : own.after(now, left);
  const share = (ratio: number): number => {
    const rest = Math.max(0, Math.round((used + left) * ratio) - used);
    return own.whenHeard(rest === 0 ? now : own.after(now, rest));
  };
  const { yellow, orange } = profile.warnings;
  return {
    ...run,
    instance: nextInstance(earlier, clock.id),
    startedAt: toShanghai(now),
    dueAt: toShanghai(dueAt),
    provisional: !calendar.isOfficial(dueAt),
    usedMs: used,
    marks: written({ yellow: share(yellow.ratio), orange: share(orange.ratio), red: dueAt }),
  };
}

/** 挂起: the clock of a pause, which rings once, at its end. Epoch ms. */
export function pauseUntil(
  until: number,
  { holder, startedAt }: Pick<ClockStart, 'holder' | 'startedAt'>,
  earlier: readonly Clock[],
): Clock {
  const end = toShanghai(until);
  return {
    id: 'pause',
    instance: nextInstance(earlier, 'pause'),
    holder,
    limit: { amount: Math.max(1, Math.ceil((until - startedAt) / MINUTE)), unit: 'naturalMinutes' },
    startedAt: toShanghai(startedAt),
    dueAt: end,
    provisional: false,
    marks: { yellow: end, orange: end, red: end },
    fired: {},
  };
}

/** When a substitute takes a run over that nobody has acted on (B 角接办); epoch ms. */
export function handoverAt({ calendar, profile }: SlaRules, clock: Clock): number {
  const own = workingClock(calendar, clock.limit.unit);
  const start = fromIso(clock.startedAt);
  return own.whenHeard(
    own.after(start, Math.round(own.elapsed(start, fromIso(clock.dueAt)) * profile.substitute.ratio)),
  );
}
