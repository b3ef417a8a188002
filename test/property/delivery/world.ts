/**
 * A world in memory for the delivery engine: a queue, departments with moods, workers that die at any step, and a scheduler
 * that decides who goes next. What must hold at every attempt is checked where the attempt arrives.
 */
import type fc from 'fast-check';
import { expect } from 'vitest';
import { LEASE_MS } from '#domain/delivery/delivery.ts';
import { enabled, MOST_IN_FLIGHT } from '#domain/delivery/endpoint.ts';
import type { Outcome } from '#domain/delivery/retry.ts';
import { deliver } from '#functions/dispatcher/deliver.ts';
import type { Engine } from '#functions/dispatcher/engine.ts';
import type { DeliveryKey, Told } from '#functions/ports/delivery-store.ts';
import { NotSentOn, pump } from '#functions/pump/pump.ts';
import { flowAgain } from '#functions/shared/delivery/flow-again.ts';
import { replay, skip } from '#functions/shared/delivery/operate.ts';
import type { Delivery } from '#schemas/delivery.ts';
import type { CallbackType } from '#schemas/event.ts';
import { idOf, MemoryEndpoints, MemoryStore } from '#test/unit/delivery/memory-store.ts';

export const TICKET = 'XA2026112300000018';
export const UNITS = ['a', 'b'];
class Died extends Error {}
class Unrenderable extends Error {}
/** So often a queue brings a message that fails; then it is given up. */
const MAX_RECEIVES = 5;

/** What the department does with the next attempt; `acted`: it took the message but its answer was lost. */
export type Mood = 'ok' | 'fail' | 'acted' | 'gone';
export interface Message {
  key: DeliveryKey;
  told?: Told;
  waited?: number | undefined;
  failures?: number;
}

export interface Options {
  readonly moods?: Mood[];
  /** Numbers of the store calls after which the caller dies. */
  readonly deaths?: readonly number[];
  /** So many renderings fail. */
  readonly renderFaults?: number;
  /** Types of a line's messages; all alike unless told. */
  readonly types?: readonly CallbackType[];
}

export const toldAt = (types: readonly CallbackType[], n: number): Told => ({
  seq: n,
  type: types[n - 1] ?? 'warned',
});

