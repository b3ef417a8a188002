/** Commands (指令): the only way to change a ticket. Bodies as departments, operators and citizens post them. */
import * as z from 'zod';
import { CategoryCode, Instant, PlainText, TicketNo, UnitId, Urgency } from './common.ts';
import { EmergencyNumber } from './routing.ts';
import {
  AttentionTopic,
  HandlerRole,
  ResultCode,
  ReturnReason,
  Satisfaction,
  Status,
  SupervisionLevel,
  TransferOutcome,
} from './ticket.ts';

const command = <T extends string, S extends z.core.$ZodShape>(name: T, shape: S) =>
  z.strictObject({ command: z.literal(name), ...shape });

/** 经办人: a staff number or role of the department's own, not a person's name. */
const handler = z
  .string()
  .regex(/^[\w.:@-]{1,64}$/, 'a staff number or role, no name')
  .optional();

/** `POST /departments/{departmentId}/tickets/{ticketNo}/commands` */
export const DepartmentCommand = z.discriminatedUnion('command', [
  command('sign', { handler }),
  command('accept', { handler }),
  command('contact', { handler, note: PlainText(1000).optional() }),
  command('progress', { handler, note: PlainText(2000) }),
  command('reply', { handler, resultCode: ResultCode, handling: PlainText(5000), publicAnswer: PlainText(2000) }),
  command('return', {
    handler,
    reasonCode: ReturnReason,
    reason: PlainText(1000),
    legalBasis: PlainText(500),
    suggestedDepartment: UnitId,
  }),
  command('requestExtension', { handler, newDeadline: Instant, reason: PlainText(1000) }),
  command('whistle', { handler, units: z.array(UnitId).min(1).max(10), reason: PlainText(1000) }),
  command('reportIn', { handler, note: PlainText(1000).optional() }),
  /** 协办完成 */
  command('finishAssist', { handler, note: PlainText(2000) }),
  /** 现场核查及初步意见, asked for by a 局长督办. */
  command('reportOnSite', { handler, note: PlainText(2000) }),
  /** 交接: to the other of the unit's two handlers. */
  command('handOver', { handler, to: HandlerRole, reason: PlainText(200) }),
]);
export type DepartmentCommand = z.infer<typeof DepartmentCommand>;

/** Why an operator did it; kept with the event, so it must not hold a citizen's data. */
const reason = PlainText(200);

/** What a citizen says of an answer. */
const ratingFields = { solved: z.boolean(), satisfaction: Satisfaction, comment: PlainText(500).optional() };

/** `POST /hotline/tickets/{ticketNo}/commands` */
export const HotlineCommand = z.discriminatedUnion('command', [
  command('assign', {
    owner: UnitId,
    coHandlers: z.array(UnitId).max(10).optional(),
    category: CategoryCode.optional(),
    townCode: z
      .string()
      .regex(/^\d{12}$/)
      .optional(),
    urgency: Urgency.optional(),
    reason,
  }),
  command('review', { approve: z.boolean(), reason }),
  command('rework', { reason }),
  command('close', { reason }),
  command('refuse', { lawfulRoute: PlainText(100), reason }),
  command('directClose', { resultCode: ResultCode, publicAnswer: PlainText(2000), reason }),
  command('cancel', { reason }),
  command('archive', { reason }),
  command('approveReturn', { reason, owner: UnitId.optional() }),
  command('rejectReturn', { reason }),
  command('designate', { owner: UnitId, reason }),
  command('approveExtension', { reason }),
  command('rejectExtension', { reason }),
  command('merge', { into: TicketNo, reason }),
  command('suspend', { until: Instant, reason }),
  command('resume', { reason }),
  /** 调整紧急程度: running clocks go by the new limits at once. */
  command('setUrgency', { urgency: Urgency, reason }),
  command('supervise', { level: SupervisionLevel, reason }),
  /** 争议裁定: the hotline can't settle the return itself. */
  command('arbitrate', { reason }),
  /** 拆单: one of several matters becomes a ticket of its own. */
  command('split', {
    title: PlainText(100),
    content: PlainText(5000),
    owner: UnitId,
    category: CategoryCode.optional(),
    reason,
  }),
  /** 回访未果: nobody was reached. A visit that reached the citizen is a `rate`. */
  command('visitFailed', { reason }),
  /** 重开: within the district's window after the end. */
  command('reopen', { reason }),
  /** 交接: A is away, or back. */
  command('handOver', { to: HandlerRole, reason }),
  command('openJointHandling', { units: z.array(UnitId).min(1).max(10), reason }),
  /** 已关注: takes a topic off the desk's list. */
  command('noted', { topic: AttentionTopic, reason }),
  /** 紧急转办: records what was done about danger to life. */
  command('recordTransfer', { number: EmergencyNumber, outcome: TransferOutcome, reason }),
  // 代诉求人: what the citizen on the line asks the agent to do.
  command('urge', { reason }),
  command('append', { text: PlainText(2000), reason }),
  command('withdraw', { reason }),
  command('rate', { ...ratingFields, reason }),
]);
export type HotlineCommand = z.infer<typeof HotlineCommand>;

/** `POST /hotline/tickets/{ticketNo}/unmask` */
export const UnmaskRequest = z.strictObject({ reason });

/** `POST /hotline/callers/search` */
export const CallerSearch = z.strictObject({ phone: z.string().min(5).max(24) });

/** `POST /tickets/{ticketNo}/rating` */
export const RatingRequest = z.strictObject(ratingFields);
export type RatingRequest = z.infer<typeof RatingRequest>;

/** `POST /tickets/{ticketNo}/append` */
export const AppendRequest = z.strictObject({ text: PlainText(2000) });
export type AppendRequest = z.infer<typeof AppendRequest>;

/** `POST /tickets/{ticketNo}/urge` and `/withdraw`: an empty object. */
export const NoBody = z.strictObject({});

export const Deadlines = z.record(z.string(), Instant);

/** What every accepted command answers. `deadlines` has one entry per running clock; of those of called units only the asker’s own. */
export const CommandAnswer = z.strictObject({
  ticketNo: TicketNo,
  status: Status,
  ticketVersion: z.int(),
  deadlines: Deadlines,
});
export type CommandAnswer = z.infer<typeof CommandAnswer>;
