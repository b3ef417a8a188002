/**
 * What the runner and the functions' threads share: the armed strikes, how often each was met and hit, how often each function
 * called what, and how far the functions' wall clock is off. Shared memory, because a thread that runs must obey at once.
 */
import { OPERATIONS, type Strike } from './strike.ts';

export const MOST_STRIKES = 128;
export const MOST_FUNCTIONS = 48;
const MOST_BYTES = 64 * 1024;
const HEADER = 2;
const CALLS = HEADER + 2 * MOST_STRIKES;

export interface FaultMemory {
  readonly counters: SharedArrayBuffer;
  readonly plan: SharedArrayBuffer;
  readonly wallClock: SharedArrayBuffer;
}

/** Given to a function's thread. */
export interface FaultSetup {
  readonly memory: FaultMemory;
  readonly fn: string;
  /** Row of the function in the table of calls. */
  readonly row: number;
}

export const newMemory = (): FaultMemory => ({
  counters: new SharedArrayBuffer(4 * (CALLS + MOST_FUNCTIONS * OPERATIONS.length)),
  plan: new SharedArrayBuffer(MOST_BYTES),
  wallClock: new SharedArrayBuffer(8),
});

const REVISION = 0;
const LENGTH = 1;
const metAt = (strike: number): number => HEADER + 2 * strike;
const hitAt = (strike: number): number => HEADER + 2 * strike + 1;
const callAt = (row: number, operation: number): number => CALLS + row * OPERATIONS.length + operation;

/** Replaces what was armed; counts begin anew. Call it while no function runs. */
export function writePlan(memory: FaultMemory, strikes: readonly Strike[]): void {
  if (strikes.length > MOST_STRIKES) throw new RangeError(`at most ${MOST_STRIKES} strikes at once`);
  const counters = new Int32Array(memory.counters);
  const bytes = Buffer.from(JSON.stringify(strikes));
  new Uint8Array(memory.plan).set(bytes);
  counters.fill(0, HEADER, CALLS);
  Atomics.store(counters, LENGTH, bytes.length);
  Atomics.add(counters, REVISION, 1);
}

export function readHits(memory: FaultMemory, strikes: number): number[] {
  const counters = new Int32Array(memory.counters);
  return Array.from({ length: strikes }, (_, strike) => Atomics.load(counters, hitAt(strike)));
}

export function readCalls(memory: FaultMemory, row: number): { operation: string; count: number }[] {
  const counters = new Int32Array(memory.counters);
  return OPERATIONS.map((operation, index) => ({ operation, count: Atomics.load(counters, callAt(row, index)) }));
}

/** In a function's thread: counts a call, and says whether it is struck. */
export function meets({ memory, fn, row }: FaultSetup): (operation: string) => Strike | undefined {
  const counters = new Int32Array(memory.counters);
  let revision = 0;
  let own: { strike: Strike; index: number }[] = [];
  return (operation) => {
    const place = (OPERATIONS as readonly string[]).indexOf(operation);
    if (place >= 0) Atomics.add(counters, callAt(row, place), 1);
    const now = Atomics.load(counters, REVISION);
    if (now !== revision) {
      revision = now;
      const text = Buffer.from(new Uint8Array(memory.plan).slice(0, Atomics.load(counters, LENGTH))).toString();
      const strikes = JSON.parse(text) as Strike[];
      own = strikes.map((strike, index) => ({ strike, index })).filter(({ strike }) => strike.fn === fn);
    }
    for (const { strike, index } of own) {
      if (strike.operation !== operation) continue;
      const { skip = 0, times = 1 } = strike;
      const met = Atomics.add(counters, metAt(index), 1);
      if (met < skip || met >= skip + times) continue;
      Atomics.add(counters, hitAt(index), 1);
      return strike;
    }
    return undefined;
  };
}
