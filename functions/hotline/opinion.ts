/**
 * 第二意见接口: the desk asks a language model about a ticket that waits for its decision. Only where the district's folder turns
 * it on. The model reads masked words; who asked and what was answered stays with the ticket; assigning is a person's act.
 */
import { discreetCopy } from '#domain/delivery/discretion.ts';
import { readAttributes } from '#domain/routing/attributes.ts';
import { opinionCandidates } from '#domain/routing/second-opinion.ts';
import { mayAskOpinion } from '#domain/ticket/roles.ts';
import { refreshDistrict } from '#functions/adapters/catalogue-overlay.ts';
import { deepseek } from '#functions/adapters/deepseek.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { takeQuestion } from '#functions/adapters/opinion-budget.ts';
import { OpinionUnavailable } from '#functions/ports/second-opinion.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { commandReply } from '#functions/shared/command-reply.ts';
import { type Routes, readJson } from '#functions/shared/http.ts';
import { log } from '#functions/shared/log.ts';
import { authenticateOperator } from '#functions/shared/operator.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { NoBody } from '#schemas/command.ts';
import { TicketNo } from '#schemas/common.ts';
import type { Opinion } from '#schemas/opinion.ts';

export const opinionRoutes: Routes = {
  async 'POST /hotline/tickets/{ticketNo}/opinion'(request) {
    const operator = await authenticateOperator(request.headers);
    if (!mayAskOpinion(operator.role)) throw new ProblemError('roleForbidden');
    parseBody(NoBody, readJson(request));
    const settings = district().secondOpinion;
    const ticketNo = TicketNo.safeParse(request.params.ticketNo);
    if (settings === undefined || !ticketNo.success) throw new ProblemError('notFound');
    await refreshDistrict();
    const store = ticketStore();
    const ticket = await store.load(ticketNo.data);
    const text = ticket && (await store.text(ticket.ticketNo, ticket.textKey));
    if (ticket === undefined || text?.kind !== 'request') throw new ProblemError('notFound');
    if (ticket.status !== 'DISPATCHING') {
      const detail = 'a second opinion is for tickets that wait for the desk';
      throw new ProblemError('commandRejected', { code: 'stateForbids', detail });
    }
    if (!(await takeQuestion(settings.perHour, Date.now()))) {
      throw new ProblemError('tooManyRequests', { detail: 'the questions of this hour are used up', retryAfter: 3600 });
    }
    // Masked as for a department that must not learn who asked; a confidential request has such a copy from the door.
    const words = discreetCopy({ ...(text.masked ?? text), attachmentNames: [] });
    const labels = await deepseek(settings)(words, district().catalogue.rows).catch((error: unknown) => {
      if (!(error instanceof OpinionUnavailable)) throw error;
      log.warn('no second opinion', { ticketNo: ticket.ticketNo, code: error.code });
      throw new ProblemError('upstreamUnavailable', { code: 'opinionUnavailable', detail: error.code });
    });
    const attributes = readAttributes(`${text.title}\n${text.content}`, district()).map(({ id }) => id);
    const candidates = opinionCandidates(labels, { town: ticket.townCode, attributes }, district());
    const { model } = settings;
    const result = await changeTicket({
      ticketNo: ticket.ticketNo,
      command: { command: 'recordOpinion', model, candidates },
      actor: { kind: 'operator', id: operator.id, role: operator.role },
    });
    const body: Opinion = { ticketNo: ticket.ticketNo, model, candidates };
    return { ...commandReply(result), body };
  },
};
