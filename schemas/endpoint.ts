/** 端点状态: what the engine remembers of one department's endpoint across all tickets. Rules: `domain/delivery/endpoint.ts`. */
import * as z from 'zod';
import { Instant, UnitId } from './common.ts';

/** 正常, 熔断 (tried again by itself), 停用 (until an operator enables it). */
export const EndpointState = z.enum(['closed', 'open', 'disabled']);
export type EndpointState = z.infer<typeof EndpointState>;

/** Why it was disabled: it answered 410, or nothing reached it for 120 hours. */
export const DisabledWhy = z.enum(['gone', 'unreachable']);
export type DisabledWhy = z.infer<typeof DisabledWhy>;

/** Times are office time, but for leases. */
export const EndpointHealth = z.strictObject({
  kind: z.literal('endpoint'),
  unit: UnitId,
  /** Grows with every write; whoever writes must have seen the newest. */
  version: z.int().min(1),
  state: EndpointState,
  /** 连续失败: since the last success, across tickets. */
  failures: z.int().min(0),
  /** When the unbroken row of failures began. */
  failingSince: Instant.optional(),
  lastFailureAt: Instant.optional(),
  lastSuccessAt: Instant.optional(),
  /** When the breaker was last closed by a success: waits that were set before are pointless since. */
  recoveredAt: Instant.optional(),
  /** How often in a row the breaker opened: decides how long it stays so. */
  trips: z.int().min(0),
  /** Until then nothing is attempted; after it one probe is. Only while open. */
  openUntil: Instant.optional(),
  /** The one delivery that tries whether it is back. */
  probe: z.string().optional(),
  /** Attempts under way: webhook id, and until when (real time, epoch ms) it counts. */
  inFlight: z.array(z.strictObject({ id: z.string(), until: z.int() })),
  disabledAt: Instant.optional(),
  disabledWhy: DisabledWhy.optional(),
});
export type EndpointHealth = z.infer<typeof EndpointHealth>;
