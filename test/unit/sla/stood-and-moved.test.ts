/** Dated cases of clocks that stood (挂起) or were extended (延期), by hand; office hours 08:30–12:00 and 14:30–17:30. */
import { describe, expect, test } from 'vitest';
import { fromIso } from '#domain/calendar/shanghai.ts';
import { fire, moveDeadline, resumeClock, startClock, stopClock } from '#domain/sla/clock.ts';
import { dueMarks } from '#domain/sla/marks.ts';
import { type Clock, Colour, type Limit } from '#schemas/sla.ts';
import { xianan, xiananLimits } from '../calendar/xianan.ts';

const rules = { calendar: xianan, profile: xiananLimits };
const at = (local: string) => fromIso(`${local.replace(' ', 'T')}:00+08:00`);
const wd = (amount: number): Limit => ({ amount, unit: 'workingDays' });
const wm = (amount: number): Limit => ({ amount, unit: 'workingMinutes' });
const nm = (amount: number): Limit => ({ amount, unit: 'naturalMinutes' });
const finish = (startedAt: string, limit: Limit): Clock =>
  startClock(
    rules,
    { clock: 'finish', kind: 'help', urgency: 'normal', holder: 'renshe', startedAt: at(startedAt), limit },
    [],
  );
const dueOf = ({ dueAt, provisional }: Clock) =>
  `${dueAt.slice(0, 16).replace('T', ' ')}${provisional ? ' provisional' : ''}`;

describe('a pause', () => {
  type Row = readonly [start: string, Limit, due: string, from: string, to: string, dueThen: string, story: string];
  const rows: readonly Row[] = [
    // Due after Tue 30 September, Thu 9 and Fri 10 October. Mon 300 and Tue 90 min are gone; 300 + 390 + 390 are left:
    // Thursday 300, Friday 390, make-up Saturday 390.
    [
      '2025-09-29 10:00',
      wd(3),
      '2025-10-10 17:30',
      '2025-09-30 10:00',
      '2025-10-09 10:00',
      '2025-10-11 17:30',
      'over National Day',
    ],
    [
      '2025-09-29 10:00',
      wd(3),
      '2025-10-10 17:30',
      '2025-10-02 09:00',
      '2025-10-06 09:00',
      '2025-10-10 17:30',
      'within National Day: nothing was lost',
    ],
    [
      '2025-09-29 10:00',
      wd(3),
      '2025-10-10 17:30',
      '2025-09-30 17:30',
      '2025-10-09 08:30',
      '2025-10-10 17:30',
      'from the last closing to the first opening',
    ],
    // Fri 120 + 180 and Sat 210 min are gone; 180 + 390 are left: Tuesday afternoon, Wednesday.
    [
      '2026-02-13 10:00',
      wd(2),
      '2026-02-24 17:30',
      '2026-02-14 14:30',
      '2026-02-24 14:30',
      '2026-02-25 17:30',
      'from a make-up Saturday over Spring Festival',
    ],
    [
      '2025-09-26 16:00',
      wm(1950),
      '2025-10-10 16:00',
      '2025-09-28 08:30',
      '2025-09-29 08:30',
      '2025-10-11 16:00',
      'of a make-up Sunday: 90 min on Friday, 390 each on Mon, Tue, Thu and Fri, 300 on the make-up Saturday',
    ],
    [
      '2025-03-07 17:00',
      wm(240),
      '2025-03-10 12:00',
      '2025-03-08 10:00',
      '2025-03-09 10:00',
      '2025-03-10 12:00',
      'within a weekend',
    ],
    [
      '2025-03-03 09:00',
      wm(240),
      '2025-03-03 15:30',
      '2025-03-03 11:00',
      '2025-03-03 15:00',
      '2025-03-03 17:00',
      'over lunch: 120 of 240 min were left',
    ],
    [
      '2025-03-03 09:00',
      wm(240),
      '2025-03-03 15:30',
      '2025-03-03 12:00',
      '2025-03-03 14:30',
      '2025-03-03 15:30',
      'of the lunch break alone',
    ],
    [
      '2025-03-03 09:00',
      wm(240),
      '2025-03-03 15:30',
      '2025-03-03 11:00',
      '2025-03-03 11:00',
      '2025-03-03 15:30',
      'of no length',
    ],
    [
      '2025-10-01 08:00',
      nm(1440),
      '2025-10-02 08:00',
      '2025-10-01 20:00',
      '2025-10-03 08:00',
      '2025-10-03 20:00',
      'of natural time, on holidays',
    ],
    // 60 min of Thursday, 330 of a Friday that is only assumed.
    [
      '2026-12-30 10:00',
      wd(1),
      '2026-12-31 17:30',
      '2026-12-31 08:30',
      '2026-12-31 16:30',
      '2027-01-01 16:30 provisional',
      'that pushes the deadline beyond the last notice',
    ],
    [
      '2025-03-03 20:00',
      wd(3),
      '2025-03-06 17:30',
      '2025-03-07 09:00',
      '2025-03-12 09:00',
      '2025-03-06 17:30',
      'of what was overdue already',
    ],
  ];
  test.each(rows)('%s + %j, due %s, stands from %s to %s → %s: %s', (start, limit, due, from, to, dueThen) => {
    const clock = finish(start, limit);
    expect(dueOf(clock)).toBe(due);
    const stood = stopClock(clock, at(from));
    expect(dueOf(resumeClock(rules, stood, at(to), [stood]))).toBe(dueThen);
  });
});

