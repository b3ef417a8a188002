/** Tickets that hang together (拆单、并单): whoever ends one must look at the others. */
import { relatedTo } from '#domain/retention/due.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import type { Ticket } from '#schemas/ticket.ts';

/** All that are reached from the ticket, without itself. */
export async function relatedTickets(ticket: Ticket, store: Pick<TicketStore, 'load'>): Promise<Ticket[]> {
  const found = new Map([[ticket.ticketNo, ticket]]);
  const ahead = relatedTo(ticket);
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (found.has(next)) continue;
    const other = await store.load(next);
    if (other === undefined) continue;
    found.set(next, other);
    ahead.push(...relatedTo(other));
  }
  found.delete(ticket.ticketNo);
  return [...found.values()];
}
