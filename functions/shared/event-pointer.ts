/** What a consumer's queue holds of an event: where it is, never what it says. */
import type { EventPointer, TicketEvent } from '#schemas/event.ts';

export const pointerTo = ({ ticketNo, seq, type, clocks }: TicketEvent): EventPointer => ({
  ticketNo,
  seq,
  type,
  ...(clocks === undefined ? {} : { generation: clocks.generation }),
});
