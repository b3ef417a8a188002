/**
 * Follows the ticket table's stream. One reader only: a stream bears two, and the second place is kept for a repair.
 */
import { Duration, Validations } from 'aws-cdk-lib';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { TableReference } from './district-state.ts';
import type { ServiceFunction } from './service-function.ts';
import type { DeadLetters } from './worked-queue.ts';

export function followEvents(
  tickets: TableReference & { readonly streamArn: string },
  worker: ServiceFunction,
  deadLetters: DeadLetters,
): void {
  worker.reads(tickets).delivers(deadLetters);
  new EventSourceMapping(worker, 'FromTickets', {
    target: worker.live,
    eventSourceArn: tickets.streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    // Snapshots, texts and dedupe rows pass by unpaid: only an event that is new has anything to say.
    filters: [
      FilterCriteria.filter({
        eventName: FilterRule.isEqual('INSERT'),
        dynamodb: { NewImage: { kind: { S: FilterRule.isEqual('event') } } },
      }),
    ],
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    // The only copy of an event's pointers is made here, and nothing later finds an event that was passed over. So a batch
    // is tried until its records are about to leave the stream, which keeps them for 24 hours; one hour less, because of
    // records that have left it nobody would be told. What is given up then is named in the dead-letter queue as a stretch
    // of the stream, with the times of its first and last record; a person repairs it (runbook, fanout-dead-letters).
    retryAttempts: -1,
    maxRecordAge: Duration.hours(23),
    // Not the CDK's `SqsDlq`: it would allow `kms:ReEncrypt*`. The permission is given above.
    onFailure: { bind: () => ({ destination: deadLetters.arn }) },
  });
  Validations.of(deadLetters.queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It is a dead-letter queue itself: of an event source mapping, which cdk-nag does not see.',
  });
}
