/** How many requests came in: the index `byDay` of Receipts, which holds a key for each and nothing of anybody's. */
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Channel } from '#schemas/common.ts';
import { dynamo, env } from './aws.ts';
import { dayKey } from './receipt-store.ts';

/** Receipts of a channel on the day of `instant` (ISO 8601 in Shanghai's offset). Gives up at the signal. */
export async function receiptsOn(channel: Channel, instant: string, abortSignal: AbortSignal): Promise<number> {
  let count = 0;
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await dynamo().send(
      new QueryCommand({
        TableName: env('RECEIPTS_TABLE'),
        IndexName: 'byDay',
        KeyConditionExpression: 'dayKey = :day',
        ExpressionAttributeValues: { ':day': dayKey(channel, instant) },
        Select: 'COUNT',
        ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
      }),
      { abortSignal },
    );
    count += page.Count ?? 0;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return count;
}
