/** What the sweeper looks for: receipts that never became tickets, additions that never reached theirs, and tickets whose warning no alarm fired. */
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { IntakeMessage } from '#schemas/intake.ts';
import { dynamo, env } from './aws.ts';
import { PENDING_KEY } from './receipt-store.ts';
import { MARK_KEY } from './ticket-rows.ts';

/** A request or an addition by its ticket; without `message` where the row lost it. */
export interface Waiting {
  readonly ticketNo: string;
  readonly message?: IntakeMessage;
}

/** Requests and additions received before `before` (epoch ms, office time) that wait for the router, oldest first. */
export async function waitingMessages(before: number, limit: number): Promise<Waiting[]> {
  const TableName = env('RECEIPTS_TABLE');
  const answer = await dynamo().send(
    new QueryCommand({
      TableName,
      IndexName: 'pending',
      KeyConditionExpression: 'pendingKey = :pending AND pendingSince < :before',
      ExpressionAttributeValues: { ':pending': PENDING_KEY, ':before': new Date(before).toISOString() },
      Limit: limit,
    }),
  );
  const rows = await Promise.all(
    (answer.Items ?? []).map(async ({ pk }): Promise<Waiting | undefined> => {
      const { Item } = await dynamo().send(new GetCommand({ TableName, Key: { pk }, ConsistentRead: true }));
      if (Item?.state !== 'received') return undefined;
      const message = (Item.request ?? Item.addition) as IntakeMessage | undefined;
      return { ticketNo: String(Item.ticketNo), ...(message === undefined ? {} : { message }) };
    }),
  );
  return rows.filter((row) => row !== undefined);
}

/** Numbers of tickets whose next warning was due before `before` (epoch ms, office time). */
export async function lateTickets(before: number, limit: number): Promise<string[]> {
  const answer = await dynamo().send(
    new QueryCommand({
      TableName: env('TICKETS_TABLE'),
      IndexName: 'byDue',
      KeyConditionExpression: 'dueKey = :mark AND dueSort < :before',
      ExpressionAttributeValues: { ':mark': MARK_KEY, ':before': new Date(before).toISOString() },
      Limit: limit,
    }),
  );
  return (answer.Items ?? []).map(({ pk }) => String(pk).slice('T#'.length));
}
