/**
 * What fan-out gave up: a message that names a stretch of the table's stream by the arrival of its first and last record. The
 * stream forgets after 24 hours and events don't know their sequence numbers, so the stretch is found by time: every event
 * that happened between the two, and a little around, is pointed to again. More than needed does no harm: consumers bear a
 * pointer twice. It reads through the whole table, which a repair may.
 */
import { type DynamoDBClient, paginateListTables, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { type Consumer, consumersOf } from '#domain/ticket/consumers.ts';
import { pointerTo } from '#functions/shared/event-pointer.ts';
import { type EventPointer, TicketEvent } from '#schemas/event.ts';
import { Failure } from '../shared/words.ts';

/** An event is written some moments after the instant that it carries; clocks differ a little (ms). */
const MARGIN_MS = 2 * 60_000;

const Given = z.object({
  DDBStreamBatchInfo: z.object({
    approximateArrivalOfFirstRecord: z.iso.datetime({ offset: true }),
    approximateArrivalOfLastRecord: z.iso.datetime({ offset: true }),
  }),
});

/** From and to, as events write their instants; undefined for a message that names no stretch. */
export function stretchOf(body: string): { from: string; to: string } | undefined {
  const given = Given.safeParse(parsed(body));
  if (!given.success) return undefined;
  const { approximateArrivalOfFirstRecord: first, approximateArrivalOfLastRecord: last } =
    given.data.DDBStreamBatchInfo;
  return { from: toShanghai(Date.parse(first) - MARGIN_MS), to: toShanghai(Date.parse(last) + MARGIN_MS) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Every pointer that the events of the stretch ask for, by consumer. */
export async function pointersIn(
  client: DynamoDBClient,
  TableName: string,
  { from, to }: { from: string; to: string },
): Promise<{ consumer: Consumer; pointer: EventPointer }[]> {
  const found: { consumer: Consumer; pointer: EventPointer }[] = [];
  const pages = paginateScan(
    { client },
    {
      TableName,
      FilterExpression: '#kind = :event AND #event.#at BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#kind': 'kind', '#event': 'event', '#at': 'at' },
      ExpressionAttributeValues: { ':event': { S: 'event' }, ':from': { S: from }, ':to': { S: to } },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) {
      const event = TicketEvent.parse(unmarshall(item).event);
      found.push(...consumersOf(event).map((consumer) => ({ consumer, pointer: pointerTo(event) })));
    }
  }
  return found;
}

/** The table of tickets of that stack. */
export async function ticketsTable(client: DynamoDBClient, stack: string): Promise<string> {
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) {
    const name = TableNames.find((one) => one.startsWith(`${stack}-Tickets`));
    if (name !== undefined) return name;
  }
  throw new Failure(`找不到表 ${stack}-Tickets…`);
}
