/**
 * SQS event source mappings: long polling, batches, partial failures, redrive. The queue itself counts receives and
 * moves a message to its dead-letter queue; this file only receives, invokes, deletes and gives back.
 *
 * One difference from AWS, on purpose: a message that failed reappears after 1, 2, 4 … seconds (never later than the
 * queue's visibility timeout) instead of after the visibility timeout, which is minutes long; people are watching.
 * `MaximumBatchingWindowInSeconds` counts as 0.
 */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
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

export interface QueueRef {
  url: string;
  arn: string;
  visibilitySeconds: number;
  maxReceiveCount: number | undefined;
}

/** The most that one receive gives. */
const RECEIVE_LIMIT = 10;
/**
 * A receive is never broken off: the emulator would hand messages to nobody and hide them for the visibility timeout.
 * So one second is also how long a stop may wait.
 */
const POLL_SECONDS = 1;
const ERROR_PAUSE_MS = 500;

export function queueSource(context: SourceContext, sqs: SQSClient, queue: QueueRef): EventSource {
  const { properties, functions, faults, log } = context;
  const batchSize = Math.min(properties.BatchSize ?? RECEIVE_LIMIT, RECEIVE_LIMIT);
  const concurrency = Math.min(
    properties.ScalingConfig?.MaximumConcurrency ?? Number.POSITIVE_INFINITY,
    functions.find(properties.FunctionName).spec.concurrency,
  );
  const matches = compileFilter(filterPatterns(properties));
  const reports = reportsFailures(properties);
  const running = new Set<Promise<void>>();
  let stop = new AbortController();
  let polling: Promise<void> = Promise.resolve();

  async function poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (running.size >= concurrency) {
        await Promise.race(running);
        continue;
      }
      try {
        const { Messages: messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: queue.url,
            MaxNumberOfMessages: batchSize,
            WaitTimeSeconds: POLL_SECONDS,
            MessageSystemAttributeNames: ['All'],
            MessageAttributeNames: ['All'],
          }),
        );
        if (messages.length === 0) continue;
        const batch: Promise<void> = settle(messages).finally(() => running.delete(batch));
        running.add(batch);
      } catch (error) {
        if (signal.aborted) return;
        log(`cannot read ${queue.arn}: ${messageOf(error)}`);
        await wait(ERROR_PAUSE_MS, signal);
      }
    }
  }

  /** Never rejects: what cannot be deleted or given back comes again by itself. */
  async function settle(messages: Message[]): Promise<void> {
    try {
      const wanted = messages.filter((message) => matches(filterView(message)));
      const held = wanted.filter((message) => receives(message) === 1 && faults?.holdsBack());
      const taken = wanted.filter((message) => !held.includes(message));
      const failed = taken.length > 0 ? await deliver(taken) : new Set<string>();
      for (const { MessageId } of held) failed.add(MessageId ?? '');
      const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
      const back = messages.filter(({ MessageId }) => failed.has(MessageId ?? ''));
      await remove(done);
      await giveBack(back);
    } catch (error) {
      log(`cannot settle a batch of ${queue.arn}: ${messageOf(error)}`);
    }
  }

  /** What the copies of a duplicated batch come to is nobody's concern: the batch itself decides. */
  async function deliver(messages: Message[]): Promise<Set<string>> {
    const copies = Array.from({ length: faults?.copies() ?? 0 }, () => messages);
    const ordered = faults?.isReordered() ? messages.toReversed() : messages;
    const [failed = new Set<string>()] = await Promise.all([ordered, ...copies].map(invoke));
    await Promise.all(copies.map(invoke));
    return failed;
  }

  async function invoke(messages: Message[]): Promise<Set<string>> {
    const ids = new Set(messages.map(({ MessageId }) => MessageId ?? ''));
    const event = { Records: messages.map((message) => record(message, queue.arn, context.region)) };
    try {
      const response = await functions.invoke(properties.FunctionName, event);
      if (!reports) return new Set();
      const failed = failedItems(response, ids);
      if (failed !== 'all') return failed;
      log(`${properties.FunctionName}: invalid batchItemFailures, the whole batch fails`);
    } catch (error) {
      log(`${properties.FunctionName} failed a batch of ${messages.length}: ${messageOf(error)}`);
    }
    return ids;
  }

  async function remove(messages: Message[]): Promise<void> {
    if (messages.length === 0) return;
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    if (Failed.length > 0) log(`${Failed.length} messages of ${queue.arn} could not be deleted: ${Failed[0]?.Code}`);
  }

  async function giveBack(messages: Message[]): Promise<void> {
    if (messages.length === 0) return;
    const Entries = messages.map((message, index) => ({
      Id: String(index),
      ReceiptHandle: message.ReceiptHandle,
      VisibilityTimeout: backoffSeconds(receives(message), queue),
    }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queue.url, Entries }));
  }

  const start = (): void => {
    stop = new AbortController();
    polling = poll(stop.signal);
  };
  return {
    functionName: properties.FunctionName,
    start: () => {
      if (properties.Enabled !== false) start();
    },
    async pause() {
      stop.abort();
      await polling;
      await Promise.all(running);
    },
    resume: () => {
      if (stop.signal.aborted) start();
    },
    nudge: () => {},
    queueUrl: queue.url,
    async drained() {
      if (stop.signal.aborted) return running.size === 0;
      const { visible, inFlight } = await queueDepth(sqs, queue.url);
      return visible + inFlight === 0 && running.size === 0;
    },
  };
}

/** Messages that can be had, and those that someone holds; delayed ones are not due yet and do not count. */
export async function queueDepth(sqs: SQSClient, url: string): Promise<{ visible: number; inFlight: number }> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}

const receives = (message: Message): number => Number(message.Attributes?.ApproximateReceiveCount ?? 1);

/** A message that has used up its receives goes to the dead-letter queue at the next one: no reason to wait for it. */
function backoffSeconds(receiveCount: number, queue: QueueRef): number {
  if (queue.maxReceiveCount !== undefined && receiveCount >= queue.maxReceiveCount) return 0;
  return Math.min(queue.visibilitySeconds, 2 ** (receiveCount - 1));
}

/** Lambda's record of one message. */
function record(message: Message, eventSourceARN: string, awsRegion: string) {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    {
      stringValue: value.StringValue,
      binaryValue: value.BinaryValue && Buffer.from(value.BinaryValue).toString('base64'),
      stringListValues: [],
      binaryListValues: [],
      dataType: value.DataType,
    },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes) as Record<string, unknown>,
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion,
  };
}

/** Filters look into the body when it is JSON. */
function filterView(message: Message): unknown {
  let body: unknown = message.Body;
  try {
    body = JSON.parse(message.Body ?? '');
  } catch {
    // Plain text: patterns on the whole body still apply.
  }
  return { messageId: message.MessageId, body, attributes: message.Attributes };
}
