/**
 * Tells the citizen what an event means for them, once, and records what came of it. Idempotent by the event's number: a
 * record on the ticket ends it; before that, the phone platform and the board know our ids and repeat nothing.
 */
import { maskPersonalData } from '#domain/feedback/mask.ts';
import { boardReply, noticeOf, type Way, waysTo } from '#domain/feedback/notice.ts';
import type { CommandOf } from '#domain/ticket/command.ts';
import type { CallerStore } from '#functions/ports/caller-store.ts';
import type { ChannelFeedback, FeedbackResult } from '#functions/ports/channel-feedback.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import { ticketAt } from '#functions/shared/delivery/ticket-at.ts';
import type { District } from '#schemas/district.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { Ticket } from '#schemas/ticket.ts';

export type FeedbackRecord = CommandOf<'recordFeedback'>;

export interface TellPorts {
  readonly tickets: TicketStore;
  readonly callers: CallerStore;
  readonly channels: ChannelFeedback;
  readonly district: Pick<District, 'texts' | 'departments'>;
}

/** The record that is to be written, or undefined when there is nothing (more) to tell. Throws `PlatformBusy`. */
export async function tell(ports: TellPorts, ticketNo: string, seq: number): Promise<FeedbackRecord | undefined> {
  const { ticket, event, later } = await ticketAt(ports.tickets, ticketNo, seq);
  const topic = noticeOf(event);
  if (topic === undefined) return undefined;
  if (later.some((other) => other.type === 'feedbackRecorded' && other.forSeq === seq)) return undefined;
  const caller = await ports.callers.get(ticket.callerToken);
  const record = { command: 'recordFeedback', forSeq: seq, notice: topic.notice } as const;
  let closedWay = false;
  for (const way of waysTo(ticket, caller)) {
    const result = await go(way, { ports, ticket, event, topic, caller });
    if (result.kind === 'noConsent') {
      closedWay = true;
      continue;
    }
    return {
      ...record,
      channel: way.way,
      outcome: result.kind,
      ...(result.detail === undefined ? {} : { detail: result.detail }),
    };
  }
  return { ...record, channel: 'none', outcome: 'unreachable', detail: closedWay ? 'noConsent' : 'noWay' };
}

interface Matter {
  readonly ports: TellPorts;
  readonly ticket: Ticket;
  readonly event: TicketEvent;
  readonly topic: NonNullable<ReturnType<typeof noticeOf>>;
  readonly caller: CallerRecord | undefined;
}

async function go(way: Way, { ports, ticket, event, topic, caller }: Matter): Promise<FeedbackResult> {
  const { district, channels } = ports;
  const unit = district.departments.find(({ id }) => id === (ticket.answer?.by ?? ticket.owner));
  if (way.way === 'website') {
    const reply = boardReply({
      event,
      ticket,
      ...topic,
      texts: district.texts,
      messageId: way.messageId,
      department: unit?.name ?? ticket.owner,
      answer: await publicAnswer(ports.tickets, ticket, caller),
    });
    return channels.website(reply);
  }
  const notice = {
    id: `${ticket.ticketNo}-${event.seq}-notice`,
    ticketNo: ticket.ticketNo,
    notice: topic.notice,
    status: district.texts[topic.text].wechat,
    department: unit?.shortName ?? ticket.owner,
    at: event.at,
  };
  return way.way === 'wechat' ? channels.wechat(notice, way.openid) : channels.sms(notice, way.phone);
}

/** Longest reply that a board takes. */
const MAX_REPLY = 2000;

/** The approved public answer without personal data; undefined while none is approved or after it was erased. */
async function publicAnswer(
  tickets: TicketStore,
  ticket: Ticket,
  caller: CallerRecord | undefined,
): Promise<string | undefined> {
  if (ticket.answer === undefined || ticket.answerApprovedAt === undefined) return undefined;
  const text = await tickets.text(ticket.ticketNo, ticket.answer.textKey);
  if (text?.kind !== 'answer') return undefined;
  return maskPersonalData(text.public, [caller?.name]).slice(0, MAX_REPLY);
}
