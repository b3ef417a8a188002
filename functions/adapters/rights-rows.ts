/** 处理记录 beside the tickets, `RIGHT#<instant>#<number>`: who did what with a person's data, never what it was. */
import { randomUUID } from 'node:crypto';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { fromIso } from '#domain/calendar/shanghai.ts';
import { RightsEntry } from '#schemas/rights.ts';
import { dynamo, env } from './aws.ts';
import { partition } from './ticket-rows.ts';

/** Written before what it tells of: nothing is shown or erased without an entry. */
export async function enter(entry: RightsEntry): Promise<void> {
  const sk = `RIGHT#${new Date(fromIso(entry.at)).toISOString()}#${randomUUID()}`;
  await dynamo().send(
    new PutCommand({ TableName: env('TICKETS_TABLE'), Item: { pk: partition(entry.ticketNo), sk, ...entry } }),
  );
}

/** Oldest first. */
export async function entriesOf(ticketNo: string): Promise<RightsEntry[]> {
  const { Items = [] } = await dynamo().send(
    new QueryCommand({
      TableName: env('TICKETS_TABLE'),
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :right)',
      ExpressionAttributeValues: { ':pk': partition(ticketNo), ':right': 'RIGHT#' },
      ConsistentRead: true,
    }),
  );
  return Items.map(({ pk: _pk, sk: _sk, ...entry }) => RightsEntry.parse(entry));
}
