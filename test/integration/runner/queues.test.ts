/** SQS event source mappings: partial failures, redelivery, dead-letter queue, filters. */
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Booted, boot, eventually, REGION, shutDown, synthStack, testFunction } from './mini-app.ts';

let booted: Booted;
let client: SQSClient;

beforeAll(async () => {
  const assembly = synthStack((stack) => {
    const dead = new sqs.Queue(stack, 'WorkDead', { queueName: 'work-dead' });
    const work = new sqs.Queue(stack, 'Work', {
      queueName: 'work',
      visibilityTimeout: Duration.minutes(2),
      deadLetterQueue: { queue: dead, maxReceiveCount: 2 },
    });
    testFunction(stack, 'Partial', { handler: 'index.partial' }).addEventSource(
      new sources.SqsEventSource(work, { batchSize: 10, maxConcurrency: 2, reportBatchItemFailures: true }),
    );
    const strict = new sqs.Queue(stack, 'Strict', { queueName: 'strict', visibilityTimeout: Duration.minutes(2) });
    testFunction(stack, 'Failing', { handler: 'index.nothing' }).addEventSource(new sources.SqsEventSource(strict));
    const filtered = new sqs.Queue(stack, 'Filtered', { queueName: 'filtered' });
    testFunction(stack, 'Look', { handler: 'index.partial' }).addEventSource(
      new sources.SqsEventSource(filtered, {
        filters: [lambda.FilterCriteria.filter({ body: { kind: ['wanted'] } })],
      }),
    );
  });
  booted = await boot(assembly);
  const endpoint = booted.runner.plane.endpoints.sqs;
  client = new SQSClient({ endpoint, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  return () => shutDown(booted);
});

const send = (queue: string, bodies: string[]) =>
  client.send(
    new SendMessageBatchCommand({
      QueueUrl: `${booted.runner.plane.endpoints.sqs}/000000000000/${queue}`,
      Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
    }),
  );

const deliveries = (fn: string, text: string) =>
  booted.logs.filter((entry) => entry.source === 'function' && entry.fn === fn && entry.line.includes(text)).length;

describe('a batch of which some fail', () => {
  it('redelivers only those, long before the visibility timeout, and moves them to the dead-letter queue', async () => {
    await send('work', ['good 1', 'bad 1', 'good 2', 'bad 2']);
    await eventually(async () => (await booted.runner.depths()).WorkDead === 2);
    await booted.runner.idle(5_000);
    expect(await booted.runner.depths()).toMatchObject({ Work: 0, WorkDead: 2 });
    expect(deliveries('Partial', 'good 1')).toBe(1);
    expect(deliveries('Partial', 'good 2')).toBe(1);
    expect(deliveries('Partial', 'bad 1')).toBe(2);
    expect(deliveries('Partial', 'bad 2')).toBe(2);
  });
});

describe('a consumer that fails as a whole', () => {
  it('keeps its messages, and the system is not idle', async () => {
    await send('strict', ['one']);
    await eventually(() => booted.logs.some(({ source, fn }) => source === 'queue' && fn === 'Failing'));
    expect(await booted.runner.depths()).toMatchObject({ Strict: 1 });
    await expect(booted.runner.idle(300)).rejects.toThrow('not idle');
    // What waits for a paused consumer is nobody's work.
    await booted.runner.pauseSource('Failing');
    await booted.runner.idle(3_000);
  });
});

describe('filter criteria', () => {
  it('delete what does not match without calling the function', async () => {
    await send('filtered', [JSON.stringify({ kind: 'wanted' }), JSON.stringify({ kind: 'other' }), 'no JSON']);
    await eventually(async () => (await booted.runner.depths()).Filtered === 0);
    await eventually(() => deliveries('Look', 'wanted') === 1);
    expect(deliveries('Look', 'other') + deliveries('Look', 'no JSON')).toBe(0);
  });
});