export class World {
  readonly memory = new MemoryStore();
  readonly endpoints = new MemoryEndpoints();
  readonly queue: Message[] = [];
  readonly received: { unit: string; n: number }[] = [];
  readonly inFlight = new Set<string>();
  readonly buried: string[] = [];
  readonly changes: string[] = [];
  office = 0;
  real = 0;
  readonly #moods: Mood[];
  readonly #deaths: ReadonlySet<number>;
  #calls = 0;
  #renderFaults: number;
  readonly types: readonly CallbackType[];
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler, { moods = [], deaths = [], renderFaults = 0, types = [] }: Options = {}) {
    this.#scheduler = scheduler;
    this.#moods = moods;
    this.#deaths = new Set(deaths);
    this.#renderFaults = renderFaults;
    this.types = types;
  }

  /** Each call is a step that others may come between, and at which the worker may die. */
  #steps<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name: keyof T & string) => {
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
    const store = this.#steps(this.memory);
    return {
      store,
      endpoints: this.#steps(this.endpoints),
      endpoint: { post: (unit, id) => this.#post(unit, id) },
      render: async () => {
        if (this.#renderFaults-- > 0) throw new Unrenderable();
        return new Uint8Array();
      },
      line: async () => this.types.map((type, index) => ({ n: index + 1, seq: index + 1, type })),
      wake: async ({ ticketNo, unit, n }, _delay, waited) => {
        this.queue.push({ key: { ticketNo, unit, n }, waited });
      },
      officeNow: () => this.office,
      realNow: () => this.real,
      random: () => 0.5,
      pause: () => this.#scheduler.schedule(Promise.resolve()),
      report: () => {},
      buried: ({ unit, n }) => this.buried.push(`${unit}/${n}`),
      settled: async () => {},
      healthChanged: async ({ unit }, change) => {
        this.changes.push(`${unit} ${change}`);
        if (change !== 'closed') return;
        const wake = async (key: DeliveryKey) => void this.queue.push({ key });
        await flowAgain({ store, wake, officeNow: () => this.office }, unit);
      },
    };
  }

  async #post(unit: string, id: string): Promise<{ outcome: Outcome; milliseconds: number }> {
    const [ticketNo = '', , place] = id.split('-');
    const n = Number(place);
    expect(this.inFlight.has(id), 'two workers send one message at once').toBe(false);
    expect(this.settled(unit, ticketNo), 'sent before its predecessor was settled').toBe(n - 1);
    const row = this.memory.rows.get(idOf({ ticketNo, unit, n }));
    expect(row?.state, 'sent though it is not pending').toBe('pending');
    // Whoever sends was let in: never more than may be, one alone while the breaker is open, nobody once it is disabled.
    const health = this.endpoints.rows.get(unit);
    expect(health?.inFlight.map((one) => one.id)).toContain(id);
    expect(health?.inFlight.length).toBeLessThanOrEqual(MOST_IN_FLIGHT + 1);
    this.inFlight.add(id);
    await this.#scheduler.schedule(Promise.resolve());
    this.inFlight.delete(id);
    const mood = this.#moods.pop() ?? 'ok';
    if (mood === 'ok' || mood === 'acted') this.received.push({ unit, n });
    if (mood === 'acted') return { outcome: { kind: 'failed', fault: 'connection' }, milliseconds: 0 };
    return { outcome: { kind: 'answered', status: { ok: 200, fail: 500, gone: 410 }[mood] }, milliseconds: 0 };
  }

  /** As SQS does: a message whose worker died comes again. */
  async #work(message: Message): Promise<void> {
    try {
      await deliver(this.engine(), message.key, message.told, message.waited);
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

  async #pump(): Promise<void> {
    const ports = {
      store: this.#steps(this.memory),
      endpoints: this.#steps(this.endpoints),
      wake: async (key: DeliveryKey) => void this.queue.push({ key }),
      officeNow: () => this.office,
      realNow: () => this.real,
    };
    await pump(ports).catch(survived);
  }

  /** An operator who does what was asked again when the answer was lost. */
  async operate(act: 'replay' | 'skip' | 'enable', key: DeliveryKey): Promise<void> {
    const by = { id: 'desk-7', role: 'dispatcher', reason: 'test' };
    const ports = {
      desk: this.#steps(this.memory),
      wake: async (woken: DeliveryKey) => {
        const { ticketNo, unit, n } = woken;
        this.queue.push({ key: { ticketNo, unit, n } });
      },
      officeNow: () => this.office,
    };
    await this.#scheduler.schedule(Promise.resolve());
    if (act === 'enable') {
      const health = this.endpoints.rows.get(key.unit);
      const next = health && enabled(health, this.office);
      if (next !== undefined) await this.endpoints.change(next);
      return;
    }
    const row = this.memory.rows.get(idOf(key));
    if (row === undefined) return;
    await (act === 'replay' ? replay(ports, row, by) : skip(ports, row, by)).catch(survived);
    // The lost answer: the same again.
    const again = this.memory.rows.get(idOf(key));
    if (act === 'skip' && again?.state === 'skipped') await skip(ports, again, by).catch(survived);
  }

  settled = (unit: string, ticketNo = TICKET): number => this.memory.cursors.get(`${ticketNo}/${unit}`) ?? 0;
  row = (unit: string, n: number): Delivery | undefined => this.memory.rows.get(idOf({ ticketNo: TICKET, unit, n }));
  orderOf = (unit: string): number[] => this.received.filter((one) => one.unit === unit).map(({ n }) => n);

  /** Rows that something is still to come of: those that don't wait behind a dead letter. */
  get #live(): string[] {
    return [...this.memory.marks.keys()].filter((id) => {
      const [ticketNo, unit, n] = id.split('/');
      return ![...this.memory.rows.values()].some(
        (row) => row.state === 'dead' && row.ticketNo === ticketNo && row.unit === unit && row.n < Number(n),
      );
    });
  }

  /** Everything at once, then time goes by until nothing is left to do. `acts`: done by operators in those rounds. */
  async live(arrivals: readonly Message[], acts: (round: number) => Promise<void>[] = () => []): Promise<void> {
    this.queue.push(...arrivals);
    for (let round = 0; round < 600; round++) {
      const batch = this.queue.splice(0);
      const work = [...batch.map((message) => this.#work(message)), this.#pump(), ...acts(round)];
      await this.#scheduler.waitIdle();
      await Promise.all(work);
      if (this.queue.length === 0 && this.#live.length === 0) return;
      // Leases run out and waits pass between rounds.
      this.real += LEASE_MS + 1;
      this.office = Math.max(this.office + 60_000, ...this.memory.marks.values());
    }
    throw new Error('never came to rest');
  }
}

function survived(error: unknown): void {
  const errors: readonly unknown[] = error instanceof NotSentOn ? error.errors : [error];
  if (!errors.every((one) => one instanceof Died)) throw error;
}
