/**
 * A delivery (投递): the way of one callback to one department, and what came of each attempt. It stores no body: the message
 * is rendered from the immutable event at each attempt. The states are told in `domain/delivery/delivery.ts`.
 */
import * as z from 'zod';
import { Instant, TicketNo, UnitId } from './common.ts';
import { EventPointer } from './event.ts';

/**
 * Why there was no answer at all. A redirect is an answer: its status is kept, it is not followed. `noEndpoint` stands in
 * older rows only: a unit without an address is no fault, it polls. `noKeys`: the unit's entry in the secret is missing or
 * broken. `badEndpoint`: not https, with a password, or at another service's port. `dns`: the name has no address.
 * `forbiddenAddress`: it has one that we must not connect to (SSRF). `tls`: no secure connection, e.g. another name's, an
 * expired or an unknown certificate. `notice`: a unit without an address could not be sent its short message.
 */
export const AttemptFault = z.enum([
  'timeout',
  'connection',
  'noEndpoint',
  'noKeys',
  'badEndpoint',
  'dns',
  'forbiddenAddress',
  'tls',
  'notice',
]);
export type AttemptFault = z.infer<typeof AttemptFault>;

/** How much of the answer to a failed attempt is kept, in bytes of UTF-8. */
export const ANSWER_KEPT_BYTES = 2000;

/** One try: when (office time), the HTTP status if there was one, how long it took in real milliseconds. */
export const Attempt = z.strictObject({
  at: Instant,
  status: z.int().optional(),
  fault: AttemptFault.optional(),
  /** A code that tells more of the fault: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, the kind of a forbidden address … */
  cause: z
    .string()
    .regex(/^\w{1,60}$/)
    .optional(),
  /** What the department said about its failure, masked, at most `ANSWER_KEPT_BYTES`. */
  answer: z.string().optional(),
  /** 轮询: nothing was sent, because the unit has no address and reads its work list. */
  outcome: z.literal('polling').optional(),
  milliseconds: z.int().min(0),
});
export type Attempt = z.infer<typeof Attempt>;

export const DeliveryState = z.enum(['pending', 'delivered', 'dead']);
export type DeliveryState = z.infer<typeof DeliveryState>;

export const Delivery = z.strictObject({
  kind: z.literal('delivery'),
  ticketNo: TicketNo,
  unit: UnitId,
  /** Place among this ticket's messages to this unit, from 1. */
  n: z.int().min(1),
  /** The event that it tells of. */
  seq: z.int().min(1),
  state: DeliveryState,
  /** Attempts begun, also those whose outcome nobody lived to write down. */
  attemptCount: z.int().min(0),
  /** The newest attempts, oldest first; at most `ATTEMPTS_KEPT`. */
  attempts: z.array(Attempt),
  createdAt: Instant,
  /** Office time; absent before the first attempt and after the last. */
  nextAttemptAt: Instant.optional(),
  /** Real time, epoch ms: until then the attempt under way belongs to one worker. */
  leaseUntil: z.int().optional(),
  settledAt: Instant.optional(),
});
export type Delivery = z.infer<typeof Delivery>;

/** Names a delivery without looking at the event. */
export const DeliveryPointer = z.strictObject({ ticketNo: TicketNo, unit: UnitId, n: z.int().min(1) });
export type DeliveryPointer = z.infer<typeof DeliveryPointer>;

/** What lies on the Dispatch queue: an event with callbacks (from fan-out), or one delivery whose turn it is. */
export const DispatchMessage = z.union([DeliveryPointer, EventPointer]);
export type DispatchMessage = z.infer<typeof DispatchMessage>;
