/**
 * The delivery and feedback functions as they are deployed (bundled, with the district beside them) against a real
 * database, real queues and a receiver that judges signatures with the plain `standardwebhooks` package.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { Webhook } from 'standardwebhooks';
import { fresh } from '#domain/delivery/endpoint.ts';
import { watchesOf } from '#domain/delivery/late.ts';
import { dynamo } from '#functions/adapters/aws.ts';
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { endpointItem, endpointStore } from '#functions/adapters/endpoint-store.ts';
import { bundleFunctions } from '#infra/bundle.ts';
import { loadDistrict } from '#infra/district.ts';
import { type Plane, startPlane } from '#infra/local/plane/index.ts';
import { CallbackEvent } from '#schemas/callback.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import { MONDAY, rules, type Story } from '#test/support/ticket-world.ts';
import { makeTables } from '../../../scripts/bench/deliveries/tables.ts';

/** 13-digit numbers belong to nobody. */
export const HANDLER = '1390000000099';
export const HEAD = '1390000000098';
export const INSPECTION = '1390000000097';
export const SECRET_KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** A callback that verified. */
export interface Received {
  unit: string;
  id: string;
  event: CallbackEvent;
  headers: IncomingMessage['headers'];
  /** As it came. */
  body: Buffer;
}
/** Answers `true` when it has dealt with the request itself; the default answer is 204. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => boolean;

export class Receiver {
  readonly received: Received[] = [];
  readonly refused: string[] = [];
  readonly #behaviours = new Map<string, Behaviour[]>();
  readonly #server = createServer(
    { keepAliveTimeout: 65_000 },
    (request, response) => void this.#take(request, response),
  );
  url = '';

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
  /** The ticket's next requests behave like these, one after the other; later ones are well again. Tests share the clock,
   * so another ticket's retry may come in between. */
  next(ticketNo: string, unit: string, ...behaviours: Behaviour[]): void {
    this.#behaviours.set(`${ticketNo} ${unit}`, behaviours);
  }
  of(ticketNo: string): Received[] {
    return this.received.filter(({ event }) => event.subject === ticketNo);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const unit = (request.url ?? '').split('/').at(-1) ?? '';
    const body = Buffer.concat(chunks);
    const { subject } = JSON.parse(body.toString('utf8')) as { subject: string };
    if (this.#behaviours.get(`${subject} ${unit}`)?.shift()?.(request, response)) return;
    try {
      new Webhook(SECRET_KEY).verify(body, request.headers as Record<string, string>, { jsonParse: false });
    } catch (error) {
      this.refused.push(String(error));
      response.writeHead(401).end();
      return;
    }
    const event = CallbackEvent.parse(JSON.parse(body.toString('utf8')));
    this.received.push({ unit, id: String(request.headers['webhook-id']), event, headers: request.headers, body });
    response.writeHead(204).end();
  }
}

export const status =
  (code: number, headers: Record<string, string> = {}): Behaviour =>
  (_, response) => {
    response.writeHead(code, headers).end('{"secret":"never kept"}');
    return true;
  };

export interface DeliveryWorld {
  plane: Plane;
  receiver: Receiver;
  dispatch: Queue;
  feedback: Queue;
  pump(): Promise<void>;
  /** Forgets what is remembered of a unit's endpoint. */
  wellAgain(unit: string): Promise<void>;
  /** Writes a ticket with its whole history, and the caller. */
  seed(story: Story, caller?: Partial<CallerRecord>, content?: string): Promise<void>;
  stop(): Promise<void>;
}

const QUEUE_ATTRIBUTES = { VisibilityTimeout: '30' };

/** A queue and its consumer; messages are handed over as an event source mapping does. */
export class Queue {
  readonly #client: SQSClient;
  readonly #url: string;
  readonly #handler: Handler;

  constructor(client: SQSClient, url: string, handler: Handler) {
    this.#client = client;
    this.#url = url;
    this.#handler = handler;
  }

  async send(message: unknown): Promise<void> {
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#url, MessageBody: JSON.stringify(message) }));
  }

  /** Works until the queue is empty; returns how many messages were taken and how many of them failed. */
  async drain(): Promise<{ taken: number; failed: number }> {
    const totals = { taken: 0, failed: 0 };
    for (;;) {
      const answer = await this.#client.send(
        new ReceiveMessageCommand({ QueueUrl: this.#url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
      );
      const messages = answer.Messages ?? [];
      if (messages.length === 0) return totals;
      const { batchItemFailures } = await this.#handler({ Records: messages.map(record) }, {} as Context);
      totals.taken += messages.length;
      totals.failed += batchItemFailures.length;
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const message of messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''))) {
        await this.#client.send(
          new DeleteMessageCommand({ QueueUrl: this.#url, ReceiptHandle: message.ReceiptHandle ?? '' }),
        );
      }
    }
  }

  async delayed(): Promise<number> {
    const answer = await this.#client.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.#url,
        AttributeNames: ['ApproximateNumberOfMessagesDelayed'],
      }),
    );
    return Number(answer.Attributes?.ApproximateNumberOfMessagesDelayed);
  }

  async purge(): Promise<void> {
    await this.#client.send(new PurgeQueueCommand({ QueueUrl: this.#url }));
  }
}

