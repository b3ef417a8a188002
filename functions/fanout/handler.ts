/**
 * 分发: reads the stream of new events and puts a pointer to each on the queue of every consumer that wants it. The only
 * reader of the stream. It may send a pointer twice (a retried batch); consumers are idempotent.
 */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Consumer, consumersOf } from '#domain/ticket/consumers.ts';
import { type QueueVariable, sendAll } from '#functions/adapters/queue.ts';
import { traced } from '#functions/shared/correlation.ts';
import { pointerTo } from '#functions/shared/event-pointer.ts';
import { log } from '#functions/shared/log.ts';
import type { EventPointer, TicketEvent } from '#schemas/event.ts';

const QUEUES: Readonly<Record<Consumer, QueueVariable>> = {
  dispatch: 'DISPATCH_QUEUE_URL',
  feedback: 'FEEDBACK_QUEUE_URL',
  timers: 'TIMERS_QUEUE_URL',
};

interface Addressed {
  readonly pointer: EventPointer;
  readonly sequenceNumber: string;
}

export const handler = traced<DynamoDBStreamEvent, DynamoDBBatchResponse>(async ({ Records }) => {
  const lists: Record<Consumer, Addressed[]> = { dispatch: [], feedback: [], timers: [] };
  for (const record of Records) {
    const event = readEvent(record);
    const sequenceNumber = record.dynamodb?.SequenceNumber ?? '';
    if (event === undefined) continue;
    for (const consumer of consumersOf(event)) lists[consumer].push({ pointer: pointerTo(event), sequenceNumber });
  }
  const failed = (
    await Promise.all(Object.entries(lists).map(([name, list]) => deliver(name as Consumer, list)))
  ).flat();
  // The stream resumes at the lowest sequence number reported; they are decimal strings without a fixed length.
  const lowest = failed.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))[0];
  return { batchItemFailures: lowest === undefined ? [] : [{ itemIdentifier: lowest }] };
});

function readEvent(record: DynamoDBRecord): TicketEvent | undefined {
  const image = record.dynamodb?.NewImage;
  if (record.eventName !== 'INSERT' || image?.kind?.S !== 'event') return undefined;
  return unmarshall(image as Record<string, AttributeValue>).event as TicketEvent;
}

/** Sequence numbers of what the queue did not take. */
async function deliver(consumer: Consumer, list: readonly Addressed[]): Promise<string[]> {
  if (list.length === 0) return [];
  const pointers = list.map(({ pointer }) => pointer);
  try {
    const refused = await sendAll(QUEUES[consumer], pointers);
    return refused.map((index) => list[index]?.sequenceNumber ?? '');
  } catch (error) {
    log.error('fan-out failed', { code: consumer, count: list.length }, error);
    return list.map(({ sequenceNumber }) => sequenceNumber);
  }
}
