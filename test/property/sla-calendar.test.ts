/**
 * What must hold for every instant: the calendar against two independent sources of the official days, and its sums against
 * plain counting.
 */
import chineseDays from 'chinese-days';
import fc from 'fast-check';
import { LegalHoliday } from 'tyme4ts';
import { describe, expect, test } from 'vitest';
import {
  DAY,
  dateOf,
  dayOf,
  dayOfDate,
  fromIso,
  HOUR,
  isWeekday,
  MINUTE,
  midnight,
  toShanghai,
} from '#domain/calendar/shanghai.ts';
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { OfficialYear } from '#schemas/sla.ts';
import { xianan, xiananData } from '../unit/calendar/xianan.ts';

const askedTyme = new Map<number, boolean>();

/** tyme4ts's word on a day; it knows the notices, the weekday is ours. */
function worksByTyme(day: number): boolean {
  const known = askedTyme.get(day);
  if (known !== undefined) return known;
  const [year = 0, month = 0, date = 0] = dateOf(day).split('-').map(Number);
  const works = LegalHoliday.fromYmd(year, month, date)?.isWork() ?? isWeekday(day);
  askedTyme.set(day, works);
  return works;
}

/** The office's hours once more, from midnight. */
const OPEN = [
  [8.5 * HOUR, 12 * HOUR],
  [14.5 * HOUR, 17.5 * HOUR],
] as const;

/** When so much office time has passed, by walking through tyme4ts's days from one opening to the next closing. */
function walk(start: number, ms: number): number {
  let left = ms;
  for (let day = dayOf(start); left > 0; day++) {
    if (!worksByTyme(day)) continue;
    for (const [from, to] of OPEN) {
      const [opens, closes] = [Math.max(start, midnight(day) + from), midnight(day) + to];
      if (opens >= closes) continue;
      if (left <= closes - opens) return opens + left;
      left -= closes - opens;
    }
  }
  return start;
}

/** A calendar of 2014–2026 from chinese-days alone, with the district's hours. */
function calendarOfChineseDays(): WorkingCalendar {
  const years: OfficialYear[] = [];
  for (let year = 2014; year <= 2026; year++) {
    const days: OfficialYear['days'] = [];
    for (let day = dayOfDate(`${year}-01-01`); day <= dayOfDate(`${year}-12-31`); day++) {
      const works = chineseDays.isWorkday(dateOf(day));
      if (works !== isWeekday(day)) days.push({ date: dateOf(day), name: 'chinese-days', off: !works });
    }
    years.push({ year, notice: 'https://www.npmjs.com/package/chinese-days', days });
  }
  return new WorkingCalendar({ ...xiananData, years });
}

const long = calendarOfChineseDays();
const instants = (from: string, to: string) =>
  fc.integer({ min: fromIso(`${from}T00:00:00+08:00`), max: fromIso(`${to}T00:00:00+08:00`) });
const known = instants('2024-01-01', '2026-12-01');
const anyYear = instants('2014-01-01', '2026-10-01');
const minutes = fc.integer({ min: 0, max: 20_000 });

describe('official days', () => {
  test('every day of 2024–2026 agrees with chinese-days and with tyme4ts', () => {
    const differing: string[] = [];
    let offWeekdays = 0;
    for (let day = dayOfDate('2024-01-01'); day <= dayOfDate('2026-12-31'); day++) {
      const works = xianan.isWorkingDay(dateOf(day));
      if (works !== chineseDays.isWorkday(dateOf(day)) || works !== worksByTyme(day)) differing.push(dateOf(day));
      if (works !== isWeekday(day)) offWeekdays++;
    }
    expect(differing).toEqual([]);
    expect(offWeekdays).toBeGreaterThan(60); // it did see the holidays
  });

  test('working days from 10,000 instants of 2014–2026 are what walking by tyme4ts finds', () => {
    fc.assert(
      fc.property(anyYear, fc.integer({ min: 1, max: 20 }), (start, days) => {
        let day = dayOf(start);
        for (let left = days; left > 0; ) if (worksByTyme(++day)) left--;
        expect(long.workingDays(start, days).dueAt).toBe(midnight(day) + 17.5 * HOUR);
      }),
      { numRuns: 10_000 },
    );
  });
});

