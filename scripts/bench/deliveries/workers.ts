/** Threads that share the batches of the Dispatch queue, each several at a time: one thread can't use the machine's other core. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { District } from '#schemas/district.ts';

export interface WorkerData {
  readonly district: District;
  /** Of the office clock. */
  readonly clock: SharedArrayBuffer;
}
export interface Job {
  readonly id: number;
  readonly event: SQSEvent;
}
interface Done {
  readonly id: number;
  readonly answer: SQSBatchResponse;
}
interface Thread {
  readonly worker: Worker;
  readonly jobs: Map<number, (answer: SQSBatchResponse) => void>;
}

/** As many as the smallest machine that runs this has cores. */
const THREADS = 2;

export class Workers {
  readonly #threads: readonly Thread[];
  #last = 0;
  batches = 0;
  records = 0;
  failed = 0;

  /** The threads see the environment as it is now. */
  constructor(workerData: WorkerData) {
    this.#threads = Array.from({ length: THREADS }, () => {
      const jobs: Thread['jobs'] = new Map();
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, execArgv: [] });
      worker.on('message', ({ id, answer }: Done) => jobs.get(id)?.(answer));
      // An error of a thread is unhandled on purpose: nothing that follows would be true.
      return { worker, jobs };
    });
  }

  get running(): number {
    return this.#threads.reduce((sum, { jobs }) => sum + jobs.size, 0);
  }

  async work(event: SQSEvent): Promise<SQSBatchResponse> {
    const { worker, jobs } = this.#threads.reduce((idlest, one) => (one.jobs.size < idlest.jobs.size ? one : idlest));
    const id = ++this.#last;
    const answer = await new Promise<SQSBatchResponse>((resolve) => {
      jobs.set(id, resolve);
      worker.postMessage({ id, event } satisfies Job);
    });
    jobs.delete(id);
    this.batches += 1;
    this.records += event.Records.length;
    this.failed += answer.batchItemFailures.length;
    return answer;
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#threads.map(async ({ worker }) => {
        const ended = once(worker, 'exit');
        worker.postMessage('stop');
        await ended;
      }),
    );
  }
}
