/**
 * 端点状态: the health of one department's endpoint, as pure rules over one row that every worker reads before it sends and
 * writes, conditionally, before and after. The row stands beside the lines of single tickets and knows none of them:
 *
 *   closed (正常) ──5 failures in a row──▶ open (熔断) ──its time is over──▶ one probe ──2xx──▶ closed
 *      ▲                                    ▲                                │
 *      │                                    └──────── failed: twice as long ─┘
 *      └──────────── enabled by an operator ──── disabled (停用) ◀── 410, or 120 h of unbroken failure
 *
 * 1. While it is open nothing is attempted: a dead department costs no worker its ten seconds. What comes is put off to its
 *    end and uses up no attempt.
 * 2. At the end exactly one delivery is the probe. If its worker dies, the probe's lease runs out and another may try.
 * 3. A success, whosoever, ends the row of failures.
 * 4. At most `MOST_IN_FLIGHT` attempts are under way at a time, so that a slow department can't hold all workers either.
 * 5. Disabled, nothing is attempted until a person says so; the unit's messages become dead letters when their turn comes.
 */
import { fromIso, HOUR, MINUTE, toShanghai } from '#domain/calendar/shanghai.ts';
import type { DisabledWhy, EndpointHealth } from '#schemas/endpoint.ts';
import { LEASE_MS } from './delivery.ts';
import type { Outcome } from './retry.ts';

/** So many failures in a row, of any ticket, open the breaker. */
export const BREAKER_FAILURES = 5;
/** How long the first time (ms, office time); doubles with each failed probe. */
export const BREAKER_FIRST_MS = MINUTE;
export const BREAKER_LONGEST_MS = 30 * MINUTE;
/** Unbroken failure for so long disables the endpoint (ms, office time). Source: the department protocol of the design. */
export const DISABLED_AFTER_MS = 120 * HOUR;
/**
 * 并发上限: attempts to one unit at a time. Twenty batches are worked at once; four attempts hold up four of them at the
 * worst. A department that answers within 200 ms still takes twenty a second.
 */
export const MOST_IN_FLIGHT = 4;
/** What is put off to the breaker's end comes within so much after it (ms), or all would come at once. */
export const BREAKER_JITTER_MS = 10_000;

export interface Clocks {
  /** Epoch ms. */
  readonly office: number;
  readonly real: number;
}

export type Gate =
  | { readonly kind: 'go'; readonly probe: boolean }
  /** The breaker is open until then (office, epoch ms). */
  | { readonly kind: 'wait'; readonly until: number }
  /** As many as may be are under way, or the probe is. */
  | { readonly kind: 'crowded' }
  | { readonly kind: 'disabled' };

export function fresh(unit: string): EndpointHealth {
  return { kind: 'endpoint', unit, version: 1, state: 'closed', failures: 0, trips: 0, inFlight: [] };
}

/** Whether an attempt may begin now. */
export function gateOf(health: EndpointHealth, { office, real }: Clocks): Gate {
  if (health.state === 'disabled') return { kind: 'disabled' };
  const underWay = alive(health, real);
  if (health.state === 'open') {
    const until = openUntil(health);
    if (office < until) return { kind: 'wait', until };
    // Attempts from before it opened may still be under way; they are no probe.
    const probing = underWay.some(({ id }) => id === health.probe);
    return probing ? { kind: 'crowded' } : { kind: 'go', probe: true };
  }
  return underWay.length >= MOST_IN_FLIGHT ? { kind: 'crowded' } : { kind: 'go', probe: false };
}

/** The row with attempt `id` under way; only after `gateOf` said go. */
export function begun(health: EndpointHealth, id: string, clocks: Clocks): EndpointHealth {
  const others = alive(health, clocks.real).filter((one) => one.id !== id);
  return {
    ...health,
    version: health.version + 1,
    inFlight: [...others, { id, until: clocks.real + LEASE_MS }],
    ...(health.state === 'open' ? { probe: id } : {}),
  };
}

/** What came of an attempt, as far as the endpoint is concerned; `nothing`: it was not made after all. */
export type Result = 'success' | 'failure' | 'gone' | 'nothing';
export type HealthChange = 'opened' | 'closed' | 'disabled';

