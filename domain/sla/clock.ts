/**
 * 计时: a clock as data on the ticket. Started, stopped and fired by pure functions; whoever keeps the ticket keeps the clock.
 * Every function returns a new clock (or the same one, when there is nothing to change) and repeats without harm.
 */
import { fromIso, MINUTE, toShanghai } from '#domain/calendar/shanghai.ts';
import type { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { Clock, ClockId, Colour, Limit, LimitProfile, LimitQuery } from '#schemas/sla.ts';
import { explain, explainPause, type Origin } from './explain.ts';
import { findLimit, sameLimit } from './limits.ts';
import { overdueAgain, stillOverdue } from './overdue.ts';
import {
  cut,
  dueUnder,
  goOn,
  isProvisional,
  ranOf,
  ranUntil,
  type Stretches,
  stretchesOf,
  uncut,
  usedMs,
  whenDue,
} from './stretches.ts';
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
  /** In place of the profile's limit: no urgency changes it. */
  readonly limit?: Limit;
}

/** A new running clock. `earlier` are the ticket's clocks so far: they decide the number of this instance. */
export function startClock(rules: SlaRules, start: ClockStart, earlier: readonly Clock[]): Clock {
  const { startedAt, holder, clock: id } = start;
  const limit = start.limit ?? findLimit(rules.profile, start);
  const set = start.limit === undefined ? {} : { set: 'limit' as const };
  const run: Run = { id, holder, limit, startedAt, ran: [], ...set, ...deadline(rules.calendar, startedAt, limit) };
  return instance(rules, run, earlier);
}

/** What an instance of a clock follows from. Epoch milliseconds. */
interface Run extends Stretches, Pick<Clock, 'id' | 'holder' | 'limit' | 'provisional' | 'set' | 'leftMs'> {
  readonly dueAt: number;
  readonly origin?: Origin;
}

/** The next instance of a clock: begun, handed on, moved or resumed, its marks follow from its limit, times and what was used. */
function instance(
  { calendar, profile }: SlaRules,
  run: Run,
  earlier: readonly Clock[],
  fired: Clock['fired'] = {},
): Clock {
  const { id, holder, limit, startedAt, dueAt, provisional, set, leftMs } = run;
  const used = usedMs(calendar, run, limit.unit);
  const last = whenDue(run, dueAt);
  const { yellow, orange, red } = warningTimes(calendar, profile.warnings, {
    limit,
    startedAt: last.startedAt,
    dueAt,
    usedMs: usedMs(calendar, last, limit.unit),
  });
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
    ...(used > 0 ? { usedMs: used } : {}),
    ...ranOf(run),
    ...(set === undefined ? {} : { set }),
    ...(leftMs === undefined ? {} : { leftMs }),
  };
  return { ...next, why: explain(calendar, next, run.origin) };
}

function nextInstance(earlier: readonly Clock[], id: ClockId): string {
  return `${id}#${earlier.filter((clock) => clock.id === id).length + 1}`;
}

const runOf = (clock: Clock): Run => {
  const { id, holder, limit, dueAt, provisional, set, leftMs } = clock;
  return { id, holder, limit, ...stretchesOf(clock), dueAt: fromIso(dueAt), provisional, set, leftMs };
};

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
  const gone = (until: number) => ranUntil(calendar, stretchesOf(clock), clock.limit.unit, until);
  return gone(clock.stoppedAt ? fromIso(clock.stoppedAt) : now) / gone(fromIso(clock.dueAt));
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
  const { dueAt } = clock;
  const own = sameRun(earlier, { ...clock, holder });
  return {
    ...instance(rules, { ...runOf(clock), holder, origin: 'handedOn' }, earlier, own?.fired),
    heldSince: toShanghai(now),
    ...(own === undefined ? {} : stillOverdue(rules, own, dueAt, now)),
  };
}

/** The last instance of this very run under this holder. */
const sameRun = (earlier: readonly Clock[], { id, holder, startedAt, dueAt }: Clock): Clock | undefined =>
  earlier.findLast(
    (one) => one.id === id && one.holder === holder && one.startedAt === startedAt && one.dueAt === dueAt,
  );

/**
 * 改时限: a running clock under another limit, e.g. of another urgency. A shorter limit counts from `now` (epoch ms): nobody could
 * have kept it before it was set; the deadline never moves back by it. A longer one goes back behind what was shortened before, so
 * that a raise which is taken back has moved nothing; and counts from the start where nothing was. The same clock where the new
 * limit gives neither.
 */
export function changeLimit(
  rules: SlaRules,
  clock: Clock,
  limit: Limit,
  now: number,
  earlier: readonly Clock[],
): Clock {
  const before = runOf(clock);
  const run = limited(rules, before, limit, now);
  if (run === before || run.dueAt === before.dueAt) return clock;
  const changed = instance(rules, { ...run, origin: 'changed' }, earlier);
  if (run.dueAt < before.dueAt) return changed;
  // What rang before the limit was shortened has rung.
  const heard = { ...sameRun(earlier, changed)?.fired, ...clock.fired };
  return armed(rules, changed, { ...clock, fired: heard }, now);
}

