/** What a citizen sees of a ticket (群众查询): public words only, no unit's internal notes, nobody's identity. */
import * as z from 'zod';
import { Channel, Instant, Kind, QueryCode, TicketNo } from './common.ts';
import { DangerNotice } from './intake.ts';
import { ResultCode, Satisfaction, Status } from './ticket.ts';

/** 办理进度: one step that has happened, in words for the citizen. */
export const PublicStage = z.strictObject({ status: Status, at: Instant, text: z.string() });
export type PublicStage = z.infer<typeof PublicStage>;

/** `GET /tickets/{ticketNo}` */
export const PublicStatus = z.strictObject({
  ticketNo: TicketNo,
  status: Status,
  /** The status in Chinese. */
  statusText: z.string(),
  kind: Kind,
  receivedAt: Instant,
  /** 承办单位, from dispatch on. */
  department: z.string().optional(),
  /** 办结时限: until when the citizen can expect the answer, while that clock runs. */
  deadline: Instant.optional(),
  stages: z.array(PublicStage),
  /** 答复: from the hotline's approval on. */
  answer: z.strictObject({ text: z.string(), resultCode: ResultCode, approvedAt: Instant }).optional(),
  /** 不予受理时告知的法定途径 */
  lawfulRoute: z.string().optional(),
  rating: z.strictObject({ solved: z.boolean(), satisfaction: Satisfaction, at: Instant }).optional(),
  /** 拆单: what was split off is a ticket of its own, with its own query code. */
  parts: z.array(z.strictObject({ ticketNo: TicketNo, queryCode: QueryCode })).optional(),
  /** Only in the answer to an addition that speaks of danger. */
  danger: DangerNotice.optional(),
});
export type PublicStatus = z.infer<typeof PublicStatus>;

/** One line of a person's own requests (本人诉求). */
export const OwnTicket = z.strictObject({
  ticketNo: TicketNo,
  receivedAt: Instant,
  channel: Channel,
  kind: Kind,
  title: z.string(),
  status: Status,
});
export type OwnTicket = z.infer<typeof OwnTicket>;
export const OwnTickets = z.strictObject({ tickets: z.array(OwnTicket) });

/** `GET /privacy/{channel}`: 隐私告知, to be shown or read out before a request is taken. `version` changes with the text. */
export const PrivacyNotice = z.strictObject({ channel: Channel, text: z.string(), version: z.string() });
export type PrivacyNotice = z.infer<typeof PrivacyNotice>;
