/** When the next mark of any ticket is due, by the index that the sweeper reads. */
import { DynamoDBClient, ListTablesCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { MARK_KEY } from '#functions/adapters/ticket-rows.ts';
import type { Instance } from './support.ts';

/** Epoch ms of the earliest mark; undefined when no ticket has any. */
export function marksIndex(jieban: Instance): { next: () => Promise<number | undefined>; close: () => void } {
  const { endpoints, region } = jieban.runner.plane;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: endpoints.dynamodb, region, credentials });
  let table: string | undefined;
  return {
    async next() {
      table ??= (await client.send(new ListTablesCommand({}))).TableNames?.find((name) => /tickets/i.test(name));
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'byDue',
          KeyConditionExpression: 'dueKey = :mark',
          ExpressionAttributeValues: { ':mark': { S: MARK_KEY } },
          Limit: 1,
        }),
      );
      const sort = Items[0]?.dueSort?.S;
      return sort === undefined ? undefined : Date.parse(sort.slice(0, sort.indexOf('#')));
    },
    close: () => client.destroy(),
  };
}
