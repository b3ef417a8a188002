/**
 * 向诉求人反馈: which event tells the citizen what, and by which ways. The answer goes back through the channel that the
 * request came from (多向接办、多向反馈); only a refused subscribe message falls back to an SMS.
 */

import { fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import { runningClocks } from '#domain/ticket/clocks.ts';
import type { NoticeName, Texts } from '#schemas/district.ts';
import type { EventOf, TicketEvent } from '#schemas/event.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { Ticket } from '#schemas/ticket.ts';

export type Notice = EventOf<'feedbackRecorded'>['notice'];

/** What to say, and which of the district's texts says it; undefined when the event is none of the citizen's business. */
export function noticeOf(event: TicketEvent): { notice: Notice; text: NoticeName } | undefined {
  switch (event.type) {
    case 'dispatched':
      // A later round is the hotline's own affair: the citizen was told once that the request is accepted.
      return event.round === 1 ? { notice: 'accepted', text: 'accepted' } : undefined;
    case 'answerApproved':
    case 'directClosed':
      return { notice: 'answered', text: 'answered' };
    case 'notAccepted':
      return { notice: 'answered', text: 'notAccepted' };
    case 'closed':
      return { notice: 'closed', text: 'closed' };
    default:
      return undefined;
  }
}

export type Way =
  | { readonly way: 'wechat'; readonly openid: string }
  | { readonly way: 'sms'; readonly phone: string }
  | { readonly way: 'website'; readonly messageId: string };

/** In the order in which they are tried. Empty: nobody can be reached (匿名), the query code is the way to the answer. */
export function waysTo(
  ticket: Pick<Ticket, 'channel' | 'flags' | 'boardMessageId'>,
  caller: Pick<CallerRecord, 'openid' | 'phone'> | undefined,
): Way[] {
  // An anonymous caller's number may have come with the call; it was not given to be used.
  const sms: Way[] = caller?.phone === undefined || ticket.flags.anonymous ? [] : [{ way: 'sms', phone: caller.phone }];
  switch (ticket.channel) {
    case 'website':
      return ticket.boardMessageId === undefined ? [] : [{ way: 'website', messageId: ticket.boardMessageId }];
    case 'wechat':
      return caller?.openid === undefined ? sms : [{ way: 'wechat', openid: caller.openid }, ...sms];
    case 'phone':
      return sms;
  }
}

/** `2026年11月23日 15:01`, as WeChat's time fields want it and people read it. */
export function chinaTime(instant: string): string {
  const local = toShanghai(fromIso(instant));
  return `${local.slice(0, 4)}年${Number(local.slice(5, 7))}月${Number(local.slice(8, 10))}日 ${local.slice(11, 16)}`;
}

/** When the answer is promised: the finish clock's deadline, else the last of what runs. */
export function promisedBy(ticket: Pick<Ticket, 'clocks'>): string | undefined {
  const clocks = runningClocks(ticket);
  const due = (clocks.filter(({ id }) => id === 'finish').at(-1) ?? latest(clocks))?.dueAt;
  return due === undefined ? undefined : chinaTime(due);
}

const latest = <C extends { dueAt: string }>(clocks: readonly C[]): C | undefined =>
  clocks.toSorted((a, b) => fromIso(a.dueAt) - fromIso(b.dueAt)).at(-1);

export type Placeholder = 'ticketNo' | 'department' | 'deadline' | 'route';

/** Fills a district's text; a placeholder without a value disappears rather than showing its braces. */
export function fill(template: string, values: Partial<Record<Placeholder, string | undefined>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => values[name as Placeholder] ?? '');
}

export interface BoardReply {
  readonly messageId: string;
  /** The event's number: a later event's reply replaces an earlier one's, never the other way round. */
  readonly version: number;
  readonly ticketNo: string;
  readonly state: Notice;
  readonly replyContent: string;
  readonly replyDepartment: string;
  readonly replyDate: string;
  readonly isPublic: boolean;
}

/** The board shows its newest version only, so `closed` repeats the answer. `answer`: approved and masked. */
export function boardReply(source: {
  event: TicketEvent;
  ticket: Ticket;
  notice: Notice;
  text: NoticeName;
  texts: Texts;
  messageId: string;
  department: string;
  answer: string | undefined;
}): BoardReply {
  const { event, ticket, notice, text, texts, messageId, department, answer } = source;
  const own = fill(texts[text].website, {
    ticketNo: ticket.ticketNo,
    department,
    deadline: promisedBy(ticket),
    route: event.type === 'notAccepted' ? event.lawfulRoute : undefined,
  });
  return {
    messageId,
    version: event.seq,
    ticketNo: ticket.ticketNo,
    state: notice,
    replyContent: notice === 'accepted' ? own : (answer ?? own),
    replyDepartment: department,
    replyDate: notice === 'accepted' ? event.at : (ticket.answer?.at ?? event.at),
    isPublic: ticket.publicConsent && notice !== 'accepted',
  };
}
