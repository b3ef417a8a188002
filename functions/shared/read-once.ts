/**
 * A ticket store that lists the events of a ticket once, for the length of one message of a queue: several things that are
 * done with it want them. What is written meanwhile isn't seen, so it is for those who find a second run of theirs by a key.
 */
import type { TicketStore } from '#functions/ports/ticket-store.ts';

export function readOnce(store: TicketStore): TicketStore {
  const lists = new Map<string, ReturnType<TicketStore['events']>>();
  return {
    ...store,
    events(ticketNo) {
      const list = lists.get(ticketNo) ?? store.events(ticketNo);
      lists.set(ticketNo, list);
      return list;
    },
  };
}
