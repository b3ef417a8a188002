import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import { type Plane, startPlane } from '#infra/local/plane/index.ts';
import { planOf } from '#infra/local/plane/stream-tables.ts';
import type { TableSpec } from '#infra/local/plane/tables.ts';
import { afterThisTest, credentials, planeIn, temporaryFolder } from './support.ts';

const SPEC: TableSpec = {
  TableName: 'Tickets',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  ttlAttribute: 'ttl',
};
const BY_OWNER = {
  IndexName: 'byOwner',
  KeySchema: [
    { AttributeName: 'ownerKey', KeyType: 'HASH' as const },
    { AttributeName: 'ownerSort', KeyType: 'RANGE' as const },
  ],
  Projection: { ProjectionType: 'ALL' as const },
};
const WITH_INDEX: TableSpec = {
  ...SPEC,
  AttributeDefinitions: [
    ...(SPEC.AttributeDefinitions ?? []),
    { AttributeName: 'ownerKey', AttributeType: 'S' },
    { AttributeName: 'ownerSort', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [BY_OWNER],
};

function clientOf(plane: Plane): DynamoDBClient {
  const client = new DynamoDBClient({ endpoint: plane.endpoints.dynamodb, region: plane.region, credentials });
  afterThisTest(() => client.destroy());
  return client;
}

const ticket = (n: number) => ({
  TransactItems: [
    { Put: { TableName: 'Tickets', Item: { pk: { S: `T#${n}` }, sk: { S: 'TICKET' }, version: { N: '1' } } } },
    { Put: { TableName: 'Tickets', Item: { pk: { S: `T#${n}` }, sk: { S: 'EVT#000001' }, kind: { S: 'event' } } } },
    {
      Put: {
        TableName: 'Tickets',
        Item: { pk: { S: `T#${n}` }, sk: { S: 'CMD#phone#1' } },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
  ],
});

test('a table with transactions and a stream keeps its data over a restart', async () => {
  const dataDir = temporaryFolder();
  const first = await planeIn(dataDir);
  const created = await first.ensureTable(SPEC);
  expect(created.arn).toMatch(/table\/Tickets$/);
  expect(created.streamArn).toContain('/stream/');
  const client = clientOf(first);
  await client.send(new TransactWriteItemsCommand(ticket(1)));
  await expect(client.send(new TransactWriteItemsCommand(ticket(1)))).rejects.toThrow(TransactionCanceledException);
  await expect(
    client.send(
      new PutItemCommand({
        TableName: 'Tickets',
        Item: { pk: { S: 'T#1' }, sk: { S: 'TICKET' } },
        ConditionExpression: 'version = :v',
        ExpressionAttributeValues: { ':v': { N: '7' } },
      }),
    ),
  ).rejects.toThrow(ConditionalCheckFailedException);
  await first.stop();

  const second = await planeIn(dataDir);
  expect(await second.ensureTable(SPEC)).toEqual(created);
  const { Item } = await clientOf(second).send(
    new GetItemCommand({ TableName: 'Tickets', Key: { pk: { S: 'T#1' }, sk: { S: 'TICKET' } } }),
  );
  expect(Item?.version).toEqual({ N: '1' });
});

test('a new index of the template is added to an existing table; other keys are refused', async () => {
  const plane = await planeIn(temporaryFolder());
  await plane.ensureTable(SPEC);
  const client = clientOf(plane);
  const item = { pk: { S: 'T#1' }, sk: { S: 'TICKET' }, ownerKey: { S: 'O' }, ownerSort: { S: '1' } };
  await client.send(new PutItemCommand({ TableName: 'Tickets', Item: item }));
  await plane.ensureTable(WITH_INDEX);
  const { Items } = await client.send(
    new QueryCommand({
      TableName: 'Tickets',
      IndexName: 'byOwner',
      KeyConditionExpression: 'ownerKey = :o',
      ExpressionAttributeValues: { ':o': { S: 'O' } },
    }),
  );
  expect(Items).toEqual([item]);
  const otherKey: TableSpec = {
    ...SPEC,
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  };
  await expect(plane.ensureTable(otherKey)).rejects.toThrow('remove the data folder');
});

test('streamed writes stay flat: what they look up is found by index, also in a full table', async () => {
  const dataDir = temporaryFolder();
  const plane = await planeIn(dataDir);
  await plane.ensureTable(SPEC);
  const client = clientOf(plane);
  for (let n = 1; n <= 20; n++) await client.send(new TransactWriteItemsCommand(ticket(n)));
  const file = join(dataDir, 'dynamodb.sqlite');
  const db = new DatabaseSync(file);
  const { records } = db.prepare('SELECT count(*) AS records FROM _stream_records').get() as { records: number };
  db.close();
  expect(records).toBe(60);
  expect(planOf(file, 'nextNumber').join()).toMatch(/^SEARCH _stream_records USING .*INDEX jieban_stream_number/);
  expect(planOf(file, 'shardRange').join()).toMatch(/^SEARCH _stream_records USING .*INDEX jieban_stream_shard/);
  expect(planOf(file, 'read').join()).toMatch(/^SEARCH _stream_records USING .*INDEX jieban_stream_number/);
  expect(planOf(file, 'read').join()).not.toContain('TEMP B-TREE');
});

test('trimming the stream keeps what is not passed, and the numbers go on', async () => {
  const dataDir = temporaryFolder();
  const plane = await planeIn(dataDir);
  await plane.ensureTable(SPEC);
  const client = clientOf(plane);
  const numbers = (): number[] => {
    const db = new DatabaseSync(join(dataDir, 'dynamodb.sqlite'));
    const rows = db.prepare('SELECT sequence_number AS n FROM _stream_records ORDER BY id').all();
    db.close();
    return rows.map((row) => Number(row.n));
  };
  for (let n = 1; n <= 4; n++) await client.send(new TransactWriteItemsCommand(ticket(n)));
  expect(plane.trimStream('Tickets', 10n)).toBe(9);
  expect(numbers()).toEqual([10, 11, 12]);
  expect(plane.trimStream('Tickets', 1_000n)).toBe(2);
  await client.send(new TransactWriteItemsCommand(ticket(5)));
  expect(numbers()).toEqual([12, 13, 14, 15]);
});

test("an endpoint of the user's is used as it is, and said to be missing when nothing answers", async () => {
  const other = await planeIn(temporaryFolder());
  vi.stubEnv('JIEBAN_DYNAMODB_ENDPOINT', other.endpoints.dynamodb);
  afterThisTest(() => void vi.unstubAllEnvs());
  const plane = await planeIn(temporaryFolder());
  expect(plane.endpoints.dynamodb).toBe(other.endpoints.dynamodb);
  await other.stop();
  await plane.stop();
  const dataDir = temporaryFolder();
  await expect(startPlane({ dataDir, speed: 1, log: () => {} })).rejects.toThrow('JIEBAN_DYNAMODB_ENDPOINT');
});
