/**
 * 向诉求人反馈: which of the district's rules speaks at an event, with which values, and by which ways. The answer goes back
 * through the channel that the request came from (多向接办、多向反馈); only a refused subscribe message falls back to an SMS, and so
 * does a part of a board's message, which has no reply of its own.
 */

import { fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import { runningClocks } from '#domain/ticket/clocks.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { FeedbackRule, FeedbackRules, NoticeName } from '#schemas/feedback.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { Ticket } from '#schemas/ticket.ts';
import type { Values } from './template.ts';

export type Notice = NoticeName;

/** Which part of a rule tells those who came by a channel; SMS is also WeChat's second way. */
const PART = { phone: 'sms', wechat: 'wechat', website: 'website' } as const;

/** Undefined when the event is none of the citizen's business, or not told on their channel. */
export function ruleFor(
  { rules }: Pick<FeedbackRules, 'rules'>,
  event: TicketEvent,
  channel: Ticket['channel'],
): FeedbackRule | undefined {
  // A later round is the hotline's own affair: the citizen was told once that the request is accepted.
  if (event.type === 'dispatched' && event.round !== 1) return undefined;
  const rule = rules.find((each) => each.event === event.type);
  return rule?.[PART[channel]] === undefined ? undefined : rule;
}

export type Way =
  | { readonly way: 'wechat'; readonly openid: string }
  | { readonly way: 'sms'; readonly phone: string }
  | { readonly way: 'website'; readonly messageId: string };

/** In the order in which they are tried. Empty: nobody can be reached (匿名), the query code is the way to the answer. */
export function waysTo(
  ticket: Pick<Ticket, 'channel' | 'flags' | 'boardMessageId' | 'splitFrom'>,
  caller: Pick<CallerRecord, 'openid' | 'phone'> | undefined,
): Way[] {
  // An anonymous caller's number may have come with the call; it was not given to be used.
  const sms: Way[] = caller?.phone === undefined || ticket.flags.anonymous ? [] : [{ way: 'sms', phone: caller.phone }];
  switch (ticket.channel) {
    case 'website':
      if (ticket.boardMessageId !== undefined) return [{ way: 'website', messageId: ticket.boardMessageId }];
      // A board shows one reply a message, and that is the whole ticket's.
      return ticket.splitFrom === undefined ? [] : sms;
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

/** What the placeholders stand for at an event; `ticket` as the event left it. `department`: as the channel writes it. */
export function valuesAt(
  event: TicketEvent,
  ticket: Pick<Ticket, 'ticketNo' | 'clocks' | 'answer'>,
  department: string,
  results: FeedbackRules['results'],
): Values {
  return {
    ticketNo: ticket.ticketNo,
    department,
    time: chinaTime(event.at),
    deadline: promisedBy(ticket),
    result: ticket.answer === undefined ? undefined : results[ticket.answer.resultCode],
    route: event.type === 'notAccepted' ? event.lawfulRoute : undefined,
    part: event.type === 'splitOff' ? event.to : undefined,
  };
}

/** Names of the templates that a district's rules use, as the account or the carrier must know them. */
export const templatesOf = ({ rules }: Pick<FeedbackRules, 'rules'>, channel: 'wechat' | 'sms'): string[] => [
  ...new Set(rules.flatMap((rule) => rule[channel]?.template ?? [])),
];
