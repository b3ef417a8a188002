/** A clock's life on the ticket: start, marks in their order, fired once each, stop. */
import { describe, expect, test } from 'vitest';
import { fromIso, HOUR } from '#domain/calendar/shanghai.ts';
import {
  type ClockStart,
  changeLimit,
  continueClock,
  fire,
  isInTime,
  isRunning,
  moveDeadline,
  resumeClock,
  shareGone,
  startClock,
  stopClock,
} from '#domain/sla/clock.ts';
import { dueMarks, nextMark, warningColour } from '#domain/sla/marks.ts';
import { Clock } from '#schemas/sla.ts';
import { xianan, xiananLimits } from '../calendar/xianan.ts';

const rules = { calendar: xianan, profile: xiananLimits };
const at = (local: string) => fromIso(`${local.replace(' ', 'T')}:00+08:00`);
const start = (change: Partial<ClockStart> = {}, earlier: Clock[] = []) =>
  startClock(
    rules,
    {
      clock: 'sign',
      kind: 'complaint',
      urgency: 'normal',
      holder: 'guanbuqiao',
      startedAt: at('2025-03-03 16:00'),
      ...change,
    },
    earlier,
  );

describe('startClock', () => {
  test('makes a record that the store’s schema accepts as it is', () => {
    const clock = start();
    expect(Clock.parse(JSON.parse(JSON.stringify(clock)))).toEqual(clock);
    expect(clock).toEqual({
      id: 'sign',
      instance: 'sign#1',
      holder: 'guanbuqiao',
      limit: { amount: 1, unit: 'workingDays' },
      startedAt: '2025-03-03T16:00:00.000+08:00',
      dueAt: '2025-03-04T17:30:00.000+08:00',
      provisional: false,
      why: '签收时限1个工作日，自2025年3月3日16:00起，起算当日不计，2025年3月4日17:30下班时到期。计入：3月4日。',
      marks: {
        yellow: '2025-03-04T15:06:00.000+08:00',
        orange: '2025-03-04T16:42:00.000+08:00',
        red: '2025-03-04T17:30:00.000+08:00',
      },
      fired: {},
    });
  });

  test('numbers the instances of each clock by itself', () => {
    const first = start();
    const finish = start({ clock: 'finish' }, [first]);
    expect(finish.instance).toBe('finish#1');
    expect(start({ holder: 'renshe' }, [first, finish]).instance).toBe('sign#2');
  });

  test('takes a given limit in place of the profile’s', () => {
    const clock = start({ limit: { amount: 240, unit: 'naturalMinutes' } });
    expect(clock.dueAt).toBe('2025-03-03T20:00:00.000+08:00');
  });

  test('is provisional when the calendar’s end was crossed', () => {
    expect(start({ startedAt: at('2026-12-31 09:00') }).provisional).toBe(true);
  });
});

describe('marks', () => {
  const sign = start();
  const yellow = at('2025-03-04 15:06');
  const orange = at('2025-03-04 16:42');
  const red = at('2025-03-04 17:30');
  const colours = (clocks: Clock[], now: number) =>
    dueMarks(clocks, now).map(({ clock, kind }) => `${clock.instance} ${kind}`);

  test('become due at their second and stay due until raised', () => {
    expect(colours([sign], yellow - 1)).toEqual([]);
    expect(colours([sign], yellow)).toEqual(['sign#1 yellow']);
    expect(colours([fire(sign, 'yellow', yellow)], yellow)).toEqual([]);
    expect(colours([sign], red + HOUR)).toEqual(['sign#1 yellow', 'sign#1 orange', 'sign#1 red']);
  });

  test('of several clocks come in the order of time', () => {
    const contact = start({ clock: 'contact', urgency: 'urgent', startedAt: at('2025-03-04 14:00') }); // due 16:00
    expect(colours([sign, contact], orange)).toEqual([
      'sign#1 yellow',
      'contact#1 yellow', // 15:24
      'contact#1 orange', // 15:48
      'contact#1 red', // 16:00
      'sign#1 orange', // 16:42
    ]);
  });

  test('the next one is the earliest that wasn’t raised, of clocks that run', () => {
    const raised = fire(sign, 'yellow', yellow);
    expect(nextMark([sign])).toMatchObject({ kind: 'yellow', at: yellow });
    expect(nextMark([raised])).toMatchObject({ kind: 'orange', at: orange });
    expect(nextMark([sign], yellow)).toMatchObject({ kind: 'orange' });
    expect(nextMark([stopClock(sign, yellow)])).toBeUndefined();
    expect(nextMark([sign], red)).toBeUndefined();
    expect(nextMark([])).toBeUndefined();
    const all = fire(fire(raised, 'orange', orange), 'red', red);
    expect(nextMark([all])).toBeUndefined();
  });

  test('a clock shows its strongest colour', () => {
    expect(warningColour(sign)).toBeUndefined();
    expect(warningColour(fire(fire(sign, 'orange', orange), 'yellow', orange))).toBe('orange');
  });
});

