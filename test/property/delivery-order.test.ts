/**
 * Order and loss under every interleaving: a line's messages arrive in any order, twice, while departments fail, workers
 * die at any step, the pump runs in between and operators replay, skip and enable. Whatever happens, n+1 never goes out
 * before n is settled, two workers never hold one attempt, nobody sends past the endpoint's door, and in the end every
 * message is delivered, skipped, superseded, or dead and waiting for a person.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEHIND_MS } from '#domain/delivery/delivery.ts';
import { BREAKER_FAILURES, MOST_IN_FLIGHT } from '#domain/delivery/endpoint.ts';
import { MAX_ATTEMPTS } from '#domain/delivery/retry.ts';
import type { CallbackType } from '#schemas/event.ts';
import { type Message, type Mood, TICKET, toldAt, UNITS, World } from './delivery/world.ts';

const mood = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Mood>('ok') },
  { weight: 3, arbitrary: fc.constantFrom<Mood>('fail', 'acted') },
);
const messages = (count: number, types: readonly CallbackType[] = []): Message[] =>
  UNITS.flatMap((unit) =>
    Array.from({ length: count }, (_, i) => ({
      key: { ticketNo: TICKET, unit, n: i + 1 },
      told: toldAt(types, i + 1),
    })),
  );
/** All of them in any order, and some twice: a lost wake-up must not be mended by a lucky repeat. */
const arrivals = (count: number, types: readonly CallbackType[] = []): fc.Arbitrary<Message[]> => {
  const all = messages(count, types);
  const some = fc.subarray(all, { maxLength: 2 });
  return fc
    .tuple(fc.shuffledSubarray(all, { minLength: all.length }), fc.oneof(fc.constant([]), some))
    .map(([once, again]) => [...once, ...again]);
};
const deaths = fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 8 });
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

it('delivers every message of every line, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 4 }).chain((count) => fc.tuple(fc.constant(count), arrivals(count))),
      fc.array(mood, { maxLength: 12 }),
      deaths,
      fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }) }),
      async (scheduler, [count, all], moods, dying, renderFaults) => {
        const world = new World(scheduler, { moods, deaths: dying, renderFaults });
        await world.live(all);
        for (const unit of UNITS) {
          const order = world.orderOf(unit);
          expect(world.settled(unit)).toBe(count);
          // At least once, and repeats only right after the first time.
          expect([...new Set(order)]).toEqual(upTo(count));
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        }
      },
    ),
    { numRuns: 400 },
  );
});

it('stops a line at its dead letter, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.constantFrom<Mood>('gone', 'fail'), async (scheduler, how) => {
      const moods = Array.from({ length: how === 'gone' ? 1 : MAX_ATTEMPTS }, () => how);
      const world = new World(scheduler, { moods });
      const [first, second, ...others] = messages(2);
      await world.live([second!, first!]);
      expect(world.row('a', 1)?.state).toBe('dead');
      expect(world.buried).toEqual(['a/1']);
      expect(world.row('a', 2)).toMatchObject({ state: 'pending', attemptCount: 0 });
      // An open breaker keeps the pump from looking; once it is over…
      world.office += 3_600_000;
      await world.live([]);
      // … what waits behind the dead letter is not forgotten, and keeps the pump busy a few times a day only.
      expect(world.memory.marks.get(`${TICKET}/a/2`)).toBeGreaterThan(world.office + BEHIND_MS / 2);
      await world.live(others);
      expect(world.orderOf('a')).toEqual([]);
      expect(world.orderOf('b')).toEqual([1, 2]);
    }),
    { numRuns: 50 },
  );
});

