/**
 * 并单答复、随主单重办: gives each ticket that was merged into this one the answer, once for each time that it is answered, and takes it
 * back when it holds no more. It was written to somebody else: whoever asked first is taken out of it, and with them whatever a
 * person could be found by.
 */
import { discreetText, identityOf, introducedIn } from '#domain/delivery/discretion.ts';
import type { TicketCommand } from '#domain/ticket/command.ts';
import { newsForMerged } from '#domain/ticket/merged-answers.ts';
import type { CallerStore } from '#functions/ports/caller-store.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import { changeTicket, fingerprint } from '#functions/shared/change.ts';
import { ticketAt } from '#functions/shared/delivery/ticket-at.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { ResultCode, Ticket } from '#schemas/ticket.ts';

const FEEDBACK = { kind: 'system', id: 'feedback' } as const;

export interface MergedPorts {
  readonly tickets: TicketStore;
  readonly callers: CallerStore;
}

/** Throws when one could not be written: the queue brings the event again, and those that have it are left alone. */
export async function tellMerged(ports: MergedPorts, ticketNo: string, seq: number): Promise<void> {
  const { ticket, event } = await ticketAt(ports.tickets, ticketNo, seq);
  const due = newsForMerged(event, ticket);
  if (due === undefined) return;
  const from = { main: ticketNo, mainSeq: seq };
  const command: TicketCommand =
    due.news === 'rework'
      ? { command: 'reworkByMain', ...from }
      : { command: 'answerByMain', ...from, ...(await answerOf(ports, ticket, event)) };
  for (const child of due.to) {
    const result = await changeTicket({
      ticketNo: child,
      command,
      actor: FEEDBACK,
      cause: { key: `main#${ticketNo}#${seq}#${child}`, fingerprint: fingerprint(ticketNo) },
    });
    if (result.outcome !== 'changed' && result.outcome !== 'replayed') throw new Error(`not told: ${result.outcome}`);
  }
}

/** What the main ticket was answered, as others may read it. */
async function answerOf(ports: MergedPorts, ticket: Ticket, event: TicketEvent) {
  const { publicAnswer, ...answer } = await ownAnswer(ports.tickets, ticket, event);
  return { ...answer, publicAnswer: await withoutAsker(ports, ticket, publicAnswer) };
}

/** Known by the form, and by what they call themselves in the text (我叫张三). */
async function withoutAsker({ tickets, callers }: MergedPorts, ticket: Ticket, answer: string): Promise<string> {
  const [caller, text] = await Promise.all([
    callers.get(ticket.callerToken),
    tickets.text(ticket.ticketNo, ticket.textKey),
  ]);
  const who = identityOf(caller);
  const introduced = text?.kind === 'request' ? [text.title, text.content].flatMap(introducedIn) : [];
  return discreetText(answer, { ...who, names: [...(who.names ?? []), ...introduced] });
}

async function ownAnswer(
  store: TicketStore,
  ticket: Ticket,
  event: TicketEvent,
): Promise<{ by: string; resultCode: ResultCode; publicAnswer: string }> {
  if (event.type === 'notAccepted')
    return { by: ticket.owner, resultCode: 'explained', publicAnswer: event.lawfulRoute };
  const { answer } = ticket;
  const text = answer && (await store.text(ticket.ticketNo, answer.textKey));
  // Erased in the meantime: the outcome is still theirs to know.
  return {
    by: answer?.by ?? ticket.owner,
    resultCode: answer?.resultCode ?? 'explained',
    publicAnswer: text?.kind === 'answer' ? text.public : '',
  };
}
