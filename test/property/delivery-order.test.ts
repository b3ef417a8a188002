/**
 * Order and loss under every interleaving: a line's messages arrive in any order, twice, while departments fail, workers
 * die at any step and the pump runs in between. Whatever happens, n+1 never goes out before n is settled, two workers
 * never hold one attempt, and in the end everything is delivered or dead.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BEHIND_MS, LEASE_MS } from '#domain/delivery/delivery.ts';
import { MAX_ATTEMPTS, type Outcome } from '#domain/delivery/retry.ts';
import { deliver, type Engine } from '#functions/dispatcher/deliver.ts';
import type { DeliveryKey, DeliveryStore } from '#functions/ports/delivery-store.ts';
import { pump } from '#functions/pump/pump.ts';
import { MemoryStore } from '#test/unit/delivery/memory-store.ts';

const TICKET = 'XA2026112300000018';
class Died extends Error {}
class Unrenderable extends Error {}
/** So often a queue brings a message that fails; then it is given up. */
const MAX_RECEIVES = 5;

/** What the department does with the next attempt; `acted`: it took the message but its answer was lost. */
type Mood = 'ok' | 'fail' | 'acted' | 'gone';
interface Message {
  key: DeliveryKey;
  seq?: number;
  failures?: number;
}

class World {
  readonly memory = new MemoryStore();
  readonly queue: Message[] = [];
  readonly received: { unit: string; n: number }[] = [];
  readonly inFlight = new Set<string>();
  office = 0;
  real = 0;
  readonly #moods: Mood[];
  /** Numbers of the store calls after which the caller dies. */
  readonly #deaths: ReadonlySet<number>;
  #calls = 0;
  /** So many renderings fail. */
  renderFaults = 0;
  readonly buried: string[] = [];
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler, moods: Mood[], deaths: readonly number[]) {
    this.#scheduler = scheduler;
    this.#moods = moods;
    this.#deaths = new Set(deaths);
  }

  /** Each call of the store is a step that others may come between, and at which the worker may die. */
  store(): DeliveryStore {
    return new Proxy(this.memory as DeliveryStore, {
      get: (target, name: keyof DeliveryStore) => {
        const method = target[name] as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          await this.#scheduler.schedule(Promise.resolve());
          const result = await method.apply(target, args);
          this.#calls += 1;
          if (this.#deaths.has(this.#calls)) throw new Died();
          return result;
        };
      },
    });
  }

  engine(): Engine {
    return {
      store: this.store(),
      endpoint: { post: (unit, id) => this.#post(unit, Number(id.split('-').at(-1))) },
      render: async () => {
        if (this.renderFaults-- > 0) throw new Unrenderable();
        return new Uint8Array();
      },
      wake: async (key) => {
        this.queue.push({ key: { ticketNo: key.ticketNo, unit: key.unit, n: key.n } });
      },
      officeNow: () => this.office,
      realNow: () => this.real,
      random: () => 0.5,
      report: () => {},
      buried: ({ unit, n }) => this.buried.push(`${unit}/${n}`),
    };
  }

  async #post(unit: string, n: number): Promise<{ outcome: Outcome; milliseconds: number }> {
    const id = `${unit}/${n}`;
    expect(this.inFlight.has(id), 'two workers send one message at once').toBe(false);
    expect(this.memory.cursors.get(`${TICKET}/${unit}`) ?? 0, 'sent before its predecessor was settled').toBe(n - 1);
    this.inFlight.add(id);
    await this.#scheduler.schedule(Promise.resolve());
    this.inFlight.delete(id);
    const mood = this.#moods.pop() ?? 'ok';
    if (mood === 'ok' || mood === 'acted') this.received.push({ unit, n });
    if (mood === 'acted') return { outcome: { kind: 'failed', fault: 'connection' }, milliseconds: 0 };
    return { outcome: { kind: 'answered', status: { ok: 200, fail: 500, gone: 410 }[mood] }, milliseconds: 0 };
  }

  /** As SQS does: a message whose worker died comes again. */
  async work(message: Message): Promise<void> {
    try {
      await deliver(this.engine(), message.key, message.seq);
    } catch (error) {
      if (error instanceof Unrenderable) {
        const failures = (message.failures ?? 0) + 1;
        if (failures < MAX_RECEIVES) this.queue.push({ ...message, failures });
        return;
      }
      if (!(error instanceof Died)) throw error;
      this.queue.push(message);
    }
  }

  /** Rows that something is still to come of: those that don't wait behind a dead letter. */
  get live(): string[] {
    return [...this.memory.marks.keys()].filter((id) => {
      const [ticketNo, unit, n] = id.split('/');
      return ![...this.memory.rows.values()].some(
        (row) => row.state === 'dead' && row.ticketNo === ticketNo && row.unit === unit && row.n < Number(n),
      );
    });
  }
}

