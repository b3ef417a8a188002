/**
 * Handlers in this process against real emulators: their environment as the template sets it, API Gateway events as REST
 * proxies send them, and a look at every row and message that they left.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type * as z from 'zod';
import { useDistrict } from '#functions/adapters/district.ts';
import { sign } from '#functions/shared/signing.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { startPlane } from '#infra/local/plane/index.ts';
import { startPlatforms } from '#infra/local/platforms/index.ts';
import { AUDIENCE } from '#infra/local/platforms/oidc.ts';
import { DispatchMessage } from '#schemas/delivery.ts';
import { IntakeMessage, IntakeRequest } from '#schemas/intake.ts';
import { Problem } from '#schemas/problem.ts';
import { startGateway } from './gateway.ts';

export const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
const key = (kid: string) => ({ kid, key: randomBytes(32).toString('base64') });

type Handler = (event: APIGatewayProxyEvent, context: Context) => unknown;
export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Record<string, unknown>;
  body: T;
  text: string;
  /** The body as the gateway would send it. */
  bytes: Buffer;
}
export interface Call {
  /** As API Gateway names the resource, e.g. `/tickets/{ticketNo}`. */
  resource: string;
  method?: 'GET' | 'POST';
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

const STRING = (...names: string[]) => names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
const HASH = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
const RANGE = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const });
const index = (IndexName: string, hash: string, range: string, ProjectionType: 'ALL' | 'KEYS_ONLY') => ({
  IndexName,
  KeySchema: [HASH(hash), RANGE(range)],
  Projection: { ProjectionType },
});

