/**
 * 对账: a unit's open tickets, then those that left it on a day, each with the last message to the unit and what became of it.
 * The departments' door and the hotline's answer the same.
 */
import * as z from 'zod';
import { dateOf, dayOf, dayOfDate } from '#domain/calendar/shanghai.ts';
import { DEPARTURES_KEPT_DAYS, departureNow, entryOf } from '#domain/delivery/departure.ts';
import { reconciliationTable } from '#domain/delivery/reconciliation-table.ts';
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { listDepartures } from '#functions/adapters/departure-rows.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { Day, type Reconciliation, type ReconciliationEntry } from '#schemas/reconciliation.ts';
import type { Reply, Request } from './http.ts';
import { wrongCursor } from './paging.ts';
import { ProblemError, parseBody } from './problem.ts';

/** Each line costs one small read more. */
const LINES_PER_PAGE = 100;
/** A table is for people: twenty pages in one, which is half a megabyte at most. */
const PAGES_PER_TABLE = 20;

const Query = z.strictObject({
  day: Day.optional(),
  cursor: z
    .string()
    .regex(/^[\w-]{1,2000}$/)
    .optional(),
});

/** Where a list goes on. The day is part of it: a list that began before midnight ends as the list of that day. */
interface Place {
  readonly day: string;
  readonly part: 'open' | 'departed';
  readonly inner?: string;
}

const writePlace = ({ day, part, inner = '' }: Place): string =>
  `${part === 'open' ? 'o' : 'd'}${day.replaceAll('-', '')}${inner}`;

function readPlace(cursor: string): Place {
  const [, part, year, month, date, inner = ''] = /^([od])(\d{4})(\d\d)(\d\d)([\w-]*)$/.exec(cursor) ?? [];
  const day = Day.safeParse(`${year}-${month}-${date}`);
  if (part === undefined || !day.success) throw new RangeError('not a cursor');
  return { day: day.data, part: part === 'o' ? 'open' : 'departed', ...(inner === '' ? {} : { inner }) };
}

/** @throws ProblemError 422 for a day that lies ahead or too far back, and for a cursor that is none of this list */
export async function reconciliationReply(request: Request, unit: string): Promise<Reply> {
  const { day, cursor } = parseBody(Query, request.query);
  if (day !== undefined) requireDay(day);
  const begin: Place = { day: day ?? dateOf(dayOf(officeNow())), part: 'open' };
  const place = cursor === undefined ? begin : await Promise.resolve(cursor).then(readPlace).catch(wrongCursor);
  if (day !== undefined && place.day !== day) wrongCursor(new RangeError('a cursor of another day'));
  if (!/\btext\/csv\b/i.test(request.headers.accept ?? '')) {
    return { status: 200, body: await page(unit, place).catch(wrongCursor) };
  }
  return table(request.path, await pages(unit, place).catch(wrongCursor));
}

function requireDay(day: string): void {
  const today = dayOf(officeNow());
  const age = today - dayOfDate(day);
  if (age >= 0 && age <= DEPARTURES_KEPT_DAYS) return;
  const detail = `a day from ${dateOf(today - DEPARTURES_KEPT_DAYS)} to ${dateOf(today)}`;
  throw new ProblemError('bodyInvalid', { errors: [{ pointer: '/day', detail }] });
}

async function pages(unit: string, place: Place): Promise<Reconciliation> {
  let { cursor, ...all } = await page(unit, place);
  for (let read = 1; cursor !== undefined && read < PAGES_PER_TABLE; read++) {
    const { tickets, cursor: next } = await page(unit, readPlace(cursor));
    all = { ...all, tickets: [...all.tickets, ...tickets] };
    cursor = next;
  }
  return { ...all, ...(cursor === undefined ? {} : { cursor }) };
}

function table(path: string, { departmentId, day, tickets, cursor }: Reconciliation): Reply {
  return {
    status: 200,
    body: reconciliationTable(tickets),
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="reconciliation-${departmentId}-${day}.csv"`,
      ...(cursor === undefined ? {} : { link: `<${path}?cursor=${cursor}>; rel="next"` }),
    },
  };
}

async function page(unit: string, place: Place): Promise<Reconciliation> {
  const { entries, next } = await (place.part === 'open' ? openPage(unit, place) : departedPage(unit, place));
  return {
    departmentId: unit,
    day: place.day,
    tickets: await Promise.all(entries.map((entry) => withDelivery(entry, unit))),
    ...(next === undefined ? {} : { cursor: writePlace(next) }),
  };
}

interface Part {
  readonly entries: readonly ReconciliationEntry[];
  readonly next?: Place;
}
const request = ({ inner }: Place) => ({ limit: LINES_PER_PAGE, ...(inner === undefined ? {} : { cursor: inner }) });

async function openPage(unit: string, place: Place): Promise<Part> {
  const { items, cursor } = await ticketStore().listByOwner(unit, request(place));
  const entries = items.map((ticket) => entryOf(ticket, unit));
  if (cursor !== undefined) return { entries, next: { ...place, inner: cursor } };
  // Most units fit: then one answer is the whole list.
  const departed = await departedPage(unit, { day: place.day, part: 'departed' });
  return { ...departed, entries: [...entries, ...departed.entries] };
}

async function departedPage(unit: string, place: Place): Promise<Part> {
  const { items, cursor } = await listDepartures(unit, place.day, request(place));
  const tickets = await Promise.all(items.map(({ entry }) => ticketStore().load(entry.ticketNo)));
  const entries = items.flatMap((departure, at) => departureNow(departure, tickets[at]) ?? []);
  return { entries, ...(cursor === undefined ? {} : { next: { ...place, inner: cursor } }) };
}

/** The row may be some seconds younger than the event. */
async function withDelivery(entry: ReconciliationEntry, unit: string): Promise<ReconciliationEntry> {
  const { ticketNo, lastCallback } = entry;
  if (lastCallback === undefined) return entry;
  const row = await deliveryStore().find({ ticketNo, unit, n: lastCallback.n });
  if (row === undefined) return entry;
  return { ...entry, lastCallback: { n: row.n, ticketVersion: row.seq, state: row.state } };
}
