/** 经手: whose hands a ticket was in from when until when. A delay is attributed by this, also after returns. */
import type { TicketEvent } from '#schemas/event.ts';
import type { Holding, Ticket } from '#schemas/ticket.ts';

/** Whose hands a ticket is in while no unit's. Part of the contract: every district's desk has this id. */
export const DESK = 'hotline';

/** Whose hands a step puts the ticket into; undefined: they stay the same. `end`: into nobody's. */
function handsAfter(ticket: Ticket, event: TicketEvent): Pick<Holding, 'unit' | 'handler'> | 'end' | undefined {
  const owner = { unit: ticket.owner, handler: ticket.handler };
  switch (event.type) {
    case 'queuedAtDesk':
    case 'dispatched':
    case 'returnRejected':
    case 'answerRejected':
    case 'reworkOrdered':
    case 'reopened':
    case 'handedOver':
      return ticket.status === 'DISPATCHING' ? { unit: ticket.owner } : owner;
    case 'returnRequested':
    case 'returnApproved':
    case 'arbitrationOpened':
    case 'replied':
      return { unit: DESK };
    case 'closed':
    case 'notAccepted':
    case 'directClosed':
    case 'cancelled':
    case 'merged':
      return 'end';
    default:
      return undefined;
  }
}

/** 经手: the last holding ends where another begins. */
export function withHolding(ticket: Ticket, event: TicketEvent): Ticket {
  const hands = handsAfter(ticket, event);
  if (hands === undefined) return ticket;
  const last = ticket.holdings.at(-1);
  const open = last !== undefined && last.until === undefined;
  if (open && hands !== 'end' && last.unit === hands.unit && last.handler === hands.handler) return ticket;
  const before = open ? [...ticket.holdings.slice(0, -1), { ...last, until: event.at }] : ticket.holdings;
  return { ...ticket, holdings: hands === 'end' ? before : [...before, { ...hands, from: event.at }] };
}
