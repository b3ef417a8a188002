/** How far the message board was read: one row in Receipts, `K#website`. */
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Position, PositionStore } from '#functions/ports/board-poll.ts';
import { dynamo, env } from './aws.ts';

const PK = 'K#website';
const Row = z.object({ after: z.string().optional(), holes: z.array(z.string()), revision: z.int() });

/** @param begin cursor for a board that was never read; without it, its oldest message is the first. */
export const positionStore = (begin: string | undefined): PositionStore => ({
  async load(): Promise<Position> {
    const { Item } = await dynamo().send(
      new GetCommand({ TableName: env('RECEIPTS_TABLE'), Key: { pk: PK }, ConsistentRead: true }),
    );
    if (Item === undefined) return { holes: [], revision: 0, ...(begin === undefined ? {} : { after: begin }) };
    const { after, ...row } = Row.parse(Item);
    return { ...row, ...(after === undefined ? {} : { after }) };
  },

  async save(position) {
    const { revision } = position;
    try {
      await dynamo().send(
        new PutCommand({
          TableName: env('RECEIPTS_TABLE'),
          Item: { pk: PK, ...position, revision: revision + 1 },
          ...(revision === 0
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : { ConditionExpression: 'revision = :seen', ExpressionAttributeValues: { ':seen': revision } }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  },
});
