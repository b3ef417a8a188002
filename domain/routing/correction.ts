/**
 * 纠正: what a person's hand on a ticket teaches about the router. A desk's assignment counts, and so does a new owner after
 * an approved return: both are `dispatched` by an operator.
 */
import type { Correction } from '#schemas/catalogue.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';

/**
 * The correction in a change of `before`; `undefined` when no person gave the ticket another owner or category than the
 * router. One that takes an earlier correction back is a correction as well: the last one of a ticket counts.
 */
export function correctionOf(before: Ticket | undefined, events: readonly TicketEvent[]): Correction | undefined {
  const from = before?.routed;
  if (before === undefined || from === undefined) return undefined;
  const event = events.findLast((candidate) => candidate.type === 'dispatched');
  if (event === undefined || event.actor.kind !== 'operator') return undefined;
  const categoryCode = event.categoryCode ?? before.categoryCode;
  const differs = (than: { owner: string; categoryCode?: string | undefined }): boolean =>
    than.owner !== from.owner || than.categoryCode !== from.categoryCode;
  const to = { owner: event.owner, ...(categoryCode === undefined ? {} : { categoryCode }) };
  if (!differs(to) && !differs(before)) return undefined;
  const townCode = event.townCode ?? before.townCode;
  return {
    ticketNo: before.ticketNo,
    at: event.at,
    seq: event.seq,
    kind: before.kind,
    ...(townCode === undefined ? {} : { townCode }),
    textKey: before.textKey,
    from,
    to,
  };
}
