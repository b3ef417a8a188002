/** What a route of the outside contract says of itself, and the shapes of answers that no other schema holds. */
import * as z from 'zod';
import { Deadlines } from './command.ts';
import { CategoryCode, Channel, Instant, Kind, TicketNo, UnitId, Urgency } from './common.ts';
import { Actor } from './event.ts';
import { ClockId, LimitUnit } from './sla.ts';
import { AttentionTopic, Status, Ticket, TicketText } from './ticket.ts';

/** One line of a work list (待办清单). */
export const WorkListEntry = z.strictObject({
  ticketNo: TicketNo,
  ticketVersion: z.int(),
  status: Status,
  kind: Kind,
  urgency: Urgency,
  owner: UnitId,
  round: z.int(),
  channel: Channel,
  receivedAt: Instant,
  deadlines: Deadlines,
  category: CategoryCode.optional(),
  townCode: z.string().optional(),
  /** 待关注: on the desk's lists only. */
  attention: z.array(AttentionTopic).optional(),
});
export const WorkList = z.strictObject({ tickets: z.array(WorkListEntry), cursor: z.string().optional() });

/** 工单全程: the snapshot, every event with its routing trace, and the texts that they name. Without the caller's token. */
export const TicketHistory = z.strictObject({
  ticket: Ticket.omit({ callerToken: true }),
  events: z.array(z.looseObject({ seq: z.int(), at: Instant, type: z.string(), actor: Actor })),
  texts: z.record(z.string(), TicketText),
  /** 分段计时: minutes of each clock's own time that each holder has used, in the order in which they began. */
  held: z.array(
    z.strictObject({
      clock: ClockId,
      holder: UnitId,
      minutes: z.int().min(0),
      counted: LimitUnit.exclude(['workingDays']),
    }),
  ),
  /** Whether the words are masked (an auditor's reading). */
  masked: z.boolean(),
});

export type Security =
  | 'phoneSignature'
  | 'websiteSignature'
  | 'departmentSignature'
  | 'vendorBasic'
  | 'vendorAksk'
  | 'session'
  | 'queryCode'
  | 'clerkCode'
  | 'operator';

export interface Route {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly operationId: string;
  readonly tag: 'channels' | 'citizen' | 'departments' | 'hotline' | 'portal';
  readonly summary: string;
  readonly description?: string;
  /** Any one of these will do; none = public. */
  readonly security: readonly Security[];
  readonly query?: Readonly<Record<string, z.ZodType>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly schema: z.ZodType; readonly examples: Readonly<Record<string, unknown>> };
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of problems beyond those that every route may answer. */
  readonly problems: readonly number[];
}
export interface Answer {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  /** Absent: application/json. */
  readonly type?: string;
  /** The same as text of another type, when `accept` asks for it. */
  readonly also?: { readonly type: string; readonly example: string };
  readonly replayHeader?: true;
}