/** `more`: secrets that only some tests need. */
export async function startWorld(more: Record<string, unknown> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'jieban-contract-'));
  const plane = await startPlane({ dataDir, speed: 1, log: () => {} });
  const dynamoGateway = await startGateway(plane.endpoints.dynamodb);
  const sqsGateway = await startGateway(plane.endpoints.sqs);
  const s3Gateway = await startGateway(plane.endpoints.s3);
  const keys = { phone: secret(), website: secret(), outbound: secret() };
  const wechat = { appid: 'wx-test', appSecret: 'not-secret', templateIds: ['t-accepted'] };
  const platforms = await startPlatforms({
    dataDir,
    wechat,
    phoneKeys: [keys.outbound],
    websiteKeys: [keys.outbound],
    smsTemplates: [],
    departments: { keys: {} },
  });

  const BillingMode = 'PAY_PER_REQUEST' as const;
  await plane.ensureTable({
    TableName: 'Tickets',
    BillingMode,
    AttributeDefinitions: STRING(
      'pk',
      'sk',
      'ownerKey',
      'ownerSort',
      'statusKey',
      'statusSort',
      'dueKey',
      'dueSort',
      'attentionKey',
      'attentionSort',
    ),
    KeySchema: [HASH('pk'), RANGE('sk')],
    GlobalSecondaryIndexes: [
      index('byOwner', 'ownerKey', 'ownerSort', 'ALL'),
      index('byStatus', 'statusKey', 'statusSort', 'ALL'),
      index('byAttention', 'attentionKey', 'attentionSort', 'ALL'),
      index('byDue', 'dueKey', 'dueSort', 'KEYS_ONLY'),
    ],
  });
  await plane.ensureTable({
    TableName: 'Receipts',
    BillingMode,
    AttributeDefinitions: STRING('pk', 'pendingKey', 'pendingSince', 'callerHash', 'receivedAt', 'dayKey'),
    KeySchema: [HASH('pk')],
    GlobalSecondaryIndexes: [
      index('pending', 'pendingKey', 'pendingSince', 'KEYS_ONLY'),
      index('byCaller', 'callerHash', 'receivedAt', 'KEYS_ONLY'),
      index('byDay', 'dayKey', 'receivedAt', 'KEYS_ONLY'),
    ],
  });
  await plane.ensureTable({
    TableName: 'Callers',
    BillingMode,
    AttributeDefinitions: STRING('callerToken'),
    KeySchema: [HASH('callerToken')],
  });
  const { url: queueUrl } = await plane.ensureQueue('Intake', {});
  const { url: dispatchUrl } = await plane.ensureQueue('Dispatch', {});
  await plane.ensureBucket('attachments');

  const partner = (inbound: string) => ({
    inbound: [inbound],
    outbound: { baseUrl: platforms.url, keys: [keys.outbound] },
  });
  const secrets: Record<string, unknown> = {
    PHONE_SECRET: partner(keys.phone),
    WEBSITE_SECRET: { ...partner(keys.website), poll: { baseUrl: platforms.url } },
    WECHAT_SECRET: {
      appid: wechat.appid,
      appSecret: wechat.appSecret,
      apiBase: platforms.url,
      sessionKeys: [key('s1')],
      templates: { accepted: 't-accepted', answered: 't-answered', closed: 't-closed' },
    },
    // The second is of before the last change.
    QUERY_SECRET: { keys: [key('q1'), key('q0')] },
    ...more,
  };
  for (const [name, value] of Object.entries(secrets)) {
    plane.ensureSecret({ name, arn: name, initial: () => JSON.stringify(value) });
    process.env[name] = name;
  }
  Object.assign(process.env, {
    AWS_REGION: plane.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoGateway.url,
    AWS_ENDPOINT_URL_SQS: sqsGateway.url,
    AWS_ENDPOINT_URL_S3: s3Gateway.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: plane.endpoints.secretsmanager,
    AWS_ENDPOINT_URL_SFN: plane.endpoints.states,
    TICKETS_TABLE: 'Tickets',
    RECEIPTS_TABLE: 'Receipts',
    CALLERS_TABLE: 'Callers',
    ATTACHMENTS_BUCKET: 'attachments',
    OIDC_ISSUER: platforms.url,
    OIDC_AUDIENCE: AUDIENCE,
    OIDC_JWKS_URL: `${platforms.url}/.well-known/jwks.json`,
    INTAKE_QUEUE_URL: `${sqsGateway.url}${new URL(queueUrl).pathname}`,
    DISPATCH_QUEUE_URL: `${sqsGateway.url}${new URL(dispatchUrl).pathname}`,
  });
  const district = compileDistrict('xianan');
  useDistrict(district);
  const log = captureLog();

  const client = { region: plane.region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const db = DynamoDBDocumentClient.from(new DynamoDBClient({ ...client, endpoint: plane.endpoints.dynamodb }));
  const sqs = new SQSClient({ ...client, endpoint: plane.endpoints.sqs });

  async function rows(table: 'Tickets' | 'Receipts' | 'Callers'): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await db.send(new ScanCommand({ TableName: table, ExclusiveStartKey: from, ConsistentRead: true }));
      found.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return found;
  }
  /** Takes every message off a queue. */
  async function take<S extends z.ZodType>(QueueUrl: string, schema: S): Promise<z.output<S>[]> {
    const messages: z.output<S>[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
      );
      if (Messages.length === 0) return messages;
      for (const { Body, ReceiptHandle } of Messages) {
        messages.push(schema.parse(JSON.parse(Body!)));
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  }
  const takeIntake = () => take(queueUrl, IntakeMessage);

  return {
    district,
    keys,
    platforms,
    dynamo: dynamoGateway,
    sqs: sqsGateway,
    s3: s3Gateway,
    /** Lines that the functions logged so far, counts too. */
    log: log.lines,
    secrets,

    rows,
    /** A secret that only some districts have. */
    addSecret(name: string, value: unknown): void {
      plane.ensureSecret({ name, arn: name, initial: () => JSON.stringify(value) });
      process.env[name] = name;
    },
    takeIntake,
    takeDispatch: () => take(dispatchUrl, DispatchMessage),
    /** The same, where nothing but requests may be on it. */
    takeMessages: async (): Promise<IntakeRequest[]> => (await takeIntake()).map((one) => IntakeRequest.parse(one)),
    /** Takes one row away, as if it had never been written. */
    remove: (TableName: 'Tickets' | 'Receipts' | 'Callers', Key: Record<string, string>) =>
      db.send(new DeleteCommand({ TableName, Key })),
    /** Writes one row, as another part of the system would have. */
    put: (TableName: 'Tickets' | 'Receipts' | 'Callers', Item: Record<string, unknown>) =>
      db.send(new PutCommand({ TableName, Item })),
    async clear(): Promise<void> {
      dynamoGateway.fault = () => 'none';
      sqsGateway.fault = () => 'none';
      s3Gateway.fault = () => 'none';
      for (const table of ['Tickets', 'Receipts', 'Callers'] as const) {
        for (const row of await rows(table)) {
          const names = table === 'Callers' ? ['callerToken'] : table === 'Tickets' ? ['pk', 'sk'] : ['pk'];
          const Key = Object.fromEntries(names.map((name) => [name, row[name]]));
          await db.send(new DeleteCommand({ TableName: table, Key }));
        }
      }
      await takeIntake();
      await take(dispatchUrl, DispatchMessage);
    },
    async stop(): Promise<void> {
      log.stop();
      db.destroy();
      sqs.destroy();
      await Promise.all([dynamoGateway.stop(), sqsGateway.stop(), s3Gateway.stop(), platforms.stop()]);
      await plane.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof startWorld>>;

/** Functions log to the standard streams: keep the lines to look through them, and the test report readable. */
function captureLog(): { lines: string[]; stop: () => void } {
  const lines: string[] = [];
  const restore = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write.bind(stream);
    stream.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
      const text = String(chunk);
      if (!/^\{"(?:level|_aws)"/.test(text)) return write(chunk, ...rest);
      lines.push(text);
      return true;
    }) as typeof stream.write;
    return () => {
      stream.write = write;
    };
  });
  return {
    lines,
    stop: () => {
      for (const undo of restore) undo();
    },
  };
}

