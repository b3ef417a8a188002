/**
 * 离开承办单位: a ticket leaves a unit when it ends or when another gets it. The day's departures and what is open now are what
 * the unit is reconciled with (对账); what it has closed long ago is not.
 */
import { deadlines } from '#domain/ticket/clocks.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import type { Departure, ReconciliationEntry } from '#schemas/reconciliation.ts';
import type { Ticket } from '#schemas/ticket.ts';

/** How long a day's departures can be asked for. A quarter: what is noticed later is a matter for the ticket's history. */
export const DEPARTURES_KEPT_DAYS = 92;

/** What a change from `before` to `after` takes from a unit. The desk is nobody's partner: it works on our own data. */
export function departureOf(before: Ticket | undefined, after: Ticket, desk: string): Departure | undefined {
  if (before === undefined || before.owner === desk || !isOpen(before.status)) return undefined;
  const unit = before.owner;
  const at = after.updatedAt;
  if (after.owner !== unit)
    return { unit, entry: { ...entryOf(after, unit), deadlines: {}, departed: { at, how: 'moved' } } };
  if (!isOpen(after.status)) return { unit, entry: { ...entryOf(after, unit), departed: { at, how: 'ended' } } };
  return undefined;
}

/** A ticket's line in the reconciliation of `unit`. What became of the last message is the delivery's to say. */
export function entryOf(ticket: Ticket, unit: string): ReconciliationEntry {
  const n = ticket.callbackCount[unit];
  return {
    ticketNo: ticket.ticketNo,
    ticketVersion: ticket.version,
    status: ticket.status,
    round: ticket.round,
    updatedAt: ticket.updatedAt,
    deadlines: deadlines(ticket, unit),
    ...(n === undefined ? {} : { lastCallback: { n } }),
  };
}

/**
 * A departure as it reads now: `undefined` when the unit has the ticket again. An ended ticket is shown as it is today; of one
 * that moved away the unit sees no more than how it left.
 */
export function departureNow({ unit, entry }: Departure, ticket: Ticket | undefined): ReconciliationEntry | undefined {
  if (ticket === undefined || ticket.owner !== unit) return entry;
  return isOpen(ticket.status) ? undefined : { ...entryOf(ticket, unit), departed: entry.departed };
}
