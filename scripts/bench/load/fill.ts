/** Fills the store as older tickets would: snapshot, texts and index entries, no events, so that nobody acts on them. */
import { BatchWriteItemCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { writesOf } from '#functions/adapters/ticket-rows.ts';
import type { Change } from '#functions/ports/ticket-store.ts';
import type { Plane } from '#infra/local/plane/index.ts';

/** DynamoDB's limit for one call. */
const BATCH = 25;
const CONNECTIONS = 4;

/** @param change of a new ticket; its number is replaced in every row */
export async function fill(
  { endpoints, region }: Pick<Plane, 'endpoints' | 'region'>,
  change: Change,
  count: number,
  first: number,
): Promise<void> {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const client = new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb });
  try {
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    const table = TableNames.find((name) => /tickets/i.test(name)) ?? '';
    const { once, others } = writesOf(table, change);
    const items = [...once, ...others].flatMap(({ Put }) =>
      Put?.Item === undefined || String(Put.Item.sk).startsWith('EVT#') ? [] : [Put.Item],
    );
    const rows = JSON.stringify(items);
    const ticketsAtOnce = Math.floor(BATCH / items.length);
    const pattern = new RegExp(change.ticket.ticketNo, 'g');
    let next = 0;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        while (next < count) {
          const batch: Record<string, unknown>[] = [];
          for (let n = 0; n < ticketsAtOnce && next < count; n += 1) {
            const ticketNo = `XA19${String(first + next++).padStart(14, '0')}`;
            batch.push(...(JSON.parse(rows.replace(pattern, ticketNo)) as Record<string, unknown>[]));
          }
          const Item = (item: Record<string, unknown>) => ({ PutRequest: { Item: marshall(item) } });
          await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: batch.map(Item) } }));
        }
      }),
    );
  } finally {
    client.destroy();
  }
}
