/** Lists are read page by page; a cursor is opaque to clients and checked when it comes back. */
import * as z from 'zod';
import { deadlines } from '#domain/ticket/clocks.ts';
import { DESK } from '#domain/ticket/holdings.ts';
import type { Page, PageRequest } from '#functions/ports/ticket-store.ts';
import { AttentionFilter, Status, type Ticket } from '#schemas/ticket.ts';
import { ProblemError, parseBody } from './problem.ts';

const PAGE_SIZE = 50;

export const ListQuery = z.strictObject({
  status: Status.optional(),
  cursor: z
    .string()
    .regex(/^[\w-]{1,2000}$/)
    .optional(),
});

/** 热线办: by state, or what waits for the desk's eye (`any`, or one topic). */
export const DeskQuery = ListQuery.extend({ attention: AttentionFilter.optional() }).refine(
  ({ status, attention }) => status === undefined || attention === undefined,
  { path: ['attention'], error: 'status and attention are two different lists' },
);

export const CorrectionQuery = ListQuery.pick({ cursor: true });

export function pageRequest(query: unknown): PageRequest & { status?: Status } {
  const { status, cursor } = parseBody(ListQuery, query);
  return { ...pageOf(cursor), ...(status === undefined ? {} : { status }) };
}

/** `cursor` is where the page before ended. */
export const pageOf = (cursor: string | undefined): Omit<PageRequest, 'status'> => ({
  limit: PAGE_SIZE,
  ...(cursor === undefined ? {} : { cursor }),
});

/** Runs a listing; a cursor that isn't one of this list's answers 422, not 500. */
export async function listing(
  read: () => Promise<Page<Ticket>>,
  line: (ticket: Ticket) => object,
): Promise<{ tickets: object[]; cursor?: string }> {
  const { items, cursor } = await read().catch(wrongCursor);
  return { tickets: items.map(line), ...(cursor === undefined ? {} : { cursor }) };
}

/** Rethrows what a list says to a cursor that is none of its own as 422, everything else as it is. */
export function wrongCursor(error: unknown): never {
  const wrong = error instanceof RangeError || (error instanceof Error && error.name === 'ValidationException');
  if (!wrong) throw error;
  throw new ProblemError('bodyInvalid', { errors: [{ pointer: '/cursor', detail: 'not a cursor of this list' }] });
}

/** 工单摘要 as `unit` reads it. */
export const summaryFor = (unit: string) => (ticket: Ticket) => ({
  ticketNo: ticket.ticketNo,
  ticketVersion: ticket.version,
  status: ticket.status,
  kind: ticket.kind,
  urgency: ticket.urgency,
  owner: ticket.owner,
  round: ticket.round,
  channel: ticket.channel,
  receivedAt: ticket.receivedAt,
  deadlines: deadlines(ticket, unit),
  ...(ticket.categoryCode === undefined ? {} : { category: ticket.categoryCode }),
  ...(ticket.townCode === undefined ? {} : { townCode: ticket.townCode }),
});

/** 待关注 is the desk's own: to a unit it would tell that a confidential caller has another ticket like this one. */
export const deskSummary = (ticket: Ticket): object => ({
  ...summaryFor(DESK)(ticket),
  ...(ticket.attention.length === 0 ? {} : { attention: ticket.attention }),
});
