/** What a department receives: a CloudEvents 1.0 JSON message in structured mode, signed by Standard Webhooks. */
import * as z from 'zod';
import { Deadlines } from './command.ts';
import { Channel, Instant, Kind, TicketNo, UnitId, Urgency } from './common.ts';
import { Colour, Grade, Recipient } from './sla.ts';
import { HandlerRole, Status, SupervisionLevel } from './ticket.ts';

const attachments = z.array(z.strictObject({ name: z.string(), url: z.string(), sha256: z.string().optional() }));

const RequestWords = z.strictObject({
  title: z.string(),
  content: z.string(),
  place: z.strictObject({
    text: z.string().optional(),
    townCode: z.string().optional(),
    town: z.string().optional(),
    lat: z.number().optional(),
    lng: z.number().optional(),
    crs: z.string().optional(),
  }),
  occurredAt: Instant.optional(),
  attachments,
});
const Additions = z.array(z.strictObject({ at: Instant, text: z.string(), attachments }));

export const CallbackData = z.strictObject({
  eventId: z.string(),
  ticketNo: TicketNo,
  ticketVersion: z.int(),
  status: Status,
  /** Position among this ticket's messages to this unit. */
  sequence: z.int().min(1),
  occurredAt: Instant,
  sender: z.string(),
  receiver: UnitId,
  round: z.int(),
  deadlines: Deadlines,
  kind: Kind,
  urgency: Urgency,
  channel: Channel,
  category: z.strictObject({ code: z.string(), name: z.string() }).optional(),
  coHandlers: z.array(UnitId),
  reason: z.string().optional(),
  /** 退单、延期、答复审核的结果: what was decided about what the unit asked or answered. */
  decision: z.strictObject({ of: z.enum(['return', 'extension', 'answer']), approved: z.boolean() }).optional(),
  /** 吹号、联办: the units that are called in. */
  units: z.array(UnitId).optional(),
  /** What was said with it: why the unit is called in, what one that works along reports. */
  note: z.string().optional(),
  /** 报到、协办完成: the unit that works along. */
  unit: UnitId.optional(),
  /** 督办层级: in `supervised`, and in `dispatched` when the ticket comes to its unit under one. */
  supervision: SupervisionLevel.optional(),
  /** 经办人角色: who of the unit holds the ticket now. */
  handler: HandlerRole,
  /** 并单: the ticket that this one now answers for, too. */
  merged: TicketNo.optional(),
  /**
   * 并单的诉求, oldest first: in `merged` the one that just came, in `dispatched`, `reworkOrdered`, `whistled` and `jointOpened` those
   * up to then, the newest ten. Without `request` when it was erased. Who asked is not told: the hotline answers them.
   */
  mergedRequests: z
    .array(z.strictObject({ ticketNo: TicketNo, request: RequestWords.optional(), additions: Additions }))
    .optional(),
  /** 挂起至 */
  until: Instant.optional(),
  /** 裁定指定: it can't be returned. */
  designated: z.literal(true).optional(),
  /** 预警: which clock of the unit's, and whom of the unit it is for. `grade`: `repeat` is red once more. */
  warning: z
    .strictObject({ clock: z.string(), colour: Colour, grade: Grade, dueAt: Instant, to: z.array(Recipient) })
    .optional(),
  /** Only in `dispatched`, `reworkOrdered`, `whistled` and `jointOpened`. */
  request: RequestWords.optional(),
  /** 补充, oldest first: in `appended` what was just added, in `dispatched` and `reworkOrdered` everything up to then. */
  additions: Additions.optional(),
  /** 诉求人; left out when the ticket is confidential (保密) or the caller anonymous. */
  appellant: z.strictObject({ name: z.string().optional(), phone: z.string().optional() }).optional(),
});
export type CallbackData = z.infer<typeof CallbackData>;

export const CallbackEvent = z.strictObject({
  id: z.string(),
  source: z.string(),
  specversion: z.literal('1.0'),
  type: z.string().regex(/^cn\.jieban\.ticket\.[a-zA-Z]+\.v1$/),
  subject: TicketNo,
  time: Instant,
  datacontenttype: z.literal('application/json'),
  dataschema: z.string(),
  data: CallbackData,
});
export type CallbackEvent = z.infer<typeof CallbackEvent>;
