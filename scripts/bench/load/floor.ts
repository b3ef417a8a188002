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
import { DynamoDBDocumentClient, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Plane } from '#infra/local/plane/index.ts';
import { percentile } from '../drive.ts';

const ROWS = 4;
/** About as much as a request and a row of a ticket hold. */
const WORDS = '一'.repeat(300);

/** @param milliseconds after which no round begins */
export async function floor(
  { endpoints, region }: Pick<Plane, 'endpoints' | 'region'>,
  connections: number,
  milliseconds: number,
): Promise<{ rate: number; p50: number; p95: number }> {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const dynamo = new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb });
  const db = DynamoDBDocumentClient.from(dynamo);
  const sqs = new SQSClient({ region, credentials, endpoint: endpoints.sqs });
  const TableName = `floor-${randomUUID()}`;
  try {
    await db.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: TableName }));
    const put = (pk: string, sk: string) => ({
      TableName,
      Item: { pk, sk, words: WORDS },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
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
    for (let warm = 0; warm < 50; warm += 1) await round();
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
  } finally {
    dynamo.destroy();
    sqs.destroy();
  }
}
