/** 热线办接口: the desk's lists, a ticket with its whole history and routing trace, and the operators' commands. */

import { readsMasked } from '#domain/ticket/roles.ts';
import { refreshDistrict } from '#functions/adapters/catalogue-overlay.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { changeTicket, fingerprint } from '#functions/shared/change.ts';
import { commandReply } from '#functions/shared/command-reply.ts';
import { hear } from '#functions/shared/danger.ts';
import { api, readJson } from '#functions/shared/http.ts';
import { diallable } from '#functions/shared/intake-request.ts';
import { authenticateOperator } from '#functions/shared/operator.ts';
import { ownTickets } from '#functions/shared/own-tickets.ts';
import { DeskQuery, deskSummary, listing, pageOf } from '#functions/shared/paging.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { phoneHashWith } from '#functions/shared/query-code.ts';
import { CallerSearch, HotlineCommand } from '#schemas/command.ts';
import { catalogueRoutes } from './catalogue.ts';
import { correctionRoutes } from './corrections.ts';
import { deliveryRoutes } from './deliveries.ts';
import { historyOf, ticketNoOf, unmaskRoutes } from './history.ts';
import { linkRoutes } from './links.ts';
import { opinionRoutes } from './opinion.ts';
import { reconciliationRoutes } from './reconciliation.ts';
import { withPartner } from './with-partner.ts';

export const handler = api({
  ...catalogueRoutes,
  ...correctionRoutes,
  ...opinionRoutes,
  ...unmaskRoutes,
  ...deliveryRoutes,
  ...reconciliationRoutes,
  ...linkRoutes,

  async 'POST /hotline/tickets/{ticketNo}/commands'(request) {
    const operator = await authenticateOperator(request.headers);
    const command = parseBody(HotlineCommand, readJson(request));
    const key = request.headers['idempotency-key'];
    if (key !== undefined && !/^[\w-]{1,128}$/.test(key)) {
      throw new ProblemError('bodyInvalid', { errors: [{ pointer: '', detail: 'header idempotency-key' }] });
    }
    await refreshDistrict();
    const ticketNo = ticketNoOf(request.params);
    const result = await changeTicket({
      ticketNo,
      ...(await withPartner(ticketNo, command.command === 'append' ? hear(command, district()) : command)),
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
    const operator = await authenticateOperator(request.headers);
    return { status: 200, body: await historyOf(ticketNoOf(request.params), readsMasked(operator.role)) };
  },
});
