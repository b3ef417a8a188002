/** 查阅、复制: what is held about one request, and who was given something of it, read from what is recorded anyway. */
import { callerStore } from '#functions/adapters/caller-store.ts';
import { deliveryDesk } from '#functions/adapters/delivery-desk.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { linkStore } from '#functions/adapters/link-store.ts';
import { entriesOf } from '#functions/adapters/rights-rows.ts';
import type { Receipt } from '#functions/ports/receipt-store.ts';
import { linkAttachments } from '#functions/shared/attachment-links.ts';
import type { Delivery } from '#schemas/delivery.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { Disclosure, HeldTicket } from '#schemas/rights.ts';
import type { TicketText } from '#schemas/ticket.ts';

export async function heldOf({ ticketNo, callerToken, receivedAt, request }: Receipt): Promise<HeldTicket> {
  const store = ticketStore();
  const [ticket, events, caller] = await Promise.all([
    store.load(ticketNo),
    store.events(ticketNo),
    callerStore().get(callerToken),
  ]);
  const approved = approvedIn(events);
  const history = events.map((event) => {
    const textKey = keyOf(event, approved);
    return { seq: event.seq, at: event.at, type: event.type, ...(textKey === undefined ? {} : { textKey }) };
  });
  const keys = [...new Set(history.flatMap(({ textKey }) => textKey ?? []))];
  const texts = await Promise.all(keys.map(async (key) => [key, await heldText(await store.text(ticketNo, key))]));
  const { callerToken: _, ...known } = caller ?? { callerToken };
  return {
    ticketNo,
    channel: request.channel,
    kind: request.kind,
    receivedAt,
    status: ticket?.status ?? 'REGISTERED',
    ...(caller === undefined ? {} : { caller: known as HeldTicket['caller'] }),
    texts: Object.fromEntries(texts.filter(([, text]) => text !== undefined)),
    history,
    disclosures: await disclosuresOf(ticketNo, events),
  };
}

/** Oldest first. */
async function disclosuresOf(ticketNo: string, events: readonly TicketEvent[]): Promise<Disclosure[]> {
  const [deliveries, links, acts] = await Promise.all([
    deliveryDesk().ofTicket(ticketNo),
    linkStore().ofTicket(ticketNo),
    entriesOf(ticketNo),
  ]);
  const found: Disclosure[] = [
    ...deliveries.flatMap(toldBy),
    ...links.map(({ unit, madeAt, reason }) => ({ how: 'link' as const, to: unit, at: madeAt, ...given(reason) })),
    ...events.flatMap(({ type, actor, at, reason }) =>
      type === 'unmasked' && actor.kind === 'operator'
        ? [{ how: 'unmask' as const, to: actor.id, at, ...given(reason) }]
        : [],
    ),
    ...acts.map(({ act, by, at, reason }) => ({ how: act, to: by, at, reason })),
  ];
  return found.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** A message that reached somebody: also one that was answered with an error has been read. */
function toldBy({ unit, type, attempts, createdAt, settledAt, state }: Delivery): Disclosure[] {
  const sent = attempts.find(({ status }) => status !== undefined);
  if (sent === undefined && state !== 'delivered') return [];
  return [
    {
      how: 'callback',
      to: unit,
      at: sent?.at ?? settledAt ?? createdAt,
      ...(type === undefined ? {} : { what: type }),
    },
  ];
}

const given = (reason: string | undefined) => (reason === undefined ? {} : { reason });

/** What the citizen said, and what they were told: what units and desk wrote to each other may tell of other people. */
function keyOf(event: TicketEvent, approved: ReadonlySet<string>): string | undefined {
  switch (event.type) {
    case 'registered':
    case 'directClosed':
    case 'answeredByMain':
      return event.textKey;
    case 'replied':
      return approved.has(event.textKey) ? event.textKey : undefined;
    case 'appended':
    case 'recordingsAttached':
      return event.noteKey;
    case 'rated':
      return event.commentKey;
    default:
      return undefined;
  }
}

/** Keys of answers that were approved: each approval is of the answer before it. */
function approvedIn(events: readonly TicketEvent[]): Set<string> {
  const keys = new Set<string>();
  let last: string | undefined;
  for (const event of events) {
    if (event.type === 'replied') last = event.textKey;
    if (event.type === 'answerApproved' && last !== undefined) keys.add(last);
  }
  return keys;
}

async function heldText(text: TicketText | undefined): Promise<HeldTicket['texts'][string] | undefined> {
  if (text === undefined) return undefined;
  if (text.kind === 'answer') return { kind: 'answer', public: text.public };
  const { attachments, ...rest } = text;
  if (attachments === undefined) return rest as HeldTicket['texts'][string];
  return { ...rest, attachments: await linkAttachments(attachments) } as HeldTicket['texts'][string];
}