/** Calls a handler as API Gateway's REST proxy would (every body is base64: the API is binary for all types). */
export async function call<T = Record<string, unknown>>(handler: Handler, o: Call): Promise<Answer<T>> {
  const { resource, method = 'POST', params = {}, query, headers = {}, body } = o;
  const path = resource.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const event = {
    resource,
    path,
    httpMethod: method,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: null,
    pathParameters: Object.keys(params).length > 0 ? params : null,
    stageVariables: null,
    requestContext: { resourcePath: resource, httpMethod: method, path, stage: 'v1', requestId: randomUUID() },
    body: body === undefined ? null : Buffer.from(body).toString('base64'),
    isBase64Encoded: body !== undefined,
  } as unknown as APIGatewayProxyEvent;
  const result = (await handler(event, { awsRequestId: randomUUID() } as Context)) as APIGatewayProxyResult;
  const bytes = Buffer.from(result.body, result.isBase64Encoded ? 'base64' : 'utf8');
  return {
    status: result.statusCode,
    headers: result.headers ?? {},
    text: bytes.toString(),
    bytes,
    body: (String(result.headers?.['content-type']).includes('json') ? JSON.parse(result.body) : {}) as T,
  };
}

/** A POST signed by Standard Webhooks over its very bytes. */
export function signedPost(key: string, resource: string, body: string | Uint8Array, at = Date.now()): Call {
  const headers = sign([key], `msg_${randomUUID()}`, Buffer.from(body), at);
  return { resource, body, headers: { 'Content-Type': 'application/json', ...headers } };
}

/** The problem of an answer; undefined when it is none. */
export const problemOf = (answer: Answer<unknown>): Problem | undefined =>
  String(answer.headers['content-type']).startsWith('application/problem+json')
    ? Problem.parse(JSON.parse(answer.text))
    : undefined;
