/** Renders a delivery's body from what is stored: event, ticket as of that event, request text, identity if allowed. */
import { callbackEvent, type Names, needsCaller, needsRequest } from '#domain/delivery/callback.ts';
import type { CallerStore } from '#functions/ports/caller-store.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import { ticketAt } from '#functions/shared/delivery/ticket-at.ts';
import { CallbackEvent } from '#schemas/callback.ts';
import type { Delivery } from '#schemas/delivery.ts';
import type { District } from '#schemas/district.ts';

export interface RenderPorts {
  readonly tickets: TicketStore;
  readonly callers: CallerStore;
  readonly names: Names;
}

/** Throws when the event has no such callback, or the body breaks our own contract: both are faults of ours. */
export async function renderCallback(ports: RenderPorts, delivery: Delivery): Promise<Uint8Array> {
  const { ticket, event } = await ticketAt(ports.tickets, delivery.ticketNo, delivery.seq);
  const callback = event.callbacks?.find(({ to, n }) => to === delivery.unit && n === delivery.n);
  if (callback === undefined) throw new TypeError('the event has no such callback');
  const text = needsRequest(callback.type) ? await ports.tickets.text(ticket.ticketNo, ticket.textKey) : undefined;
  const caller = needsCaller(callback.type, ticket) ? await ports.callers.get(ticket.callerToken) : undefined;
  const request = text?.kind === 'request' ? text : undefined;
  const note = event.type === 'appended' ? await ports.tickets.text(ticket.ticketNo, event.noteKey) : undefined;
  const addition = note?.kind === 'note' ? note.text : undefined;
  const body = CallbackEvent.parse(callbackEvent({ event, callback, ticket, request, addition, caller }, ports.names));
  return new TextEncoder().encode(JSON.stringify(body));
}

export function namesOf(district: District): Names {
  const categories = new Map(district.catalogue.rows.map((row) => [row.code, row.name]));
  // A main class (大类) has no row of its own; its name stands on each of its sub-classes.
  for (const row of district.catalogue.rows) categories.set(row.code.slice(0, 2), row.category);
  const towns = new Map(district.towns.map((town) => [town.code, town.name]));
  return {
    districtId: district.id,
    desk: district.desk,
    category: (code) => categories.get(code),
    town: (code) => towns.get(code),
  };
}
