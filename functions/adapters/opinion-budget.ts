/** How often the office asked for a second opinion in this hour: one counter row, which expires by itself. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { dynamo, env } from './aws.ts';

const HOUR_MS = 3_600_000;
const KEPT_S = 2 * 3600;

/** False when the hour's questions are used up. `now`: real time, epoch ms. */
export async function takeQuestion(perHour: number, now: number): Promise<boolean> {
  try {
    await dynamo().send(
      new UpdateCommand({
        TableName: env('TICKETS_TABLE'),
        Key: { pk: `OPINIONS#${Math.floor(now / HOUR_MS)}`, sk: 'COUNT' },
        UpdateExpression: 'ADD asked :one SET #ttl = :ttl',
        ConditionExpression: 'attribute_not_exists(asked) OR asked < :most',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':one': 1, ':most': perHour, ':ttl': Math.floor(now / 1000) + KEPT_S },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}
