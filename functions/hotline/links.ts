/** 办理链接接口: the desk makes a link for a unit that has no API, sees which there are, and takes them back. */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { linkRole } from '#domain/ticket/clerk-acts.ts';
import { mayMakeLinks } from '#domain/ticket/roles.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { linkStore } from '#functions/adapters/link-store.ts';
import { makeLink } from '#functions/shared/clerk-links.ts';
import { type Request, type Routes, readJson } from '#functions/shared/http.ts';
import { log } from '#functions/shared/log.ts';
import { authenticateOperator, type Operator } from '#functions/shared/operator.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { LinkList, LinkRequest, type MadeLink } from '#schemas/clerk.ts';
import { TicketNo } from '#schemas/common.ts';
import type { Ticket } from '#schemas/ticket.ts';

export const linkRoutes: Routes = {
  async 'GET /hotline/tickets/{ticketNo}/links'(request) {
    await authenticateOperator(request.headers);
    const { ticketNo } = await ticketOf(request);
    return { status: 200, body: await linksOf(ticketNo) };
  },

  async 'POST /hotline/tickets/{ticketNo}/links'(request) {
    const operator = await authenticateSender(request);
    const { unit, reason } = parseBody(LinkRequest, readJson(request));
    const ticket = await ticketOf(request);
    if (!isOpen(ticket.status)) {
      throw new ProblemError('commandRejected', { code: 'stateForbids', detail: 'the ticket has ended' });
    }
    if (linkRole(ticket, unit) === undefined) {
      const detail = 'the unit neither owns the ticket nor assists with it';
      throw new ProblemError('commandRejected', { code: 'notOwner', detail });
    }
    const { link, code } = await makeLink({ ticketNo: ticket.ticketNo, unit, by: operator.id, reason });
    const { number, expiresAt } = link;
    const body: MadeLink = { url: `${pageAddress(request)}#${code}`, code, number, unit, expiresAt };
    return { status: 201, body };
  },

  /** 收回: every living link of the unit on this ticket. */
  async 'POST /hotline/tickets/{ticketNo}/links/revoke'(request) {
    const operator = await authenticateSender(request);
    const { unit, reason } = parseBody(LinkRequest, readJson(request));
    const { ticketNo } = await ticketOf(request);
    const revoked = { at: toShanghai(Date.now()), by: operator.id, reason };
    for (const link of await linkStore().ofTicket(ticketNo)) {
      if (link.unit === unit && link.revoked === undefined) await linkStore().revoke(link, revoked);
    }
    log.info('clerk links revoked', { ticketNo, department: unit });
    return { status: 200, body: await linksOf(ticketNo) };
  },
};

async function authenticateSender({ headers }: Request): Promise<Operator> {
  const operator = await authenticateOperator(headers);
  if (!mayMakeLinks(operator.role)) throw new ProblemError('roleForbidden');
  return operator;
}

async function ticketOf({ params }: Request): Promise<Ticket> {
  const ticketNo = TicketNo.safeParse(params.ticketNo);
  const ticket = ticketNo.success ? await ticketStore().load(ticketNo.data) : undefined;
  if (ticket === undefined) throw new ProblemError('notFound');
  return ticket;
}

async function linksOf(ticketNo: string): Promise<LinkList> {
  const links = await linkStore().ofTicket(ticketNo);
  const shown = links
    .sort((a, b) => (a.madeAt < b.madeAt ? -1 : 1))
    .map(({ kid: _kid, ticketNo: _ticketNo, ...link }) => link);
  return LinkList.parse({ links: shown });
}

/** The page lies beside the desk's own routes, whatever stage or base path stands in front of both. */
const pageAddress = ({ origin, path }: Request): string =>
  `${origin}${path.slice(0, path.lastIndexOf('/hotline/tickets/'))}/clerk`;
