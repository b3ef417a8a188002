/** What must hold for every explanation: never too long, and the days that it sorts are those of the calendar. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateOf, dayOf, dayOfDate, fromIso, MINUTE, midnight } from '#domain/calendar/shanghai.ts';
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import { continueClock, moveDeadline, startClock } from '#domain/sla/clock.ts';
import { LimitUnit, TimedClockId } from '#schemas/sla.ts';
import { xianan, xiananData, xiananLimits } from '../unit/calendar/xianan.ts';

const instants = (from: string, to: string) =>
  fc.integer({ min: fromIso(`${from}T00:00:00+08:00`), max: fromIso(`${to}T00:00:00+08:00`) });

/** Every holiday with the longest name that a calendar may have, and hours that change four times a year. */
const wordy = new WorkingCalendar({
  ...xiananData,
  years: xiananData.years.map((year) => ({
    ...year,
    days: year.days.map((day) => ({ ...day, name: '节'.repeat(30) })),
  })),
  office: {
    ...xiananData.office,
    seasons: ['03', '05', '07', '09'].map((month) => ({
      name: month,
      from: `${month}-01`,
      until: `${month}-28`,
      hours: [
        { from: '07:30', to: '11:45' },
        { from: '13:15', to: '15:00' },
        { from: '15:30', to: '18:15' },
      ],
    })),
  },
});

describe('an explanation', () => {
  const limits = fc.oneof(
    fc.record({ amount: fc.integer({ min: 1, max: 400 }), unit: fc.constant(LimitUnit.enum.workingDays) }),
    fc
      .record({ amount: fc.integer({ min: 1, max: 160_000 }), unit: fc.constantFrom(...LimitUnit.options) })
      .filter(({ amount, unit }) => unit !== 'workingDays' || amount < 2_000),
  );

  test.each([
    ['of the district', xianan],
    ['of a wordy one', wordy],
  ])('has 300 characters at most and names no holder: calendar %s', (_, calendar) => {
    const rules = { calendar, profile: xiananLimits };
    fc.assert(
      fc.property(
        fc.constantFrom(...TimedClockId.options),
        limits,
        instants('2023-06-01', '2027-03-01'),
        fc.integer({ min: MINUTE, max: 500 * 1440 * MINUTE }),
        (clock, limit, startedAt, later) => {
          const query = { clock, kind: 'help', urgency: 'normal', holder: 'unit-with-a-name', limit } as const;
          const fresh = startClock(rules, { ...query, startedAt }, []);
          const moved = moveDeadline(rules, fresh, startedAt + later, startedAt, []);
          for (const { why = '' } of [
            fresh,
            moved,
            continueClock(rules, moved, { holder: 'hotline', now: startedAt }, []),
          ]) {
            expect(why.length).toBeGreaterThan(20);
            expect(why.length).toBeLessThanOrEqual(300);
            expect(why).not.toContain('unit-with-a-name');
            expect(why).not.toMatch(/undefined|NaN|，。|、，|：。/);
          }
        },
      ),
      { numRuns: 700 },
    );
  });

  test('of working days says as many counted days as the limit has', () => {
    fc.assert(
      fc.property(instants('2024-01-01', '2026-10-01'), fc.integer({ min: 1, max: 60 }), (startedAt, amount) => {
        const limit = { amount, unit: 'workingDays' } as const;
        const query = {
          clock: 'finish',
          kind: 'help',
          urgency: 'normal',
          holder: 'hotline',
          startedAt,
          limit,
        } as const;
        const { why = '' } = startClock({ calendar: xianan, profile: xiananLimits }, query, []);
        expect(countedDays(why, Number(dateOf(dayOf(startedAt)).slice(0, 4)))).toBe(amount);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Adds up what a reader finds under 计入. */
function countedDays(why: string, year: number): number {
  const [, sum] = /计入(\d+)天/.exec(why) ?? [];
  if (sum !== undefined) return Number(sum);
  const [, list = ''] = /计入：([^。]+)。/.exec(why) ?? [];
  let days = 0;
  for (const item of list.split('，')) {
    const [, ownYear, month, day, lastMonth, lastDay] =
      /^(?:(\d+)年)?(\d+)月(\d+)日(?:至(?:(\d+)月)?(\d+)日)?/.exec(item) ?? [];
    const date = (m = '', d = '') => dayOfDate(`${ownYear ?? year}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`);
    days += lastDay === undefined ? 1 : date(lastMonth ?? month, lastDay) - date(month, day) + 1;
  }
  return days;
}

test('the days between two instants are each there once, in order, with what the calendar says of them', () => {
  const known = new Map(xiananData.years.flatMap(({ days }) => days.map((day) => [day.date, day] as const)));
  fc.assert(
    fc.property(instants('2023-06-01', '2027-03-01'), fc.integer({ min: 0, max: 400 }), (from, length) => {
      const [first, last] = [dayOf(from), dayOf(from) + length];
      const stretches = xianan.daysBetween(from, midnight(last));
      const days = stretches.flatMap((stretch) =>
        Array.from({ length: stretch.last - stretch.first + 1 }, (_, i) => ({ ...stretch, day: stretch.first + i })),
      );
      expect(days.map(({ day }) => day)).toEqual(Array.from({ length: length + 1 }, (_, i) => first + i));
      const differing = days.filter(
        ({ day, works, name, official, hours }) =>
          works !== xianan.isWorkingDay(dateOf(day)) ||
          works === (hours.length === 0) ||
          name !== known.get(dateOf(day))?.name ||
          official !== xianan.isOfficial(midnight(day)),
      );
      expect(differing).toEqual([]);
    }),
    { numRuns: 200 },
  );
  expect(xianan.daysBetween(fromIso('2025-03-04T00:00:00+08:00'), fromIso('2025-03-03T23:59:00+08:00'))).toEqual([]);
});
