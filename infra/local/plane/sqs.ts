/** SQS and S3 for the local plane: fauxqs in a worker thread, with its messages and objects on disk. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

import type { Signers } from '../iam/signed-objects.ts';

/** The account id that the emulator puts into ARNs and URLs. */
export const ACCOUNT_ID = '000000000000';

export interface SqsWorkerData {
  dataDir: string;
  region: string;
  signers: Signers;
}
export type SqsWorkerMessage = { kind: 'ready'; port: number } | { kind: 'stopped' };

export interface Sqs {
  endpoint: string;
  ensureQueue(name: string, attributes: Record<string, string>): Promise<{ url: string; arn: string }>;
  ensureBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

function nextMessage<K extends SqsWorkerMessage['kind']>(
  worker: Worker,
  kind: K,
): Promise<Extract<SqsWorkerMessage, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: SqsWorkerMessage): void => {
      if (message.kind !== kind) return;
      settle();
      resolve(message as Extract<SqsWorkerMessage, { kind: K }>);
    };
    const onError = (error: unknown): void => {
      settle();
      reject(error);
    };
    const onExit = (code: number): void => {
      settle();
      reject(new Error(`the local SQS ended with code ${code}`));
    };
    const settle = (): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

/**
 * The emulator finds a dead-letter queue by its exact ARN and, when it finds none, keeps the poison message for ever
 * without a word. The template may spell another partition: only the name counts here.
 */
function redriveTo(arnOf: (name: string) => string, policyText: string): { text: string; target: string } {
  const policy = JSON.parse(policyText) as { deadLetterTargetArn?: string; maxReceiveCount?: number | string };
  const target = policy.deadLetterTargetArn?.split(':').at(-1);
  if (!target) throw new Error('a redrive policy needs a deadLetterTargetArn');
  const text = JSON.stringify({ deadLetterTargetArn: arnOf(target), maxReceiveCount: Number(policy.maxReceiveCount) });
  return { text, target };
}

export async function startSqs(o: { dataDir: string; region: string; signers: Signers }): Promise<Sqs> {
  const dataDir = join(o.dataDir, 'sqs');
  mkdirSync(dataDir, { recursive: true });
  const workerData: SqsWorkerData = { dataDir, region: o.region, signers: o.signers };
  const worker = new Worker(new URL('./sqs-worker.ts', import.meta.url), { workerData, execArgv: [] });
  const { port } = await nextMessage(worker, 'ready');
  // From here on an error of the thread is unhandled on purpose: a runner without queues must not go on.

  const endpoint = `http://127.0.0.1:${port}`;
  const settings = {
    endpoint,
    region: o.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const client = new SQSClient(settings);
  // The emulator's own URLs name a host that not every resolver knows, and the port of the day they were created; it
  // reads nothing but the name from a URL, so we hand out one that works whichever way the SDK takes its endpoint.
  const urlOf = (name: string): string => `${endpoint}/${ACCOUNT_ID}/${name}`;
  const arnOf = (name: string): string => `arn:aws:sqs:${o.region}:${ACCOUNT_ID}:${name}`;

  const exists = async (name: string): Promise<boolean> => {
    try {
      await client.send(new GetQueueAttributesCommand({ QueueUrl: urlOf(name), AttributeNames: ['QueueArn'] }));
      return true;
    } catch (error) {
      if ((error as Error).name.endsWith('QueueDoesNotExist')) return false;
      throw error;
    }
  };

  return {
    endpoint,
    async ensureQueue(name, attributes) {
      const wanted: Partial<Record<QueueAttributeName, string>> = { ...attributes };
      if (wanted.RedrivePolicy) {
        const { text, target } = redriveTo(arnOf, wanted.RedrivePolicy);
        if (!(await exists(target))) throw new Error(`the dead-letter queue ${target} of ${name} does not exist yet`);
        wanted.RedrivePolicy = text;
      }
      if (!(await exists(name))) {
        await client.send(new CreateQueueCommand({ QueueName: name, Attributes: wanted }));
      } else if (Object.keys(wanted).length > 0) {
        // The template's settings win over those of an earlier run; the messages stay.
        await client.send(new SetQueueAttributesCommand({ QueueUrl: urlOf(name), Attributes: wanted }));
      }
      return { url: urlOf(name), arn: arnOf(name) };
    },
    async ensureBucket(name) {
      const s3 = new S3Client(settings);
      // Idempotent in the emulator.
      await s3.send(new CreateBucketCommand({ Bucket: name }));
      s3.destroy();
    },
    async stop() {
      client.destroy();
      const stopped = nextMessage(worker, 'stopped');
      worker.postMessage('stop');
      await stopped;
      await worker.terminate();
    },
  };
}
