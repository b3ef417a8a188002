/**
 * 计时: a clock as data on the ticket. Started, stopped and fired by pure functions; whoever keeps the ticket keeps the clock.
 * Every function returns a new clock (or the same one, when there is nothing to change) and repeats without harm.
 */
import { fromIso, MINUTE, toShanghai } from '#domain/calendar/shanghai.ts';
import type { Deadline, WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { Clock, ClockId, Colour, Limit, LimitProfile, LimitQuery } from '#schemas/sla.ts';
import { explain, explainPause, type Origin } from './explain.ts';
import { findLimit } from './limits.ts';
import { stillOverdue } from './overdue.ts';
import { type Run, warningTimes } from './warnings.ts';
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
  return instance(rules, { id, holder, limit, startedAt, ...deadline(rules.calendar, startedAt, limit) }, earlier);
}

/** What an instance of a clock follows from. Epoch milliseconds. */
interface Stretch extends Run, Pick<Clock, 'id' | 'holder' | 'provisional'> {
  readonly origin?: Origin;
}

/** The next instance of a clock: begun, handed on, moved or resumed, its marks follow from its limit, times and what was used. */
function instance(
  { calendar, profile }: SlaRules,
  stretch: Stretch,
  earlier: readonly Clock[],
  fired: Clock['fired'] = {},
): Clock {
  const { id, holder, limit, startedAt, dueAt, usedMs, provisional } = stretch;
  const { yellow, orange, red } = warningTimes(calendar, profile.warnings, stretch);
  const next: Clock = {
    id,
    instance: nextInstance(earlier, id),
    holder,
    limit,
    startedAt: toShanghai(startedAt),
    dueAt: toShanghai(dueAt),
    provisional,
    marks: { yellow: toShanghai(yellow), orange: toShanghai(orange), red: toShanghai(red) },
    fired,
    ...(usedMs ? { usedMs } : {}),
  };
  return { ...next, why: explain(calendar, next, stretch.origin) };
}

function nextInstance(earlier: readonly Clock[], id: ClockId): string {
  return `${id}#${earlier.filter((clock) => clock.id === id).length + 1}`;
}

const stretchOf = ({ id, holder, limit, startedAt, dueAt, usedMs, provisional }: Clock): Stretch => ({
  id,
  holder,
  limit,
  startedAt: fromIso(startedAt),
  dueAt: fromIso(dueAt),
  usedMs,
  provisional,
});

/** 暂定: of what counts working days, whatever lies beyond the last notice. */
const isProvisional = ({ calendar }: SlaRules, { unit }: Limit, dueAt: number): boolean =>
  unit !== 'naturalMinutes' && !calendar.isOfficial(dueAt);

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
 * The same run under a new instance: same start and deadline. For a ticket that changes hands or whose answer was refused: the
 * citizen's deadline does not move. Warnings are armed anew for a new holder; one that had the run before has heard its own.
 */
export function continueClock(
  rules: SlaRules,
  clock: Clock,
  { holder, now }: { readonly holder: string; readonly now: number },
  earlier: readonly Clock[],
): Clock {
  const { startedAt, dueAt } = clock;
  const own = earlier.findLast(
    (one) => one.id === clock.id && one.holder === holder && one.startedAt === startedAt && one.dueAt === dueAt,
  );
  return {
    ...instance(rules, { ...stretchOf(clock), holder, origin: 'handedOn' }, earlier, own?.fired),
    heldSince: toShanghai(now),
    ...(own === undefined ? {} : stillOverdue(rules, own, dueAt, now)),
  };
}

/**
 * 改时限: a running clock under another limit, e.g. of another urgency. A shorter limit counts from `now` (epoch ms): nobody could
 * have kept it before it was set; the deadline never moves back by it. A longer one counts from the start.
 */
export function changeLimit(
  rules: SlaRules,
  clock: Clock,
  limit: Limit,
  now: number,
  earlier: readonly Clock[],
): Clock {
  const run = stretchOf(clock);
  const fromNow = deadline(rules.calendar, now, limit);
  if (fromNow.dueAt < run.dueAt) {
    return instance(
      rules,
      { id: run.id, holder: run.holder, limit, startedAt: now, ...fromNow, origin: 'changed' },
      earlier,
    );
  }
  const fromStart = dueUnder(rules, run, limit);
  if (fromStart.dueAt <= run.dueAt) return clock;
  const { dueAt, provisional } = fromStart;
  return armed(rules, instance(rules, { ...run, limit, dueAt, provisional, origin: 'changed' }, earlier), clock, now);
}

