/**
 * 多投: the story of an outage. Forty departments get their callbacks while three of them are dead and three slow; the living
 * have everything in order; what the dead don't take is dead letters in the end; they are mended, and one command
 * brings all of it. Whatever doesn't come about within its bounds is an error. Bench and test tell it, large and small.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HOUR, MINUTE } from '#domain/calendar/shanghai.ts';
import { DISABLED_AFTER_MS } from '#domain/delivery/endpoint.ts';
import type { EndpointEntry } from '#schemas/delivery-desk.ts';
import { type Arrival, type Department, Departments } from './departments.ts';
import { type Desk, openDesk } from './desk.ts';
import { assertNone, faultsOf } from './judge.ts';
import { type Office, openOffice } from './office.ts';
import { makePlan, type Plan, type Planned, type Share } from './plan.ts';

/** Office time of a step while the dead ones' schedule runs out, and how many steps at most: a few more than it takes. */
const STEP_MS = 6 * HOUR;
const MOST_STEPS = DISABLED_AFTER_MS / STEP_MS + 20;
/** Longer than any wait that has to do with the queue alone, and than the mark of what is under way. */
const NUDGE_MS = 6 * MINUTE;
const MOST_NUDGES = 60;
const MOST_MINUTES = 120;
const BATCH = 10;
const POLL_MS = 20;

export interface Conditions {
  /** After this a slow department answers (ms). */
  readonly slowMs: number;
  /** Real time for which callbacks may fail to come before office time is helped on (ms). */
  readonly patienceMs: number;
  /** For the whole story (ms): what is too slow fails, it doesn't hang. */
  readonly limitMs: number;
}

export interface Feeding {
  /** So many callbacks to normal departments may be on the way; the sender waits for the next one to come. */
  readonly window: number;
  /** Pointers a second, one by one; without it as fast as the window lets. */
  readonly perSecond?: number;
}
export interface Fed {
  /** Of the normal departments, from the pointer's sending to the callback's arrival, sorted (ms). */
  readonly delays: readonly number[];
  /** Callbacks to normal departments per second, until the last one came. */
  readonly rate: number;
  /** Of the sending alone. */
  readonly seconds: number;
}

const keyOf = ({ ticketNo, unit, n }: { ticketNo: string; unit: string; n: number }): string =>
  `${ticketNo} ${unit} ${n}`;

export class Outage {
  readonly departments: Departments;
  readonly office: Office;
  readonly #desk: Desk;
  readonly #planned: Planned[] = [];
  readonly #sentAt = new Map<string, number>();
  /** When a message came first. */
  readonly #cameAt = new Map<string, number>();
  readonly #normal: ReadonlySet<string>;
  readonly #patienceMs: number;
  readonly #limit: AbortSignal;
  #onTheWay = 0;

  private constructor(
    { departments, office, desk }: { departments: Departments; office: Office; desk: Desk },
    list: readonly Department[],
    { patienceMs, limitMs }: Conditions,
  ) {
    this.departments = departments;
    this.office = office;
    this.#desk = desk;
    this.#normal = new Set(list.flatMap(({ unit, manner }) => (manner === 'normal' ? [unit] : [])));
    this.#patienceMs = patienceMs;
    this.#limit = AbortSignal.timeout(limitMs);
    departments.heard = (arrival) => this.#hear(arrival);
  }

  static async open(list: readonly Department[], conditions: Conditions): Promise<Outage> {
    const departments = new Departments(list, conditions.slowMs);
    const office = await openOffice(await departments.start());
    const desk = await openDesk(office.dataDir);
    return new Outage({ departments, office, desk }, list, conditions);
  }

  async stop(): Promise<void> {
    await this.#desk.stop();
    await this.office.stop();
    await this.departments.stop();
  }

