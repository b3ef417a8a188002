/**
 * 未送达 against its racers: the pump tells that a dispatch is late while a worker delivers it, both may die at any step and
 * come again. The ticket hears of lateness and of its end at most once, and never of the first without the second.
 */
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import type { DeliveryKey } from '#functions/ports/delivery-store.ts';
import type { WatchStore } from '#functions/ports/watch-store.ts';
import { type LatePorts, lookForLate, noMoreLate } from '#functions/shared/delivery/late.ts';
import type { DeliveryWatch } from '#schemas/delivery.ts';
import { MONDAY, storyUntil } from '#test/support/ticket-world.ts';
import { MemoryStore } from '#test/unit/delivery/memory-store.ts';

// Five hundred runs log five hundred lines.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
});

class Died extends Error {}
const survived = (error: unknown) => {
  if (!(error instanceof Died)) throw error;
};

it('tells the desk of lateness and of its end, in that order, each once', async () => {
  const seen = { late: 0, inTime: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.uniqueArray(fc.integer({ min: 1, max: 25 }), { maxLength: 4 }),
      async (s, deaths) => {
        const story = storyUntil('AWAIT_SIGN');
        const { ticketNo, owner: unit } = story.is;
        const key: DeliveryKey = { ticketNo, unit, n: 1 };
        const rows = new MemoryStore();
        await rows.open(key, { seq: 2, type: 'dispatched' }, MONDAY, MONDAY);
        let watch: DeliveryWatch = { kind: 'deliveryWatch', ...key, since: toShanghai(MONDAY), state: 'set' };
        let listed = true;
        const watches: WatchStore = {
          due: async () => (listed ? [{ key, mark: '' }] : []),
          find: async () => watch,
          mark: async (_, state, stays) => {
            watch = { ...watch, state };
            listed &&= stays;
          },
        };
        let calls = 0;
        const step = async <T>(done: () => Promise<T>): Promise<T> => {
          await s.schedule(Promise.resolve());
          const result = await done();
          calls += 1;
          if (deaths.includes(calls)) throw new Died();
          return result;
        };
        const ports: LatePorts = {
          watches: {
            due: (...args) => step(() => watches.due(...args)),
            find: (...args) => step(() => watches.find(...args)),
            mark: (...args) => step(() => watches.mark(...args)),
          },
          store: { find: (one) => step(() => rows.find(one)) },
          change: ({ command, actor }) =>
            step(async () => {
              const result = story.try(command, actor);
              if (!result.ok) return { outcome: 'rejected', rejection: result.rejection };
              const answer = {
                ticketNo,
                status: result.ticket.status,
                ticketVersion: result.ticket.version,
                deadlines: {},
              };
              return { outcome: 'changed', ticket: result.ticket, events: result.events, answer };
            }),
          officeNow: () => MONDAY + 1_000_000,
        };
        const deliver = async () => {
          const row = (await rows.find(key))!;
          await step(() => rows.settle(row, { at: toShanghai(MONDAY), status: 200, milliseconds: 1 }));
          await noMoreLate(ports, (await rows.find(key))!);
        };
        // Again and again, as the queue and the schedule do, until both are through.
        let done = false;
        for (let round = 0; round < 12 && !(done && watch.state === 'over'); round++) {
          const delivering = deliver().then(() => {
            done = true;
          }, survived);
          const looking = lookForLate(ports).catch(survived);
          await s.waitIdle();
          await Promise.all([delivering, looking]);
        }
        const told = story.events.map(({ type }) => type).filter((type) => type.startsWith('delivery'));
        expect([[], ['deliveryLate', 'deliveryRecovered']]).toContainEqual(told);
        expect(story.is.attention).toEqual([]);
        expect(listed).toBe(false);
        seen[told.length > 0 ? 'late' : 'inTime'] += 1;
      },
    ),
    { numRuns: 500 },
  );
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(10);
});
