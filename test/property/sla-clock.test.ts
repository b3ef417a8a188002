/** What must hold for every clock of the shipped profile, whenever it starts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromIso, HOUR } from '#domain/calendar/shanghai.ts';
import {
  type ClockStart,
  changeLimit,
  fire,
  resumeClock,
  shareGone,
  startClock,
  stopClock,
} from '#domain/sla/clock.ts';
import { sameLimit } from '#domain/sla/limits.ts';
import { dueMarks, nextMark } from '#domain/sla/marks.ts';
import { ranUntil, stretchesOf } from '#domain/sla/stretches.ts';
import { Kind, Urgency } from '#schemas/common.ts';
import { Clock, Colour, type Limit, type LimitProfile, TimedClockId } from '#schemas/sla.ts';
import { xianan, xiananLimits } from '../unit/calendar/xianan.ts';

const rules = { calendar: xianan, profile: xiananLimits };
const starts: fc.Arbitrary<ClockStart> = fc.record({
  clock: fc.constantFrom(...TimedClockId.options),
  kind: fc.constantFrom(...Kind.options),
  urgency: fc.constantFrom(...Urgency.options),
  holder: fc.constant('hotline'),
  startedAt: fc.integer({ min: fromIso('2024-01-01T00:00:00+08:00'), max: fromIso('2027-03-01T00:00:00+08:00') }),
});

describe('a started clock', () => {
  test('fits its schema, and its colours come in order between start and deadline', () => {
    fc.assert(
      fc.property(starts, (start) => {
        const clock = startClock(rules, start, []);
        expect(Clock.safeParse(clock).success).toBe(true);
        const [yellow, orange, red] = [clock.marks.yellow, clock.marks.orange, clock.marks.red].map(fromIso) as [
          number,
          number,
          number,
        ];
        expect(start.startedAt).toBeLessThan(yellow);
        expect(yellow).toBeLessThan(orange);
        expect(orange).toBeLessThan(red);
        expect(clock.marks.red).toBe(clock.dueAt);
      }),
      { numRuns: 3_000 },
    );
  });

  test('warns in office hours unless its limit is natural, never later than the share says', () => {
    fc.assert(
      fc.property(starts, (start) => {
        const clock = startClock(rules, start, []);
        for (const [colour, ratio] of [
          ['yellow', 0.7],
          ['orange', 0.9],
        ] as const) {
          const at = fromIso(clock.marks[colour]);
          if (clock.limit.unit !== 'naturalMinutes') expect(xianan.isOfficeTime(at)).toBe(true);
          expect(shareGone(xianan, clock, at)).toBeLessThan(ratio + 1e-6);
          const isLong = clock.limit.unit === 'workingDays' && clock.limit.amount >= 3;
          if (!isLong) expect(shareGone(xianan, clock, at)).toBeGreaterThan(ratio - 1e-6);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a clock that stood', () => {
  const wait = fc.integer({ min: 0, max: 20 * 24 * HOUR });

  test('has all of its own time, however often and long it stood, and its colours at their shares', () => {
    fc.assert(
      fc.property(starts, fc.array(fc.tuple(wait, wait), { minLength: 1, maxLength: 4 }), (start, pauses) => {
        const whole = ownTime(startClock(rules, start, []));
        let clocks = [startClock(rules, start, [])];
        let now = start.startedAt;
        for (const [runs, stands] of pauses) {
          const running = clocks.at(-1) as Clock;
          const stopped = stopClock(running, now + runs);
          now += runs + stands;
          clocks = [...clocks.slice(0, -1), stopped, resumeClock(rules, stopped, now, [...clocks])];
        }
        const last = clocks.at(-1) as Clock;
        expect(Clock.safeParse(last).success).toBe(true);
        expect(last.why?.length).toBeLessThanOrEqual(300);
        expect(last.instance).toBe(`${start.clock}#${pauses.length + 1}`);
        expect(ownTime(last)).toBe(whole);
        const [yellow, orange] = [fromIso(last.marks.yellow), fromIso(last.marks.orange)];
        expect(yellow).toBeLessThanOrEqual(orange);
        for (const [at, ratio] of [
          [yellow, 0.7],
          [orange, 0.9],
        ] as const) {
          // What was gone before it went on again is heard at once.
          expect(shareGone(xianan, last, at)).toBeLessThan(
            Math.max(ratio, shareGone(xianan, last, fromIso(last.startedAt))) + 1e-6,
          );
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('for no time at all has the deadline and the colours that it had', () => {
    fc.assert(
      fc.property(starts, wait, (start, runs) => {
        const clock = startClock(rules, start, []);
        const now = start.startedAt + runs;
        const again = resumeClock(rules, stopClock(clock, now), now, [clock]);
        expect(again).toMatchObject({ dueAt: clock.dueAt, provisional: clock.provisional, limit: clock.limit });
        for (const colour of Colour.options) {
          if (fromIso(clock.marks[colour]) > now) expect(again.marks[colour]).toBe(clock.marks[colour]);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a clock whose limit changes', () => {
  const wd = (amount: number): Limit => ({ amount, unit: 'workingDays' });
  const wm = (amount: number): Limit => ({ amount, unit: 'workingMinutes' });
  const [LONG, ...SHORTER] = [wd(5), wd(3), wd(1), wm(240), wm(60)] as const;
  const ORDER = [LONG, ...SHORTER];
  const isLonger = (one: Limit, other: Limit): boolean =>
    ORDER.findIndex((limit) => sameLimit(limit, one)) < ORDER.findIndex((limit) => sameLimit(limit, other));
  /** What happens after which share of the time that is left: another limit, or a pause of so many milliseconds. */
  const step = fc.record({
    after: fc.double({ min: 0, max: 1.5, noNaN: true }),
    what: fc.oneof(fc.constantFrom(LONG, ...SHORTER), fc.integer({ min: 0, max: 20 * 24 * HOUR })),
  });

  test('and changes back has moved nothing: not its deadline, not its start, not what it used', () => {
    fc.assert(
      fc.property(starts, fc.array(step, { minLength: 1, maxLength: 8 }), (start, steps) => {
        const begun = startClock({ ...rules, profile: withFinish(LONG) }, { ...start, clock: 'finish' }, []);
        let changed = begun;
        let left = begun;
        let now = start.startedAt;
        for (const { after, what } of steps) {
          now += Math.floor(Math.max(HOUR, fromIso(changed.dueAt) - now) * after);
          if (typeof what === 'number') {
            const stood = [stopClock(changed, now), stopClock(left, now)] as const;
            now += what;
            [changed, left] = [resumeClock(rules, stood[0], now, []), resumeClock(rules, stood[1], now, [])];
          } else {
            const before = fromIso(changed.dueAt);
            const wasLonger = isLonger(what, changed.limit);
            changed = changeLimit(rules, changed, what, now, []);
            if (!wasLonger) expect(fromIso(changed.dueAt)).toBeLessThanOrEqual(before);
            else expect(fromIso(changed.dueAt)).toBeGreaterThanOrEqual(before);
          }
          // A shorter limit gives no more time than there was.
          expect(fromIso(changed.dueAt)).toBeLessThanOrEqual(fromIso(left.dueAt));
          expect(Clock.safeParse(changed).success).toBe(true);
        }
        const back = changeLimit(rules, changed, LONG, now, []);
        const { dueAt, startedAt, usedMs, ran, provisional, marks } = left;
        expect({ ...back, ran: back.ran }).toMatchObject({ dueAt, startedAt, provisional, marks });
        expect([back.usedMs, back.ran]).toEqual([usedMs, ran]);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** The shipped profile, with one limit for finishing anything. */
function withFinish(limit: Limit): LimitProfile {
  const row = { normal: limit, source: 'test' };
  return {
    ...xiananLimits,
    finish: Object.fromEntries(Kind.options.map((kind) => [kind, row])) as typeof xiananLimits.finish,
  };
}

/** Milliseconds of its own time that a clock has, with what was used before. */
const ownTime = (clock: Clock): number => ranUntil(xianan, stretchesOf(clock), clock.limit.unit, fromIso(clock.dueAt));

test('a timer that sleeps from next mark to next mark raises every colour of every clock once, at its time', () => {
  fc.assert(
    fc.property(fc.array(starts, { minLength: 1, maxLength: 5 }), (orders) => {
      let clocks: Clock[] = [];
      for (const order of orders) clocks.push(startClock(rules, order, clocks));
      const raised: string[] = [];
      for (let next = nextMark(clocks); next; next = nextMark(clocks)) {
        const now = next.at;
        for (const { clock, kind, at } of dueMarks(clocks, now)) {
          expect(at).toBe(now);
          const colour = Colour.parse(kind);
          raised.push(`${clock.instance} ${colour}`);
          clocks = clocks.map((each) => (each.instance === clock.instance ? fire(each, colour, now) : each));
        }
      }
      expect(raised.length).toBe(3 * orders.length);
      expect(new Set(raised).size).toBe(raised.length);
      for (const clock of clocks) expect(clock.fired).toEqual(clock.marks);
    }),
    { numRuns: 300 },
  );
});
