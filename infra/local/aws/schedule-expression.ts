/** `rate(…)`, `cron(…)` and `at(…)` of EventBridge, as a function from one moment to the next due one. */
import { Cron } from 'croner';

/** The next due moment strictly after `after` (epoch ms); `undefined` = never again. */
export type NextDue = (after: number) => number | undefined;

export class UnsupportedScheduleError extends Error {
  override name = 'UnsupportedScheduleError';
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** @throws UnsupportedScheduleError */
export function parseSchedule(expression: string, timezone = 'UTC'): NextDue {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate) {
    const step = Number(rate[1]) * UNIT_MS[rate[2] as keyof typeof UNIT_MS];
    return (after) => after + step;
  }
  const at = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression)?.[1];
  if (at && /^(Etc\/)?UTC$/.test(timezone)) {
    const moment = Date.parse(`${at}Z`);
    return (after) => (moment > after ? moment : undefined);
  }
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.split(/\s+/);
  if (fields?.length !== 6) throw new UnsupportedScheduleError(`${expression} is not supported`);
  const [minute, hour, dayOfMonth, month, dayOfWeek = '*', year] = fields;
  // EventBridge counts days of the week from 1 = Sunday, cron from 0: only names mean the same in both.
  if (year !== '*' || /[\d#L]/.test(dayOfWeek)) throw new UnsupportedScheduleError(`${expression} is not supported`);
  const pattern = [minute, hour, dayOfMonth, month, dayOfWeek].map((field) => (field === '?' ? '*' : field)).join(' ');
  const cron = new Cron(pattern, { timezone, paused: true });
  return (after) => cron.nextRun(new Date(after))?.getTime();
}
