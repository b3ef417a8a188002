/**
 * The delivery functions from their source in threads of this process, against the local database and queues. The Dispatch
 * queue is worked by the runner's own event source mapping with the template's numbers: batches of ten, twenty at a time.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import { dynamo } from '#functions/adapters/aws.ts';
import { useDistrict } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import type { Change } from '#functions/ports/ticket-store.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { queueDepth, queueSource } from '#infra/local/aws/queue-source.ts';
import { type Plane, startPlane } from '#infra/local/plane/index.ts';
import type { EventPointer } from '#schemas/event.ts';
import { makeTables } from './tables.ts';
import { Workers } from './workers.ts';

/** A Monday morning in office hours, so that limits of working time run. */
const BEGIN = Date.parse('2026-11-23T09:00:00+08:00');
const BATCH = 10;
const CONCURRENCY = 20;
const VISIBILITY_SECONDS = 180;
const SEEDERS = 8;
const POLL_MS = 25;
const DISPATCHER = 'dispatcher';
/** 32 bytes of nothing: these departments don't verify. */
const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export interface Office {
  readonly plane: Plane;
  readonly dataDir: string;
  seed(changes: readonly Change[]): Promise<void>;
  /** At most ten. */
  send(pointers: readonly EventPointer[]): Promise<void>;
  pump(): Promise<void>;
  advance(ms: number): void;
  /** Until nothing can be had from the queue and nobody works; what is delayed on it doesn't count. */
  idle(signal: AbortSignal): Promise<void>;
  readonly workers: Pick<Workers, 'batches' | 'records' | 'failed'>;
  stop(): Promise<void>;
}

/** @param endpoints address by unit */
export async function openOffice(endpoints: ReadonlyMap<string, string>): Promise<Office> {
  const dataDir = mkdtempSync(join(tmpdir(), 'jieban-deliveries-'));
  const plane = await startPlane({ dataDir, speed: 1, startAt: BEGIN, log: () => {} });
  const district = compileDistrict('xianan');
  useDistrict(district);
  const departments = Object.fromEntries(
    [...endpoints].map(([unit, endpoint]) => [unit, { keys: [KEY], endpoint, allow: ['127.0.0.0/8'] }]),
  );
  plane.ensureSecret({ name: 'departments', arn: 'departments', initial: () => JSON.stringify(departments) });
  await makeTables(plane);
  const { url, arn } = await plane.ensureQueue('Dispatch', { VisibilityTimeout: String(VISIBILITY_SECONDS) });
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  Object.assign(process.env, {
    AWS_REGION: plane.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: plane.endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: plane.endpoints.sqs,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: plane.endpoints.secretsmanager,
    TICKETS_TABLE: 'Tickets',
    CALLERS_TABLE: 'Callers',
    DEPARTMENTS_SECRET: 'departments',
    DISPATCH_QUEUE_URL: url,
  });
  (globalThis as Record<symbol, unknown>)[Symbol.for('jieban.officeNow')] = () => plane.clock.now();

  // Only now: a handler may read its environment when it is loaded.
  const { handler: pump } = await import('#functions/pump/handler.ts');
  const sqs = new SQSClient({ region: plane.region, endpoint: plane.endpoints.sqs, credentials });
  const workers = new Workers({ district, clock: plane.clock.shared });
  const mapping = queueSource(
    {
      properties: {
        EventSourceArn: arn,
        FunctionName: DISPATCHER,
        BatchSize: BATCH,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: CONCURRENCY },
      },
      functions: {
        find: () => ({ spec: { concurrency: CONCURRENCY } }),
        invoke: (_name, event) => workers.work(event as SQSEvent),
      },
      region: plane.region,
      log: (line) => console.error(line),
    },
    sqs,
    { url, arn, visibilitySeconds: VISIBILITY_SECONDS, maxReceiveCount: undefined },
  );
  mapping.start();

  return {
    plane,
    dataDir,
    workers,
    async seed(changes) {
      const left = changes.values();
      const store = ticketStore();
      await Promise.all(
        Array.from({ length: SEEDERS }, async () => {
          for (const change of left) {
            const result = await store.commit(change);
            if (result !== 'committed') throw new Error(`not seeded: ${result}`);
          }
        }),
      );
    },
    async send(pointers) {
      const Entries = pointers.map((pointer, index) => ({ Id: String(index), MessageBody: JSON.stringify(pointer) }));
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      if (Failed.length > 0) throw new Error('the queue refused pointers');
    },
    pump: () => pump(undefined, {} as Context),
    advance: (ms) => plane.clock.advanceTo(plane.clock.now() + ms),
    async idle(signal) {
      for (;;) {
        const { visible, inFlight } = await queueDepth(sqs, url);
        if (visible + inFlight + workers.running === 0) return;
        await sleep(POLL_MS, undefined, { signal });
      }
    },
    async stop() {
      await mapping.pause();
      await workers.stop();
      sqs.destroy();
      dynamo().destroy();
      await plane.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
