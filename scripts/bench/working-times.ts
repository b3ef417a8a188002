/**
 * The npm package `working-times` beside our own deadlines: same official days, hours, starts and limits. It reads the process's
 * zone, and a Lambda's is UTC, so that is what it gets here: once with the instants as they are, once with Shanghai's wall clock
 * passed off as UTC, which is how one would have to work around it.
 */
import { createRequire } from 'node:module';
import type workingTimes from 'working-times';
import { HOUR, MINUTE } from '#domain/calendar/shanghai.ts';
import type { CalendarData } from '#schemas/sla.ts';
import type { Figure } from './figure.ts';
import { rate } from './rate.ts';

/** A limit of working minutes that starts at an instant, when it is up by our count, and when the office is open next from then on. Epoch ms. */
export interface Asked {
  readonly start: number;
  readonly minutes: number;
  readonly dueAt: number;
  readonly nextOpen: number;
}

/** Its types promise a `default` that the module hasn't got: the module is what they call so. */
const factory: typeof workingTimes.default = createRequire(import.meta.url)('working-times');

const SHANGHAI = 8 * HOUR;
/** Days that it lays out before and behind today, so that it has every asked one at hand: it lays out anew what it has not. */
const BUFFER = 4000;

export function* besideWorkingTimes(calendar: CalendarData, asked: readonly Asked[]): Iterable<Figure> {
  const zone = process.env.TZ;
  process.env.TZ = 'UTC';
  try {
    const timer = timerOf(calendar);
    const due = (start: number, minutes: number) => timer.add(new Date(start), minutes, 'MINUTES').getTime();
    const value = rate((round) => {
      const { start, minutes } = asked[round % asked.length] as Asked;
      return due(start, minutes);
    });
    const asIs = asked.map(({ start, minutes }) => due(start, minutes));
    const onWallClock = asked.map(({ start, minutes }) => due(start + SHANGHAI, minutes) - SHANGHAI);
    yield { name: 'working_times', value, unit: '1/s', zone: 'UTC', ...differences(asked, asIs) };
    const differing = differences(asked, onWallClock);
    yield {
      name: 'working_times_moved',
      value: differing.differing,
      unit: 'answers',
      zone: 'UTC+8 by hand',
      ...differing,
    };
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
}

function timerOf({ years, office }: CalendarData) {
  const days = years.flatMap((year) => year.days);
  const week = [1, 2, 3, 4, 5].map((day) => [day, office.hours] as const);
  return factory.getTimerInstance().setConfig({
    vacations: days.filter(({ off }) => off).map(({ date }) => date),
    normalWorkingHours: structuredClone(Object.fromEntries(week)),
    exceptionalWorkingHours: structuredClone(
      Object.fromEntries(days.filter(({ off }) => !off).map(({ date }) => [date, office.hours])),
    ),
    minBufferedDays: BUFFER,
    maxBufferedDays: BUFFER,
  });
}

/**
 * How many of its answers are not ours, and by how many minutes, in the middle and at most. `at_next_opening`: of those, ours is
 * the closing bell and its is the next opening, which is the same moment of office time.
 */
function differences(asked: readonly Asked[], answers: readonly number[]) {
  const others = asked
    .map((each, i) => ({ ...each, answer: answers[i] as number }))
    .filter((e) => e.answer !== e.dueAt);
  const sizes = others.map(({ answer, dueAt }) => Math.round(Math.abs(answer - dueAt) / MINUTE)).sort((a, b) => a - b);
  return {
    asked: asked.length,
    differing: others.length,
    at_next_opening: others.filter(({ answer, nextOpen }) => answer === nextOpen).length,
    median_min: sizes[Math.floor(sizes.length / 2)] ?? 0,
    most_min: sizes.at(-1) ?? 0,
  };
}