const mood = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Mood>('ok') },
  { weight: 3, arbitrary: fc.constantFrom<Mood>('fail', 'acted') },
);
const UNITS = ['a', 'b'];
const messages = (count: number): Message[] =>
  UNITS.flatMap((unit) =>
    Array.from({ length: count }, (_, i) => ({ key: { ticketNo: TICKET, unit, n: i + 1 }, seq: i + 1 })),
  );

/** Everything at once, then time goes by until nothing is left to do. */
async function live(world: World, scheduler: fc.Scheduler, arrivals: Message[]): Promise<void> {
  world.queue.push(...arrivals);
  for (let round = 0; round < 400; round++) {
    const batch = world.queue.splice(0);
    const work = [
      ...batch.map((message) => world.work(message)),
      pump({
        store: world.store(),
        wake: async (key) => {
          world.queue.push({ key });
        },
        officeNow: () => world.office,
      }).catch((error: unknown) => {
        if (!(error instanceof Died)) throw error;
      }),
    ];
    await scheduler.waitIdle();
    await Promise.all(work);
    if (world.queue.length === 0 && world.live.length === 0) return;
    // Leases run out and waits pass between rounds.
    world.real += LEASE_MS + 1;
    world.office = Math.max(world.office + 60_000, ...world.memory.marks.values());
  }
  throw new Error('never came to rest');
}

const orderOf = (world: World, unit: string) => world.received.filter((one) => one.unit === unit).map(({ n }) => n);

it('delivers every message of every line, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 4 }).chain((count) => {
        const all = messages(count);
        const shuffled = fc.shuffledSubarray(all, { minLength: all.length });
        // Some twice, most once: a lost wake-up must not be mended by a lucky repeat.
        const some = fc.subarray(all, { maxLength: 2 });
        return fc.tuple(fc.constant(count), shuffled, fc.oneof(fc.constant([]), some));
      }),
      fc.array(mood, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 8 }),
      fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }) }),
      async (scheduler, [count, once, again], moods, deaths, renderFaults) => {
        const world = new World(scheduler, moods, deaths);
        world.renderFaults = renderFaults;
        await live(world, scheduler, [...once, ...again]);
        for (const unit of UNITS) {
          const order = orderOf(world, unit);
          expect(world.memory.cursors.get(`${TICKET}/${unit}`)).toBe(count);
          // At least once, and repeats only right after the first time.
          expect([...new Set(order)]).toEqual(Array.from({ length: count }, (_, i) => i + 1));
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        }
      },
    ),
    { numRuns: 500 },
  );
});

it('stops a line at its dead letter, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.constantFrom('gone', 'fail'), async (scheduler, how) => {
      const moods: Mood[] = [];
      const world = new World(scheduler, moods, []);
      const [first, second] = [messages(2)[0]!, messages(2)[1]!];
      const dead: Message[] = [second, first];
      moods.push(...Array.from({ length: how === 'gone' ? 1 : MAX_ATTEMPTS }, () => how as Mood));
      await live(world, scheduler, dead);
      expect(world.memory.rows.get(`${TICKET}/a/1`)?.state).toBe('dead');
      expect(world.buried).toEqual(['a/1']);
      expect(world.memory.rows.get(`${TICKET}/a/2`)).toMatchObject({ state: 'pending', attemptCount: 0 });
      // What waits behind it is not forgotten, and keeps the pump busy a few times a day only.
      expect(world.memory.marks.get(`${TICKET}/a/2`)).toBeGreaterThan(world.office + BEHIND_MS / 2);
      await live(world, scheduler, messages(2).slice(2));
      expect(orderOf(world, 'a')).toEqual([]);
      expect(orderOf(world, 'b')).toEqual([1, 2]);
    }),
    { numRuns: 50 },
  );
});
