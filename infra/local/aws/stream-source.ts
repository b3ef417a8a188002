/**
 * DynamoDB stream event source mappings: batches in order, filters, retries, bisecting, partial failures and the
 * on-failure queue. One batch at a time: what comes later waits until it succeeded or was given up, as on a shard.
 */
import { randomUUID } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Checkpoint } from './checkpoints.ts';
import { compileFilter } from './event-filter.ts';
import {
  type EventSource,
  failedItems,
  filterPatterns,
  messageOf,
  reportsFailures,
  type SourceContext,
  wait,
} from './event-source.ts';
import { ShardReader } from './shard-reader.ts';
import type { StreamRecord, StreamsClient } from './streams-client.ts';

export interface StreamRef {
  /** As the template (and a deployment) would name it; goes into the events. */
  arn: string;
  /** As the local database names it. */
  localArn: string;
  /** URL of the on-failure queue, when there is one. */
  onFailureUrl: string | undefined;
}

const DEFAULT_BATCH = 100;
/** Many records don't pass the filter: read more than one batch at once. The service allows 1,000. */
const READ_LIMIT = 1000;
/** Pauses between polls (ms): just after something came, and when all is quiet. */
const ACTIVE_PAUSE_MS = 25;
const IDLE_PAUSE_MS = 150;
const ERROR_PAUSE_MS = 500;
const RETRY_PAUSE_MS = 200;
const LONGEST_RETRY_PAUSE_MS = 10_000;

/** What came of one invocation: how many records from the start are done, and whether the code failed. */
interface Outcome {
  done: number;
  functionError: boolean;
  requestId: string;
}

