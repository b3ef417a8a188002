/** The ticket as one of its events left it: what a message about that event must tell, however late it is sent. */
import { fold } from '#domain/ticket/evolve.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';

/** Throws when the event can't be read (yet): the queue will bring its message again. */
export async function ticketAt(
  store: TicketStore,
  ticketNo: string,
  seq: number,
): Promise<{ ticket: Ticket; event: TicketEvent; history: TicketEvent[]; later: TicketEvent[] }> {
  const all = await store.events(ticketNo);
  const history = all.filter((event) => event.seq <= seq);
  const event = history.at(-1);
  const ticket = fold(history);
  if (ticket === undefined || event === undefined || event.seq !== seq) throw new EventMissing(ticketNo, seq);
  return { ticket, event, history, later: all.filter((other) => other.seq > seq) };
}

export class EventMissing extends Error {
  override readonly name = 'EventMissing';
  readonly ticketNo: string;
  readonly seq: number;

  constructor(ticketNo: string, seq: number) {
    super('the event that a message points to is not there');
    this.ticketNo = ticketNo;
    this.seq = seq;
  }
}