describe('fire and stop', () => {
  test('the first time stands', () => {
    const fired = fire(start(), 'yellow', at('2025-03-04 15:06'));
    expect(fire(fired, 'yellow', at('2025-03-04 15:07'))).toBe(fired);
    const stopped = stopClock(fired, at('2025-03-04 15:10'));
    expect(isRunning(stopped)).toBe(false);
    expect(stopClock(stopped, at('2025-03-04 18:00'))).toBe(stopped);
    expect(Clock.parse(stopped)).toEqual(stopped);
    expect(dueMarks([stopped], at('2025-03-05 00:00'))).toEqual([]);
  });

  test('in time is up to and with the deadline', () => {
    const due = at('2025-03-04 17:30');
    const late = at('2025-03-05 09:00');
    expect(isInTime(start(), due)).toBe(true);
    expect(isInTime(start(), due + 1)).toBe(false);
    expect(isInTime(stopClock(start(), due), late)).toBe(true);
    expect(isInTime(stopClock(start(), due + 1), late)).toBe(false);
  });

  test('the share gone stands still at night and when stopped', () => {
    const clock = start(); // 480 min, of which 90 on Monday
    expect(shareGone(xianan, clock, at('2025-03-03 16:00'))).toBe(0);
    expect(shareGone(xianan, clock, at('2025-03-03 22:00'))).toBe(90 / 480);
    expect(shareGone(xianan, clock, at('2025-03-04 17:30'))).toBe(1);
    expect(shareGone(xianan, stopClock(clock, at('2025-03-03 17:30')), at('2025-03-05 09:00'))).toBe(90 / 480);
    const natural = start({ urgency: 'urgent' });
    expect(shareGone(xianan, natural, at('2025-03-03 17:00'))).toBe(0.5);
  });
});

describe('continueClock', () => {
  test('hands a run on: same deadline, new instance and holder, warnings armed anew', () => {
    const first = stopClock(fire(start(), 'yellow', at('2025-03-04 15:06')), at('2025-03-04 15:10'));
    const second = continueClock(rules, first, { holder: 'renshe', now: at('2025-03-04 16:00') }, [first]);
    const heldSince = '2025-03-04T16:00:00.000+08:00';
    expect(second).toEqual({ ...start(), instance: 'sign#2', holder: 'renshe', heldSince, why: expect.any(String) });
    expect(Clock.parse(second)).toEqual(second);
    // what had passed before the change of hands is due to the new holder at once
    expect(dueMarks([first, second], at('2025-03-04 15:10')).map(({ clock, kind }) => [clock.instance, kind])).toEqual([
      ['sign#2', 'yellow'],
    ]);
  });
});

/** What a clock shows: from, until, yellow, orange. */
const shown = ({ startedAt, dueAt, marks: { yellow, orange } }: Clock) =>
  [startedAt, dueAt, yellow, orange].map((instant) => instant.slice(5, 16).replace('T', ' '));

describe('a clock that stood', () => {
  // Monday evening, 3 working days: 1,170 min, due Thursday. Stood from Tuesday 09:00 (30 min gone) to Wednesday 09:00.
  const first = start({ clock: 'finish', urgency: 'urgent', startedAt: at('2025-03-03 20:00') });
  const stood = stopClock(first, at('2025-03-04 09:00'));
  const second = resumeClock(rules, stood, at('2025-03-05 09:00'), [stood]);

  test('has what was left of it, and warns by the same rules', () => {
    expect(shown(first)).toEqual(['03-03 20:00', '03-06 17:30', '03-06 08:30', '03-06 15:30']);
    // 70 % only at 09:09, but the last working day begins at 08:30; 90 % at 15:33, but two hours are left from 15:30
    expect(shown(second)).toEqual(['03-05 09:00', '03-07 17:30', '03-07 08:30', '03-07 15:30']);
    expect(second).toMatchObject({ instance: 'finish#2', usedMs: HOUR / 2, fired: {} });
    expect(shareGone(xianan, second, at('2025-03-05 09:00'))).toBe(30 / 1170);
    expect(Clock.parse(second)).toEqual(second);
  });

  test('counts what was gone before towards the colours of an extension', () => {
    const later = moveDeadline(rules, second, at('2025-03-10 17:30'), at('2025-03-06 09:00'), [stood, second]);
    // 1,560 min: 1,092 − 30 after Wednesday 09:00 is Friday 16:12; 1,404 − 30 is Monday 14:54
    expect(shown(later)).toEqual(['03-05 09:00', '03-10 17:30', '03-07 16:12', '03-10 14:54']);
    expect(later).toMatchObject({ instance: 'finish#3', usedMs: HOUR / 2 });
  });

  test('is as overdue afterwards as it was before', () => {
    const late = stopClock(fire(first, 'yellow', at('2025-03-06 08:30')), at('2025-03-07 09:00'));
    const again = resumeClock(rules, late, at('2025-03-12 09:00'), [late]);
    const { stoppedAt: to, ...run } = late;
    const why = expect.stringContaining('停止计时时已超期');
    const ran = [{ from: first.startedAt, to }];
    const startedAt = '2025-03-12T09:00:00.000+08:00';
    // Nobody had ticked since Thursday 17:30: a working day after it, less the half hour of Friday that it ran.
    const overdue = { repeats: 0, repeatAt: expect.any(String), inspectionAt: '2025-03-13T08:30:00.000+08:00' };
    expect(again).toEqual({ ...run, instance: 'finish#2', startedAt, ran, usedMs: 1_200 * 60_000, overdue, why });
    // Another limit counts what it ran, to Friday 09:00, and not what it stood: 1,200 of 1,950 minutes are gone.
    const later = changeLimit(rules, again, { amount: 5, unit: 'workingDays' }, at('2025-03-12 09:05'), [again]);
    expect(later.dueAt.slice(0, 16)).toBe('2025-03-13T17:30');
  });

  test('needs no notice of holidays when its limit is natural', () => {
    const natural = start({ urgency: 'critical', startedAt: at('2026-12-31 23:00') });
    const paused = stopClock(natural, at('2026-12-31 23:10'));
    const after = at('2027-01-04 09:00');
    expect(resumeClock(rules, paused, after, [paused]).provisional).toBe(false);
    expect(moveDeadline(rules, natural, after, after - HOUR, [natural]).provisional).toBe(false);
  });
});