test('working days are monotonic in start and in number', () => {
  const numbers = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(known, known, numbers, numbers, (one, other, a, b) => {
      const due = (start: number, days: number) => long.workingDays(start, days).dueAt;
      expect(due(Math.min(one, other), a)).toBeLessThanOrEqual(due(Math.max(one, other), a));
      expect(due(one, Math.min(a, b))).toBeLessThanOrEqual(due(one, Math.max(a, b)));
      expect(a < b).toBe(due(one, a) < due(one, b));
    }),
    { numRuns: 1_000 },
  );
});

describe('working minutes', () => {
  test('from 10,000 instants of 2014–2026 end where walking through tyme4ts’s days ends', () => {
    fc.assert(
      fc.property(anyYear, fc.integer({ min: 0, max: 9_000 }), (start, length) => {
        expect(long.workingMinutes(start, length).dueAt).toBe(walk(start, length * MINUTE));
      }),
      { numRuns: 10_000 },
    );
  });

  test('are monotonic in start and in length', () => {
    fc.assert(
      fc.property(known, known, minutes, minutes, (one, other, a, b) => {
        const due = (start: number, length: number) => xianan.workingMinutes(start, length).dueAt;
        expect(due(Math.min(one, other), a)).toBeLessThanOrEqual(due(Math.max(one, other), a));
        expect(due(one, Math.min(a, b))).toBeLessThanOrEqual(due(one, Math.max(a, b)));
      }),
    );
  });

  test('add up: a, then b, is a + b', () => {
    fc.assert(
      fc.property(known, minutes, minutes, (start, a, b) => {
        const first = xianan.workingMinutes(start, a).dueAt;
        expect(xianan.workingMinutes(first, b)).toEqual(xianan.workingMinutes(start, a + b));
      }),
      { numRuns: 2_000 },
    );
  });

  test('are the inverse of worked time', () => {
    fc.assert(
      fc.property(known, minutes, (start, length) => {
        const { dueAt } = xianan.workingMinutes(start, length);
        expect(xianan.workedMs(start, dueAt)).toBe(length * MINUTE);
        // and the earliest such instant
        if (length > 0) expect(xianan.workedMs(start, dueAt - 1)).toBe(length * MINUTE - 1);
      }),
      { numRuns: 2_000 },
    );
  });

  test('worked time is what counting minute by minute finds', () => {
    const isOpen = (instant: number) => {
      const clock = toShanghai(instant).slice(11, 16);
      return (
        worksByTyme(dayOf(instant)) && ((clock >= '08:30' && clock < '12:00') || (clock >= '14:30' && clock < '17:30'))
      );
    };
    fc.assert(
      fc.property(anyYear, fc.integer({ min: 0, max: 3_000 }), (instant, length) => {
        const start = Math.floor(instant / MINUTE) * MINUTE;
        let counted = 0;
        for (let m = 0; m < length; m++) if (isOpen(start + m * MINUTE)) counted++;
        expect(long.workedMs(start, start + length * MINUTE)).toBe(counted * MINUTE);
      }),
      { numRuns: 100 },
    );
  });

  test('worked time over three instants adds up, whatever their order', () => {
    fc.assert(
      fc.property(known, known, known, (a, b, c) => {
        expect(xianan.workedMs(a, b) + xianan.workedMs(b, c)).toBe(xianan.workedMs(a, c));
      }),
    );
  });
});

test('a deadline is provisional exactly when it lies beyond the last known day', () => {
  const end = midnight(dayOfDate('2027-01-01'));
  fc.assert(
    fc.property(
      fc.integer({ min: end - 40 * DAY, max: end + 40 * DAY }),
      fc.integer({ min: 1, max: 20 }),
      (start, n) => {
        for (const { dueAt, provisional } of [xianan.workingDays(start, n), xianan.workingMinutes(start, n * 390)]) {
          expect(provisional).toBe(dueAt >= end);
        }
      },
    ),
  );
});
