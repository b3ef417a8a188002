/**
 * Office time: what limits, schedules and retries run on in the local runner, apart from real time (signatures,
 * tokens, HTTP). office = base + (real elapsed × speed). The state lives in a SharedArrayBuffer so that every worker
 * thread sees a change of speed or a step at once; it is persisted so that a restart never takes time back.
 */
import { existsSync, readFileSync } from 'node:fs';
import { writeFileAtomically } from './files.ts';
import { TimerHeap } from './timer-heap.ts';

export interface OfficeClock {
  /** Office time, epoch ms. */
  now(): number;
  /** Office ms per real ms; 0 when frozen. */
  speed(): number;
  /** @throws RangeError unless 0 < x < ∞; Error when the clock is frozen. */
  setSpeed(x: number): void;
  /** Jumps forward to `ms`; a moment that has passed is no-op, since office time never goes back. */
  advanceTo(ms: number): void;
  /** Earliest pending `sleepUntil` target, for tests that step from timer to timer. */
  nextWake(): number | undefined;
  /** For `officeNowFrom` in worker threads. */
  shared: SharedArrayBuffer;
  /** Resolves when office time reaches `ms`; rejects with the signal's reason, or with `ClockStopped`. */
  sleepUntil(ms: number, signal?: AbortSignal): Promise<void>;
  persist(): void;
  /** Persists, and rejects every pending sleep with `ClockStopped`. */
  stop(): void;
}

export class ClockStopped extends Error {
  override name = 'ClockStopped';
  constructor() {
    super('the office clock was stopped');
  }
}

export interface OfficeClockOptions {
  file: string;
  speed: number;
  /** Office time moves only by `advanceTo`. */
  frozen?: boolean;
  /** Office time to begin at when there is no history (epoch ms); otherwise real time. */
  startAt?: number;
}

/** How often office time is written down while it runs (real ms). */
const PERSIST_MS = 1_000;
/** setTimeout overflows at 2^31 ms (24.8 days) and then fires at once: longer waits are taken in hops. */
const MAX_TIMER_MS = 2_147_483_647;

// Layout of the shared block. The sequence number is odd while a write is under way (a seqlock), so that a reader in
// another thread never combines an old base with a new speed.
const SEQ = 0;
const BASE = 1;
const ANCHOR = 2;
const SPEED = 3;
const SHARED_BYTES = 32;

interface ClockState {
  base: number;
  anchor: number;
  speed: number;
}

function readState(sequence: Int32Array, values: Float64Array): ClockState {
  for (;;) {
    const before = Atomics.load(sequence, SEQ);
    const state = { base: values[BASE] ?? 0, anchor: values[ANCHOR] ?? 0, speed: values[SPEED] ?? 0 };
    if (before % 2 === 0 && Atomics.load(sequence, SEQ) === before) return state;
  }
}

function officeAt(state: ClockState, real: number): number {
  // A wall clock set back must not take office time back.
  return Math.floor(state.base + Math.max(0, real - state.anchor) * state.speed);
}

/** Reads office time in a worker thread; needs nothing but the shared block. */
export function officeNowFrom(shared: SharedArrayBuffer): () => number {
  const sequence = new Int32Array(shared);
  const values = new Float64Array(shared);
  let last = 0;
  return () => {
    last = Math.max(last, officeAt(readState(sequence, values), Date.now()));
    return last;
  };
}

interface Persisted {
  office: number;
  real: number;
  speed: number;
}

function readPersisted(file: string): Persisted | undefined {
  if (!existsSync(file)) return undefined;
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${file} is not an office clock file`);
  const { office, real, speed } = parsed as Record<string, unknown>;
  if (typeof office !== 'number' || typeof real !== 'number' || typeof speed !== 'number') {
    throw new Error(`${file} is not an office clock file`);
  }
  return { office, real, speed };
}

/** Where office time begins now: never before what an earlier run has shown. */
function openingTime(o: OfficeClockOptions): number {
  const history = readPersisted(o.file);
  const real = Date.now();
  if (!history) return o.startAt ?? real;
  // After kill -9 the last interval was lived but not written down: give it back.
  const unwritten = history.speed * Math.min(2 * PERSIST_MS, Math.max(0, real - history.real));
  const reached = Math.floor(history.office + unwritten);
  return o.frozen ? reached : Math.max(reached, real);
}

function checkSpeed(x: number): void {
  if (!Number.isFinite(x) || x <= 0) throw new RangeError(`speed must be a positive number, not ${x}`);
}

/** Opens the clock; a running (not frozen) one keeps the process alive until `stop()`. */
export function openOfficeClock(o: OfficeClockOptions): OfficeClock {
  checkSpeed(o.speed);
  const shared = new SharedArrayBuffer(SHARED_BYTES);
  const sequence = new Int32Array(shared);
  const values = new Float64Array(shared);
  const now = officeNowFrom(shared);
  const sleepers = new TimerHeap();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const write = (base: number, speed: number): void => {
    Atomics.add(sequence, SEQ, 1);
    values[BASE] = base;
    values[ANCHOR] = Date.now();
    values[SPEED] = speed;
    Atomics.add(sequence, SEQ, 1);
  };
  const currentSpeed = (): number => readState(sequence, values).speed;

  const persist = (): void => {
    const record: Persisted = { office: now(), real: Date.now(), speed: currentSpeed() };
    writeFileAtomically(o.file, JSON.stringify(record));
  };

  // One real timer for the earliest sleeper; thousands of sleepers cost a heap entry each.
  const arm = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (stopped) return;
    for (let due = sleepers.popDue(now()); due; due = sleepers.popDue(now())) due.resolve();
    const next = sleepers.earliest();
    const speed = currentSpeed();
    if (next === undefined || speed === 0) return;
    timer = setTimeout(arm, Math.min(MAX_TIMER_MS, Math.max(1, Math.ceil((next - now()) / speed))));
  };

  write(openingTime(o), o.frozen ? 0 : o.speed);
  persist();
  const persisting = o.frozen ? undefined : setInterval(persist, PERSIST_MS);

  return {
    now,
    speed: currentSpeed,
    shared,
    persist,
    nextWake: () => sleepers.earliest(),
    setSpeed(x) {
      checkSpeed(x);
      if (o.frozen) throw new Error('a frozen office clock moves only by advanceTo');
      write(now(), x);
      persist();
      arm();
    },
    advanceTo(ms) {
      if (!Number.isFinite(ms)) throw new RangeError(`office time must be a number, not ${ms}`);
      if (ms <= now()) return;
      write(ms, currentSpeed());
      persist();
      arm();
    },
    sleepUntil(ms, signal) {
      return new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        if (stopped) return reject(new ClockStopped());
        if (Number.isNaN(ms)) return reject(new RangeError('office time must be a number'));
        if (ms <= now()) return resolve();
        const onAbort = (): void => {
          sleepers.remove(entry);
          arm();
          reject(signal?.reason);
        };
        const done = (settle: () => void) => (): void => {
          signal?.removeEventListener('abort', onAbort);
          settle();
        };
        const entry = sleepers.add(
          ms,
          done(resolve),
          done(() => reject(new ClockStopped())),
        );
        signal?.addEventListener('abort', onAbort, { once: true });
        if (sleepers.earliest() === ms) arm();
      });
    },
    stop() {
      if (stopped) return;
      persist();
      stopped = true;
      clearTimeout(timer);
      clearInterval(persisting);
      for (const entry of sleepers.drain()) entry.reject();
    },
  };
}