export function streamSource(
  context: SourceContext,
  services: { streams: StreamsClient; sqs: SQSClient; checkpoint: Checkpoint },
  stream: StreamRef,
): EventSource {
  const { properties, functions, faults, log } = context;
  const { sqs, checkpoint } = services;
  const batchSize = properties.BatchSize ?? DEFAULT_BATCH;
  const maxRetries = unlimitedIfNegative(properties.MaximumRetryAttempts);
  const maxAgeMs = unlimitedIfNegative(properties.MaximumRecordAgeInSeconds) * 1000;
  const bisects = properties.BisectBatchOnFunctionError ?? false;
  const reports = reportsFailures(properties);
  const matches = compileFilter(filterPatterns(properties));
  const reader = new ShardReader(services.streams, stream.localArn, checkpoint);

  let stop = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  /** Ends the pause between two polls; a nudge during a poll makes the pause after it empty. */
  let wake = (): void => {};
  let nudged = false;
  /** Counts polls begun, and the last of them that found the end: for `drained`. */
  let begun = 0;
  let emptyPoll = 0;
  let lastProblem = '';

  async function follow(signal: AbortSignal): Promise<void> {
    let pause = ACTIVE_PAUSE_MS;
    while (!signal.aborted) {
      const poll = ++begun;
      nudged = false;
      try {
        const records = await reader.read(READ_LIMIT);
        if (records.length > 0) await consume(records, signal);
        else emptyPoll = poll;
        pause = records.length > 0 ? 0 : Math.min(IDLE_PAUSE_MS, Math.max(ACTIVE_PAUSE_MS, pause * 1.5));
      } catch (error) {
        reader.rewind();
        pause = ERROR_PAUSE_MS;
        const problem = `cannot read ${stream.arn}: ${messageOf(error)}`;
        if (!signal.aborted && problem !== lastProblem) log(problem);
        lastProblem = problem;
      }
      if (pause > 0 && !nudged && !signal.aborted) await sleep(pause);
    }
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function nudge(): void {
    nudged = true;
    wake();
  }

  /** Splits what was read into batches of records that pass the filter; each is settled before the next begins. */
  async function consume(records: StreamRecord[], signal: AbortSignal): Promise<void> {
    const wanted = records.filter(matches);
    const former = faults && wanted.length > 0 ? checkpoint.read() : undefined;
    for (let from = 0; from < wanted.length; from += batchSize) {
      await settle(wanted.slice(from, from + batchSize), 0, signal);
      if (signal.aborted) return reader.rewind();
    }
    const last = records.at(-1);
    if (last) checkpoint.write(last.dynamodb.SequenceNumber);
    if (former === undefined || !faults?.replays()) return;
    checkpoint.write(former);
    reader.rewind();
  }

  async function settle(batch: StreamRecord[], failures: number, signal: AbortSignal): Promise<void> {
    let rest = batch;
    for (let attempt = failures; rest.length > 0; attempt += 1) {
      // A stop leaves the checkpoint where it is; the next start begins there.
      if (signal.aborted) return;
      const outcome = await invoke(rest);
      if (outcome.done > 0) pass(rest[outcome.done - 1]);
      const failed = rest.slice(outcome.done);
      if (failed.length === 0) return;
      // Splitting does not count as an attempt: it narrows down which record is the bad one.
      if (bisects && failed.length > 1 && outcome.done === 0) {
        const middle = Math.ceil(failed.length / 2);
        await settle(failed.slice(0, middle), attempt, signal);
        return settle(failed.slice(middle), attempt, signal);
      }
      rest = failed;
      const tooOld = ageMs(rest[0]) > maxAgeMs;
      if (attempt >= maxRetries || tooOld) {
        await giveUp(rest, tooOld ? 'RecordAgeExceeded' : 'RetryAttemptsExhausted', attempt + 1, outcome);
        return pass(rest.at(-1));
      }
      await wait(Math.min(LONGEST_RETRY_PAUSE_MS, RETRY_PAUSE_MS * 2 ** (attempt - failures)), signal);
    }
  }

  async function invoke(batch: StreamRecord[]): Promise<Outcome> {
    const event = {
      Records: batch.map((record) => ({ ...record, awsRegion: context.region, eventSourceARN: stream.arn })),
    };
    const numbers = batch.map((record) => record.dynamodb.SequenceNumber);
    let requestId: string = randomUUID();
    try {
      const response = await functions.invoke(properties.FunctionName, event);
      const failed = reports ? failedItems(response, new Set(numbers)) : new Set<string>();
      if (failed === 'all') log(`${properties.FunctionName}: invalid batchItemFailures, the whole batch fails`);
      // Everything from the lowest failed number on is tried again.
      const first = failed === 'all' ? 0 : numbers.findIndex((number) => failed.has(number));
      return { done: first < 0 ? batch.length : first, functionError: false, requestId };
    } catch (error) {
      requestId = (error as { requestId?: string }).requestId ?? requestId;
      log(`${properties.FunctionName} failed a batch of ${batch.length}: ${messageOf(error)}`);
      return { done: 0, functionError: true, requestId };
    }
  }

  function pass(record: StreamRecord | undefined): void {
    if (record) checkpoint.write(record.dynamodb.SequenceNumber);
  }

  /** The on-failure destination gets where the records lie, not the records: as on AWS. */
  async function giveUp(batch: StreamRecord[], condition: string, count: number, outcome: Outcome): Promise<void> {
    const [first, last] = [batch[0], batch.at(-1)];
    log(`${properties.FunctionName}: ${batch.length} stream records given up (${condition})`);
    if (!stream.onFailureUrl || !first || !last) return;
    const body = {
      requestContext: {
        requestId: outcome.requestId,
        functionArn: properties.FunctionName,
        condition,
        approximateInvokeCount: count,
      },
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        functionError: outcome.functionError ? 'Unhandled' : null,
      },
      version: '1.0',
      timestamp: new Date().toISOString(),
      DDBStreamBatchInfo: {
        shardId: reader.shardId,
        startSequenceNumber: first.dynamodb.SequenceNumber,
        endSequenceNumber: last.dynamodb.SequenceNumber,
        approximateArrivalOfFirstRecord: arrival(first),
        approximateArrivalOfLastRecord: arrival(last),
        batchSize: batch.length,
        streamArn: stream.arn,
      },
    };
    await sqs.send(new SendMessageCommand({ QueueUrl: stream.onFailureUrl, MessageBody: JSON.stringify(body) }));
  }

  const start = (): void => {
    stop = new AbortController();
    const { signal } = stop;
    // Never two readers: one that was told to pause finishes its batch first.
    loop = loop.then(() => follow(signal));
  };
  return {
    functionName: properties.FunctionName,
    start: () => {
      if (properties.Enabled !== false) start();
    },
    async pause() {
      stop.abort();
      wake();
      await loop;
    },
    resume: () => {
      if (stop.signal.aborted) start();
    },
    nudge,
    async drained() {
      const seen = begun;
      nudge();
      // The next poll to begin, or the one after it, tells.
      while (begun <= seen + 1 && !stop.signal.aborted && emptyPoll <= seen) await wait(5);
      return stop.signal.aborted || emptyPoll > seen;
    },
  };
}

function unlimitedIfNegative(value: number | undefined): number {
  return value === undefined || value < 0 ? Number.POSITIVE_INFINITY : value;
}

function ageMs(record: StreamRecord | undefined): number {
  const created = record?.dynamodb.ApproximateCreationDateTime;
  return created === undefined ? 0 : Date.now() - created * 1000;
}

function arrival(record: StreamRecord): string {
  return new Date((record.dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString();
}
