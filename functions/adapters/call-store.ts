/**
 * Call records and nonces in the Receipts table: `C#<vendor>#<callId>`, `C#nonce#<vendor>#<nonce>`. Both expire: a nonce when
 * its signature does, a record half a year after the last that was told of the call (vendors keep recordings for three months).
 */
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { CallStore } from '#functions/ports/call-store.ts';
import { CallRecord } from '#schemas/phone-vendors.ts';
import { dynamo, env } from './aws.ts';

/** In seconds. */
const RECORD_LIFETIME_S = 180 * 86_400;

export const callPk = (vendor: string, callId: string): string => `C#${vendor}#${callId}`;

export const callStore = (): CallStore => ({
  async find(vendor, callId) {
    const { Item } = await dynamo().send(
      new GetCommand({
        TableName: env('RECEIPTS_TABLE'),
        Key: { pk: callPk(vendor, callId) },
        ConsistentRead: true,
      }),
    );
    return Item === undefined ? undefined : { record: CallRecord.parse(Item.record), revision: Number(Item.revision) };
  },

  save: (vendor, callId, record, seen) =>
    putIf(
      {
        pk: callPk(vendor, callId),
        record,
        revision: (seen?.revision ?? 0) + 1,
        ttl: Math.floor(Date.now() / 1000) + RECORD_LIFETIME_S,
      },
      seen === undefined ? undefined : { condition: 'revision = :seen', values: { ':seen': seen.revision } },
    ),

  useNonce: (vendor, nonce, until) => putIf({ pk: `C#nonce#${vendor}#${nonce}`, ttl: Math.ceil(until / 1000) }),
});

/** Puts the row when the condition holds; without one, when there is no such row yet. */
async function putIf(
  Item: Record<string, unknown>,
  guard?: { condition: string; values: Record<string, unknown> },
): Promise<boolean> {
  try {
    await dynamo().send(
      new PutCommand({
        TableName: env('RECEIPTS_TABLE'),
        Item,
        ConditionExpression: guard?.condition ?? 'attribute_not_exists(pk)',
        ...(guard === undefined ? {} : { ExpressionAttributeValues: guard.values }),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}
