/** The ticket's snapshot: what `evolve` makes of its events. Holds no name, no number and no free text, only keys to them. */
import * as z from 'zod';
import { KeptAttachment } from './attachment.ts';
import { CategoryCode, Channel, Instant, Kind, TicketNo, UnitId, Urgency } from './common.ts';
import { EmergencyNumber, Routed } from './routing.ts';
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
 * `category`: the category that came with the request doesn't fit its words; `undelivered`: the unit has not been reached; `late`:
 * a clock will soon be or is overdue; `provisional`: a deadline needs days for which no notice is known yet.
 */
export const AttentionTopic = z.enum([
  'feedback',
  'duplicate',
  'appended',
  'danger',
  'category',
  'undelivered',
  'late',
  'provisional',
]);
export type AttentionTopic = z.infer<typeof AttentionTopic>;
/** What a list may be asked for: one topic, or any. */
export const AttentionFilter = z.union([z.literal('any'), AttentionTopic]);

/**
 * 紧急转办 of a request that speaks of danger to life. Software never transfers a call: it tells the caller whom to call, and
 * persons record what they did. `transferred`: the call was put through (三方转接); `reported`: we called the number ourselves;
 * `callerCalls`: the caller has called or does so; `helpThere`: help has come; `noDanger`: there was none.
 */
export const TransferOutcome = z.enum(['transferred', 'reported', 'callerCalls', 'helpThere', 'noDanger']);
export type TransferOutcome = z.infer<typeof TransferOutcome>;

export const Emergency = z.strictObject({
  /** The numbers that the caller was told, in the order in which they were. */
  numbers: z.array(EmergencyNumber).min(1),
  advisedAt: Instant,
  /** What persons did, oldest first. */
  transfers: z.array(
    z.strictObject({ number: EmergencyNumber, outcome: TransferOutcome, at: Instant, by: z.string() }),
  ),
});
export type Emergency = z.infer<typeof Emergency>;

/** 退单原因 */
export const ReturnReason = z.enum(['notOurDuty', 'wrongPlace', 'incomplete', 'duplicate', 'statutoryRoute']);
export type ReturnReason = z.infer<typeof ReturnReason>;

/** 退单记录: a unit said that the ticket isn't its own. `arbitration`: the third objection, or one that the hotline passed on. */
export const ReturnRecord = z.strictObject({
  unit: UnitId,
  reasonCode: ReturnReason,
  suggested: UnitId,
  at: Instant,
  outcome: z.enum(['pending', 'approved', 'rejected', 'arbitration']),
});
export type ReturnRecord = z.infer<typeof ReturnRecord>;

/** 延期: one a ticket. */
export const ExtensionRecord = z.strictObject({
  unit: UnitId,
  newDeadline: Instant,
  at: Instant,
  outcome: z.enum(['pending', 'approved', 'rejected']),
});
export type ExtensionRecord = z.infer<typeof ExtensionRecord>;

/** A 角 holds a ticket first; B 角 takes over. */
export const HandlerRole = z.enum(['A', 'B']);
export type HandlerRole = z.infer<typeof HandlerRole>;

/** 经手: who held the ticket from when until when, so that a delay is attributed to whom it belongs. */
export const Holding = z.strictObject({
  unit: UnitId,
  handler: HandlerRole.optional(),
  from: Instant,
  until: Instant.optional(),
});
export type Holding = z.infer<typeof Holding>;

/** 报到协办: a unit that the owning town has whistled for (基层吹号、部门报到). The owner stays the only owner. */
export const Assist = z.strictObject({
  unit: UnitId,
  state: z.enum(['called', 'reported', 'finished']),
  at: Instant,
});
export type Assist = z.infer<typeof Assist>;

/** 督办层级: by the hotline office, a bureau's head (局长督办) or a district leader (区长专办). */
export const SupervisionLevel = z.enum(['office', 'director', 'leader']);
export type SupervisionLevel = z.infer<typeof SupervisionLevel>;

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
  answer: z
    .strictObject({
      resultCode: ResultCode,
      textKey: z.string(),
      at: Instant,
      by: UnitId,
      /** Of the ticket when its unit answered. */
      urgency: Urgency.optional(),
    })
    .optional(),
  /** 主单答复、随主单重办: the newest event of the main ticket that this one has followed. */
  mainSeq: z.int().min(1).optional(),
  /** Set when the hotline let the answer pass: from then on the citizen may read it. */
  answerApprovedAt: Instant.optional(),
  contactedAt: Instant.optional(),
  /** 首次联系: the units that have spoken with the citizen. */
  contactedBy: z.array(UnitId),
  /** 退单, oldest first. */
  returns: z.array(ReturnRecord),
  /** 指定承办: after a designation nobody may return it. */
  noReturn: z.literal(true).optional(),
  extension: ExtensionRecord.optional(),
  /** 挂起: the clocks in `instances` stand until then. */
  suspension: z.strictObject({ until: Instant, at: Instant, instances: z.array(z.string()) }).optional(),
  /** 并单: the ticket that answers for this one; and those that this one answers for. */
  mergedInto: TicketNo.optional(),
  merged: z.array(TicketNo),
  splitFrom: TicketNo.optional(),
  splitInto: z.array(TicketNo),
  assists: z.array(Assist),
  /** `of`: the unit that was late, where the clock brought it about (超期督办) and nobody ordered it. */
  supervision: z.strictObject({ level: SupervisionLevel, at: Instant, of: UnitId.optional() }).optional(),
  /** 部门联办: the hotline office leads, these take part. */
  joint: z.strictObject({ units: z.array(UnitId), at: Instant }).optional(),
  /** Who of the owning unit holds it. */
  handler: HandlerRole,
  holdings: z.array(Holding),
  /** 回访: tries on which nobody was reached. */
  failedVisits: z.int().min(0),
  /** How often the citizen added something. */
  additions: z.int().min(0),
  /** 催办 overlay: how often, and when last. */
  urged: z.strictObject({ times: z.int().min(1), at: Instant }).optional(),
  rating: Rating.optional(),
  publicConsent: z.boolean(),
  /** 暂缓公开: the content check found something that must not be published. The request itself goes on. */
  publicationHeld: z.literal(true).optional(),
  emergency: Emergency.optional(),
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
    /** 所选类别: as it came with the request; the router asks again when more is said. */
    category: z.string().optional(),
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