/** When a run is due under a limit: what it used before a pause, in the same kind of time, is no longer left. */
function dueUnder(rules: SlaRules, { startedAt, usedMs = 0, limit: before }: Stretch, limit: Limit): Deadline {
  const whole = deadline(rules.calendar, startedAt, limit);
  const sameTime = (before.unit === 'naturalMinutes') === (limit.unit === 'naturalMinutes');
  if (usedMs === 0 || !sameTime) return whole;
  const own = workingClock(rules.calendar, limit.unit);
  const dueAt = own.after(startedAt, Math.max(0, own.elapsed(startedAt, whole.dueAt) - usedMs));
  return { dueAt, provisional: isProvisional(rules, limit, dueAt) };
}

/** Colours that were raised and still are: those whose moment has not moved into the future. */
function armed(rules: SlaRules, moved: Clock, before: Clock, now: number): Clock {
  const raised = Object.entries(before.fired).filter(([colour]) => fromIso(moved.marks[colour as Colour]) <= now);
  const fired = Object.fromEntries(raised);
  return { ...moved, heldSince: toShanghai(now), fired, ...stillOverdue(rules, before, moved.dueAt, now) };
}

/**
 * 延期: the same run with a later deadline, `dueAt` and `now` in epoch ms. Colours whose moment moved into the future are armed
 * anew; the others stay raised.
 */
export function moveDeadline(
  rules: SlaRules,
  clock: Clock,
  dueAt: number,
  now: number,
  earlier: readonly Clock[],
): Clock {
  const provisional = isProvisional(rules, clock.limit, dueAt);
  return armed(
    rules,
    instance(rules, { ...stretchOf(clock), dueAt, provisional, origin: 'extended' }, earlier),
    clock,
    now,
  );
}

/**
 * 恢复: a clock that stood goes on at `now` (epoch ms) with what was left of it, in its own time; what had passed before counts
 * towards its colours. One that was overdue has nothing left, and goes on as overdue as it was.
 */
export function resumeClock(rules: SlaRules, clock: Clock, now: number, earlier: readonly Clock[]): Clock {
  if (clock.stoppedAt === undefined) return clock;
  const run = stretchOf(clock);
  const stopped = fromIso(clock.stoppedAt);
  if (stopped >= run.dueAt) {
    return {
      ...instance(rules, { ...run, origin: 'overdue' }, earlier, clock.fired),
      ...stillOverdue(rules, clock, clock.dueAt, now),
      heldSince: toShanghai(now),
    };
  }
  const own = workingClock(rules.calendar, run.limit.unit);
  const usedMs = (run.usedMs ?? 0) + own.elapsed(run.startedAt, stopped);
  const dueAt = own.after(now, own.elapsed(stopped, run.dueAt));
  const provisional = isProvisional(rules, run.limit, dueAt);
  const rest: Stretch = { ...run, startedAt: now, dueAt, usedMs, provisional, origin: 'resumed' };
  return instance(rules, rest, earlier, clock.fired);
}

/**
 * 重算: a provisional clock whose days have been announced since. The deadline follows from the same start and limit; one that
 * was set by hand (`fixed`) stands. The same clock while it is still provisional.
 */
export function recalculate(
  rules: SlaRules,
  clock: Clock,
  { now, fixed }: { readonly now: number; readonly fixed: boolean },
  earlier: readonly Clock[],
): Clock {
  const run = stretchOf(clock);
  if (!clock.provisional || !rules.calendar.isOfficial(run.dueAt)) return clock;
  const dueAt = fixed ? run.dueAt : dueUnder(rules, run, run.limit).dueAt;
  const provisional = isProvisional(rules, run.limit, dueAt);
  const origin: Origin = fixed ? 'extended' : 'recalculated';
  return armed(rules, instance(rules, { ...run, dueAt, provisional, origin }, earlier), clock, now);
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
    why: explainPause(startedAt, until),
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
