/** Callers in DynamoDB. They are written by the receipt's transaction, so here is only the reading. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { CallerStore } from '#functions/ports/caller-store.ts';
import { CallerRecord } from '#schemas/intake.ts';
import { dynamo, env } from './aws.ts';

export const callerStore = (): CallerStore => ({
  async get(callerToken) {
    const { Item } = await dynamo().send(
      // Consistent: a notice follows the receipt within the second, and a caller not found would never hear of it.
      new GetCommand({ TableName: env('CALLERS_TABLE'), Key: { callerToken }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : CallerRecord.strip().parse(Item);
  },
});
