/** What a department receives: a CloudEvents 1.0 JSON message in structured mode, signed by Standard Webhooks. */
import * as z from 'zod';
import { Deadlines } from './command.ts';
import { Channel, Instant, Kind, TicketNo, UnitId, Urgency } from './common.ts';
import { Colour } from './sla.ts';
import { Status } from './ticket.ts';

const attachments = z.array(z.strictObject({ name: z.string(), url: z.string(), sha256: z.string().optional() }));

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
  warning: z.strictObject({ clock: z.string(), colour: Colour, dueAt: Instant }).optional(),
  /** Only in `dispatched` and `reworkOrdered`. */
  request: z
    .strictObject({
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
    })
    .optional(),
  /** 补充, oldest first: in `appended` what was just added, in `dispatched` and `reworkOrdered` everything up to then. */
  additions: z.array(z.strictObject({ at: Instant, text: z.string(), attachments })).optional(),
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
