/**
 * 并单答复: merged tickets all get the answer (国办函〔2025〕66号: 并单), and none keeps one that holds no more. What an event of the main
 * ticket means for them; a merged ticket that answers for others passes it on.
 */
import type { TicketEvent } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';

/** `to`: numbers of the tickets that are to be told now. */
export interface NewsForMerged {
  readonly news: 'answer' | 'rework';
  readonly to: readonly string[];
}

/** `ticket`: the main one as the event left it. Undefined when there is nothing to tell, or nobody. */
export function newsForMerged(
  event: TicketEvent,
  { merged, answerApprovedAt }: Pick<Ticket, 'merged' | 'answerApprovedAt'>,
): NewsForMerged | undefined {
  switch (event.type) {
    case 'answerApproved':
    case 'answeredByMain':
    case 'directClosed':
    case 'notAccepted':
      return merged.length === 0 ? undefined : { news: 'answer', to: merged };
    case 'reworkOrdered':
    case 'reopened':
    case 'reworkedByMain':
      return merged.length === 0 ? undefined : { news: 'rework', to: merged };
    case 'absorbed':
      return answerApprovedAt === undefined ? undefined : { news: 'answer', to: [event.from] };
    default:
      return undefined;
  }
}
