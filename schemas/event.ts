/**
 * What happened to a ticket (工单事件). Events are the truth: append-only, never rewritten, free of personal data.
 * Every event says who, when and why, which clocks it started and stopped, and which units are to be told.
 */
import * as z from 'zod';
import { CategoryCode, Channel, Instant, Kind, TicketNo, UnitId, Urgency } from './common.ts';
import { NoticeName } from './feedback.ts';
import { EmergencyNumber, OpinionCandidate, RoutingDecision } from './routing.ts';
import { Clock, ClockId, Colour, Grade, Recipient } from './sla.ts';
import {
  AttentionTopic,
  Flags,
  HandlerRole,
  ResultCode,
  ReturnReason,
  Satisfaction,
  SupervisionLevel,
  TransferOutcome,
} from './ticket.ts';

/** 操作主体. `id` is a staff number, a unit or a machine part, never a person's name. */
export const Actor = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('system'), id: z.string() }),
  z.strictObject({ kind: z.literal('citizen') }),
  z.strictObject({ kind: z.literal('department'), id: UnitId, handler: z.string().max(64).optional() }),
  z.strictObject({ kind: z.literal('operator'), id: z.string(), role: z.string() }),
]);
export type Actor = z.infer<typeof Actor>;

/** What a department's callback is called: `cn.jieban.ticket.<name>.v1`. */
export const CallbackType = z.enum([
  'dispatched',
  'withdrawn',
  'warned',
  'decided',
  'closed',
  'reworkOrdered',
  'urged',
  'appended',
  'whistled',
  'reportedIn',
  'assistFinished',
  'supervised',
  'handedOver',
  'merged',
  'jointOpened',
  'suspended',
  'resumed',
  'replanned',
]);
export type CallbackType = z.infer<typeof CallbackType>;

/** One addressed message: the n-th that this ticket sends to this unit. n+1 is not sent before n is settled. */
export const Callback = z.strictObject({ to: UnitId, n: z.int().min(1), type: CallbackType });
export type Callback = z.infer<typeof Callback>;

const envelope = {
  ticketNo: TicketNo,
  seq: z.int().min(1),
  at: Instant,
  actor: Actor,
  reason: z.string().max(200).optional(),
  /** `generation` numbers the ticket's changes of clocks: an alarm set for an older one is stale. */
  clocks: z
    .strictObject({ generation: z.int().min(1), started: z.array(Clock), stopped: z.array(z.string()) })
    .optional(),
  callbacks: z.array(Callback).optional(),
};
const event = <T extends string, S extends z.core.$ZodShape>(type: T, shape: S) =>
  z.strictObject({ ...envelope, type: z.literal(type), ...shape });

