/**
 * 补充: something that came later for a request. The citizen's words are appended, recordings are attached; a ticket that
 * still waits at the desk because nobody could tell whose it is, is routed again with all that was said.
 */
import { route } from '#domain/routing/route.ts';
import { appendedIn } from '#domain/ticket/appended.ts';
import type { TicketCommand } from '#domain/ticket/command.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { receiptStore } from '#functions/adapters/receipt-store.ts';
import { textReader } from '#functions/adapters/text-model.ts';
import { type ChangeResult, changeTicket } from '#functions/shared/change.ts';
import { hear } from '#functions/shared/danger.ts';
import { log } from '#functions/shared/log.ts';
import type { Actor } from '#schemas/event.ts';
import type { Addition } from '#schemas/intake.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { register } from './register.ts';

const ROUTER: Actor = { kind: 'system', id: 'router' };

/** The same addition again changes nothing. Throws when it could not be written: the queue brings it again. */
export async function add(addition: Addition): Promise<void> {
  let result = await write(addition);
  if (result.outcome === 'unknownTicket') {
    // It overtook its request.
    const receipt = await receiptStore().findByTicketNo(addition.ticketNo);
    if (receipt === undefined) throw new Error('an addition to a request that nobody took');
    await register(receipt.request);
    result = await write(addition);
  }
  if (result.outcome !== 'changed' && result.outcome !== 'replayed') throw new Error(`not added: ${result.outcome}`);
  // Also on a replay: the first try may have ended between the two.
  if (addition.text !== undefined) await routeAgain(addition.ticketNo);
}

function write(addition: Addition): Promise<ChangeResult> {
  const { ticketNo, channel, channelRef } = addition;
  const words = saidIn(addition);
  return changeTicket({
    ticketNo,
    ...(words === undefined
      ? { command: { command: 'attachRecordings', recordings: addition.recordings ?? [] }, actor: ROUTER }
      : { command: words, actor: { kind: 'citizen' } }),
    receipt: { channel, channelRef },
  });
}

function saidIn({ text, attachments, recordings, receivedAt, ticketNo }: Addition): TicketCommand | undefined {
  if (text === undefined) {
    if (recordings === undefined) throw new Error('an addition without content');
    return undefined;
  }
  const said = hear(
    { command: 'append', text, saidAt: receivedAt, ...(attachments === undefined ? {} : { attachments }) } as const,
    district(),
  );
  if ('danger' in said) log.warn('an addition speaks of danger', { ticketNo, code: 'danger' });
  return said;
}

/** Reads the whole conversation: the first words of a chat seldom say what it is about. */
async function routeAgain(ticketNo: string): Promise<void> {
  const store = ticketStore();
  const ticket = await store.load(ticketNo);
  if (ticket?.status !== 'DISPATCHING' || ticket.dispatchedAt !== undefined) return;
  const request = await store.text(ticketNo, ticket.textKey);
  if (request?.kind !== 'request') return;
  const { title, content, placeText, place, category } = request;
  const decision = route(
    {
      title,
      content: [content, ...(await added(ticket))].join('\n'),
      kind: ticket.kind,
      place: { ...place, text: placeText },
      category,
      callerEnterprise: ticket.flags.enterprise,
    },
    district(),
    textReader(),
  );
  const result = await changeTicket({ ticketNo, command: { command: 'reroute', decision }, actor: ROUTER });
  // Rejected: an operator was quicker.
  if (result.outcome !== 'changed' && result.outcome !== 'rejected') throw new Error(`not routed: ${result.outcome}`);
}

async function added({ ticketNo }: Ticket): Promise<string[]> {
  const store = ticketStore();
  const said = appendedIn(await store.events(ticketNo));
  const texts = await Promise.all(said.map(({ noteKey }) => store.text(ticketNo, noteKey)));
  return texts.flatMap((text) => (text?.kind === 'note' ? [text.text] : []));
}
