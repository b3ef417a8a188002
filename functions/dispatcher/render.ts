/** Renders a delivery's body from what is stored: event, ticket as of that event, request text, identity if allowed. */
import { callbackEvent, type Names } from '#domain/delivery/callback.ts';
import type { Line, Told } from '#functions/ports/delivery-store.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import { readSource, type SourcePorts } from '#functions/shared/delivery/callback-source.ts';
import { ticketAt } from '#functions/shared/delivery/ticket-at.ts';
import { CallbackEvent } from '#schemas/callback.ts';
import type { Delivery } from '#schemas/delivery.ts';

export interface RenderPorts extends SourcePorts {
  readonly names: Names;
}

/** Throws when the event has no such callback, or the body breaks our own contract: both are faults of ours. */
export async function renderCallback(ports: RenderPorts, delivery: Delivery): Promise<Uint8Array> {
  const { ticket, event, history } = await ticketAt(ports.tickets, delivery.ticketNo, delivery.seq);
  const callback = event.callbacks?.find(({ to, n }) => to === delivery.unit && n === delivery.n);
  if (callback === undefined) throw new TypeError('the event has no such callback');
  const source = await readSource(ports, { event, callback, ticket, history });
  const body = CallbackEvent.parse(callbackEvent(source, ports.names));
  return new TextEncoder().encode(JSON.stringify(body));
}

/** Every message that a ticket addressed to a unit, in order. */
export async function lineOf(tickets: TicketStore, { ticketNo, unit }: Line): Promise<(Told & { n: number })[]> {
  const events = await tickets.events(ticketNo);
  return events.flatMap(({ seq, callbacks = [] }) =>
    callbacks.filter(({ to }) => to === unit).map(({ n, type }) => ({ n, seq, type })),
  );
}