export const TicketEvent = z.discriminatedUnion('type', [
  /** 登记 */
  event('registered', {
    channel: Channel,
    channelRef: z.string(),
    kind: Kind,
    urgency: Urgency,
    flags: Flags,
    callerToken: z.string(),
    queryKeyId: z.string(),
    textKey: z.string(),
    publicConsent: z.boolean(),
    boardMessageId: z.string().optional(),
    receivedAt: Instant,
    /** 拆单: the ticket that this one was a part of. */
    splitFrom: TicketNo.optional(),
  }),
  /** 转热线派单席: no lawful owner found, or not sure enough; the decision holds the candidates. */
  event('queuedAtDesk', { decision: RoutingDecision }),
  /** 派单, by the router (`decision`) or by an operator. */
  event('dispatched', {
    owner: UnitId,
    coHandlers: z.array(UnitId),
    categoryCode: CategoryCode.optional(),
    townCode: z.string().optional(),
    urgency: Urgency,
    round: z.int().min(1),
    decision: RoutingDecision.optional(),
    /** Who of the unit is addressed; A unless A is away. */
    handler: HandlerRole.optional(),
    /** 裁定指定: it can't be returned any more. */
    designated: z.literal(true).optional(),
  }),
  /** 退单申请 */
  event('returnRequested', {
    unit: UnitId,
    reasonCode: ReturnReason,
    suggested: UnitId,
    noteKey: z.string(),
    to: z.enum(['RETURN_REVIEW', 'ARBITRATION']),
  }),
  /** 同意退单: back to the desk, or on to another unit with the `dispatched` that follows. */
  event('returnApproved', { unit: UnitId }),
  /** 不同意退单 */
  event('returnRejected', { unit: UnitId }),
  /** 提交裁定 */
  event('arbitrationOpened', {}),
  /** 延期申请 */
  event('extensionRequested', { unit: UnitId, newDeadline: Instant, noteKey: z.string() }),
  /** 同意延期 */
  event('extensionApproved', { newDeadline: Instant }),
  /** 不同意延期 */
  event('extensionRejected', {}),
  /** 并单: this ticket is answered by `into`. */
  event('merged', { into: TicketNo }),
  /** 并入: this ticket answers for `from`, too. */
  event('absorbed', { from: TicketNo }),
  /** 主单答复: what the ticket that this one was merged into was answered. */
  event('answeredByMain', {
    main: TicketNo,
    /** The main ticket's event that brought it. */
    mainSeq: z.int().min(1).optional(),
    by: UnitId.optional(),
    resultCode: ResultCode,
    textKey: z.string(),
  }),
  /** 随主单重办: the answer of the ticket that this one was merged into holds no more, and it is worked on again. */
  event('reworkedByMain', { main: TicketNo, mainSeq: z.int().min(1) }),
  /** 拆出 */
  event('splitOff', { to: TicketNo }),
  /** 挂起; `instances` of clocks stand. */
  event('suspended', { until: Instant, instances: z.array(z.string()) }),
  /** 恢复 */
  event('resumed', {}),
  /** 督办 */
  event('supervised', { level: SupervisionLevel }),
  /** 调整紧急程度: the clocks that run go by other limits. */
  event('urgencyChanged', { urgency: Urgency }),
  /** 重算: days that deadlines needed have been announced. */
  event('deadlinesRecalculated', {}),
  /** 续期闹钟: the ticket has been open for so long that its alarm needs a successor. */
  event('alarmRenewed', {}),
  /** 现场核查: what the unit found on the spot, and its preliminary opinion. */
  event('onSiteReported', { unit: UnitId, noteKey: z.string() }),
  /** 部门联办 */
  event('jointOpened', { units: z.array(UnitId).min(1) }),
  /** 吹号 */
  event('whistled', { units: z.array(UnitId).min(1), noteKey: z.string() }),
  /** 报到 */
  event('reportedIn', { unit: UnitId, noteKey: z.string().optional() }),
  /** 协办完成 */
  event('assistFinished', { unit: UnitId, noteKey: z.string() }),
  /** 交接: within the unit. `halfLimit`: A had not signed by half the limit. */
  event('handedOver', { unit: UnitId, to: HandlerRole, why: z.enum(['halfLimit', 'command']) }),
  /** 回访未果 */
  event('visitFailed', { times: z.int().min(1) }),
  /** 重开 */
  event('reopened', { round: z.int().min(1) }),
  /** 查看原文: an auditor looked at what is masked. The reason is the event's. */
  event('unmasked', {}),
  /** 签收 */
  event('signed', { unit: UnitId }),
  /** 受理 */
  event('accepted', { unit: UnitId }),
  /** 首次联系 */
  event('contacted', { unit: UnitId, noteKey: z.string().optional() }),
  /** 办理进展 */
  event('progressed', { unit: UnitId, noteKey: z.string() }),
  /** 答复 */
  event('replied', { unit: UnitId, resultCode: ResultCode, textKey: z.string() }),
  /** 审核通过: the citizen may read the answer now. */
  event('answerApproved', {}),
  /** 审核退回: back to the unit, on the same finish clock. */
  event('answerRejected', { backTo: z.enum(['HANDLING', 'REWORK']) }),
  /** 重办 */
  event('reworkOrdered', { round: z.int().min(1) }),
  /** 评价 */
  event('rated', { solved: z.boolean(), satisfaction: Satisfaction, commentKey: z.string().optional() }),
  /** 办结 */
  event('closed', { by: z.enum(['hotline', 'citizen']) }),
  /** 不予受理 */
  event('notAccepted', { lawfulRoute: z.string().max(100) }),
  /** 直接办结: the hotline answers itself. */
  event('directClosed', { resultCode: ResultCode, textKey: z.string() }),
  /** 撤单 */
  event('cancelled', {}),
  /** 催办: the citizen asks to hurry; `times` counts them. */
  event('urged', { times: z.int().min(1) }),
  /**
   * 补充: the citizen adds to the request. `saidAt`: when the channel received it, where a queue brought it, in whatever order.
   * `danger`: the words speak of danger to life.
   */
  event('appended', { noteKey: z.string(), saidAt: Instant.optional(), danger: z.literal(true).optional() }),
  /**
   * 紧急告知: danger to life was heard, and the channel's answer told the caller whom to call. `phrase` is the district folder's.
   * Written with the event that brought the words.
   */
  event('emergencyAdvised', { numbers: z.array(EmergencyNumber).min(1), phrase: z.string() }),
  /** 紧急转办记录: what a person did about it. */
  event('transferRecorded', { number: EmergencyNumber, outcome: TransferOutcome }),
  /** 补充录音: recordings of the call that came after its form. */
  event('recordingsAttached', { noteKey: z.string() }),
  /** 第二意见: what a language model answered the desk about masked words. It changes nothing. */
  event('opinionGiven', { model: z.string().max(40), candidates: z.array(OpinionCandidate).max(5) }),
  /** 疑似重复: other tickets of the same citizen, place and category; merging is the desk's decision. */
  event('duplicatesSuggested', { of: z.array(TicketNo).min(1).max(5) }),
  /** 内容安全: what the channel's content check says. It never stops a request, only its publication. */
  event('contentChecked', { outcome: z.enum(['passed', 'risky', 'unchecked']), label: z.string().max(20).optional() }),
  /** 已关注: an operator has seen to it. */
  event('attentionNoted', { topic: AttentionTopic }),
  /** 归档 */
  event('archived', {}),
  /** 黄橙红预警 */
  event('warned', {
    clock: ClockId,
    instance: z.string(),
    colour: Colour,
    dueAt: Instant,
    holder: UnitId,
    /** The colour, unless it is red again or goes to the inspection office. */
    grade: Grade.optional(),
    /** 预警对象, and those of them whom a short message tells. */
    to: z.array(Recipient).optional(),
    message: z.array(Recipient).min(1).optional(),
    /** Of an overdue clock: when red comes again, and when the inspection office hears of it. */
    next: z.strictObject({ repeatAt: Instant, inspectionAt: Instant }).optional(),
  }),
  /** 未送达: a dispatch has not reached its unit in time; `since` is when it was dispatched. */
  event('deliveryLate', { unit: UnitId, n: z.int().min(1), since: Instant }),
  /**
   * 恢复送达: it is delivered after all, or nobody waits for it any more because it was skipped or superseded. The minutes
   * since the dispatch are the delivery's delay, not the unit's.
   */
  event('deliveryRecovered', {
    unit: UnitId,
    n: z.int().min(1),
    minutesLost: z.int().min(0),
    how: z.enum(['delivered', 'skipped', 'superseded']),
  }),
  /** 反馈记录: what came of telling the citizen. */
  event('feedbackRecorded', {
    forSeq: z.int(),
    /** As the district's feedback.json calls it. */
    notice: NoticeName,
    channel: z.enum(['wechat', 'sms', 'website', 'none']),
    outcome: z.enum(['sent', 'unreachable', 'rejected']),
    detail: z.string().max(100).optional(),
  }),
]);
export type TicketEvent = z.infer<typeof TicketEvent>;
export type EventType = TicketEvent['type'];
export type EventOf<T extends EventType> = Extract<TicketEvent, { type: T }>;

/** What fan-out puts on a consumer's queue: a pointer, never the event's content. */
export const EventPointer = z.strictObject({
  ticketNo: TicketNo,
  seq: z.int().min(1),
  type: z.string(),
  /** Of the clocks, when the event changed them. */
  generation: z.int().min(1).optional(),
});
export type EventPointer = z.infer<typeof EventPointer>;
