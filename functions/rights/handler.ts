/** 个人信息权利: what a leader does for a person who asks what is held about them, to have it corrected or erased. Each act is recorded first. */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { discreetText } from '#domain/delivery/discretion.ts';
import { isUnderWay } from '#domain/retention/due.ts';
import { mayServeRights } from '#domain/ticket/roles.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { erasureStore } from '#functions/adapters/erasure-store.ts';
import { correctCaller } from '#functions/adapters/identity-rows.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { enter } from '#functions/adapters/rights-rows.ts';
import { api, type Request, readJson } from '#functions/shared/http.ts';
import { log } from '#functions/shared/log.ts';
import { authenticateOperator, type Operator } from '#functions/shared/operator.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { phoneHashWith, queryKeyNamed } from '#functions/shared/query-code.ts';
import { relatedTickets } from '#functions/shared/related.ts';
import {
  type Corrected,
  CorrectRequest,
  type Erased,
  EraseRequest,
  ExportRequest,
  type HeldData,
  type RightsEntry,
} from '#schemas/rights.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { heldOf } from './held.ts';
import { dialled, forgetConsents, receiptsOf, sharing } from './subject.ts';

export const handler = api({
  async 'POST /hotline/rights/export'(request) {
    const operator = await authenticateLeader(request);
    const { reason, ...subject } = parseBody(ExportRequest, readJson(request));
    const body: HeldData = { at: toShanghai(officeNow()), tickets: [] };
    for (const receipt of await receiptsOf(subject)) {
      await record(receipt.ticketNo, 'exported', operator, reason);
      body.tickets.push(await heldOf(receipt));
    }
    return { status: 200, body };
  },

  async 'POST /hotline/rights/correct'(request) {
    const operator = await authenticateLeader(request);
    const { reason, name, newPhone, ...subject } = parseBody(CorrectRequest, readJson(request));
    const phone = newPhone === undefined ? undefined : dialled(newPhone, '/newPhone');
    const body: Corrected = { corrected: [], unknown: [] };
    for (const receipt of await receiptsOf(subject)) {
      const { ticketNo, queryKeyId, callerToken } = receipt;
      await record(ticketNo, 'corrected', operator, reason);
      const hash = phone && phoneHashWith(await queryKeyNamed(queryKeyId), phone);
      const known = await correctCaller(callerToken, await sharing(ticketNo, callerToken), {
        name,
        phone: phone && hash ? { number: phone, hash } : undefined,
      });
      (known ? body.corrected : body.unknown).push(ticketNo);
    }
    return { status: 200, body };
  },

  async 'POST /hotline/rights/erase'(request) {
    const operator = await authenticateLeader(request);
    const {
      reason,
      kinds = ['identity', 'attachments', 'words'],
      ...subject
    } = parseBody(EraseRequest, readJson(request));
    const body: Erased = { erased: [], underWay: [], items: 0 };
    for (const { ticketNo } of await receiptsOf(subject)) {
      const ticket = await endedTicket(ticketNo);
      if (ticket === undefined) {
        body.underWay.push(ticketNo);
        continue;
      }
      await record(ticketNo, 'erased', operator, reason, kinds);
      // Records of who was given the data aren't among what a person can have erased.
      if (kinds.includes('identity')) body.items += await forgetConsents(ticket.callerToken);
      body.items += await erasureStore().erase(ticket, kinds, () => false);
      body.erased.push(ticketNo);
    }
    return { status: 200, body };
  },
});

async function authenticateLeader(request: Request): Promise<Operator> {
  const operator = await authenticateOperator(request.headers);
  if (!mayServeRights(operator.role)) throw new ProblemError('roleForbidden');
  return operator;
}

/** Undefined while somebody still owes an answer: handling a request is a duty that needs what was said and by whom. */
async function endedTicket(ticketNo: string): Promise<Ticket | undefined> {
  const ticket = await ticketStore().load(ticketNo);
  if (ticket === undefined) return undefined;
  const together = [ticket, ...(await relatedTickets(ticket, ticketStore()))];
  return together.some(isUnderWay) ? undefined : ticket;
}

/** The log line outlives a restore of the tables to an earlier day: what was erased since must be erased again. */
async function record(
  ticketNo: string,
  act: RightsEntry['act'],
  { id, role }: Operator,
  reason: string,
  kinds?: RightsEntry['kinds'],
): Promise<void> {
  const at = toShanghai(officeNow());
  const entry = { kind: 'rightsAct', ticketNo, act, at, by: id, role, reason: discreetText(reason) } as const;
  await enter({ ...entry, ...(kinds === undefined ? {} : { kinds }) });
  log.info('personal data', { ticketNo, command: act, ...(kinds === undefined ? {} : { code: kinds.join('+') }) });
}