export function resultOf(outcome: Outcome): Result {
  if (outcome.kind === 'polling') return 'success';
  // A short message that didn't leave says nothing against the unit: it has no endpoint.
  if (outcome.kind === 'failed') return outcome.fault === 'notice' ? 'success' : 'failure';
  if (outcome.status === 410) return 'gone';
  return outcome.status >= 200 && outcome.status < 300 ? 'success' : 'failure';
}

/** The row after attempt `id`, and what that changed for everybody else. */
export function ended(
  health: EndpointHealth,
  id: string,
  result: Result,
  { office, real }: Clocks,
): { health: EndpointHealth; change?: HealthChange } {
  const { probe, ...rest } = health;
  const wasProbe = probe === id;
  const next: EndpointHealth = {
    ...rest,
    version: health.version + 1,
    inFlight: alive(health, real).filter((one) => one.id !== id),
    ...(probe === undefined || wasProbe ? {} : { probe }),
  };
  if (result === 'nothing') return { health: next };
  if (result === 'success') return succeeded(next, office);
  return failed(next, { gone: result === 'gone', wasProbe, office });
}

function succeeded(health: EndpointHealth, office: number): { health: EndpointHealth; change?: HealthChange } {
  const at = toShanghai(office);
  // Only a person ends that: this one was under way when it was disabled.
  if (health.state === 'disabled') return { health: { ...health, lastSuccessAt: at } };
  const { failingSince: _since, openUntil: _until, probe: _probe, ...rest } = health;
  const well: EndpointHealth = { ...rest, state: 'closed', failures: 0, trips: 0, lastSuccessAt: at };
  return health.state === 'open' ? { health: { ...well, recoveredAt: at }, change: 'closed' } : { health: well };
}

function failed(
  health: EndpointHealth,
  { gone, wasProbe, office }: { gone: boolean; wasProbe: boolean; office: number },
): { health: EndpointHealth; change?: HealthChange } {
  const at = toShanghai(office);
  const since = health.failingSince ?? at;
  const failing = { ...health, failures: health.failures + 1, failingSince: since, lastFailureAt: at };
  if (health.state === 'disabled') return { health: failing };
  if (gone) return { health: disabled(failing, 'gone', at), change: 'disabled' };
  if (office - fromIso(since) >= DISABLED_AFTER_MS) {
    return { health: disabled(failing, 'unreachable', at), change: 'disabled' };
  }
  const opens = health.state === 'open' ? wasProbe : failing.failures >= BREAKER_FAILURES;
  if (!opens) return { health: failing };
  const trips = health.trips + 1;
  const open = { ...failing, state: 'open', trips, openUntil: toShanghai(office + openFor(trips)) } as const;
  return health.state === 'open' ? { health: open } : { health: open, change: 'opened' };
}

/** ms; `trips` from 1. */
export function openFor(trips: number): number {
  return Math.min(BREAKER_FIRST_MS * 2 ** Math.min(trips - 1, 20), BREAKER_LONGEST_MS);
}

function disabled(health: EndpointHealth, why: DisabledWhy, at: string): EndpointHealth {
  const { openUntil: _until, probe: _probe, ...rest } = health;
  return { ...rest, state: 'disabled', disabledAt: at, disabledWhy: why };
}

/** 启用: starts as if nothing had ever failed; undefined when there is nothing to end. What is under way goes on. */
export function enabled(health: EndpointHealth, office: number): EndpointHealth | undefined {
  if (health.state === 'closed') return undefined;
  const { unit, version, inFlight, lastSuccessAt } = health;
  return {
    ...fresh(unit),
    version: version + 1,
    inFlight,
    recoveredAt: toShanghai(office),
    ...(lastSuccessAt === undefined ? {} : { lastSuccessAt }),
  };
}

const alive = (health: EndpointHealth, real: number) => health.inFlight.filter(({ until }) => until > real);
const openUntil = (health: EndpointHealth): number =>
  health.openUntil === undefined ? Number.NEGATIVE_INFINITY : fromIso(health.openUntil);
