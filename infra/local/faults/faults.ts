/** Whoever tests arms faults here; the runner hands them to the functions' threads and to the event sources. */
import {
  type FaultMemory,
  type FaultSetup,
  MOST_FUNCTIONS,
  newMemory,
  readCalls,
  readHits,
  writePlan,
} from './memory.ts';
import type { DeliveryFault, Strike } from './strike.ts';

/** What one event source asks before and after it delivers. */
export interface SourceFaults {
  /** Copies of a batch to deliver beside it, and as many after it. */
  copies(): number;
  isReordered(): boolean;
  /** Whether this message, which comes for the first time, is to come later. */
  holdsBack(): boolean;
  /** Whether to go back to the checkpoint of before. */
  replays(): boolean;
}

export class Faults {
  readonly #memory: FaultMemory = newMemory();
  readonly #rows = new Map<string, number>();
  #strikes: readonly Strike[] = [];
  #delivery: DeliveryFault | undefined;
  #deliveries = 0;
  /** Not all are struck, so that what was struck gets through in the end. */
  #turn = 0;

  /** Replaces what was armed before. Call it while all is idle. */
  arm(...strikes: readonly Strike[]): void {
    this.#strikes = strikes;
    writePlan(this.#memory, strikes);
  }

  /** Until it is called again; without a name all is delivered as it should be. Counts begin anew. */
  armDelivery(fault?: DeliveryFault): void {
    this.#delivery = fault;
    this.#deliveries = 0;
    this.#turn = 0;
  }

  /** How often each armed strike has hit, in their order. */
  hits(): number[] {
    return readHits(this.#memory, this.#strikes.length);
  }

  /** How many deliveries were changed since `armDelivery`. */
  deliveryHits(): number {
    return this.#deliveries;
  }

  /** How often each function has made each call since the start; only what was called at all. */
  calls(): { fn: string; operation: string; count: number }[] {
    return [...this.#rows].flatMap(([fn, row]) =>
      readCalls(this.#memory, row)
        .filter(({ count }) => count > 0)
        .map((call) => ({ fn, ...call })),
    );
  }

  /** From now on the functions' wall clock is `ms` ahead of real time, or behind it. */
  setWallClock(ms: number): void {
    new Float64Array(this.#memory.wallClock)[0] = ms;
  }

  /** For a function's thread. */
  setupOf(fn: string): FaultSetup {
    const row = this.#rows.get(fn) ?? this.#rows.size;
    if (row >= MOST_FUNCTIONS) throw new RangeError(`at most ${MOST_FUNCTIONS} functions`);
    this.#rows.set(fn, row);
    return { memory: this.#memory, fn, row };
  }

  /** For an event source. */
  readonly source: SourceFaults = {
    copies: () => (this.#hits('duplicated') ? 1 : 0),
    isReordered: () => this.#delivery === 'reordered',
    holdsBack: () => this.#oneOf(6, 'reordered'),
    replays: () => this.#oneOf(2, 'replayed'),
  };

  #oneOf(number: number, fault: DeliveryFault): boolean {
    return this.#delivery === fault && this.#turn++ % number === 0 && this.#hits(fault);
  }

  #hits(fault: DeliveryFault): boolean {
    if (this.#delivery !== fault) return false;
    this.#deliveries += 1;
    return true;
  }
}