  #hear({ ticketNo, unit, sequence, at }: Arrival): void {
    const key = keyOf({ ticketNo, unit, n: sequence });
    if (this.#cameAt.has(key)) return;
    this.#cameAt.set(key, at);
    if (this.#normal.has(unit)) this.#onTheWay -= 1;
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#limit });
  }

  /** Writes the tickets; nothing is sent yet. */
  async prepare(shares: readonly Share[], series: number): Promise<Plan> {
    const plan = makePlan(shares, series);
    await this.office.seed(plan.changes);
    return plan;
  }

  /** Sends the pointers of whole lines, and waits until the normal departments have theirs. */
  async feed(deliveries: readonly Planned[], feeding: Feeding): Promise<Fed> {
    const start = performance.now();
    this.#planned.push(...deliveries);
    const normal = deliveries.filter(({ manner }) => manner === 'normal');
    const last = await this.#pumping(async () => {
      await this.#send(deliveries, feeding, start);
      const sent = performance.now();
      await this.#arrive(normal);
      return sent;
    });
    const came = normal.map((one) => this.#cameAt.get(keyOf(one)) ?? Number.NaN);
    const delays = normal.map((one, index) => (came[index] ?? Number.NaN) - (this.#sentAt.get(keyOf(one)) ?? 0));
    return {
      delays: delays.sort((a, b) => a - b),
      rate: (normal.length / (Math.max(...came) - start)) * 1000,
      seconds: (last - start) / 1000,
    };
  }

  async #send(deliveries: readonly Planned[], { window, perSecond }: Feeding, start: number): Promise<void> {
    const batch = perSecond === undefined ? BATCH : 1;
    for (let at = 0; at < deliveries.length; at += batch) {
      if (perSecond !== undefined) await this.#pause(Math.max(0, start + (at / perSecond) * 1000 - performance.now()));
      while (this.#onTheWay >= window) await this.#pause(1);
      const some = deliveries.slice(at, at + batch);
      for (const one of some) {
        this.#sentAt.set(keyOf(one), performance.now());
        if (one.manner === 'normal') this.#onTheWay += 1;
      }
      await this.office.send(some.map(({ pointer }) => pointer));
    }
  }

  /** Until everything that was sent to the living has come, in order. */
  async settle(): Promise<void> {
    const living = this.#planned.filter(({ manner }) => manner !== 'dead');
    await this.#pumping(() => this.#arrive(living));
    await this.office.idle(this.#limit);
    const dead = new Set(this.#dead().map(({ unit }) => unit));
    const arrivals = this.departments.arrivals;
    assertNone(
      'the living',
      faultsOf(
        living,
        arrivals.filter(({ unit }) => !dead.has(unit)),
      ),
    );
    const early = arrivals.filter(({ unit }) => dead.has(unit)).length;
    if (early > 0) throw new Error(`the dead took ${early} callbacks`);
  }

  async #arrive(awaited: readonly Planned[]): Promise<void> {
    let missing = awaited;
    for (let nudge = 0; nudge < MOST_NUDGES; nudge++) {
      const begin = performance.now();
      do {
        await this.#pause(POLL_MS);
        missing = missing.filter((one) => !this.#cameAt.has(keyOf(one)));
        if (missing.length === 0) return;
      } while (performance.now() - begin < this.#patienceMs);
      await this.office.idle(this.#limit);
      missing = missing.filter((one) => !this.#cameAt.has(keyOf(one)));
      if (missing.length === 0) return;
      // What is left waits for a mark.
      this.office.advance(NUDGE_MS);
      await this.office.pump();
    }
    throw new Error(`${missing.length} callbacks did not come, ${keyOf(missing[0] as Planned)} among them`);
  }

  /** The pump runs once an office minute, as it is scheduled, while the work is done. */
  async #pumping<T>(work: () => Promise<T>): Promise<T> {
    const { clock } = this.office.plane;
    const over = new AbortController();
    const pumping = (async () => {
      for (let next = clock.now() + MINUTE; !over.signal.aborted; await sleep(POLL_MS)) {
        if (clock.now() < next) continue;
        next = clock.now() + MINUTE;
        await this.office.pump();
      }
    })();
    try {
      return await work();
    } finally {
      over.abort();
      await pumping;
    }
  }

  #dead(): Planned[] {
    return this.#planned.filter(({ manner }) => manner === 'dead');
  }

  /**
   * Office time passes until the dead ones are given up. Of each line the first message is a dead letter then, and the others
   * wait behind it: nothing else, and nothing less. Returns how many dead letters there are.
   */
  async giveUp(): Promise<number> {
    const planned = this.#dead();
    const units = [...new Set(planned.map(({ unit }) => unit))];
    const heads = planned.filter(({ n }) => n === 1);
    let entries: readonly EndpointEntry[] = [];
    for (let step = 0, found = 0; found < heads.length; step++) {
      if (step > MOST_STEPS) throw new Error(`${found} of ${heads.length} dead letters after ${step} steps`);
      this.office.advance(STEP_MS);
      await this.office.pump();
      await this.office.idle(this.#limit);
      entries = (await this.#desk.endpoints()).filter(({ unit }) => units.includes(unit));
      found = entries.reduce((sum, { dead }) => sum + dead, 0);
    }
    for (const unit of units) {
      const [dead, waiting] = [await this.#desk.dead(unit), await this.#desk.waiting(unit)];
      const own = planned.filter((one) => one.unit === unit);
      assertSame(`dead letters of ${unit}`, dead.map(keyOf), own.filter(({ n }) => n === 1).map(keyOf));
      assertSame(`deliveries behind them`, waiting.map(keyOf), own.filter(({ n }) => n > 1).map(keyOf));
    }
    return heads.length;
  }

  /** The departments are back. One command; afterwards nothing waits anywhere. Returns the office minutes it took. */
  async replay(): Promise<number> {
    const planned = this.#dead();
    await this.departments.mend();
    const said = await this.#desk.command('replay', '--all', '--enable', '--reason', '端点已恢复');
    const heads = planned.filter(({ n }) => n === 1).length;
    if (!said.replaceAll(',', '').includes(`\n重投 ${heads} 条`)) throw new Error(`${heads} to replay, but: ${said}`);
    let minutes = 0;
    for (let missing = planned; ; minutes++) {
      await this.office.idle(this.#limit);
      missing = missing.filter((one) => !this.#cameAt.has(keyOf(one)));
      if (missing.length === 0) break;
      if (minutes === MOST_MINUTES) throw new Error(`${missing.length} callbacks did not come after the replay`);
      this.office.advance(MINUTE);
      await this.office.pump();
    }
    assertNone('all', faultsOf(this.#planned, this.departments.arrivals));
    for (const { unit, state, dead, pending } of await this.#desk.endpoints()) {
      if (state === 'closed' && dead + pending === 0) continue;
      throw new Error(`${unit} is ${state} with ${dead} dead letters and ${pending} pending in the end`);
    }
    return minutes;
  }

  /** Callbacks that came more than once, under the same number. */
  get repeated(): number {
    return this.departments.arrivals.length - this.#cameAt.size;
  }
}

function assertSame(what: string, found: readonly string[], expected: readonly string[]): void {
  const missing = expected.filter((key) => !found.includes(key));
  if (missing.length === 0 && found.length === expected.length) return;
  throw new Error(`${what}: ${found.length} instead of ${expected.length}, missing ${missing.slice(0, 3).join('; ')}`);
}
