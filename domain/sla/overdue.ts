/**
 * 超期: what comes after red while a clock runs on: red again and again, and once the inspection office (督查室). How often and
 * how soon is the district's data. Both wait for the office to open.
 */
import { fromIso, MINUTE, toShanghai } from '#domain/calendar/shanghai.ts';
import type { Clock } from '#schemas/sla.ts';
import type { SlaRules } from './clock.ts';
import { deadline, workingClock } from './working-clock.ts';

/** When an overdue clock rings next, `now` in epoch ms. What was missed while nobody ticked comes once and not in a row. */
export function overdueMarks(
  { calendar, profile }: SlaRules,
  { dueAt }: Pick<Clock, 'dueAt'>,
  now: number,
): { repeatAt: string; inspectionAt: string } {
  const due = fromIso(dueAt);
  const { repeatEvery, inspectionAfter } = profile.warnings;
  const own = workingClock(calendar, repeatEvery.unit);
  const every = repeatEvery.amount * MINUTE;
  const turns = Math.floor(own.elapsed(due, Math.max(due, now)) / every) + 1;
  const inspection = deadline(calendar, due, inspectionAfter).dueAt;
  return {
    repeatAt: toShanghai(own.whenHeard(own.after(due, turns * every))),
    inspectionAt: toShanghai(workingClock(calendar, inspectionAfter.unit).whenHeard(inspection)),
  };
}

/**
 * What has rung goes with the instance that stays overdue, be its deadline another one now; what rings next lies ahead of `now`
 * (epoch ms), and waits for the office like everything that comes after red.
 */
export function stillOverdue(
  rules: SlaRules,
  { overdue }: Pick<Clock, 'overdue'>,
  dueAt: string,
  now: number,
): Pick<Clock, 'overdue'> {
  if (overdue === undefined || fromIso(dueAt) > now) return {};
  const { repeatAt, inspectionAt } = overdueMarks(rules, { dueAt }, now);
  const own = workingClock(rules.calendar, rules.profile.warnings.inspectionAfter.unit);
  // A pause may have put it off.
  const latest = Math.max(now, fromIso(inspectionAt), fromIso(overdue.inspectionAt));
  const heard = toShanghai(own.whenHeard(latest));
  return { overdue: { ...overdue, repeatAt, inspectionAt: heard } };
}

/**
 * 挂起后仍超期: a clock that was overdue when it was stopped goes on at `now` (epoch ms). The inspection office hears of it after as
 * much of the office's time as was left, so that a pause brings nobody before it; red comes again in the rhythm of the deadline.
 */
export function overdueAgain(
  rules: SlaRules,
  { dueAt, overdue }: Pick<Clock, 'dueAt' | 'overdue'>,
  stopped: number,
  now: number,
): Clock['overdue'] {
  // It may have been stopped before anybody ticked and red rang.
  const { inspectionAt, ...rung } = overdue ?? { ...overdueMarks(rules, { dueAt }, stopped), repeats: 0 };
  const own = workingClock(rules.calendar, rules.profile.warnings.inspectionAfter.unit);
  const left = own.elapsed(stopped, Math.max(stopped, fromIso(inspectionAt)));
  return {
    ...rung,
    repeatAt: overdueMarks(rules, { dueAt }, now).repeatAt,
    inspectionAt: toShanghai(own.whenHeard(own.after(now, left))),
  };
}
