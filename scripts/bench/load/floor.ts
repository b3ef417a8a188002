/**
 * What the emulators alone allow: for each request the calls that intake and routing can't do without (a conditional put, a
 * message sent, received and deleted, a transaction of four rows), by bare clients and with none of our code.
 */
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Plane } from '#infra/local/plane/index.ts';
import { percentile } from '../drive.ts';

const ROWS = 4;
const WARM_UP = 50;
/** About as much as a request and a row of a ticket hold. */
const WORDS = '一'.repeat(300);

interface Emulators {
  readonly db: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly TableName: string;
}

async function withEmulators<T>(
  { endpoints, region }: Pick<Plane, 'endpoints' | 'region'>,
  work: (emulators: Emulators) => Promise<T>,
): Promise<T> {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const dynamo = new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb });
  const sqs = new SQSClient({ region, credentials, endpoint: endpoints.sqs });
  const db = DynamoDBDocumentClient.from(dynamo);
  const TableName = `floor-${randomUUID()}`;
  const key = (AttributeName: string, KeyType: 'HASH' | 'RANGE') => ({ AttributeName, KeyType });
  try {
    await db.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
      }),
    );
    return await work({ db, sqs, TableName });
  } finally {
    dynamo.destroy();
    sqs.destroy();
  }
}

const putInto = (TableName: string) => (pk: string, sk: string) => ({
  TableName,
  Item: { pk, sk, words: WORDS },
  ConditionExpression: 'attribute_not_exists(pk)',
});

/** Rounds a second, and what one takes. @param milliseconds after which no round begins */
export const floor = (plane: Pick<Plane, 'endpoints' | 'region'>, connections: number, milliseconds: number) =>
  withEmulators(plane, async ({ db, sqs, TableName }) => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: TableName }));
    const put = putInto(TableName);
    const round = async (): Promise<number> => {
      const start = performance.now();
      const pk = randomUUID();
      await db.send(new PutCommand(put(pk, 'receipt')));
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ pk, words: WORDS }) }));
      // Whoever's message it is: another loop has ours.
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
      const TransactItems = Array.from({ length: ROWS }, (_, n) => ({ Put: put(pk, `row-${n}`) }));
      await db.send(new TransactWriteCommand({ TransactItems }));
      for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      return performance.now() - start;
    };
    for (let warm = 0; warm < WARM_UP; warm += 1) await round();
    const times: number[] = [];
    const start = performance.now();
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (performance.now() - start < milliseconds) times.push(await round());
      }),
    );
    const rate = times.length / ((performance.now() - start) / 1000);
    times.sort((a, b) => a - b);
    return { rate, p50: percentile(times, 50), p95: percentile(times, 95) };
  });

/** Milliseconds that so many changes of tickets take the database: a read and a transaction of four rows each. */
export const changesAlone = (plane: Pick<Plane, 'endpoints' | 'region'>, connections: number, count: number) =>
  withEmulators(plane, async ({ db, TableName }) => {
    const put = putInto(TableName);
    const round = async (): Promise<void> => {
      const pk = randomUUID();
      await db.send(new GetCommand({ TableName, Key: { pk, sk: 'row-0' }, ConsistentRead: true }));
      const TransactItems = Array.from({ length: ROWS }, (_, n) => ({ Put: put(pk, `row-${n}`) }));
      await db.send(new TransactWriteCommand({ TransactItems }));
    };
    for (let warm = 0; warm < WARM_UP; warm += 1) await round();
    const start = performance.now();
    let left = count;
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (left-- > 0) await round();
      }),
    );
    return performance.now() - start;
  });
