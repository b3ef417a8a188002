/**
 * A delivery (投递): the way of one callback to one department, and what came of each attempt. It stores no body: the message
 * is rendered from the immutable event at each attempt. The states are told in `domain/delivery/delivery.ts`.
 */
import * as z from 'zod';
import { Instant, TicketNo, UnitId } from './common.ts';
import { CallbackType, EventPointer } from './event.ts';

/**
 * Why there was no answer at all. A redirect is an answer: its status is kept, it is not followed. `noEndpoint` stands in
 * older rows only: a unit without an address is no fault, it polls. `noKeys`: the unit's entry in the secret is missing or
 * broken. `badEndpoint`: not https, with a password, or at another service's port. `dns`: the name has no address.
 * `forbiddenAddress`: it has one that we must not connect to (SSRF). `tls`: no secure connection, e.g. another name's, an
 * expired or an unknown certificate. `endpointDisabled`: nothing was attempted, because the unit's endpoint is disabled (端点停用).
 * `notice`: a unit without an address could not be sent its short message.
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
  'endpointDisabled',
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
  /** 投递轮次, from 2: which replay it was made for; absent in the first round. */
  round: z.int().min(2).optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** 待投, 已送达, 死信, 已跳过 (by an operator), 已取代 (by a later withdrawal). */
export const DeliveryState = z.enum(['pending', 'delivered', 'dead', 'skipped', 'superseded']);
export type DeliveryState = z.infer<typeof DeliveryState>;

export const Delivery = z.strictObject({
  kind: z.literal('delivery'),
  ticketNo: TicketNo,
  unit: UnitId,
  /** Place among this ticket's messages to this unit, from 1. */
  n: z.int().min(1),
  /** The event that it tells of. */
  seq: z.int().min(1),
  /** What it says; absent in older rows. */
  type: CallbackType.optional(),
  state: DeliveryState,
  /** Attempts begun in all rounds, also those whose outcome nobody lived to write down. */
  attemptCount: z.int().min(0),
  /** 投递轮次: 1, and one more with each replay; absent in the first. Each round has a schedule of its own. */
  round: z.int().min(2).optional(),
  /** Attempts begun in the rounds before this one. */
  attemptsBefore: z.int().min(0).optional(),
  /** The newest attempts, oldest first; at most `ATTEMPTS_KEPT`. */
  attempts: z.array(Attempt),
  createdAt: Instant,
  /** Office time; absent before the first attempt and after the last. */
  nextAttemptAt: Instant.optional(),
  /** Real time, epoch ms: until then the attempt under way belongs to one worker. */
  leaseUntil: z.int().optional(),
  /** Place of the withdrawal that makes this one pointless. While an attempt is under way, no other is begun. */
  supersededBy: z.int().min(2).optional(),
  /** When it was delivered, given up, skipped or superseded. */
  settledAt: Instant.optional(),
});
export type Delivery = z.infer<typeof Delivery>;

/** 未送达监视: beside each dispatch, until it is delivered in time or its lateness was told and is over. */
export const DeliveryWatch = z.strictObject({
  kind: z.literal('deliveryWatch'),
  ticketNo: TicketNo,
  unit: UnitId,
  n: z.int().min(1),
  /** When the ticket was dispatched. */
  since: Instant,
  /** `told`: the desk knows that it is late. `over`: nothing is to come of it any more. */
  state: z.enum(['set', 'told', 'over']),
});
export type DeliveryWatch = z.infer<typeof DeliveryWatch>;

/** Names a delivery without looking at the event. `waited`: how often it found its unit busy and came again later. */
export const DeliveryPointer = z.strictObject({
  ticketNo: TicketNo,
  unit: UnitId,
  n: z.int().min(1),
  waited: z.int().min(1).max(20).optional(),
});
export type DeliveryPointer = z.infer<typeof DeliveryPointer>;

/** What lies on the Dispatch queue: an event with callbacks (from fan-out), or one delivery whose turn it is. */
export const DispatchMessage = z.union([DeliveryPointer, EventPointer]);
export type DispatchMessage = z.infer<typeof DispatchMessage>;
