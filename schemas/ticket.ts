/** The ticket's snapshot: what `evolve` makes of its events. Holds no name, no number and no free text, only keys to them. */
import * as z from 'zod';
import { KeptAttachment } from './attachment.ts';
import { CategoryCode, Channel, Instant, Kind, TicketNo, UnitId, Urgency } from './common.ts';
import { Routed } from './routing.ts';
import { Clock } from './sla.ts';

/** 工单状态. Sources: the life-cycle table of the hotline rules; overlays (催办, 督办, 保密 …) are flags, not states. */
export const Status = z.enum([
  'REGISTERED',
  'NOT_ACCEPTED',
  'DIRECT_CLOSED',
  'MERGED',
  'DISPATCHING',
  'AWAIT_SIGN',
  'SIGNED',
  'RETURN_REVIEW',
  'ARBITRATION',
  'HANDLING',
  'EXTENSION_REVIEW',
  'REPLIED',
  'AWAIT_VISIT',
  'REWORK',
  'CLOSED',
  'ARCHIVED',
  'CANCELLED',
]);
export type Status = z.infer<typeof Status>;

/** 办理结果 */
export const ResultCode = z.enum(['solved', 'partly', 'unsolved', 'unreasonable', 'explained']);
export type ResultCode = z.infer<typeof ResultCode>;

/** 满意度, five grades; the first three count as satisfied (满意率). */
export const Satisfaction = z.enum([
  'verySatisfied',
  'satisfied',
  'basicallySatisfied',
  'dissatisfied',
  'veryDissatisfied',
]);
export type Satisfaction = z.infer<typeof Satisfaction>;

export const Rating = z.strictObject({
  solved: z.boolean(),
  satisfaction: Satisfaction,
  commentKey: z.string().optional(),
  at: Instant,
});
export type Rating = z.infer<typeof Rating>;

export const Flags = z.strictObject({
  anonymous: z.boolean(),
  confidential: z.boolean(),
  enterprise: z.boolean(),
  danger: z.boolean(),
});
export type Flags = z.infer<typeof Flags>;

/**
 * 待关注: why the desk should look at a ticket, whatever its state. `feedback`: the citizen could not be told; `duplicate`: looks
 * like another ticket of the same citizen; `appended`: something was added after the end; `danger`: the words speak of danger;
 * `undelivered`: the unit has not been reached.
 */
export const AttentionTopic = z.enum(['feedback', 'duplicate', 'appended', 'danger', 'undelivered']);
export type AttentionTopic = z.infer<typeof AttentionTopic>;
/** What a list may be asked for: one topic, or any. */
export const AttentionFilter = z.union([z.literal('any'), AttentionTopic]);

export const Ticket = z.strictObject({
  ticketNo: TicketNo,
  /** Sequence number of the newest event; what departments see as `ticketVersion`. */
  version: z.int().min(1),
  status: Status,
  channel: Channel,
  channelRef: z.string(),
  kind: Kind,
  urgency: Urgency,
  flags: Flags,
  callerToken: z.string(),
  queryKeyId: z.string(),
  /** Key of the TEXT item that holds title, content, place and attachments. */
  textKey: z.string(),
  categoryCode: CategoryCode.optional(),
  townCode: z.string().optional(),
  /** The router's last decision, whatever persons made of it since. */
  routed: Routed.optional(),
  /** 承办单位. Exactly one at any moment from dispatch on; before that the hotline's desk. */
  owner: UnitId,
  coHandlers: z.array(UnitId),
  /** 办理轮次: 1, and one more with each rework or new owner. */
  round: z.int().min(1),
  clocks: z.array(Clock),
  /** Grows with every change of clocks; an execution of an older generation is stale. */
  clockGeneration: z.int().min(0),
  /** Per unit: how many callbacks were addressed to it; gives each its place in the order. */
  callbackCount: z.record(UnitId, z.int()),
  answer: z.strictObject({ resultCode: ResultCode, textKey: z.string(), at: Instant, by: UnitId }).optional(),
  /** Set when the hotline let the answer pass: from then on the citizen may read it. */
  answerApprovedAt: Instant.optional(),
  contactedAt: Instant.optional(),
  /** How often the citizen added something. */
  additions: z.int().min(0),
  /** 催办 overlay: how often, and when last. */
  urged: z.strictObject({ times: z.int().min(1), at: Instant }).optional(),
  rating: Rating.optional(),
  publicConsent: z.boolean(),
  /** 暂缓公开: the content check found something that must not be published. The request itself goes on. */
  publicationHeld: z.literal(true).optional(),
  /** Each topic once, in the order in which it came up; an operator takes it away. */
  attention: z.array(AttentionTopic),
  /** 未送达: dispatches that have not reached their unit in time, and still have not. */
  undelivered: z.array(z.strictObject({ unit: UnitId, n: z.int().min(1) })).optional(),
  boardMessageId: z.string().optional(),
  receivedAt: Instant,
  dispatchedAt: Instant.optional(),
  closedAt: Instant.optional(),
  updatedAt: Instant,
});
export type Ticket = z.infer<typeof Ticket>;

/**
 * 脱敏副本 of a confidential (保密) or anonymous (匿名) request: all that its department reads of the caller's words. Made at
 * the door, where the caller's name and number are known for a moment.
 */
export const MaskedRequest = z.strictObject({
  title: z.string(),
  content: z.string(),
  placeText: z.string().optional(),
  /** In the order of the attachments. */
  attachmentNames: z.array(z.string()).optional(),
});
export type MaskedRequest = z.infer<typeof MaskedRequest>;

/** 录音: a link into the telephone system. */
export const KeptRecording = z.strictObject({ id: z.string(), url: z.string(), expiresAt: Instant.optional() });
export type KeptRecording = z.infer<typeof KeptRecording>;

/** The texts of a ticket: kept apart, so that erasing one doesn't rewrite history. */
export const TicketText = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('request'),
    title: z.string(),
    content: z.string(),
    placeText: z.string().optional(),
    place: z
      .strictObject({
        townCode: z.string().optional(),
        villageCode: z.string().optional(),
        lat: z.number().optional(),
        lng: z.number().optional(),
        crs: z.string().optional(),
      })
      .optional(),
    occurredAt: Instant.optional(),
    attachments: z.array(KeptAttachment),
    recordings: z.array(KeptRecording),
    masked: MaskedRequest.optional(),
  }),
  z.strictObject({ kind: z.literal('answer'), internal: z.string(), public: z.string() }),
  z.strictObject({
    kind: z.literal('note'),
    text: z.string(),
    attachments: z.array(KeptAttachment).optional(),
    recordings: z.array(KeptRecording).optional(),
  }),
]);
export type TicketText = z.infer<typeof TicketText>;
