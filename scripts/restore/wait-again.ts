/**
 * After the table of tickets was restored to an earlier instant: what was received since has a receipt, marked as routed, but
 * its ticket is gone. Such receipts wait for the router again, and the sweeper sends them: the same request, the same ticket
 * number, the same query code. Run twice it does nothing more.
 */
import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { PENDING_KEY } from '#functions/adapters/receipt-store.ts';
import { partition } from '#functions/adapters/ticket-rows.ts';

const Row = z.looseObject({
  pk: z.string(),
  ticketNo: z.string(),
  request: z.looseObject({ receivedAt: z.string() }).optional(),
  addition: z.looseObject({ receivedAt: z.string() }).optional(),
});

/** A request is routed within seconds; an hour outlasts what the dead-letter queue held and sent again. */
const MARGIN_MS = 3_600_000;

export interface Restored {
  readonly receipts: string;
  readonly tickets: string;
  /** Instant to which the tickets were restored, epoch ms. */
  readonly to: number;
}

/**
 * @param write without it only counted
 * @returns how many requests and additions wait again, and the numbers of parts (拆单) that are lost with their main ticket's split
 */
export async function waitAgain(
  client: DynamoDBClient,
  { receipts, tickets, to }: Restored,
  write: boolean,
): Promise<{ requests: number; additions: number; parts: string[] }> {
  const db = DynamoDBDocumentClient.from(client);
  const found = { requests: 0, additions: 0, parts: [] as string[] };
  const pages = paginateScan(
    { client },
    {
      TableName: receipts,
      FilterExpression: '#state = :routed',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':routed': { S: 'routed' } },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) {
      const row = Row.safeParse(unmarshall(item));
      if (!row.success) continue;
      const { pk, ticketNo, request, addition } = row.data;
      const receivedAt = Date.parse((request ?? addition)?.receivedAt ?? '');
      // An addition's ticket may well be there: only what came after the instant can't be in it.
      const lost =
        addition === undefined
          ? receivedAt >= to - MARGIN_MS && !(await exists(db, tickets, ticketNo))
          : receivedAt >= to;
      if (!lost) continue;
      if (pk.startsWith('S#')) {
        found.parts.push(ticketNo);
        continue;
      }
      if (write) await putBack(db, receipts, pk, receivedAt);
      found[addition === undefined ? 'requests' : 'additions'] += 1;
    }
  }
  return found;
}

async function exists(db: DynamoDBDocumentClient, TableName: string, ticketNo: string): Promise<boolean> {
  const { Count = 0 } = await db.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partition(ticketNo) },
      Select: 'COUNT',
      Limit: 1,
      ConsistentRead: true,
    }),
  );
  return Count > 0;
}

const putBack = (db: DynamoDBDocumentClient, TableName: string, pk: string, receivedAt: number) =>
  db.send(
    new UpdateCommand({
      TableName,
      Key: { pk },
      UpdateExpression: 'SET #state = :received, pendingKey = :pending, pendingSince = :since',
      ConditionExpression: '#state = :routed',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':received': 'received',
        ':routed': 'routed',
        ':pending': PENDING_KEY,
        ':since': new Date(receivedAt).toISOString(),
      },
    }),
  );
