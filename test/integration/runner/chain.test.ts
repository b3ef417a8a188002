/** HTTP → function → queue → function → table → stream → function → queue, all from the template alone. */
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Duration, type Stack } from 'aws-cdk-lib';
import * as api from 'aws-cdk-lib/aws-apigateway';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import type { Runner } from '#infra/local/runner.ts';
import { boot, REGION, shutDown, synthStack, testFunction } from './mini-app.ts';

interface ChainOptions {
  withoutQueueMapping?: boolean;
  fanout?: string;
  stream?: Partial<sources.DynamoEventSourceProps>;
}

function chain(stack: Stack, o: ChainOptions = {}): void {
  const inQueue = new sqs.Queue(stack, 'In', { queueName: 'chain-in', visibilityTimeout: Duration.seconds(120) });
  const outQueue = new sqs.Queue(stack, 'Out', { queueName: 'chain-out' });
  const failed = new sqs.Queue(stack, 'Failed', { queueName: 'chain-failed' });
  const table = new dynamodb.Table(stack, 'Items', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    stream: dynamodb.StreamViewType.NEW_IMAGE,
  });
  const enqueue = testFunction(stack, 'Enqueue', {
    handler: 'index.enqueue',
    environment: { IN_QUEUE_URL: inQueue.queueUrl },
  });
  const store = testFunction(stack, 'Store', { handler: 'index.store', environment: { TABLE: table.tableName } });
  const fanout = testFunction(stack, 'Fanout', {
    handler: `index.${o.fanout ?? 'fanout'}`,
    environment: { OUT_QUEUE_URL: outQueue.queueUrl },
  });
  inQueue.grantSendMessages(enqueue);
  table.grantWriteData(store);
  outQueue.grantSendMessages(fanout);
  const rest = new api.RestApi(stack, 'Api', { binaryMediaTypes: ['*/*'] });
  rest.root.addResource('items').addMethod('POST', new api.LambdaIntegration(enqueue));
  if (!o.withoutQueueMapping) {
    store.addEventSource(new sources.SqsEventSource(inQueue, { batchSize: 10, reportBatchItemFailures: true }));
  }
  fanout.addEventSource(
    new sources.DynamoEventSource(table as dynamodb.ITable, {
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      filters: [
        lambda.FilterCriteria.filter({
          eventName: lambda.FilterRule.isEqual('INSERT'),
          dynamodb: { NewImage: { kind: { S: lambda.FilterRule.isEqual('event') } } },
        }),
      ],
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 1,
      onFailure: new sources.SqsDlq(failed),
      ...o.stream,
    }),
  );
}

const post = (runner: Runner, body: string) => fetch(`${runner.url}/items`, { method: 'POST', body });

async function messages(runner: Runner, queueName: string): Promise<Record<string, unknown>[]> {
  const client = new SQSClient({
    region: REGION,
    endpoint: runner.plane.endpoints.sqs,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const QueueUrl = `${runner.plane.endpoints.sqs}/000000000000/${queueName}`;
  await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  const found: Record<string, unknown>[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return found;
    found.push(...Messages.map(({ Body }) => JSON.parse(Body ?? '{}') as Record<string, unknown>));
  }
}

/** The last queue of the chain has no consumer, so "idle" is reached when it holds what is expected. */
async function settled(runner: Runner, out: number): Promise<Record<string, number>> {
  for (const deadline = Date.now() + 15_000; ; ) {
    const depths = await runner.depths();
    if ((depths.Out ?? 0) >= out || Date.now() > deadline) return depths;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

describe('the chain from a request to the last queue', () => {
  it('runs from the template, filters the stream, and keeps tables and checkpoint over a restart', async () => {
    const assembly = synthStack((stack) => chain(stack));
    const first = await boot(assembly);
    for (const text of ['one', 'quiet two', 'three']) expect((await post(first.runner, text)).status).toBe(202);
    expect(await settled(first.runner, 2)).toMatchObject({ In: 0, Out: 2, Failed: 0 });
    const out = await messages(first.runner, 'chain-out');
    expect(out.map(({ text }) => text).sort()).toEqual(['one', 'three']);
    expect(out[0]?.eventSourceARN).toMatch(/^arn:aws-cn:dynamodb:cn-north-1:000000000000:table\/.+\/stream\/.+/);
    await shutDown(first);

    const second = await boot(assembly, { dataDir: first.dataDir });
    await post(second.runner, 'four');
    expect(await settled(second.runner, 3)).toMatchObject({ Out: 3 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    // Two that were received before the restart and one new: nothing was read twice.
    expect((await messages(second.runner, 'chain-out')).map(({ text }) => text)).toContain('four');
    expect(await second.runner.depths()).toMatchObject({ In: 0, Out: 3 });
    await shutDown(second);
  });

  it('stops where a mapping is missing', async () => {
    const booted = await boot(synthStack((stack) => chain(stack, { withoutQueueMapping: true })));
    expect((await post(booted.runner, 'one')).status).toBe(202);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(await booted.runner.depths()).toMatchObject({ In: 1, Out: 0 });
    await shutDown(booted);
  });

  it('pauses and resumes a consumer', async () => {
    const booted = await boot(synthStack((stack) => chain(stack)));
    await booted.runner.pauseSource('Store');
    await post(booted.runner, 'one');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await booted.runner.depths()).toMatchObject({ In: 1, Out: 0 });
    booted.runner.resumeSource('store');
    expect(await settled(booted.runner, 1)).toMatchObject({ In: 0, Out: 1 });
    await shutDown(booted);
  });
});

describe('a record that the stream consumer cannot take', () => {
  it.each(['fanout', 'strictFanout'])('is isolated and reported to the on-failure queue (%s)', async (fanout) => {
    const booted = await boot(synthStack((stack) => chain(stack, { fanout })));
    const { runner } = booted;
    // All in one batch: the source starts to read when everything is there.
    await runner.pauseSource('Fanout');
    for (const text of ['a', 'b', 'poison', 'c', 'd']) await post(runner, text);
    await new Promise((resolve) => setTimeout(resolve, 500));
    runner.resumeSource('Fanout');
    expect(await settled(runner, 4)).toMatchObject({ Out: 4 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const texts = (await messages(runner, 'chain-out')).map(({ text }) => text);
    expect([...new Set(texts)].sort()).toEqual(['a', 'b', 'c', 'd']);
    const [failure, ...others] = await messages(runner, 'chain-failed');
    expect(others).toEqual([]);
    expect(failure).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      DDBStreamBatchInfo: { batchSize: 1, streamArn: expect.stringContaining('/stream/') },
    });
    await shutDown(booted);
  });
});
