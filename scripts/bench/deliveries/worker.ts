/** A thread that works batches of the Dispatch queue: the real handler from its source, with the clock of the office. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Context, SQSEvent } from 'aws-lambda';
import { dynamo, sqs } from '#functions/adapters/aws.ts';
import { useDistrict } from '#functions/adapters/district.ts';
import { handler } from '#functions/dispatcher/handler.ts';
import { officeNowFrom } from '#infra/local/plane/office-clock.ts';
import type { Job, WorkerData } from './workers.ts';

const { district, clock } = workerData as WorkerData;
useDistrict(district);
(globalThis as Record<symbol, unknown>)[Symbol.for('jieban.officeNow')] = officeNowFrom(clock);

parentPort?.on('message', (job: Job | 'stop') => {
  if (job === 'stop') {
    dynamo().destroy();
    sqs().destroy();
    parentPort?.close();
    return;
  }
  const { id, event } = job;
  void handler(event as SQSEvent, {} as Context).then((answer) => parentPort?.postMessage({ id, answer }));
});
