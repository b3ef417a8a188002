/** Reads what a message to a unit is made of: the request, what was added to it, and who asked, as far as the unit may know. */
import {
  type CallbackSource,
  hidesCaller,
  type Names,
  needsCaller,
  needsRequest,
  noteOf,
} from '#domain/delivery/callback.ts';
import { hushed, type MergedSource } from '#domain/delivery/merged-request.ts';
import {
  type Addition,
  addedWords,
  attachmentNames,
  isDiscreet,
  type ReadableRequest,
} from '#domain/delivery/words.ts';
import { appendedIn, saidAt } from '#domain/ticket/appended.ts';
import { fold } from '#domain/ticket/evolve.ts';
import type { CallerStore } from '#functions/ports/caller-store.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import { linkAttachments } from '#functions/shared/attachment-links.ts';
import type { District } from '#schemas/district.ts';
import type { EventOf, TicketEvent } from '#schemas/event.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { Ticket, TicketText } from '#schemas/ticket.ts';

export interface SourcePorts {
  readonly tickets: TicketStore;
  readonly callers: CallerStore;
}

/** A request may be long, and a campaign has dozens of them: a message holds the newest. */
const MOST_MERGED_TOLD = 10;

/** `history`: the ticket's events up to what is told. */
export async function readSource(
  ports: SourcePorts,
  told: Pick<CallbackSource, 'event' | 'callback' | 'ticket'> & { readonly history: readonly TicketEvent[] },
): Promise<CallbackSource> {
  const { tickets, callers } = ports;
  const { event, callback, ticket, history } = told;
  const text = needsRequest(callback.type) ? await tickets.text(ticket.ticketNo, ticket.textKey) : undefined;
  const events = needsRequest(callback.type) ? history : [event];
  const appended = appendedIn(events);
  const absorbed = events.filter((one) => one.type === 'absorbed').slice(-MOST_MERGED_TOLD);
  const noteKey = noteOf(event);
  const unmasked = text?.kind === 'request' && text.masked === undefined;
  const written = (noteKey === undefined ? 0 : 1) + (event.reason === undefined ? 0 : 1);
  const spoken = appended.length + absorbed.length + written + (unmasked ? 1 : 0);
  const known = needsCaller(callback.type, ticket) || hidesCaller(ticket, spoken);
  const caller = known ? await callers.get(ticket.callerToken) : undefined;
  const request = text?.kind === 'request' ? await readable(text, ticket, caller) : undefined;
  const additions = await additionsOf(appended, { ticket, caller }, tickets);
  const note = noteKey === undefined ? undefined : await tickets.text(ticket.ticketNo, noteKey);
  const merged = await Promise.all(absorbed.map(({ from }) => mergedSource(ports, from, ticket)));
  return {
    event,
    callback,
    ticket,
    request,
    additions,
    merged,
    caller,
    ...(note?.kind === 'note' && { note: note.text }),
  };
}

/** The other ticket as the merge found it: what came to it afterwards is not part of what was told. */
async function mergedSource({ tickets, callers }: SourcePorts, ticketNo: string, main: Ticket): Promise<MergedSource> {
  const events = await tickets.events(ticketNo);
  const end = events.findIndex((event) => event.type === 'merged' && event.into === main.ticketNo);
  const history = events.slice(0, end + 1);
  const merged = fold(history);
  if (merged === undefined) throw new TypeError('a ticket that was merged has no event of it');
  const ticket = hushed(merged, main);
  const caller = isDiscreet(ticket) ? await callers.get(ticket.callerToken) : undefined;
  const text = await tickets.text(ticketNo, ticket.textKey);
  const request = text?.kind === 'request' ? await readable(text, ticket, caller) : undefined;
  const appended = appendedIn(history);
  return { ticket, request, additions: await additionsOf(appended, { ticket, caller }, tickets), caller };
}

/** The department reads the attachments' names as it reads the other words; the name to save under must not say more. */
async function readable(
  request: Extract<TicketText, { kind: 'request' }>,
  ticket: Ticket,
  caller: CallerRecord | undefined,
): Promise<ReadableRequest> {
  const names = attachmentNames(request, ticket, caller);
  return { ...request, attachments: await linkAttachments(request.attachments, names) };
}

/** Without those that were erased (清除) in the meantime. */
async function additionsOf(
  appended: readonly EventOf<'appended'>[],
  { ticket, caller }: { ticket: Ticket; caller: CallerRecord | undefined },
  tickets: TicketStore,
): Promise<Addition[]> {
  const additions = await Promise.all(
    appended.map(async (event) => {
      const note = await tickets.text(ticket.ticketNo, event.noteKey);
      if (note?.kind !== 'note') return undefined;
      const { text, attachments = [] } = note;
      const names = attachments.map(({ name }) => addedWords(name, ticket, caller));
      return { at: saidAt(event), text, attachments: await linkAttachments(attachments, names) };
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
