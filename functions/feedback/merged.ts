/**
 * 并单答复: gives each ticket that was merged into this one the answer, once for each time that it is answered. It was written to
 * somebody else: whoever asked first is taken out of it, and with them whatever a person could be found by.
 */
import { discreetText, identityOf, introducedIn } from '#domain/delivery/discretion.ts';
import { answersDue } from '#domain/ticket/merged-answers.ts';
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
export async function answerMerged(ports: MergedPorts, ticketNo: string, seq: number): Promise<void> {
  const { ticket, event } = await ticketAt(ports.tickets, ticketNo, seq);
  const due = answersDue(event, ticket);
  if (due.length === 0) return;
  const { publicAnswer, ...answer } = await answerOf(ports.tickets, ticket, event);
  const forOthers = await withoutAsker(ports, ticket, publicAnswer);
  for (const child of due) {
    const result = await changeTicket({
      ticketNo: child,
      command: { command: 'answerByMain', main: ticketNo, mainSeq: seq, ...answer, publicAnswer: forOthers },
      actor: FEEDBACK,
      cause: { key: `main#${ticketNo}#${seq}#${child}`, fingerprint: fingerprint(ticketNo) },
    });
    if (result.outcome !== 'changed' && result.outcome !== 'replayed')
      throw new Error(`not answered: ${result.outcome}`);
  }
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

async function answerOf(
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