describe('a whole outage', () => {
  const anyMood = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Mood>('ok') },
    { weight: 5, arbitrary: fc.constantFrom<Mood>('fail', 'acted') },
    { weight: 1, arbitrary: fc.constant<Mood>('gone') },
  );
  const act = fc.record({
    round: fc.nat({ max: 12 }),
    act: fc.constantFrom('replay' as const, 'skip' as const, 'skip' as const, 'enable' as const),
    unit: fc.constantFrom(...UNITS),
    n: fc.integer({ min: 1, max: 4 }),
  });
  const type = fc.constantFrom<CallbackType>('dispatched', 'appended', 'withdrawn');
  let seen = { dead: 0, replayed: 0, skipped: 0, superseded: 0, opened: 0, disabled: 0 };

  it('loses nothing and keeps the order, whatever operators and withdrawals do in between', async () => {
    seen = { dead: 0, replayed: 0, skipped: 0, superseded: 0, opened: 0, disabled: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc
          .array(type, { minLength: 1, maxLength: 5 })
          .chain((types) => fc.tuple(fc.constant(types), arrivals(types.length, types))),
        fc.array(anyMood, { maxLength: 60 }),
        deaths,
        fc.array(act, { minLength: 10, maxLength: 50 }),
        async (scheduler, [types, all], moods, dying, acts) => {
          const world = new World(scheduler, { moods, deaths: dying, types });
          const at = (round: number) =>
            acts
              .filter((one) => one.round === round)
              .map(({ act: what, unit, n }) => world.operate(what, { ticketNo: TICKET, unit, n }));
          await world.live(all, at);
          const rows = () => [...world.memory.rows.values()];
          // At rest: what is pending waits behind a dead letter, which is on its unit's list.
          for (const row of rows().filter(({ state }) => state === 'pending')) {
            const before = rows().filter((other) => other.unit === row.unit && other.n < row.n);
            expect(before.some(({ state }) => state === 'dead')).toBe(true);
          }
          seen.dead += rows().filter(({ state }) => state === 'dead').length;
          seen.opened += world.changes.filter((change) => change.endsWith('opened')).length;
          seen.disabled += world.changes.filter((change) => change.endsWith('disabled')).length;

          // The departments are well again, and an operator revives whatever is left.
          moods.length = 0;
          for (let left = 0; rows().some(({ state }) => state === 'dead' || state === 'pending'); left++) {
            expect(left).toBeLessThan(20);
            const dead = rows().filter(({ state }) => state === 'dead');
            await world.live([], (round) =>
              round > 0 ? [] : dead.flatMap((row) => [world.operate('enable', row), world.operate('replay', row)]),
            );
          }
          for (const unit of UNITS) {
            const line = upTo(types.length).map((n) => world.row(unit, n)!);
            expect(world.settled(unit)).toBe(types.length);
            const order = world.orderOf(unit);
            expect(order).toEqual(order.toSorted((a, b) => a - b));
            for (const row of line) {
              // Answered with success at least once.
              if (row.state === 'delivered') expect(order).toContain(row.n);
              if (row.state === 'superseded') {
                seen.superseded += 1;
                expect(row.n).toBeLessThan(row.supersededBy!);
                expect(types[row.supersededBy! - 1]).toBe('withdrawn');
              }
              const done = world.memory.acts.filter((one) => one.unit === unit && one.n === row.n);
              const replays = done.filter(({ action }) => action === 'replayed');
              expect(row.round ?? 1).toBe(replays.length + 1);
              expect(replays.map(({ round }) => round)).toEqual(upTo(replays.length));
              expect(done.filter(({ action }) => action === 'skipped')).toHaveLength(row.state === 'skipped' ? 1 : 0);
              seen.replayed += replays.length;
              seen.skipped += row.state === 'skipped' ? 1 : 0;
            }
          }
        },
      ),
      { numRuns: 400 },
    );
    // It all happened, or the above says little.
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
  }, 60_000);

  it('costs a dead department its five attempts and one probe at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const moods = Array.from({ length: 100 }, (): Mood => 'fail');
        const world = new World(scheduler, { moods });
        const many: Message[] = Array.from({ length: 30 }, (_, i) => ({
          key: { ticketNo: `XA20261123${String(i).padStart(8, '0')}`, unit: 'a', n: 1 },
          told: { seq: 1, type: 'warned' },
        }));
        // It comes back after two failed probes.
        await world.live(many, () => {
          if ((world.endpoints.rows.get('a')?.trips ?? 0) > 2) moods.length = 0;
          return [];
        });
        expect(world.received).toHaveLength(30);
        expect(world.changes).toEqual(['a opened', 'a closed']);
        const attempts = [...world.memory.rows.values()].reduce((sum, row) => sum + row.attemptCount, 0);
        // Those that were under way when it opened end as they end.
        expect(attempts).toBeLessThanOrEqual(30 + BREAKER_FAILURES + MOST_IN_FLIGHT - 1 + 2);
      }),
      { numRuns: 30 },
    );
  });
});
