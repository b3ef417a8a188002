/**
 * 分段计时: how much of each clock's own time each holder used, so that a delay after returns, refused answers and hand-overs can
 * be attributed to whoever had the ticket then.
 */
import { fromIso, MINUTE } from '#domain/calendar/shanghai.ts';
import type { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { Clock, ClockId, LimitUnit } from '#schemas/sla.ts';
import { workingClock } from './working-clock.ts';

export interface HeldTime {
  readonly clock: ClockId;
  readonly holder: string;
  /** Whole minutes of the clock's own time: of office hours, or of day and night. */
  readonly minutes: number;
  readonly counted: Exclude<LimitUnit, 'workingDays'>;
}

/** One entry per clock, way of counting and holder, in the order in which they began. `now` in epoch ms, for those that run. */
export function timePerHolder(calendar: WorkingCalendar, clocks: readonly Clock[], now: number): HeldTime[] {
  const used = new Map<string, Omit<HeldTime, 'minutes'> & { readonly ms: number }>();
  for (const { id, holder, limit, startedAt, heldSince = startedAt, stoppedAt } of clocks) {
    if (id === 'pause') continue;
    const counted = limit.unit === 'workingDays' ? 'workingMinutes' : limit.unit;
    const key = `${id} ${holder} ${counted}`;
    const until = stoppedAt === undefined ? now : fromIso(stoppedAt);
    const ms = Math.max(0, workingClock(calendar, limit.unit).elapsed(fromIso(heldSince), until));
    const entry = used.get(key) ?? { clock: id, holder, counted, ms: 0 };
    used.set(key, { ...entry, ms: entry.ms + ms });
  }
  return [...used.values()].map(({ ms, ...entry }) => ({ ...entry, minutes: Math.floor(ms / MINUTE) }));
}
