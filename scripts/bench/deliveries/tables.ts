/** Tickets and callers, as far as the delivery functions read them: for the bench and for tests of deliveries. */
import type { Plane } from '#infra/local/plane/index.ts';

export async function makeTables(plane: Plane): Promise<void> {
  await plane.ensureTable({
    TableName: 'Tickets',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: ['pk', 'sk', 'dueKey', 'dueSort'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byDue',
        KeySchema: [
          { AttributeName: 'dueKey', KeyType: 'HASH' },
          { AttributeName: 'dueSort', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
  await plane.ensureTable({
    TableName: 'Callers',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'callerToken', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'callerToken', AttributeType: 'S' }],
  });
}