const record = (message: Message): SQSRecord =>
  ({
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: { ApproximateReceiveCount: '1' },
  }) as SQSRecord;

/** `secrets`: what stands behind PHONE_SECRET, WEBSITE_SECRET and WECHAT_SECRET, when a test needs them. */
export async function openDeliveryWorld(
  units: readonly string[],
  secrets: Record<string, unknown> = {},
): Promise<DeliveryWorld> {
  const dataDir = mkdtempSync(join(tmpdir(), 'jieban-delivery-'));
  const plane = await startPlane({ dataDir, speed: 1, frozen: true, startAt: MONDAY, log: () => {} });
  const receiver = new Receiver();
  await receiver.start();

  const departments = Object.fromEntries(
    units.map((unit) => [
      unit,
      {
        keys: [SECRET_KEY],
        endpoint: `${receiver.url}/${unit}`,
        allow: ['127.0.0.0/8'],
        notify: { phone: HANDLER },
        contacts: { head: HEAD },
      },
    ]),
  );
  const hotline = { keys: [SECRET_KEY], contacts: { inspection: INSPECTION } };
  const all = { DEPARTMENTS_SECRET: { ...departments, silent: { keys: [SECRET_KEY] }, hotline }, ...secrets };
  for (const [name, value] of Object.entries(all)) {
    plane.ensureSecret({ name, arn: name, initial: () => JSON.stringify(value) });
    process.env[name] = name;
  }
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  Object.assign(process.env, {
    AWS_REGION: plane.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: plane.endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: plane.endpoints.sqs,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: plane.endpoints.secretsmanager,
    TICKETS_TABLE: 'Tickets',
    CALLERS_TABLE: 'Callers',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  await makeTables(plane);
  const dispatchUrl = (await plane.ensureQueue('Dispatch', QUEUE_ATTRIBUTES)).url;
  const feedbackUrl = (await plane.ensureQueue('Feedback', QUEUE_ATTRIBUTES)).url;
  process.env.DISPATCH_QUEUE_URL = dispatchUrl;
  (globalThis as Record<symbol, unknown>)[Symbol.for('jieban.officeNow')] = () => plane.clock.now();

  const outdir = join(dataDir, 'bundles');
  bundleFunctions({ district: loadDistrict('xianan'), outdir });
  const load = async <H>(name: string): Promise<H> =>
    ((await import(pathToFileURL(join(outdir, name, 'index.mjs')).href)) as { handler: H }).handler;
  const client = new SQSClient({ region: plane.region, endpoint: plane.endpoints.sqs, credentials });
  const pump = await load<(event: unknown, context: Context) => Promise<void>>('pump');

  return {
    plane,
    receiver,
    dispatch: new Queue(client, dispatchUrl, await load<Handler>('dispatcher')),
    feedback: new Queue(client, feedbackUrl, await load<Handler>('feedback')),
    pump: () => pump({}, {} as Context),
    async wellAgain(unit) {
      await dynamo().send(new PutCommand({ TableName: 'Tickets', Item: endpointItem(fresh(unit)) }));
    },
    async seed(story, caller, content = '拖欠工资两个月') {
      const { callerToken, textKey, answer } = story.is;
      await ticketStore().commit({
        ticket: story.is,
        events: story.events,
        texts: [
          {
            key: textKey,
            text: { kind: 'request', title: '工资', content, attachments: [], recordings: [] },
          },
          ...(answer === undefined
            ? []
            : [
                {
                  key: answer.textKey,
                  text: {
                    kind: 'answer',
                    internal: '内部',
                    public: '张三您好，已发放，可拨打13812345678核实。',
                  } as const,
                },
              ]),
        ],
        watches: watchesOf(story.events, rules),
        expectedVersion: 0,
      });
      if (caller === undefined) return;
      const row: CallerRecord = { callerToken, createdAt: '2026-11-23T08:59:00.000+08:00', ...caller };
      await dynamo().send(new PutCommand({ TableName: 'Callers', Item: row }));
    },
    async stop() {
      client.destroy();
      dynamo().destroy();
      await receiver.stop();
      await plane.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export const delivery = (ticketNo: string, unit: string, n: number) => deliveryStore().find({ ticketNo, unit, n });
export const settled = (ticketNo: string, unit: string) => deliveryStore().settled({ ticketNo, unit });
export const health = (unit: string) => endpointStore().find(unit);
