/** 齐响: what happens when many alarms ring in the same second, at the opening and at the closing bell. */
import { KEY_WRITE_UNITS, LAMBDA_CONCURRENCY, longestWait, QUOTAS } from './quotas.ts';
import { peak } from './year.ts';

export const TRANSITIONS_A_WAKE = 3;
/** A snapshot of 3–4 KB, written again under its state's key in an index. */
const KEY_UNITS_A_WAKE = 4;
/** Assumption for a tick that begins cold, or waits for DynamoDB. */
const SECONDS_A_TICK = 0.5;

export interface Crowd {
  /** Wakes in the fullest second, and its beginning (epoch ms). */
  readonly wakes: number;
  readonly at: number;
  readonly transitions: number;
  /** Seconds that the last of them waits for a transition: in a region with small quotas, in one with large ones. */
  readonly wait: Readonly<Record<keyof typeof QUOTAS, number>>;
  /** Ticks at once. Where the bucket holds back, it is fewer. */
  readonly concurrency: number;
  readonly keyUnits: number;
  /** What is not within its quota; of transitions, what makes somebody wait for more than two seconds. */
  readonly outside: readonly ('transitions' | 'transitions, large region' | 'lambda' | 'index')[];
}

const PATIENCE_S = 2;

/** `spreadSeconds`: over how long the wakes of one moment were spread; 0 when they come in one instant. */
export function crowd(wakes: Uint32Array, spreadSeconds: number): Crowd {
  const { count, at } = peak(wakes);
  const wait = {
    other: longestWait(wakes, QUOTAS.other.stateTransition, TRANSITIONS_A_WAKE),
    large: longestWait(wakes, QUOTAS.large.stateTransition, TRANSITIONS_A_WAKE),
  };
  const concurrency = spreadSeconds === 0 ? count : Math.ceil(count * SECONDS_A_TICK);
  const keyUnits = count * KEY_UNITS_A_WAKE;
  return {
    wakes: count,
    at,
    transitions: count * TRANSITIONS_A_WAKE,
    wait,
    concurrency,
    keyUnits,
    outside: [
      ...(wait.other > PATIENCE_S ? (['transitions'] as const) : []),
      ...(wait.large > PATIENCE_S ? (['transitions, large region'] as const) : []),
      ...(concurrency > LAMBDA_CONCURRENCY ? (['lambda'] as const) : []),
      ...(keyUnits > KEY_WRITE_UNITS ? (['index'] as const) : []),
    ],
  };
}
