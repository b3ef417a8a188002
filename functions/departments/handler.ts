/** 承办单位接口: commands on a unit's own tickets, its work list and its reconciliation. Every request is signed with the unit's secret. */

import { isAssisting } from '#domain/ticket/decide-assist.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { changeTicket, fingerprint } from '#functions/shared/change.ts';
import { commandReply } from '#functions/shared/command-reply.ts';
import { api, readJson, requireJson } from '#functions/shared/http.ts';
import { listing, pageRequest, summaryFor } from '#functions/shared/paging.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { reconciliationReply } from '#functions/shared/reconciliation.ts';
import { DepartmentCommand } from '#schemas/command.ts';
import { TicketNo } from '#schemas/common.ts';
import { authenticate } from './authenticate.ts';

export const handler = api({
  async 'POST /departments/{departmentId}/tickets/{ticketNo}/commands'(request) {
    requireJson(request);
    const { departmentId, webhookId } = await authenticate(request);
    const ticketNo = TicketNo.safeParse(request.params.ticketNo);
    const command = parseBody(DepartmentCommand, readJson(request));
    if (!ticketNo.success) throw new ProblemError('notFound');
    const result = await changeTicket(
      {
        ticketNo: ticketNo.data,
        command,
        actor: {
          kind: 'department',
          id: departmentId,
          ...(command.handler === undefined ? {} : { handler: command.handler }),
        },
        cause: { key: `dept#${departmentId}#${webhookId}`, fingerprint: fingerprint(request.body) },
      },
      // Another unit's ticket is answered like one that doesn't exist, also to a unit that owned it once.
      (ticket) => ticket.owner === departmentId || isAssisting(ticket, departmentId),
    );
    return commandReply(result);
  },

  async 'GET /departments/{departmentId}/tickets'(request) {
    const { departmentId } = await authenticate(request);
    const page = pageRequest(request.query);
    if (page.status !== undefined && !isOpen(page.status)) {
      throw new ProblemError('bodyInvalid', {
        errors: [{ pointer: '/status', detail: 'a work list has open tickets only' }],
      });
    }
    return {
      status: 200,
      body: await listing(() => ticketStore().listByOwner(departmentId, page), summaryFor(departmentId)),
    };
  },

  async 'GET /departments/{departmentId}/reconciliation'(request) {
    const { departmentId } = await authenticate(request);
    return reconciliationReply(request, departmentId);
  },
});
