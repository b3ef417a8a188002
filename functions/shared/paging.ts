/** Lists are read page by page; a cursor is opaque to clients and checked when it comes back. */
import * as z from 'zod';
import { deadlines } from '#domain/ticket/clocks.ts';
import type { Page, PageRequest } from '#functions/ports/ticket-store.ts';
import { Status, type Ticket } from '#schemas/ticket.ts';
import { ProblemError, parseBody } from './problem.ts';

const PAGE_SIZE = 50;

export const ListQuery = z.strictObject({
  status: Status.optional(),
  cursor: z
    .string()
    .regex(/^[\w-]{1,2000}$/)
    .optional(),
});

export function pageRequest(query: unknown): PageRequest & { status?: Status } {
  const { status, cursor } = parseBody(ListQuery, query);
  return {
    limit: PAGE_SIZE,
    ...(status === undefined ? {} : { status }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** Runs a listing; a cursor that isn't one of this list's answers 422, not 500. */
export async function listing(read: () => Promise<Page<Ticket>>): Promise<{ tickets: unknown[]; cursor?: string }> {
  try {
    const { items, cursor } = await read();
    return { tickets: items.map(summary), ...(cursor === undefined ? {} : { cursor }) };
  } catch (error) {
    const wrongCursor = error instanceof RangeError || (error instanceof Error && error.name === 'ValidationException');
    if (!wrongCursor) throw error;
    throw new ProblemError('bodyInvalid', { errors: [{ pointer: '/cursor', detail: 'not a cursor of this list' }] });
  }
}

const summary = (ticket: Ticket) => ({
  ticketNo: ticket.ticketNo,
  ticketVersion: ticket.version,
  status: ticket.status,
  kind: ticket.kind,
  urgency: ticket.urgency,
  owner: ticket.owner,
  round: ticket.round,
  channel: ticket.channel,
  receivedAt: ticket.receivedAt,
  deadlines: deadlines(ticket),
  ...(ticket.categoryCode === undefined ? {} : { category: ticket.categoryCode }),
  ...(ticket.townCode === undefined ? {} : { townCode: ticket.townCode }),
});
