/** 热线办接口: the desk's lists, a ticket with its whole history and routing trace, and the operators' commands. */
import { mayCommand } from '#domain/ticket/roles.ts';
import { refreshDistrict } from '#functions/adapters/catalogue-overlay.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { linkText } from '#functions/shared/attachment-links.ts';
import { changeTicket, fingerprint } from '#functions/shared/change.ts';
import { commandReply } from '#functions/shared/command-reply.ts';
import { hear } from '#functions/shared/danger.ts';
import { api, readJson } from '#functions/shared/http.ts';
import { diallable } from '#functions/shared/intake-request.ts';
import { ownTickets } from '#functions/shared/own-tickets.ts';
import { DeskQuery, deskSummary, listing, pageOf } from '#functions/shared/paging.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { phoneHashWith } from '#functions/shared/query-code.ts';
import { CallerSearch, HotlineCommand } from '#schemas/command.ts';
import { TicketNo } from '#schemas/common.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { TicketText } from '#schemas/ticket.ts';
import { catalogueRoutes } from './catalogue.ts';
import { correctionRoutes } from './corrections.ts';
import { linkRoutes } from './links.ts';
import { authenticateOperator } from './operator.ts';
import { opinionRoutes } from './opinion.ts';

export const handler = api({
  ...catalogueRoutes,
  ...correctionRoutes,
  ...opinionRoutes,
  ...linkRoutes,

  async 'POST /hotline/tickets/{ticketNo}/commands'(request) {
    const operator = await authenticateOperator(request.headers);
    const command = parseBody(HotlineCommand, readJson(request));
    if (!mayCommand(operator.role, command.command)) throw new ProblemError('roleForbidden');
    const key = request.headers['idempotency-key'];
    if (key !== undefined && !/^[\w-]{1,128}$/.test(key)) {
      throw new ProblemError('bodyInvalid', { errors: [{ pointer: '', detail: 'header idempotency-key' }] });
    }
    await refreshDistrict();
    const result = await changeTicket({
      ticketNo: ticketNoOf(request.params),
      command: command.command === 'append' ? hear(command, district()) : command,
      actor: { kind: 'operator', id: operator.id, role: operator.role },
      ...(key === undefined
        ? {}
        : { cause: { key: `op#${operator.id}#${key}`, fingerprint: fingerprint(request.body) } }),
    });
    return commandReply(result);
  },

  /** 来电人历史工单: for the agent who has the citizen on the line. The number comes in the body: logs keep addresses. */
  async 'POST /hotline/callers/search'(request) {
    const operator = await authenticateOperator(request.headers);
    if (operator.role === 'auditor') throw new ProblemError('roleForbidden');
    const phone = diallable(parseBody(CallerSearch, readJson(request)).phone);
    if (phone === undefined) {
      throw new ProblemError('bodyInvalid', { errors: [{ pointer: '/phone', detail: 'not a complete phone number' }] });
    }
    return { status: 200, body: { tickets: await ownTickets((key) => phoneHashWith(key, phone)) } };
  },

  /** Without a status: 待派单, what waits for the desk's own decision. `attention`: 待关注, whatever its state. */
  async 'GET /hotline/tickets'(request) {
    await authenticateOperator(request.headers);
    const { status = 'DISPATCHING', attention, cursor } = parseBody(DeskQuery, request.query);
    const page = pageOf(cursor);
    const topic = attention === 'any' ? undefined : attention;
    const read = () =>
      attention === undefined ? ticketStore().listByStatus(status, page) : ticketStore().listByAttention(topic, page);
    return { status: 200, body: await listing(read, deskSummary) };
  },

  async 'GET /hotline/tickets/{ticketNo}'(request) {
    await authenticateOperator(request.headers);
    const ticketNo = ticketNoOf(request.params);
    const store = ticketStore();
    const ticket = await store.load(ticketNo);
    if (ticket === undefined) throw new ProblemError('notFound');
    const events = await store.events(ticketNo);
    const texts = await readTexts(ticketNo, [
      ticket.textKey,
      ...events.flatMap((event) => {
        if ('textKey' in event) return [event.textKey];
        if ('noteKey' in event && event.noteKey !== undefined) return [event.noteKey];
        if ('commentKey' in event && event.commentKey !== undefined) return [event.commentKey];
        return [];
      }),
    ]);
    // The token leads to the caller's identity; whoever needs that asks for it by name and reason.
    const { callerToken: _, ...shown } = ticket;
    return { status: 200, body: { ticket: shown, events: events.map(withoutToken), texts } };
  },
});

function withoutToken(event: TicketEvent): object {
  if (event.type !== 'registered') return event;
  const { callerToken: _, ...shown } = event;
  return shown;
}

function ticketNoOf(params: Readonly<Record<string, string>>): string {
  const parsed = TicketNo.safeParse(params.ticketNo);
  if (!parsed.success) throw new ProblemError('notFound');
  return parsed.data;
}

async function readTexts(ticketNo: string, keys: readonly string[]): Promise<Record<string, TicketText>> {
  const store = ticketStore();
  const unique = [...new Set(keys)];
  const texts = await Promise.all(
    unique.map(async (key) => {
      const text = await store.text(ticketNo, key);
      return text && linkText(text);
    }),
  );
  return Object.fromEntries(unique.flatMap((key, index) => (texts[index] === undefined ? [] : [[key, texts[index]]])));
}
