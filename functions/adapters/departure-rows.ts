/**
 * 离开记录 beside the tickets: one small row for each ticket that left a unit on a day, in a partition of that unit and day,
 * written in the ticket's own transaction. Reading a day is one query; nothing is scanned and no index is needed.
 */
import { QueryCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { DEPARTURES_KEPT_DAYS } from '#domain/delivery/departure.ts';
import type { Page, PageRequest } from '#functions/ports/ticket-store.ts';
import { Departure } from '#schemas/reconciliation.ts';
import { dynamo, env } from './aws.ts';

/** A day longer than it can be asked for, in seconds. */
const LIFETIME_S = (DEPARTURES_KEPT_DAYS + 1) * 86_400;

const partition = (unit: string, day: string): string => `UNITDAY#${unit}#${day}`;

/** A ticket that leaves twice on one day is there once: the last time counts. */
export function departureRow(
  TableName: string,
  departure: Departure,
): NonNullable<TransactWriteCommandInput['TransactItems']>[number] {
  const { unit, entry } = departure;
  // Office time as our events carry it: its date is the office's.
  const pk = partition(unit, entry.departed.at.slice(0, 10));
  const ttl = Math.floor(Date.now() / 1000) + LIFETIME_S;
  return { Put: { TableName, Item: { pk, sk: entry.ticketNo, departure, ttl } } };
}

/** Of a unit and a day, by ticket number. The cursor is the last number of the page before; RangeError for anything else. */
export async function listDepartures(
  unit: string,
  day: string,
  { limit, cursor }: Omit<PageRequest, 'status'>,
): Promise<Page<Departure>> {
  if (cursor !== undefined && !/^[A-Z]{2}\d{16}$/.test(cursor)) throw new RangeError('not a cursor');
  const pk = partition(unit, day);
  const { Items = [], LastEvaluatedKey } = await dynamo().send(
    new QueryCommand({
      TableName: env('TICKETS_TABLE'),
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      Limit: limit,
      ...(cursor === undefined ? {} : { ExclusiveStartKey: { pk, sk: cursor } }),
    }),
  );
  const items = Items.map((item) => Departure.parse(item.departure));
  return LastEvaluatedKey === undefined ? { items } : { items, cursor: String(LastEvaluatedKey.sk) };
}
