/**
 * Functions of the miniature systems that the runner's tests boot. They are bundled as real ones are; each keeps to the
 * environment that its template gives.
 */
import { DynamoDBClient, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { APIGatewayProxyEvent, Context, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';

const dynamodb = new DynamoDBClient();
const sqs = new SQSClient();

const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** POST: puts the body on a queue. */
export async function enqueue(event: APIGatewayProxyEvent) {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString('utf8');
  await sqs.send(new SendMessageCommand({ QueueUrl: variable('IN_QUEUE_URL'), MessageBody: body }));
  return { statusCode: 202, body: JSON.stringify({ accepted: true }) };
}

/** Queue → table. */
export async function store(event: SQSEvent) {
  for (const { body, messageId } of event.Records) {
    const kind = body.startsWith('quiet') ? 'quiet' : 'event';
    const Item = { pk: { S: messageId }, kind: { S: kind }, text: { S: body } };
    await dynamodb.send(new PutItemCommand({ TableName: variable('TABLE'), Item }));
  }
  return { batchItemFailures: [] };
}

/** Stream → queue; fails on records whose text says so. */
export async function fanout(event: DynamoDBStreamEvent) {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { dynamodb: change, eventSourceARN } of event.Records) {
    const text = change?.NewImage?.text?.S ?? '';
    if (text.includes('poison')) {
      batchItemFailures.push({ itemIdentifier: change?.SequenceNumber ?? '' });
      break;
    }
    const MessageBody = JSON.stringify({ text, eventSourceARN });
    await sqs.send(new SendMessageCommand({ QueueUrl: variable('OUT_QUEUE_URL'), MessageBody }));
  }
  return { batchItemFailures };
}

/** Stream → queue; throws when any record of the batch is poison. */
export async function strictFanout(event: DynamoDBStreamEvent) {
  if (event.Records.some(({ dynamodb: change }) => change?.NewImage?.text?.S?.includes('poison'))) {
    throw new Error('poison in the batch');
  }
  return fanout(event);
}

/** Queue: reports the bad ones of a batch. */
export async function partial(event: SQSEvent) {
  console.log(`batch ${event.Records.map(({ body }) => body).join()}`);
  const failed = event.Records.filter(({ body }) => body.startsWith('bad'));
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** What a function can see of its surroundings. */
export async function look(event: unknown, context: Context) {
  const officeNow = (globalThis as Record<symbol, unknown>)[Symbol.for('jieban.officeNow')] as () => number;
  return {
    event,
    environment: process.env,
    office: officeNow(),
    timezoneOffset: new Date(2026, 6, 1).getTimezoneOffset(),
    context: { ...context, remaining: context.getRemainingTimeInMillis() },
    file: import.meta.url,
  };
}

/** Answers an API call with what it got. */
export async function echo(event: APIGatewayProxyEvent) {
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-One': 'one' },
    multiValueHeaders: { 'X-Many': ['a', 'b'] },
    body: JSON.stringify(event),
  };
}

/** Answers with the very bytes of the request. */
export async function bytes(event: APIGatewayProxyEvent) {
  return { statusCode: 200, headers: { 'content-type': 'x/y' }, isBase64Encoded: true, body: event.body ?? '' };
}

/** Misbehaves as the event says; `in` says for how long (ms). */
export async function misbehave(event: { how: string; in?: number }) {
  await pause(event.in ?? 0);
  switch (event.how) {
    case 'throw':
      throw new TypeError('thrown on purpose');
    case 'crash':
      setTimeout(() => {
        throw new Error('uncaught on purpose');
      });
      return pause(1_000);
    case 'exit':
      return process.exit(7);
    case 'hang':
      return pause(60_000);
    case 'spin':
      for (;;);
    case 'import':
      return await import(String(['standard', 'webhooks'].join('')));
    case 'malformed':
      return 'not a proxy response';
    default:
      return { how: event.how };
  }
}

/** The same for an API: the path says how. */
export async function misbehaveHttp(event: APIGatewayProxyEvent) {
  const result = await misbehave({ how: event.pathParameters?.how ?? '' });
  return typeof result === 'string' ? result : { statusCode: 200, body: JSON.stringify(result) };
}

/** Makes one call of each kind; answers with the name and message of each error, and with a signed link. */
export async function reach() {
  const [TableName, QueueUrl, Bucket] = [variable('TABLE'), variable('QUEUE_URL'), variable('BUCKET')];
  const Item = { pk: { S: 'x' }, text: { S: 'y' } };
  const object = new GetObjectCommand({ Bucket, Key: 'kept/none' });
  const s3 = new S3Client();
  const calls = {
    put: () => dynamodb.send(new PutItemCommand({ TableName, Item })),
    transaction: () =>
      dynamodb.send(
        new TransactWriteItemsCommand({
          TransactItems: [{ Put: { TableName, Item } }, { Delete: { TableName, Key: { pk: { S: 'z' } } } }],
        }),
      ),
    send: () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })),
    object: () => s3.send(object),
    secret: () => new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: variable('SECRET') })),
    start: () => new SFNClient().send(new StartExecutionCommand({ stateMachineArn: variable('MACHINE') })),
  };
  const results = Object.entries(calls).map(async ([name, call]) => {
    try {
      await call();
      return [name, 'done'] as const;
    } catch (error) {
      const { name: type, message } = error as Error;
      return [name, `${type}: ${message}`] as const;
    }
  });
  return { ...Object.fromEntries(await Promise.all(results)), link: await getSignedUrl(s3, object) };
}

/** One turn of a timer loop: three marks a day apart, then done; `slow` (ms) holds each turn up. */
export async function tick(event: { ticketNo: string; until: string; turn?: number; slow?: number }) {
  await pause(event.slow ?? 0);
  const officeNow = (globalThis as Record<symbol, unknown>)[Symbol.for('jieban.officeNow')] as () => number;
  const turn = (event.turn ?? 0) + 1;
  console.log(`turn ${turn} at ${new Date(officeNow()).toISOString()}`);
  const until = new Date(Date.parse(event.until) + 86_400_000).toISOString();
  return { ...event, until, turn, done: turn === 3 };
}
