/** 群众端: how far is my request, please hurry, one thing more, never mind, and am I satisfied with the answer. */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import type { CitizenCommand } from '#domain/ticket/command.ts';
import { district } from '#functions/adapters/district.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { canonicalHash } from '#functions/shared/canonical.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { commandReply } from '#functions/shared/command-reply.ts';
import { dangerNotice, hear } from '#functions/shared/danger.ts';
import { api, type Reply, type Request, readJson, requireJson } from '#functions/shared/http.ts';
import { ownTickets } from '#functions/shared/own-tickets.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { ownerHashWith } from '#functions/shared/query-code.ts';
import { readSession } from '#functions/shared/session.ts';
import { AppendRequest, NoBody, RatingRequest } from '#schemas/command.ts';
import type { DangerNotice } from '#schemas/intake.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { admit } from './admission.ts';
import { publicStatus } from './public-status.ts';

/**
 * What makes two requests the same one: a rating once a round, a text once a day (office time: the same words next week are
 * news), a withdrawal once. Urging has its interval.
 */
const keys: Readonly<Record<Exclude<CitizenCommand['command'], 'urge'>, (ticket: Ticket, hash: string) => string>> = {
  rate: ({ round }) => `rate#${round}`,
  append: (_, hash) => `append#${toShanghai(officeNow()).slice(0, 10)}#${hash}`,
  withdraw: () => 'withdraw',
};

export const handler = api({
  /** 我的诉求: the mini-program's list. */
  'GET /channels/wechat/tickets': async ({ headers }) => {
    const { openid } = await readSession(headers.authorization, Date.now());
    return { status: 200, body: { tickets: await ownTickets((key) => ownerHashWith(key, openid)) } };
  },

  'GET /tickets/{ticketNo}': async (request) => ({ status: 200, body: await publicStatus(await admit(request)) }),

  /** The same rating again answers the same; another one in the same round is refused. */
  'POST /tickets/{ticketNo}/rating': (request) =>
    command(request, (body) => ({ command: 'rate', ...parseBody(RatingRequest, body) })),

  /** 催办: the owning unit is told, at most once in the district's interval. */
  'POST /tickets/{ticketNo}/urge': (request) =>
    command(request, (body) => ({ command: 'urge', ...parseBody(NoBody, body) })),

  /** 补充: goes to the owning unit. The same text again on the same day is the same addition. */
  'POST /tickets/{ticketNo}/append': (request) =>
    command(request, (body) => hear({ command: 'append', ...parseBody(AppendRequest, body) }, district())),

  /** 撤单 by the citizen. */
  'POST /tickets/{ticketNo}/withdraw': (request) =>
    command(request, (body) => ({ command: 'withdraw', ...parseBody(NoBody, body) })),
});

/** Whoever may see the ticket may say this of it; answers the new public status. */
async function command(request: Request, parse: (body: unknown) => CitizenCommand): Promise<Reply> {
  requireJson(request);
  const receipt = await admit(request);
  const given = parse(readJson(request));
  const result = await changeTicket({
    ticketNo: receipt.ticketNo,
    command: given,
    actor: { kind: 'citizen' },
    ...(given.command === 'urge' ? {} : { cause: (ticket: Ticket) => causeOf(given, ticket) }),
  });
  if (result.outcome === 'unknownTicket') {
    throw new ProblemError('commandRejected', { code: 'stateForbids', detail: 'the request is not routed yet' });
  }
  const reply = commandReply(result);
  return { ...reply, body: { ...(await publicStatus(receipt)), ...warning(given, receipt.ticketNo) } };
}

/** 紧急提示: who adds that somebody is in danger reads at once whom to call. */
function warning(given: CitizenCommand, ticketNo: string): { danger?: DangerNotice } {
  if (given.command !== 'append' || given.danger === undefined) return {};
  return { danger: dangerNotice(given.danger.numbers, ticketNo, district()) };
}

function causeOf(given: Exclude<CitizenCommand, { command: 'urge' }>, ticket: Ticket) {
  const fingerprint = canonicalHash(given);
  return { key: `citizen#${ticket.ticketNo}#${keys[given.command](ticket, fingerprint)}`, fingerprint };
}
