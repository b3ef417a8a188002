/** Marks by hand: yellow 70 % or one working day left, orange 90 % or two working hours left (limits ≥ 3 wd), red the deadline. */
import { describe, expect, test } from 'vitest';
import { InvalidAmountError } from '#domain/calendar/errors.ts';
import { fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import { warningTimes } from '#domain/sla/warnings.ts';
import { deadline } from '#domain/sla/working-clock.ts';
import type { Limit } from '#schemas/sla.ts';
import { xianan, xiananLimits } from '../calendar/xianan.ts';

const at = (local: string) => fromIso(`${local.replace(' ', 'T')}:00+08:00`);
const shown = (instant: number) => toShanghai(instant).slice(5, 16).replace('T', ' ');
const marks = (start: string, limit: Limit, rules = xiananLimits.warnings) => {
  const startedAt = at(start);
  const { yellow, orange, red } = warningTimes(xianan, rules, {
    limit,
    startedAt,
    ...deadline(xianan, startedAt, limit),
  });
  return [yellow, orange, red].map(shown);
};
const wd = (amount: number): Limit => ({ amount, unit: 'workingDays' });

describe('marks', () => {
  test.each<[string, Limit, string[]]>([
    // Monday 16:00 → Tuesday 17:30: 480 min of office time; 336 are gone Tue 15:06, 432 Tue 16:42
    ['2025-03-03 16:00', wd(1), ['03-04 15:06', '03-04 16:42', '03-04 17:30']],
    // Monday evening, 2 wd: 780 min; 546 → Wed 11:06, 702 → Wed 16:12; too short for the days-left rule
    ['2025-03-03 20:00', wd(2), ['03-05 11:06', '03-05 16:12', '03-05 17:30']],
    // Monday 09:00, 3 wd: 1,530 min; 1,071 → Wed 16:21, before one day is left; 1,377 → Thu 14:57
    ['2025-03-03 09:00', wd(3), ['03-05 16:21', '03-06 14:57', '03-06 17:30']],
    // Monday evening, 3 wd: 1,170 min; 70 % only Thu 09:09, but one day is left from Thu 08:30; two hours from 15:30
    ['2025-03-03 20:00', wd(3), ['03-06 08:30', '03-06 15:30', '03-06 17:30']],
    // Friday 26 Sep 16:00, 5 wd over make-up Sunday and National Day: 2,040 min; 1,428 → 9 Oct 11:18, 1,836 → 10 Oct 11:36
    ['2025-09-26 16:00', wd(5), ['10-09 11:18', '10-10 11:36', '10-10 17:30']],
    // 24 natural hours from the evening of National Day
    ['2025-10-01 20:00', { amount: 1440, unit: 'naturalMinutes' }, ['10-02 12:48', '10-02 17:36', '10-02 20:00']],
    // 30 natural minutes on a Saturday night go out at night
    ['2025-03-08 23:50', { amount: 30, unit: 'naturalMinutes' }, ['03-09 00:11', '03-09 00:17', '03-09 00:20']],
    // four working hours from Friday 17:00: 168 min → Mon 10:48, 216 → Mon 11:36
    ['2025-03-07 17:00', { amount: 240, unit: 'workingMinutes' }, ['03-10 10:48', '03-10 11:36', '03-10 12:00']],
    // 300 working minutes from 08:30: 70 % fall on the lunch bell, the warning waits for 14:30
    ['2025-03-03 08:30', { amount: 300, unit: 'workingMinutes' }, ['03-03 14:30', '03-03 15:30', '03-03 16:00']],
  ])('%s %j → %j', (start, limit, expected) => {
    expect(marks(start, limit)).toEqual(expected);
  });

  test('a profile without the days-left rules goes by shares alone', () => {
    const rules = { ...xiananLimits.warnings, yellow: { ratio: 0.7 }, orange: { ratio: 0.9 } };
    expect(marks('2025-03-03 20:00', wd(3), rules)).toEqual(['03-06 09:09', '03-06 15:33', '03-06 17:30']);
  });

  test('a rule that asks for more than the whole limit warns from the start', () => {
    const rules = {
      ...xiananLimits.warnings,
      yellow: { ratio: 0.7, left: { amount: 9, unit: 'workingDays' as const } },
      orange: { ratio: 0.9, left: { amount: 9_999, unit: 'workingMinutes' as const } },
    };
    expect(marks('2025-03-03 20:00', wd(3), rules)).toEqual(['03-04 08:30', '03-04 08:30', '03-06 17:30']);
  });

  test('a limit of part of a minute is refused', () => {
    expect(() => deadline(xianan, 0, { amount: 0.5, unit: 'naturalMinutes' })).toThrow(InvalidAmountError);
  });
});
