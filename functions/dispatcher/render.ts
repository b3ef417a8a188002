/** Renders a delivery's body from what is stored: event, ticket as of that event, request text, identity if allowed. */
import {
  type Addition,
  addedWords,
  attachmentNames,
  callbackEvent,
  hidesCaller,
  type Names,
  needsCaller,
  needsRequest,
  noteOf,
  type ReadableRequest,
} from '#domain/delivery/callback.ts';
import type { CallerStore } from '#functions/ports/caller-store.ts';
import type { Line, Told } from '#functions/ports/delivery-store.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import { linkAttachments } from '#functions/shared/attachment-links.ts';
import { ticketAt } from '#functions/shared/delivery/ticket-at.ts';
import { CallbackEvent } from '#schemas/callback.ts';
import type { Delivery } from '#schemas/delivery.ts';
import type { District } from '#schemas/district.ts';
import type { EventOf } from '#schemas/event.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { Ticket, TicketText } from '#schemas/ticket.ts';

export interface RenderPorts {
  readonly tickets: TicketStore;
  readonly callers: CallerStore;
  readonly names: Names;
}

/** Throws when the event has no such callback, or the body breaks our own contract: both are faults of ours. */
export async function renderCallback(ports: RenderPorts, delivery: Delivery): Promise<Uint8Array> {
  const { ticket, event, history } = await ticketAt(ports.tickets, delivery.ticketNo, delivery.seq);
  const callback = event.callbacks?.find(({ to, n }) => to === delivery.unit && n === delivery.n);
  if (callback === undefined) throw new TypeError('the event has no such callback');
  const text = needsRequest(callback.type) ? await ports.tickets.text(ticket.ticketNo, ticket.textKey) : undefined;
  const told = event.type === 'appended' ? [event] : needsRequest(callback.type) ? history : [];
  const appended = told.filter((one) => one.type === 'appended');
  const noteKey = noteOf(event);
  const spoken = appended.length + (noteKey === undefined ? 0 : 1);
  const known = needsCaller(callback.type, ticket) || hidesCaller(ticket, spoken);
  const caller = known ? await ports.callers.get(ticket.callerToken) : undefined;
  const request = text?.kind === 'request' ? await readable(text, ticket) : undefined;
  const additions = await additionsOf(appended, { ticket, caller }, ports.tickets);
  const note = noteKey === undefined ? undefined : await ports.tickets.text(ticket.ticketNo, noteKey);
  const source = {
    event,
    callback,
    ticket,
    request,
    additions,
    caller,
    ...(note?.kind === 'note' && { note: note.text }),
  };
  const body = CallbackEvent.parse(callbackEvent(source, ports.names));
  return new TextEncoder().encode(JSON.stringify(body));
}

/** The department reads the attachments' names as it reads the other words; the name to save under must not say more. */
async function readable(request: Extract<TicketText, { kind: 'request' }>, ticket: Ticket): Promise<ReadableRequest> {
  return { ...request, attachments: await linkAttachments(request.attachments, attachmentNames(request, ticket)) };
}

/** Without those that were erased (清除) in the meantime. */
async function additionsOf(
  appended: readonly EventOf<'appended'>[],
  { ticket, caller }: { ticket: Ticket; caller: CallerRecord | undefined },
  tickets: TicketStore,
): Promise<Addition[]> {
  const additions = await Promise.all(
    appended.map(async ({ at, noteKey }) => {
      const note = await tickets.text(ticket.ticketNo, noteKey);
      if (note?.kind !== 'note') return undefined;
      const { text, attachments = [] } = note;
      const names = attachments.map(({ name }) => addedWords(name, ticket, caller));
      return { at, text, attachments: await linkAttachments(attachments, names) };
    }),
  );
  return additions.filter((addition) => addition !== undefined);
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

/** Every message that a ticket addressed to a unit, in order. */
export async function lineOf(tickets: TicketStore, { ticketNo, unit }: Line): Promise<(Told & { n: number })[]> {
  const events = await tickets.events(ticketNo);
  return events.flatMap(({ seq, callbacks = [] }) =>
    callbacks.filter(({ to }) => to === unit).map(({ n, type }) => ({ n, seq, type })),
  );
}