describe('an extension', () => {
  // Wednesday; Thu, Fri, Mon, Tue, Wed. 70 % of 2,250 min are gone on Tue 09:51, but the last day begins on Wed 08:30.
  const clock = finish('2025-03-05 10:00', wd(5));
  const { yellow, orange, red } = clock.marks;
  const raised = Colour.options.reduce((each, colour) => fire(each, colour, fromIso(each.marks[colour])), clock);

  test('of a clock in time arms its colours anew', () => {
    const moved = moveDeadline(rules, fire(clock, 'yellow', fromIso(yellow)), at('2025-03-14 17:30'), fromIso(yellow), [
      clock,
    ]);
    expect(dueOf(clock)).toBe('2025-03-12 17:30');
    expect(dueOf(moved)).toBe('2025-03-14 17:30');
    expect(moved.fired).toEqual({});
    for (const colour of Colour.options) expect(moved.marks[colour] > clock.marks[colour]).toBe(true);
  });

  test('while overdue: what has moved into the future is armed anew, and nothing is due at once', () => {
    const now = at('2025-03-13 09:00');
    expect(raised.fired).toEqual({ yellow, orange, red });
    const moved = moveDeadline(rules, raised, at('2025-03-20 17:30'), now, [raised]);
    expect(moved.fired).toEqual({});
    expect(dueMarks([moved], now)).toEqual([]);
  });

  test('while overdue, by too little: what lies in the past even now stays raised', () => {
    const now = at('2025-03-17 09:00');
    const moved = moveDeadline(rules, raised, at('2025-03-14 17:30'), now, [raised]);
    expect(moved.fired).toEqual({ yellow, orange, red });
  });

  test('to the night before a holiday is warned of in office hours', () => {
    const late = finish('2025-09-22 10:00', wd(3));
    const moved = moveDeadline(rules, late, at('2025-09-30 23:59'), at('2025-09-24 10:00'), [late]);
    expect(dueOf(moved)).toBe('2025-09-30 23:59');
    for (const colour of ['yellow', 'orange'] as const)
      expect(xianan.isOfficeTime(fromIso(moved.marks[colour]))).toBe(true);
  });

  test('beyond the last notice is provisional', () => {
    const december = finish('2026-12-21 10:00', wd(5));
    expect(dueOf(december)).toBe('2026-12-28 17:30');
    const moved = moveDeadline(rules, december, at('2027-01-05 17:30'), at('2026-12-25 10:00'), [december]);
    expect(dueOf(moved)).toBe('2027-01-05 17:30 provisional');
  });
});
