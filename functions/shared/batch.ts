/**
 * SQS batches: every record is parsed and handled on its own, so that one poison message can't fail its neighbours.
 * A permanent error is parked (the record goes to the DLQ by redrive, after logging why); the rest is retried.
 */
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { log } from './log.ts';

export const consumer = <S extends z.ZodType>(
  schema: S,
  handle: (message: z.output<S>, record: SQSRecord) => Promise<void>,
) =>
  middy<SQSEvent, SQSBatchResponse>().handler(async (event) => {
    const outcomes = await Promise.allSettled(
      event.Records.map(async (record) => handle(schema.parse(JSON.parse(record.body)), record)),
    );
    return {
      batchItemFailures: outcomes.flatMap((outcome, index) => {
        const record = event.Records[index];
        if (outcome.status === 'fulfilled' || record === undefined) return [];
        log.error(
          'message failed',
          { code: 'messageFailed', attempt: Number(record.attributes.ApproximateReceiveCount) },
          outcome.reason,
        );
        return [{ itemIdentifier: record.messageId }];
      }),
    };
  });
