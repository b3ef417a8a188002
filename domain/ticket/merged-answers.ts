/**
 * 并单答复: merged tickets all get the answer (国办函〔2025〕66号: 并单). Which of them an event of the main ticket answers; a merged
 * ticket that answers for others passes it on.
 */
import type { TicketEvent } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';

/** Numbers of the tickets that are to be answered now. `ticket`: the main one as the event left it. */
export function answersDue(
  event: TicketEvent,
  ticket: Pick<Ticket, 'merged' | 'answerApprovedAt' | 'status'>,
): string[] {
  switch (event.type) {
    case 'answerApproved':
    case 'answeredByMain':
    case 'directClosed':
    case 'notAccepted':
      return ticket.merged;
    case 'absorbed':
      return ticket.answerApprovedAt === undefined ? [] : [event.from];
    default:
      return [];
  }
}
