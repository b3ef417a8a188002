/**
 * 工单全程: a ticket's events and texts for an operator. An auditor reads them masked, and may unmask one with a reason that stays
 * in the ticket's history.
 */
import { discreetText } from '#domain/delivery/discretion.ts';
import { timePerHolder } from '#domain/sla/holders.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { linkText } from '#functions/shared/attachment-links.ts';
import { changeTicket, decideContext } from '#functions/shared/change.ts';
import { commandReply } from '#functions/shared/command-reply.ts';
import { type Routes, readJson } from '#functions/shared/http.ts';
import { authenticateOperator } from '#functions/shared/operator.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { UnmaskRequest } from '#schemas/command.ts';
import { TicketNo } from '#schemas/common.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { TicketText } from '#schemas/ticket.ts';

export const unmaskRoutes: Routes = {
  /** 查看原文. Not for those who read it anyway: a record of a look that was no exception would hide the others. */
  async 'POST /hotline/tickets/{ticketNo}/unmask'(request) {
    const operator = await authenticateOperator(request.headers);
    const { reason } = parseBody(UnmaskRequest, readJson(request));
    const ticketNo = ticketNoOf(request.params);
    const result = await changeTicket({
      ticketNo,
      command: { command: 'unmask', reason },
      actor: { kind: 'operator', id: operator.id, role: operator.role },
    });
    return { ...commandReply(result), body: await historyOf(ticketNo, false) };
  },
};

/** Throws 404 for a ticket that doesn't exist. */
export async function historyOf(ticketNo: string, masked: boolean): Promise<object> {
  const store = ticketStore();
  const ticket = await store.load(ticketNo);
  if (ticket === undefined) throw new ProblemError('notFound');
  const events = await store.events(ticketNo);
  const texts = await readTexts(ticketNo, [ticket.textKey, ...events.flatMap(keysOf)], masked);
  // The token leads to the caller's identity; whoever needs that asks for it by name and reason.
  const { callerToken: _, ...shown } = ticket;
  const { rules, now } = decideContext();
  return {
    ticket: shown,
    events: events.map((event) => shownEvent(event, masked)),
    texts,
    held: timePerHolder(rules.calendar, ticket.clocks, now),
    masked,
  };
}

function keysOf(event: TicketEvent): string[] {
  if ('textKey' in event) return [event.textKey];
  if ('noteKey' in event && event.noteKey !== undefined) return [event.noteKey];
  if ('commentKey' in event && event.commentKey !== undefined) return [event.commentKey];
  return [];
}

/** Operators write reasons by hand, so there may be a person in one. */
function shownEvent(event: TicketEvent, masked: boolean): object {
  const { callerToken: _, ...shown } = { callerToken: undefined, ...event };
  return masked && shown.reason !== undefined ? { ...shown, reason: discreetText(shown.reason) } : shown;
}

export function ticketNoOf(params: Readonly<Record<string, string>>): string {
  const parsed = TicketNo.safeParse(params.ticketNo);
  if (!parsed.success) throw new ProblemError('notFound');
  return parsed.data;
}

async function readTexts(ticketNo: string, keys: readonly string[], masked: boolean): Promise<Record<string, object>> {
  const store = ticketStore();
  const unique = [...new Set(keys)];
  const texts = await Promise.all(
    unique.map(async (key) => {
      const text = await store.text(ticketNo, key);
      if (text === undefined) return undefined;
      return masked ? maskText(text) : linkText(text);
    }),
  );
  return Object.fromEntries(unique.flatMap((key, index) => (texts[index] === undefined ? [] : [[key, texts[index]]])));
}

/** As discreet as a department reads a confidential request; no files and no recordings, because nothing can mask those. */
function maskText(text: TicketText): object {
  switch (text.kind) {
    case 'request': {
      const { title, content, placeText } = text.masked ?? text;
      return {
        kind: 'request',
        title: discreetText(title),
        content: discreetText(content),
        ...(placeText === undefined ? {} : { placeText: discreetText(placeText) }),
        attachments: [],
        recordings: [],
      };
    }
    case 'answer':
      return { kind: 'answer', internal: discreetText(text.internal), public: discreetText(text.public) };
    case 'note':
      return { kind: 'note', text: discreetText(text.text) };
  }
}
