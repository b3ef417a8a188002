/** From a receipt, and from its ticket as soon as there is one, to what the citizen sees. */
import { evolve } from '#domain/ticket/evolve.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import type { Receipt } from '#functions/ports/receipt-store.ts';
import { queryCodeOf } from '#functions/shared/query-code.ts';
import type { PublicStage, PublicStatus } from '#schemas/citizen.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { statusTexts, stepTexts } from './words.ts';

export async function publicStatus(receipt: Receipt): Promise<PublicStatus> {
  // The snapshot is made of the very events that are shown, so that the two can't disagree.
  const events = await ticketStore().events(receipt.ticketNo);
  const { ticket, stages } = retell(events);
  if (ticket === undefined) return registered(receipt);
  const answer = await approvedAnswer(ticket);
  const refusal = events.find((event) => event.type === 'notAccepted');
  const department = departmentName(ticket);
  const deadline = answerDueAt(ticket);
  return {
    ticketNo: ticket.ticketNo,
    status: ticket.status,
    statusText: statusTexts[ticket.status],
    kind: ticket.kind,
    receivedAt: ticket.receivedAt,
    ...(department === undefined ? {} : { department }),
    ...(deadline === undefined ? {} : { deadline }),
    stages,
    ...(answer === undefined ? {} : { answer }),
    ...(refusal === undefined ? {} : { lawfulRoute: refusal.lawfulRoute }),
    ...(ticket.rating === undefined ? {} : { rating: withoutComment(ticket.rating) }),
    ...(ticket.splitInto.length === 0 ? {} : { parts: await partsOf(ticket) }),
  };
}

/** Before the router has seen it, a request is known by its receipt alone. */
function registered({ ticketNo, receivedAt, request }: Receipt): PublicStatus {
  return {
    ticketNo,
    status: 'REGISTERED',
    statusText: statusTexts.REGISTERED,
    kind: request.kind,
    receivedAt,
    stages: [{ status: 'REGISTERED', at: receivedAt, text: stepTexts.registered ?? '' }],
  };
}

function retell(events: readonly TicketEvent[]): { ticket: Ticket | undefined; stages: PublicStage[] } {
  const stages: PublicStage[] = [];
  let ticket: Ticket | undefined;
  for (const event of events) {
    ticket = evolve(ticket, event);
    const text = stepTexts[event.type];
    const at = event.type === 'registered' ? event.receivedAt : event.at;
    if (text !== undefined) stages.push({ status: ticket.status, at, text });
  }
  return { ticket, stages };
}

function departmentName(ticket: Ticket): string | undefined {
  if (ticket.dispatchedAt === undefined) return undefined;
  return district().departments.find(({ id }) => id === ticket.owner)?.name;
}

/** 办结或重办时限. A clock that has stopped promises nothing any more. */
function answerDueAt(ticket: Ticket): string | undefined {
  return ticket.clocks.findLast(({ id, stoppedAt }) => (id === 'finish' || id === 'rework') && stoppedAt === undefined)
    ?.dueAt;
}

async function approvedAnswer(ticket: Ticket): Promise<PublicStatus['answer']> {
  const { answer, answerApprovedAt } = ticket;
  if (answer === undefined || answerApprovedAt === undefined) return undefined;
  const text = await ticketStore().text(ticket.ticketNo, answer.textKey);
  if (text?.kind !== 'answer') return undefined;
  return { text: text.public, resultCode: answer.resultCode, approvedAt: answerApprovedAt };
}

const withoutComment = ({ solved, satisfaction, at }: NonNullable<Ticket['rating']>): PublicStatus['rating'] => ({
  solved,
  satisfaction,
  at,
});

/** Whoever may see this ticket may see its parts: they are the same citizen's, and here is where the codes are given. */
const partsOf = ({ splitInto, queryKeyId }: Ticket): Promise<NonNullable<PublicStatus['parts']>> =>
  Promise.all(splitInto.map(async (ticketNo) => ({ ticketNo, queryCode: await queryCodeOf(ticketNo, queryKeyId) })));
