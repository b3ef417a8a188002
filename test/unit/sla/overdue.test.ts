/** What comes after red, by hand: again every four working hours, the inspection office after one working day more. */
import { describe, expect, test } from 'vitest';
import { fromIso } from '#domain/calendar/shanghai.ts';
import { overdueMarks } from '#domain/sla/overdue.ts';
import { xianan, xiananLimits } from '../calendar/xianan.ts';

const iso = (local: string) => `${local.replace(' ', 'T')}:00.000+08:00`;
const shown = (instant: string) => instant.slice(5, 16).replace('T', ' ');
const marks = (dueAt: string, now = dueAt) => {
  const due = { dueAt: iso(dueAt) };
  const { repeatAt, inspectionAt } = overdueMarks({ calendar: xianan, profile: xiananLimits }, due, fromIso(iso(now)));
  return [repeatAt, inspectionAt].map(shown);
};

describe('after red', () => {
  test.each<[string, string[]]>([
    // Tuesday's closing bell: 3.5 h on Wednesday morning and half an hour after lunch; Wednesday's closing, heard on Thursday
    ['2025-03-04 17:30', ['03-05 15:00', '03-06 08:30']],
    // Tuesday 10:00: two hours until lunch, two hours after it
    ['2025-03-04 10:00', ['03-04 16:30', '03-06 08:30']],
    // four hours are full on the bell of 12:00: the reminder waits for 14:30
    ['2025-03-04 17:00', ['03-05 14:30', '03-06 08:30']],
    // Saturday night, of a natural limit: nobody is reminded before Monday; Monday is the one day more
    ['2025-03-08 23:50', ['03-10 15:00', '03-11 08:30']],
    // Friday before the make-up Sunday of National Day: the Sunday counts
    ['2025-09-26 17:30', ['09-28 15:00', '09-29 08:30']],
    // the eve of National Day: eight days off, then the 9th
    ['2025-09-30 17:30', ['10-09 15:00', '10-10 08:30']],
  ])('due %s → %j', (dueAt, expected) => {
    expect(marks(dueAt)).toEqual(expected);
  });

  test('what was missed comes once: the next turn lies ahead, on the same rhythm', () => {
    // Due Tue 10:00; turns at Tue 16:30, Wed 11:30 (4 h on: 1 h Tue, 3 h Wed), Wed 17:00 …
    expect(marks('2025-03-04 10:00', '2025-03-04 16:29')[0]).toBe('03-04 16:30');
    expect(marks('2025-03-04 10:00', '2025-03-04 16:30')[0]).toBe('03-05 11:30');
    expect(marks('2025-03-04 10:00', '2025-03-05 11:29')[0]).toBe('03-05 11:30');
    expect(marks('2025-03-04 10:00', '2025-03-07 09:00')[0]).toBe('03-07 10:30');
  });
});
