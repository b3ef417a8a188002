/** Deadlines by hand: each row was worked out on paper calendars of 2024–2026, office hours 08:30–12:00 and 14:30–17:30. */
import { describe, expect, test } from 'vitest';
import { dateOf, dayOfDate, fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import { deadline } from '#domain/sla/working-clock.ts';
import type { Limit } from '#schemas/sla.ts';
import { withHours, xianan, xiananData } from './xianan.ts';

type Row = readonly [start: string, amount: number, due: string, story: string];
const at = (local: string) => fromIso(`${local.replace(' ', 'T')}:00+08:00`);
const dueOf = (start: string, limit: Limit, calendar = xianan) => {
  const { dueAt, provisional } = deadline(calendar, at(start), limit);
  return `${toShanghai(dueAt).slice(0, 16).replace('T', ' ')}${provisional ? ' provisional' : ''}`;
};

const WORKING_DAYS: readonly Row[] = [
  ['2025-03-03 09:00', 1, '2025-03-04 17:30', 'Monday morning → Tuesday'],
  ['2025-03-03 23:50', 1, '2025-03-04 17:30', 'Monday ten to midnight is still Monday'],
  ['2025-03-04 00:00', 1, '2025-03-05 17:30', 'ten minutes later it is Tuesday, which is now the start day'],
  ['2025-03-07 16:59', 1, '2025-03-10 17:30', 'Friday afternoon → Monday'],
  ['2025-03-07 21:00', 3, '2025-03-12 17:30', 'Friday evening: Monday, Tuesday, Wednesday'],
  ['2025-03-08 10:00', 1, '2025-03-10 17:30', 'Saturday → Monday is the first'],
  ['2025-03-09 22:00', 1, '2025-03-10 17:30', 'Sunday night → Monday is the first'],
  ['2024-02-28 10:00', 1, '2024-02-29 17:30', 'leap day, a Thursday'],
  ['2024-02-02 10:00', 1, '2024-02-04 17:30', 'Friday → the Sunday before Spring Festival is a make-up day'],
  ['2024-02-08 10:00', 1, '2024-02-09 17:30', '2024: New Year’s Eve, a Friday, was a working day by the notice'],
  ['2024-02-09 10:00', 1, '2024-02-18 17:30', 'New Year’s Eve → over the festival to the make-up Sunday'],
  ['2024-04-03 10:00', 2, '2024-04-08 17:30', 'Wednesday; Tomb-Sweeping Thu–Sat; make-up Sunday, Monday'],
  ['2024-04-26 10:00', 2, '2024-04-29 17:30', 'Friday; make-up Sunday 28th, Monday'],
  ['2024-05-10 10:00', 1, '2024-05-11 17:30', 'Friday → make-up Saturday'],
  ['2024-06-07 10:00', 1, '2024-06-11 17:30', 'Friday; Dragon Boat Monday off → Tuesday'],
  ['2024-09-13 10:00', 2, '2024-09-18 17:30', 'Friday; make-up Saturday; Mid-Autumn Sun–Tue; Wednesday'],
  [
    '2024-09-27 10:00',
    15,
    '2024-10-23 17:30',
    'a report: make-up Sun 29th, Mon, 8–12 Oct with Saturday, two weeks, Mon–Wed',
  ],
  ['2024-12-31 10:00', 1, '2025-01-02 17:30', 'Tuesday; New Year Wednesday only; Thursday'],
  ['2025-01-24 10:00', 1, '2025-01-26 17:30', 'Friday → make-up Sunday'],
  ['2025-01-26 10:00', 1, '2025-01-27 17:30', 'a make-up Sunday as start day isn’t counted either'],
  ['2025-01-27 10:00', 1, '2025-02-05 17:30', 'last day before the festival → first after it'],
  ['2025-01-27 10:00', 5, '2025-02-10 17:30', 'Wed, Thu, Fri, make-up Saturday 8th, Monday'],
  ['2025-01-30 10:00', 4, '2025-02-08 17:30', 'start within the festival; fourth day is the make-up Saturday'],
  ['2025-04-03 10:00', 1, '2025-04-07 17:30', 'Thursday; Tomb-Sweeping Fri–Sun, no make-up day'],
  ['2025-04-25 10:00', 3, '2025-04-29 17:30', 'Friday; make-up Sunday, Monday, Tuesday'],
  ['2025-04-30 10:00', 1, '2025-05-06 17:30', 'Wednesday; Labour Day Thu–Mon; Tuesday'],
  ['2025-05-30 10:00', 1, '2025-06-03 17:30', 'Friday; Dragon Boat Sat–Mon; Tuesday'],
  ['2025-09-26 16:00', 1, '2025-09-28 17:30', 'Friday → make-up Sunday'],
  ['2025-09-27 10:00', 1, '2025-09-28 17:30', 'Saturday → make-up Sunday'],
  ['2025-09-30 10:00', 1, '2025-10-09 17:30', 'last day before National Day → the 9th'],
  ['2025-09-30 10:00', 3, '2025-10-11 17:30', 'Thursday, Friday, make-up Saturday'],
  ['2025-10-05 03:00', 2, '2025-10-10 17:30', 'start within the holiday'],
  ['2025-10-11 10:00', 1, '2025-10-13 17:30', 'make-up Saturday → Monday'],
  ['2025-12-31 10:00', 1, '2026-01-04 17:30', 'Wednesday; New Year Thu–Sat; make-up Sunday'],
  ['2026-01-01 00:00', 2, '2026-01-05 17:30', 'New Year’s midnight; make-up Sunday, Monday'],
  ['2026-02-13 10:00', 1, '2026-02-14 17:30', 'Friday → make-up Saturday'],
  ['2026-02-14 10:00', 1, '2026-02-24 17:30', 'make-up Saturday → over nine days off'],
  ['2026-02-13 10:00', 5, '2026-02-27 17:30', 'make-up Saturday; then Tue 24th … Fri 27th'],
  ['2026-02-13 10:00', 6, '2026-02-28 17:30', 'and the make-up Saturday after it'],
  ['2026-04-03 10:00', 1, '2026-04-07 17:30', 'Friday; Tomb-Sweeping Sat–Mon; Tuesday'],
  ['2026-04-30 10:00', 3, '2026-05-08 17:30', 'Thursday; Labour Day Fri–Tue; Wed, Thu, Fri'],
  ['2026-05-08 10:00', 1, '2026-05-09 17:30', 'Friday → make-up Saturday'],
  ['2026-06-18 10:00', 1, '2026-06-22 17:30', 'Thursday; Dragon Boat Fri–Sun; Monday'],
  ['2026-09-18 10:00', 5, '2026-09-24 17:30', 'Friday; make-up Sunday, Mon–Thu'],
  ['2026-09-18 10:00', 6, '2026-09-28 17:30', 'and over Mid-Autumn Fri–Sun to Monday'],
  ['2026-09-30 10:00', 3, '2026-10-10 17:30', 'Wednesday; National Day 1–7; Thu, Fri, make-up Saturday'],
  ['2026-12-10 10:00', 15, '2026-12-31 17:30', 'fifteen days that just fit into the known year'],
  ['2026-12-11 10:00', 15, '2027-01-01 17:30 provisional', 'one more day: New Year’s Day as a mere Friday, said so'],
  ['2026-12-31 10:00', 1, '2027-01-01 17:30 provisional', 'no notice yet for 2027'],
  ['2023-12-28 10:00', 1, '2023-12-29 17:30 provisional', 'no notice on file before 2024 either'],
  ['2023-12-31 10:00', 1, '2024-01-02 17:30', 'only the days after the start are needed, and those are known'],
  // Make-up days as the last day of a limit …
  ['2024-04-03 16:00', 1, '2024-04-07 17:30', 'Wednesday; Tomb-Sweeping Thu–Sat; make-up Sunday'],
  ['2024-04-26 16:00', 1, '2024-04-28 17:30', 'Friday → make-up Sunday before Labour Day'],
  ['2024-09-13 16:00', 1, '2024-09-14 17:30', 'Friday → make-up Saturday before Mid-Autumn'],
  ['2024-09-27 16:00', 1, '2024-09-29 17:30', 'Friday → make-up Sunday before National Day'],
  ['2024-10-11 16:00', 1, '2024-10-12 17:30', 'Friday → make-up Saturday after National Day'],
  ['2025-04-25 16:00', 1, '2025-04-27 17:30', 'Friday → make-up Sunday before Labour Day'],
  ['2026-09-18 16:00', 1, '2026-09-20 17:30', 'Friday → make-up Sunday before National Day'],
  // … and as its start day, which is not counted.
  ['2024-02-04 09:00', 1, '2024-02-05 17:30', 'make-up Sunday → Monday'],
  ['2024-02-18 09:00', 1, '2024-02-19 17:30', 'make-up Sunday after the festival → Monday'],
  ['2024-04-07 09:00', 1, '2024-04-08 17:30', 'make-up Sunday → Monday'],
  ['2024-04-28 09:00', 3, '2024-05-06 17:30', 'make-up Sunday; Monday, Tuesday; Labour Day Wed–Sun; Monday'],
  ['2024-05-11 09:00', 1, '2024-05-13 17:30', 'make-up Saturday; Sunday is free; Monday'],
  ['2024-09-14 09:00', 1, '2024-09-18 17:30', 'make-up Saturday; Mid-Autumn Sun–Tue; Wednesday'],
  ['2024-09-29 09:00', 2, '2024-10-08 17:30', 'make-up Sunday; Monday; National Day Tue–Mon; Tuesday'],
  ['2024-10-12 09:00', 1, '2024-10-14 17:30', 'make-up Saturday; Sunday is free; Monday'],
  ['2025-02-08 09:00', 1, '2025-02-10 17:30', 'make-up Saturday → Monday'],
  ['2025-04-27 09:00', 4, '2025-05-06 17:30', 'make-up Sunday; Mon, Tue, Wed; Labour Day Thu–Mon; Tuesday'],
  ['2025-09-28 09:00', 3, '2025-10-09 17:30', 'make-up Sunday; Monday, Tuesday; eight days off; Thursday'],
  ['2026-01-04 09:00', 1, '2026-01-05 17:30', 'make-up Sunday → Monday'],
  ['2026-02-28 09:00', 1, '2026-03-02 17:30', 'make-up Saturday → Monday'],
  ['2026-05-09 09:00', 1, '2026-05-11 17:30', 'make-up Saturday → Monday'],
  ['2026-09-20 09:00', 1, '2026-09-21 17:30', 'make-up Sunday → Monday'],
  ['2026-10-10 09:00', 1, '2026-10-12 17:30', 'make-up Saturday → Monday'],
  // Holidays: from the last day before, from within, to the first day after.
  [
    '2023-12-29 10:00',
    1,
    '2024-01-02 17:30 provisional',
    'Friday; the weekend is in a year without notice; New Year Monday',
  ],
  ['2024-01-01 09:00', 1, '2024-01-02 17:30', 'New Year’s Day, a Monday → Tuesday'],
  ['2024-02-12 10:00', 1, '2024-02-18 17:30', 'within Spring Festival → make-up Sunday'],
  ['2024-04-05 10:00', 1, '2024-04-07 17:30', 'within Tomb-Sweeping → make-up Sunday'],
  ['2024-04-30 10:00', 1, '2024-05-06 17:30', 'Tuesday; Labour Day Wed–Sun; Monday'],
  ['2024-05-03 10:00', 1, '2024-05-06 17:30', 'within Labour Day → Monday'],
  ['2024-06-10 10:00', 1, '2024-06-11 17:30', 'Dragon Boat Monday → Tuesday'],
  ['2024-09-16 10:00', 1, '2024-09-18 17:30', 'within Mid-Autumn → Wednesday'],
  ['2024-09-30 10:00', 1, '2024-10-08 17:30', 'Monday; National Day Tue–Mon; Tuesday'],
  ['2024-10-04 10:00', 2, '2024-10-09 17:30', 'within National Day: Tuesday, Wednesday'],
  ['2025-01-01 10:00', 1, '2025-01-02 17:30', 'New Year’s Day, a Wednesday → Thursday'],
  ['2025-04-05 10:00', 1, '2025-04-07 17:30', 'within Tomb-Sweeping → Monday'],
  ['2025-05-05 23:59', 1, '2025-05-06 17:30', 'last minute of Labour Day → Tuesday'],
  ['2025-06-01 10:00', 1, '2025-06-03 17:30', 'within Dragon Boat → Tuesday'],
  ['2026-02-17 10:00', 1, '2026-02-24 17:30', 'first day of the lunar year → Tuesday a week later'],
  ['2026-04-05 10:00', 1, '2026-04-07 17:30', 'within Tomb-Sweeping → Tuesday'],
  ['2026-04-30 10:00', 1, '2026-05-06 17:30', 'Thursday; Labour Day Fri–Tue; Wednesday'],
  ['2026-05-02 10:00', 1, '2026-05-06 17:30', 'within Labour Day → Wednesday'],
  ['2026-06-20 10:00', 1, '2026-06-22 17:30', 'within Dragon Boat → Monday'],
  ['2026-09-24 10:00', 1, '2026-09-28 17:30', 'Thursday; Mid-Autumn Fri–Sun; Monday'],
  ['2026-09-26 10:00', 1, '2026-09-28 17:30', 'within Mid-Autumn → Monday'],
  ['2026-09-30 10:00', 1, '2026-10-08 17:30', 'Wednesday; National Day Thu–Wed; Thursday'],
  ['2026-10-03 10:00', 1, '2026-10-08 17:30', 'within National Day → Thursday'],
];

describe('working days: start day not counted, due when the office closes', () => {
  test.each(WORKING_DAYS)('%s + %d wd → %s: %s', (start, amount, due) => {
    expect(dueOf(start, { amount, unit: 'workingDays' })).toBe(due);
  });
});

const WORKING_MINUTES: readonly Row[] = [
  ['2025-03-03 09:00', 240, '2025-03-03 15:30', 'three hours before lunch, one after'],
  ['2025-03-03 08:30', 210, '2025-03-03 12:00', 'a whole morning ends at noon, not after lunch'],
  ['2025-03-03 08:30', 211, '2025-03-03 14:31', 'a minute more comes after lunch'],
  ['2025-03-03 08:30', 390, '2025-03-03 17:30', 'a whole day ends at closing'],
  ['2025-03-03 07:00', 240, '2025-03-03 15:00', 'before opening: counts from 08:30'],
  ['2025-03-03 12:00', 1, '2025-03-03 14:31', 'at the lunch bell'],
  ['2025-03-03 13:15', 240, '2025-03-04 09:30', 'in the lunch break: the afternoon’s three hours, one on Tuesday'],
  ['2025-03-07 17:00', 240, '2025-03-10 12:00', 'Friday: half an hour, then all of Monday morning'],
  ['2025-03-07 17:30', 240, '2025-03-10 15:00', 'Friday at closing: all on Monday'],
  ['2025-03-07 20:00', 240, '2025-03-10 15:00', 'Friday evening'],
  ['2025-03-08 11:00', 240, '2025-03-10 15:00', 'Saturday'],
  ['2025-09-27 11:00', 240, '2025-09-28 15:00', 'the Saturday before a make-up Sunday'],
  ['2025-09-30 16:30', 240, '2025-10-09 11:30', 'an hour before National Day, three after it'],
  ['2025-10-01 00:00', 0, '2025-10-01 00:00', 'nothing to do is done at once, even on National Day'],
  ['2026-12-31 16:30', 60, '2026-12-31 17:30', 'the last known hour'],
  ['2026-12-31 16:30', 61, '2027-01-01 08:31 provisional', 'the first unknown minute'],
  ['2025-03-03 08:29', 1, '2025-03-03 08:31', 'a minute before opening: the first open one counts'],
  ['2025-03-03 11:59', 1, '2025-03-03 12:00', 'the last minute of the morning'],
  ['2025-03-03 11:59', 2, '2025-03-03 14:31', 'and one after lunch'],
  ['2025-03-03 14:29', 1, '2025-03-03 14:31', 'a minute before the afternoon'],
  ['2025-03-03 14:30', 180, '2025-03-03 17:30', 'a whole afternoon'],
  ['2025-03-03 17:29', 2, '2025-03-04 08:31', 'the last minute of Monday, the first of Tuesday'],
  ['2024-10-12 08:30', 390, '2024-10-12 17:30', 'the whole of a make-up Saturday'],
  ['2025-01-27 17:00', 60, '2025-02-05 09:00', 'half an hour on each side of Spring Festival'],
  ['2025-10-05 12:00', 390, '2025-10-09 17:30', 'start on a holiday, at what would be noon'],
  ['2026-02-14 11:30', 60, '2026-02-14 15:00', 'over the lunch break of a make-up Saturday'],
  ['2026-02-14 17:00', 60, '2026-02-24 09:00', 'half an hour on each side of nine days off'],
];

describe('working minutes: only office hours count, from the start on', () => {
  test.each(WORKING_MINUTES)('%s + %d min → %s: %s', (start, amount, due) => {
    expect(dueOf(start, { amount, unit: 'workingMinutes' })).toBe(due);
  });

  test('the golden case: five working days’ minutes over make-up Sunday and National Day', () => {
    // Fri 26th 90 min; make-up Sun 28th, Mon, Tue 390 each; 1–8 October off; Thu 9th 390; Fri 10th the last 300.
    const hours = withHours([
      { from: '09:00', to: '12:00' },
      { from: '14:00', to: '17:30' },
    ]);
    expect(dueOf('2025-09-26 16:00', { amount: 1950, unit: 'workingMinutes' }, hours)).toBe('2025-10-10 16:00');
  });

  test('seasons: the summer afternoon begins later, and winter may run over New Year', () => {
    const hours = withHours(
      [{ from: '08:00', to: '12:00' }],
      [
        { name: '夏令', from: '06-01', until: '09-30', hours: [{ from: '08:00', to: '11:00' }] },
        { name: '冬令', from: '12-01', until: '02-28', hours: [{ from: '09:00', to: '12:00' }] },
      ],
    );
    const due = (start: string, amount: number) => dueOf(start, { amount, unit: 'workingMinutes' }, hours);
    expect(due('2025-05-30 08:00', 241)).toBe('2025-06-03 08:01'); // Fri; Dragon Boat; Tuesday
    expect(due('2025-06-03 08:00', 181)).toBe('2025-06-04 08:01');
    expect(due('2025-09-30 08:00', 181)).toBe('2025-10-09 08:01'); // the usual hours again from October
    expect(due('2025-12-31 09:00', 181)).toBe('2026-01-04 09:01'); // winter on both sides of New Year
    expect(due('2026-02-28 09:00', 181)).toBe('2026-03-02 08:01'); // make-up Saturday, last day of winter → Monday
    expect(dueOf('2025-06-03 08:00', { amount: 1, unit: 'workingDays' }, hours)).toBe('2025-06-04 11:00');
  });
});

const NATURAL_MINUTES: readonly Row[] = [
  ['2025-10-03 02:00', 30, '2025-10-03 02:30', 'a night within National Day'],
  ['2025-12-31 23:50', 1440, '2026-01-01 23:50', 'over New Year'],
  ['2026-12-31 12:00', 1440, '2027-01-01 12:00', 'needs no calendar, so nothing about it is provisional'],
];

describe('natural minutes: night and holiday count', () => {
  test.each(NATURAL_MINUTES)('%s + %d min → %s: %s', (start, amount, due) => {
    expect(dueOf(start, { amount, unit: 'naturalMinutes' })).toBe(due);
  });
});

describe('the tables above leave nothing out', () => {
  const days = xiananData.years.flatMap((year) => year.days);
  const starts = new Set(WORKING_DAYS.map(([start]) => start.slice(0, 10)));
  const ends = new Set(WORKING_DAYS.map(([, , due]) => due.slice(0, 10)));
  /** The nearest working day before (−1) or after (1). */
  const nearest = (date: string, step: 1 | -1): string => {
    const next = dateOf(dayOfDate(date) + step);
    return xianan.isWorkingDay(next) ? next : nearest(next, step);
  };

  test('at least 80 dated cases', () => {
    expect(WORKING_DAYS.length + WORKING_MINUTES.length + NATURAL_MINUTES.length).toBeGreaterThanOrEqual(80);
    expect(new Set([...WORKING_DAYS, ...WORKING_MINUTES].map(String)).size).toBe(
      WORKING_DAYS.length + WORKING_MINUTES.length,
    );
  });

  test('every make-up day is the last day of one limit and the start day of another', () => {
    const makeUps = days.filter(({ off }) => !off).map(({ date }) => date);
    expect(makeUps.length).toBeGreaterThan(15);
    expect(makeUps.filter((date) => !starts.has(date) || !ends.has(date))).toEqual([]);
  });

  test('every holiday is met from the day before it, from within it, and on the day after it', () => {
    const off = days.filter((day) => day.off).map(({ date }) => date);
    const holidays = new Map<string, string[]>();
    for (const date of off) {
      const before = nearest(date, -1);
      holidays.set(before, [...(holidays.get(before) ?? []), date]);
    }
    expect(holidays.size).toBeGreaterThan(18);
    const missing = [...holidays].filter(
      ([before, dates]) =>
        !starts.has(before) || !dates.some((date) => starts.has(date)) || !ends.has(nearest(dates[0] ?? '', 1)),
    );
    expect(missing).toEqual([]);
  });
});
