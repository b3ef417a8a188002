/** Deadlines by hand: each row was worked out on paper calendars of 2024–2026, office hours 08:30–12:00 and 14:30–17:30. */
import { describe, expect, test } from 'vitest';
import { fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import { deadline } from '#domain/sla/working-clock.ts';
import type { Limit } from '#schemas/sla.ts';
import { withHours, xianan } from './xianan.ts';

type Row = [start: string, amount: number, due: string, story: string];
const at = (local: string) => fromIso(`${local.replace(' ', 'T')}:00+08:00`);
const dueOf = (start: string, limit: Limit, calendar = xianan) => {
  const { dueAt, provisional } = deadline(calendar, at(start), limit);
  return `${toShanghai(dueAt).slice(0, 16).replace('T', ' ')}${provisional ? ' provisional' : ''}`;
};

describe('working days: start day not counted, due when the office closes', () => {
  const rows: Row[] = [
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
  ];
  test.each(rows)('%s + %d wd → %s: %s', (start, amount, due) => {
    expect(dueOf(start, { amount, unit: 'workingDays' })).toBe(due);
  });
});

describe('working minutes: only office hours count, from the start on', () => {
  const rows: Row[] = [
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
  ];
  test.each(rows)('%s + %d min → %s: %s', (start, amount, due) => {
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

describe('natural minutes: night and holiday count', () => {
  const rows: Row[] = [
    ['2025-10-03 02:00', 30, '2025-10-03 02:30', 'a night within National Day'],
    ['2025-12-31 23:50', 1440, '2026-01-01 23:50', 'over New Year'],
    ['2026-12-31 12:00', 1440, '2027-01-01 12:00', 'needs no calendar, so nothing about it is provisional'],
  ];
  test.each(rows)('%s + %d min → %s: %s', (start, amount, due) => {
    expect(dueOf(start, { amount, unit: 'naturalMinutes' })).toBe(due);
  });
});
