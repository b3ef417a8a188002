/** The calendar's other questions, its edges and its refusals. */
import { describe, expect, test } from 'vitest';
import { CalendarRangeError, InvalidAmountError, InvalidInstantError } from '#domain/calendar/errors.ts';
import { timeWhenWorked } from '#domain/calendar/office-hours.ts';
import {
  dayOf,
  dayOfDate,
  fromIso,
  HOUR,
  inChinese,
  isWeekday,
  MINUTE,
  toShanghai,
} from '#domain/calendar/shanghai.ts';
import { CalendarData } from '#schemas/sla.ts';
import { xianan, xiananData } from './xianan.ts';

const at = (local: string) => fromIso(`${local.replace(' ', 'T')}:00+08:00`);
const shown = (instant: number) => toShanghai(instant).slice(0, 16).replace('T', ' ');

describe('wall clock of Shanghai', () => {
  test('writes +08:00 and reads any offset', () => {
    expect(toShanghai(Date.UTC(2025, 8, 26, 8))).toBe('2025-09-26T16:00:00.000+08:00');
    expect(fromIso('2025-09-26T16:00:00+08:00')).toBe(fromIso('2025-09-26T08:00:00.000Z'));
    expect(fromIso('2025-09-26T03:00-05:00')).toBe(fromIso('2025-09-26T08:00:00Z'));
    expect(inChinese(at('2025-09-06 09:05'))).toBe('2025年9月6日09:05');
  });

  test('the day turns at Shanghai’s midnight', () => {
    expect(dayOf(at('2025-09-27 00:00')) - dayOf(at('2025-09-26 23:59'))).toBe(1);
  });

  test.each(['2025-09-26T16:00:00', '2025-09-26', 'now', '', '2025-13-01T00:00:00Z'])(
    'refuses %j as an instant',
    (text) => {
      expect(() => fromIso(text)).toThrow(InvalidInstantError);
    },
  );

  test.each(['2025-02-30', '2025-2-3', '20250203', 'today'])('refuses %j as a date', (text) => {
    expect(() => dayOfDate(text)).toThrow(InvalidInstantError);
  });

  test('weekdays before 1970 too', () => {
    expect(isWeekday(dayOfDate('1949-10-01'))).toBe(false); // a Saturday
    expect(isWeekday(dayOfDate('1949-10-03'))).toBe(true);
  });
});

describe('office time', () => {
  test.each([
    ['2025-03-03 08:29', '2025-03-03 08:30'], // Monday, a minute early
    ['2025-03-03 08:30', '2025-03-03 08:30'], // open
    ['2025-03-03 11:59', '2025-03-03 11:59'],
    ['2025-03-03 12:00', '2025-03-03 14:30'], // lunch
    ['2025-03-03 17:30', '2025-03-04 08:30'], // closed
    ['2025-03-07 18:00', '2025-03-10 08:30'], // Friday evening → Monday
    ['2025-09-27 10:00', '2025-09-28 08:30'], // Saturday → make-up Sunday
    ['2025-09-30 17:30', '2025-10-09 08:30'], // over National Day
  ])('next to %s is %s', (instant, next) => {
    expect(shown(xianan.nextOfficeTime(at(instant)))).toBe(next);
    expect(xianan.isOfficeTime(at(instant))).toBe(instant === next);
  });

  test('worked time leaves out lunch, nights and days off, and is negative backwards', () => {
    expect(xianan.workedMs(at('2025-03-03 11:30'), at('2025-03-03 15:00'))).toBe(HOUR);
    expect(xianan.workedMs(at('2025-09-30 17:00'), at('2025-10-09 09:00'))).toBe(HOUR);
    expect(xianan.workedMs(at('2025-03-03 15:00'), at('2025-03-03 11:30'))).toBe(-HOUR);
    expect(timeWhenWorked([{ from: 0, to: MINUTE }], HOUR)).toBe(MINUTE);
  });

  test('days left are counted with the due day', () => {
    expect(shown(xianan.whenDaysLeft(at('2025-10-10 17:30'), 1))).toBe('2025-10-10 08:30');
    expect(shown(xianan.whenDaysLeft(at('2025-10-10 17:30'), 3))).toBe('2025-09-30 08:30');
  });

  test('says which days are known', () => {
    expect([xianan.coveredFrom, xianan.coveredUntil]).toEqual(['2024-01-01', '2026-12-31']);
    expect(xianan.isWorkingDay('2027-01-01')).toBe(true); // assumed from the weekday
  });
});

describe('refusals', () => {
  test('days that aren’t laid out', () => {
    expect(() => xianan.isWorkingDay('2022-12-31')).toThrow(CalendarRangeError);
    expect(() => xianan.isWorkingDay('2037-01-01')).toThrow(CalendarRangeError);
    expect(() => xianan.nextOfficeTime(at('2036-12-31 18:00'))).toThrow(CalendarRangeError);
    expect(() => xianan.workingDays(at('2026-01-01 00:00'), 10_000)).toThrow(CalendarRangeError);
    expect(() => xianan.workingMinutes(at('2026-01-01 00:00'), 10_000_000)).toThrow(/from 2023-01-01 until 2036-12-31/);
  });

  test('amounts that mean nothing', () => {
    expect(() => xianan.workingMinutes(0, -1)).toThrow(InvalidAmountError);
    expect(() => xianan.workingMinutes(0, 1.5)).toThrow(InvalidAmountError);
    expect(() => xianan.workingDays(0, 0)).toThrow(InvalidAmountError);
    expect(() => xianan.workingDays(0, Number.NaN)).toThrow('NaN is no number of working days');
  });
});

describe('calendar.json', () => {
  const broken = (change: (data: CalendarData) => void) => {
    const data = structuredClone(xiananData);
    change(data);
    const result = CalendarData.safeParse(data);
    return result.success ? [] : result.error.issues.map((issue) => issue.message);
  };

  test('is refused when days or hours contradict each other', () => {
    expect(broken(() => {})).toEqual([]);
    expect(broken((data) => data.years.splice(1, 1))).toEqual(['years follow each other without gaps']);
    expect(broken((data) => data.years[0]!.days.push(data.years[0]!.days[0]!))).toEqual(['is listed twice']);
    expect(broken((data) => data.years[1]!.days.push({ date: '2026-05-02', name: '劳动节', off: true }))).toContain(
      'is outside the year of its notice',
    );
    expect(broken((data) => Object.assign(data, { coveredUntil: '2027-12-31' }))).toEqual([
      'lies in the last year that has a notice',
    ]);
    expect(broken((data) => data.office.hours.reverse())).toEqual(['spans are in order and do not overlap']);
    expect(broken((data) => Object.assign(data.office.hours[0]!, { to: '08:00' }))).toContain('ends after it begins');
  });

  test('a notice may reach back into the December before, as that for 2019 did', () => {
    const off = { date: '2025-12-31', name: '元旦', off: true };
    expect(broken((data) => data.years[2]!.days.push(off))).toEqual([]);
  });
});
