/** 投递处置: what operators see of deliveries and endpoints, and what they may do about them. No body and no citizen's word. */
import * as z from 'zod';
import { Instant, PlainText, TicketNo, UnitId } from './common.ts';
import { Attempt, Delivery, DeliveryState } from './delivery.ts';
import { EndpointHealth } from './endpoint.ts';
import { CallbackType } from './event.ts';

/** Why an operator did it; kept with the act, so it must not hold a citizen's data. */
const reason = PlainText(200);
const place = z.int().min(1);

/** 处置记录 of one delivery: append-only. */
export const DeliveryAct = z.strictObject({
  kind: z.literal('deliveryAct'),
  ticketNo: TicketNo,
  unit: UnitId,
  n: place,
  /** 重投, 跳过 */
  action: z.enum(['replayed', 'skipped']),
  /** 投递轮次 that it ended, from 1. */
  round: place,
  at: Instant,
  /** A staff number. */
  by: z.string(),
  role: z.string(),
  reason: z.string(),
});
export type DeliveryAct = z.infer<typeof DeliveryAct>;

/** 处置记录 of an endpoint: append-only. */
export const EndpointAct = z.strictObject({
  kind: z.literal('endpointAct'),
  unit: UnitId,
  action: z.literal('enabled'),
  at: Instant,
  by: z.string(),
  role: z.string(),
  reason: z.string(),
});
export type EndpointAct = z.infer<typeof EndpointAct>;

/** 待投 (no attempt in this round yet), 重试中 (failed, tried again), 死信. */
export const ListedState = z.enum(['queued', 'failed', 'dead']);
export type ListedState = z.infer<typeof ListedState>;

export const DeliveryEntry = z.strictObject({
  ticketNo: TicketNo,
  unit: UnitId,
  n: place,
  type: CallbackType.optional(),
  state: ListedState,
  round: place,
  /** In this round. */
  attempts: z.int().min(0),
  lastAttempt: Attempt.optional(),
  createdAt: Instant,
  nextAttemptAt: Instant.optional(),
  diedAt: Instant.optional(),
});
export type DeliveryEntry = z.infer<typeof DeliveryEntry>;

export const DeliveryPage = z.strictObject({ deliveries: z.array(DeliveryEntry), cursor: z.string().optional() });
export type DeliveryPage = z.infer<typeof DeliveryPage>;

/** One message of a line with every attempt that is kept. */
export const LineDelivery = Delivery.omit({ kind: true, ticketNo: true, unit: true, leaseUntil: true }).extend({
  state: DeliveryState,
  webhookId: z.string(),
  /** An attempt is under way. */
  underWay: z.boolean(),
});

export const EndpointEntry = EndpointHealth.omit({ kind: true, version: true, probe: true, inFlight: true }).extend({
  name: z.string().optional(),
  /** Attempts under way. */
  underWay: z.int().min(0),
  /** Deliveries of the unit, those behind a dead letter too; `more`: there are more than were counted. */
  pending: z.int().min(0),
  dead: z.int().min(0),
  more: z.literal(true).optional(),
});
export type EndpointEntry = z.infer<typeof EndpointEntry>;
export const EndpointList = z.strictObject({ endpoints: z.array(EndpointEntry) });
export type EndpointList = z.infer<typeof EndpointList>;

/** 投递线: everything that one ticket says to one unit. */
export const DeliveryLine = z.strictObject({
  ticketNo: TicketNo,
  unit: UnitId,
  /** 投递游标: how far the line is settled. */
  settled: z.int().min(0),
  deliveries: z.array(LineDelivery),
  acts: z.array(DeliveryAct),
  endpoint: EndpointHealth.shape.state,
});
export type DeliveryLine = z.infer<typeof DeliveryLine>;

/** 重投: of a unit, of a ticket, of one line, or one delivery. `cursor` goes on where the last call ended (units only). */
export const ReplayDeliveries = z
  .strictObject({
    unit: UnitId.optional(),
    ticketNo: TicketNo.optional(),
    n: place.optional(),
    cursor: z
      .string()
      .regex(/^[\w-]{1,1000}$/)
      .optional(),
    reason,
  })
  .refine(({ unit, ticketNo }) => unit !== undefined || ticketNo !== undefined, {
    path: ['unit'],
    error: 'name a unit, a ticket, or both',
  })
  .refine(({ unit, ticketNo, n }) => n === undefined || (unit !== undefined && ticketNo !== undefined), {
    path: ['n'],
    error: 'one delivery is named by ticket, unit and place',
  })
  .refine(({ ticketNo, cursor }) => cursor === undefined || ticketNo === undefined, {
    path: ['cursor'],
    error: 'only a whole unit takes more than one call',
  });
export type ReplayDeliveries = z.infer<typeof ReplayDeliveries>;

/** `cursor`: there is more, call again with it. */
export const Replayed = z.strictObject({ replayed: z.int().min(0), cursor: z.string().optional() });
export type Replayed = z.infer<typeof Replayed>;

/** 跳过 one dead letter: the later messages of its line follow. */
export const SkipDelivery = z.strictObject({ ticketNo: TicketNo, unit: UnitId, n: place, reason });
export type SkipDelivery = z.infer<typeof SkipDelivery>;

/** 启用 an endpoint that was disabled, or whose breaker is open. */
export const EnableEndpoint = z.strictObject({ reason });