function limited(rules: SlaRules, run: Run, limit: Limit, now: number): Run {
  const { calendar } = rules;
  if (sameLimit(run.limit, limit)) return run;
  const fromNow = deadline(calendar, now, limit);
  if (fromNow.dueAt < run.dueAt) return { ...run, ...cut(run, now, run.limit), limit, ...fromNow };
  const fromStart = dueUnder(calendar, run, limit);
  // No longer one, either: a raise that comes so late changes nothing.
  if (fromStart.dueAt <= run.dueAt) return run;
  const whole = uncut(run);
  if (whole === undefined) return { ...run, limit, ...fromStart };
  const back = limited(rules, { ...run, ...whole, ...dueUnder(calendar, whole, whole.limit) }, limit, now);
  // Natural hours that stood over days off may end later than what they were shortened from.
  return back.dueAt < run.dueAt ? run : back;
}

/** Colours that were raised and still are: those whose moment has not moved into the future. */
function armed(rules: SlaRules, moved: Clock, before: Clock, now: number): Clock {
  const raised = Object.entries(before.fired).filter(([colour]) => fromIso(moved.marks[colour as Colour]) <= now);
  const fired = Object.fromEntries(raised);
  return { ...moved, heldSince: toShanghai(now), fired, ...stillOverdue(rules, before, moved.dueAt, now) };
}

/**
 * 延期: the same run with a later deadline, `dueAt` and `now` in epoch ms, which neither another urgency nor a notice of days off
 * moves. Colours whose moment moved into the future are armed anew; the others stay raised.
 */
export function moveDeadline(
  rules: SlaRules,
  clock: Clock,
  dueAt: number,
  now: number,
  earlier: readonly Clock[],
): Clock {
  const provisional = isProvisional(rules.calendar, clock.limit, dueAt);
  const run: Run = { ...runOf(clock), dueAt, provisional, set: 'deadline', leftMs: undefined, origin: 'extended' };
  return armed(rules, instance(rules, run, earlier), clock, now);
}

/**
 * 恢复: a clock that stood goes on at `now` (epoch ms) with what was left of it, in its own time; what had passed before counts
 * towards its colours. One that was overdue has nothing left, and goes on as overdue as it was.
 */
export function resumeClock(rules: SlaRules, clock: Clock, now: number, earlier: readonly Clock[]): Clock {
  if (clock.stoppedAt === undefined) return clock;
  const { calendar } = rules;
  const stopped = fromIso(clock.stoppedAt);
  const run = announced(rules, runOf(clock));
  if (stopped >= run.dueAt) {
    return {
      ...instance(rules, { ...run, ...goOn(run, stopped, now), origin: 'overdue' }, earlier, clock.fired),
      overdue: overdueAgain(rules, clock, stopped, now),
    };
  }
  const own = workingClock(calendar, run.limit.unit);
  const left = own.elapsed(stopped, run.dueAt);
  const dueAt = own.after(now, left);
  const provisional = isProvisional(calendar, run.limit, dueAt);
  const leftMs = run.set === 'deadline' ? left : undefined;
  const rest: Run = { ...run, ...goOn(run, stopped, now), dueAt, provisional, leftMs, origin: 'resumed' };
  // Red only where days off were announced since it rang: there is time again.
  const { red: _, ...fired } = clock.fired;
  return instance(rules, rest, earlier, fired);
}

/** A provisional run by the days that were announced since. A day that was named stands; what was left of it after a pause is counted. */
function announced({ calendar }: SlaRules, run: Run): Run {
  if (!run.provisional || !calendar.isOfficial(run.dueAt)) return run;
  if (run.set !== 'deadline') return { ...run, ...dueUnder(calendar, run, run.limit) };
  if (run.leftMs === undefined) return run;
  const dueAt = workingClock(calendar, run.limit.unit).after(run.startedAt, run.leftMs);
  return { ...run, dueAt, provisional: isProvisional(calendar, run.limit, dueAt) };
}

/**
 * 重算: a provisional clock whose days have been announced since. The deadline follows from the same start and limit; one that
 * was set by hand stands. The same clock while it is still provisional.
 */
export function recalculate(rules: SlaRules, clock: Clock, now: number, earlier: readonly Clock[]): Clock {
  const { calendar } = rules;
  const run = runOf(clock);
  if (!clock.provisional || !calendar.isOfficial(run.dueAt)) return clock;
  const { dueAt } = announced(rules, run);
  const provisional = isProvisional(calendar, run.limit, dueAt);
  const origin: Origin = run.set === 'deadline' && run.leftMs === undefined ? 'extended' : 'recalculated';
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
