/**
 * How a clock's own time passes. Natural limits run day and night; working limits stand still outside office hours, and their
 * warnings wait for the office to open: at the closing bell a reminder would reach nobody.
 */

import { InvalidAmountError } from '#domain/calendar/errors.ts';
import { MINUTE } from '#domain/calendar/shanghai.ts';
import type { Deadline, WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { Limit, LimitUnit } from '#schemas/sla.ts';

export interface WorkingClock {
  /** Milliseconds of this clock's time between two instants. */
  elapsed(from: number, to: number): number;
  /** The instant by which so many milliseconds of this clock's time have passed. */
  after(start: number, ms: number): number;
  /** The instant, this one or the next, at which a warning may go out. */
  whenHeard(instant: number): number;
}

const NATURAL: WorkingClock = {
  elapsed: (from, to) => to - from,
  after: (start, ms) => start + ms,
  whenHeard: (instant) => instant,
};

export function workingClock(calendar: WorkingCalendar, unit: LimitUnit): WorkingClock {
  if (unit === 'naturalMinutes') return NATURAL;
  return {
    elapsed: (from, to) => calendar.workedMs(from, to),
    after: (start, ms) => calendar.afterWorked(start, ms),
    whenHeard: (instant) => calendar.nextOfficeTime(instant),
  };
}

/** When a limit that starts at `start` (epoch ms) is up. */
export function deadline(calendar: WorkingCalendar, start: number, limit: Limit): Deadline {
  switch (limit.unit) {
    case 'naturalMinutes':
      if (!Number.isInteger(limit.amount)) throw new InvalidAmountError('natural minutes', limit.amount);
      return { dueAt: start + limit.amount * MINUTE, provisional: false };
    case 'workingMinutes':
      return calendar.workingMinutes(start, limit.amount);
    case 'workingDays':
      return calendar.workingDays(start, limit.amount);
  }
}
