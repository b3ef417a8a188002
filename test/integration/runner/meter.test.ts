/** The meter between a function and AWS: an answer of the database passes through it unchanged, and its units are kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { meterCalls, readMeter } from '#infra/local/meter/meter.ts';

const folder = mkdtempSync(join(tmpdir(), 'jieban-meter-'));
const asked: { target: string; body: Record<string, unknown> }[] = [];
let server: Server;
const clientOptions = () => ({
  endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  region: 'cn-north-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target']);
    asked.push({ target, body: JSON.parse((await buffer(request)).toString()) as Record<string, unknown> });
    const answers: Record<string, object> = {
      'DynamoDB_20120810.GetItem': {
        Item: { pk: { S: 'T#1' } },
        ConsumedCapacity: { TableName: 't', CapacityUnits: 2.5 },
      },
      'DynamoDB_20120810.TransactWriteItems': {
        ConsumedCapacity: [
          { TableName: 't', CapacityUnits: 12 },
          { TableName: 'u', CapacityUnits: 4 },
        ],
      },
      'AmazonSQS.SendMessage': { MessageId: 'm-1', MD5OfMessageBody: '6e6e2ddb6346ce143d19d79b3358c16a' },
    };
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(JSON.stringify(answers[target]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  meterCalls({ folder, fn: 'router' });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

it('keeps what each call took, of every table that it wrote', async () => {
  const dynamo = new DynamoDBClient(clientOptions());
  const { Item } = await dynamo.send(new GetItemCommand({ TableName: 't', Key: { pk: { S: 'T#1' } } }));
  expect(Item).toEqual({ pk: { S: 'T#1' } });
  await dynamo.send(new TransactWriteItemsCommand({ TransactItems: [] }));
  const sqs = new SQSClient(clientOptions());
  await sqs
    .send(new SendMessageCommand({ QueueUrl: `${clientOptions().endpoint}/1/q`, MessageBody: 'a' }))
    .catch(() => {
      // The digest of an invented answer; what was sent is counted all the same.
    });
  const fn = 'router';
  expect(readMeter(folder)).toEqual([
    { fn, service: 'DynamoDB', operation: 'GetItem', readUnits: 2.5, writeUnits: 0 },
    { fn, service: 'DynamoDB', operation: 'TransactWriteItems', readUnits: 0, writeUnits: 16 },
    { fn, service: 'AmazonSQS', operation: 'SendMessage', readUnits: 0, writeUnits: 0 },
  ]);
  expect(asked.map(({ body }) => body.ReturnConsumedCapacity)).toEqual(['TOTAL', 'TOTAL', undefined]);
  // The question itself is not changed.
  expect(asked[0]?.body).toMatchObject({ TableName: 't', Key: { pk: { S: 'T#1' } } });
});
