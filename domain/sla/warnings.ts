/** 黄橙红预警: when each colour of a clock becomes due. The thresholds are the district's data. */

import { MINUTE } from '#domain/calendar/shanghai.ts';
import type { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { Limit, WarningRule, WarningRules } from '#schemas/sla.ts';
import { workingClock } from './working-clock.ts';

/** Epoch milliseconds. */
export interface WarningTimes {
  readonly yellow: number;
  readonly orange: number;
  readonly red: number;
}

/** One run of a limit, or the rest of one that stood. Epoch milliseconds. */
export interface Run {
  readonly limit: Limit;
  readonly startedAt: number;
  readonly dueAt: number;
  /** Of the limit's own time, how much had passed before `startedAt`; milliseconds. */
  readonly usedMs?: number | undefined;
}

/**
 * Yellow and orange come at their share of the time from start to deadline, or when little of a long limit is left, whichever is
 * first; never before the run begins. Red is the deadline itself: being overdue is a fact and doesn't wait for the office to open.
 */
export function warningTimes(calendar: WorkingCalendar, rules: WarningRules, run: Run): WarningTimes {
  const isLong = run.limit.unit === 'workingDays' && run.limit.amount >= rules.leftAppliesFromWorkingDays;
  const clock = workingClock(calendar, run.limit.unit);
  const warn = (rule: WarningRule): number => {
    const byShare = whenShareIsGone(calendar, run, rule.ratio);
    const byRest = isLong && rule.left ? whenLeft(calendar, run, rule.left) : byShare;
    return clock.whenHeard(Math.min(byShare, byRest));
  };
  return { yellow: warn(rules.yellow), orange: warn(rules.orange), red: run.dueAt };
}

function whenShareIsGone(
  calendar: WorkingCalendar,
  { limit, startedAt, dueAt, usedMs = 0 }: Run,
  ratio: number,
): number {
  const clock = workingClock(calendar, limit.unit);
  const share = Math.round((usedMs + clock.elapsed(startedAt, dueAt)) * ratio);
  return clock.after(startedAt, Math.max(0, share - usedMs));
}

function whenLeft(
  calendar: WorkingCalendar,
  { startedAt, dueAt }: Run,
  left: NonNullable<WarningRule['left']>,
): number {
  if (left.unit === 'workingDays') return Math.max(startedAt, calendar.whenDaysLeft(dueAt, left.amount));
  const gone = calendar.workedMs(startedAt, dueAt) - left.amount * MINUTE;
  return calendar.afterWorked(startedAt, Math.max(0, gone));
}
