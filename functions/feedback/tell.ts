/**
 * Tells the citizen what an event means for them, once, and records what came of it. Idempotent by the event's number: a
 * record on the ticket ends it; before that, the phone platform and the board know our ids and repeat nothing.
 */
import { type BoardReplySource, boardReply } from '#domain/feedback/board-reply.ts';
import { ruleFor, valuesAt, type Way, waysTo } from '#domain/feedback/notice.ts';
import { fitSmsParam } from '#domain/feedback/sms-params.ts';
import { fill, type Values } from '#domain/feedback/template.ts';
import { fitField } from '#domain/feedback/wechat-fields.ts';
import type { CommandOf } from '#domain/ticket/command.ts';
import { evolve } from '#domain/ticket/evolve.ts';
import type { CallerStore } from '#functions/ports/caller-store.ts';
import type { ChannelFeedback, FeedbackResult } from '#functions/ports/channel-feedback.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import { ticketAt } from '#functions/shared/delivery/ticket-at.ts';
import type { District } from '#schemas/district.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { FeedbackRule } from '#schemas/feedback.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { Ticket } from '#schemas/ticket.ts';

export type FeedbackRecord = CommandOf<'recordFeedback'>;

export interface TellPorts {
  readonly tickets: TicketStore;
  readonly callers: CallerStore;
  readonly channels: ChannelFeedback;
  readonly district: Pick<District, 'feedback' | 'departments'>;
}

/** The record that is to be written, or undefined when there is nothing (more) to tell. Throws `PlatformBusy`. */
export async function tell(ports: TellPorts, ticketNo: string, seq: number): Promise<FeedbackRecord | undefined> {
  const { ticket, event, later } = await ticketAt(ports.tickets, ticketNo, seq);
  const rule = ruleFor(ports.district.feedback, event, ticket.channel);
  if (rule === undefined) return undefined;
  if (later.some((other) => other.type === 'feedbackRecorded' && other.forSeq === seq)) return undefined;
  const caller = await ports.callers.get(ticket.callerToken);
  const record = { command: 'recordFeedback', forSeq: seq, notice: rule.notice } as const;
  const held = (later.length === 0 ? ticket : later.reduce<Ticket>(evolve, ticket)).publicationHeld === true;
  let closedWay = false;
  for (const way of waysTo(ticket, caller)) {
    const result = await go(way, { ports, ticket, event, rule, caller, held });
    if (result === undefined) continue;
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
  readonly rule: FeedbackRule;
  readonly caller: CallerRecord | undefined;
  /** 暂缓公开: by a content check up to now, not up to the event. */
  readonly held: boolean;
}

/** Undefined when the rule has nothing for this way. */
async function go(way: Way, { ports, ticket, event, rule, caller, held }: Matter): Promise<FeedbackResult | undefined> {
  const { district, channels } = ports;
  const unit = district.departments.find(({ id }) => id === (ticket.answer?.by ?? ticket.owner));
  const department = (way.way === 'website' ? unit?.name : unit?.shortName) ?? ticket.owner;
  const values = valuesAt(event, ticket, department, district.feedback.results);
  switch (way.way) {
    case 'website':
      if (rule.website === undefined) return undefined;
      return channels.website(
        boardReply({
          event,
          ticket,
          own: fill(rule.website, values),
          messageId: way.messageId,
          department,
          answer: await approvedAnswer(ports.tickets, ticket),
          request: await requestText(ports.tickets, ticket),
          callerName: caller?.name,
          callerPhone: caller?.phone,
          callerEnterprise: caller?.enterprise,
          held,
        }),
      );
    case 'wechat': {
      if (rule.wechat === undefined) return undefined;
      const { template, page, fields } = rule.wechat;
      const data = filled(fields, values, (key, value) => ({ value: fitField(key, value) }));
      return channels.wechat({ template, page: fill(page, values), data }, way.openid);
    }
    case 'sms': {
      if (rule.sms === undefined) return undefined;
      const params = filled(rule.sms.params, values, (_, value) => fitSmsParam(value));
      const id = `${ticket.ticketNo}-${event.seq}-notice`;
      return channels.sms({ id, template: rule.sms.template, params }, way.phone);
    }
  }
}

function filled<V>(
  templates: Readonly<Record<string, string>>,
  values: Values,
  make: (key: string, value: string) => V,
): Record<string, V> {
  return Object.fromEntries(Object.entries(templates).map(([key, text]) => [key, make(key, fill(text, values))]));
}

/** The approved public answer as it was written; undefined while none is approved or after it was erased. */
async function approvedAnswer(tickets: TicketStore, ticket: Ticket): Promise<string | undefined> {
  if (ticket.answer === undefined || ticket.answerApprovedAt === undefined) return undefined;
  const text = await tickets.text(ticket.ticketNo, ticket.answer.textKey);
  return text?.kind === 'answer' ? text.public : undefined;
}

/** The citizen's words; undefined after they were erased. */
async function requestText(tickets: TicketStore, ticket: Ticket): Promise<BoardReplySource['request']> {
  const text = await tickets.text(ticket.ticketNo, ticket.textKey);
  return text?.kind === 'request' ? text : undefined;
}
