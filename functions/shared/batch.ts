/**
 * SQS batches: every record is parsed and handled on its own, so that one poison message can't fail its neighbours.
 * A permanent error is parked (the record goes to the DLQ by redrive, after logging why); the rest is retried.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { TicketNo } from '#schemas/common.ts';
import { correlated, traced } from './correlation.ts';
import { log } from './log.ts';

export const consumer = <S extends z.ZodType>(
  schema: S,
  handle: (message: z.output<S>, record: SQSRecord) => Promise<void>,
) =>
  traced<SQSEvent, SQSBatchResponse>(async ({ Records }) => {
    const failed = await Promise.all(
      Records.map((record) => correlated({ messageId: record.messageId }, () => fails(record, schema, handle))),
    );
    return {
      batchItemFailures: Records.filter((_, index) => failed[index]).map(({ messageId }) => ({
        itemIdentifier: messageId,
      })),
    };
  });

async function fails<S extends z.ZodType>(
  record: SQSRecord,
  schema: S,
  handle: (message: z.output<S>, record: SQSRecord) => Promise<void>,
): Promise<boolean> {
  const attempt = Number(record.attributes.ApproximateReceiveCount);
  let about = {};
  try {
    const body: unknown = JSON.parse(record.body);
    about = factsOf(body);
    await correlated(about, () => handle(schema.parse(body), record));
    return false;
  } catch (error) {
    log.error('message failed', { ...about, code: 'messageFailed', attempt }, error);
    return true;
  }
}

/** Read before the whole is judged: a message that breaks its schema is found by its ticket, too. */
const About = z.looseObject({ ticketNo: TicketNo.optional(), seq: z.int().optional() });
function factsOf(body: unknown): { ticketNo?: string; seq?: number } {
  const { ticketNo, seq } = About.safeParse(body).data ?? {};
  return { ...(ticketNo === undefined ? {} : { ticketNo }), ...(seq === undefined ? {} : { seq }) };
}
