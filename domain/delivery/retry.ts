/**
 * What follows from an attempt: success, another try, or a dead letter. Source of schedule and rules: the department
 * protocol of the design (Standard Webhooks' customary schedule; 3 days in all, so that a long weekend is survived).
 */
import type { AttemptFault } from '#schemas/delivery.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits after attempt 1, 2, 3 … (ms, office time). */
export const RETRY_SCHEDULE: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** The first attempt and one after each wait. */
export const MAX_ATTEMPTS = RETRY_SCHEDULE.length + 1;
/** ± so much of the wait, so that a department that comes back isn't hit by all its tickets at once. */
export const JITTER = 0.2;
/** A Retry-After beyond this is not believed (ms). */
export const MAX_RETRY_AFTER_MS = 6 * HOUR;

export type Outcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** ms */
      readonly retryAfter?: number;
      /** Of a failure: what the department said, masked and cut, to be kept. */
      readonly answer?: string;
    }
  /** 轮询: the unit has no address; its work list shows the ticket. */
  | { readonly kind: 'polling' }
  | { readonly kind: 'failed'; readonly fault: AttemptFault; readonly cause?: string };

export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry' /** ms, office time */; readonly wait: number }
  | { readonly kind: 'dead'; readonly why: 'gone' | 'exhausted' | 'endpointDisabled' };

/**
 * @param attempt number of the attempt that had this outcome, from 1 in each round
 * @param random 0 ≤ random < 1
 */
export function judge(outcome: Outcome, attempt: number, random: number): Verdict {
  if (outcome.kind === 'polling') return { kind: 'delivered' };
  if (outcome.kind === 'answered') {
    if (outcome.status >= 200 && outcome.status < 300) return { kind: 'delivered' };
    // 410 Gone: the receiver says that it will never take it (Standard Webhooks 1.0.0).
    if (outcome.status === 410) return { kind: 'dead', why: 'gone' };
  }
  const planned = RETRY_SCHEDULE[attempt - 1];
  if (planned === undefined) return { kind: 'dead', why: 'exhausted' };
  const wait = Math.round(planned * (1 + JITTER * (2 * random - 1)));
  return { kind: 'retry', wait: Math.max(wait, askedWait(outcome)) };
}

/** Only 429 and 503 may ask for patience; they can make us wait longer, never shorter. */
function askedWait(outcome: Outcome): number {
  if (outcome.kind !== 'answered' || (outcome.status !== 429 && outcome.status !== 503)) return 0;
  return Math.min(outcome.retryAfter ?? 0, MAX_RETRY_AFTER_MS);
}

/** Retry-After as seconds or as an HTTP date (RFC 9110 §10.2.3) → ms from `realNow`; undefined when it is neither. */
export function parseRetryAfter(header: string | null | undefined, realNow: number): number | undefined {
  if (header === null || header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND;
  if (!/^[A-Z][a-z]{2}, /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - realNow);
}
