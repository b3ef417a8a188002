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
    target: worker.function,
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
    // The stream keeps 24 hours. Half of that outlives an outage of SQS and leaves the other half for catching up; what
    // is given up on is named in the dead-letter queue and repaired by the sweeper.
    retryAttempts: 1000,
    maxRecordAge: Duration.hours(12),
    // Not the CDK's `SqsDlq`: it would allow `kms:ReEncrypt*`. The permission is given above.
    onFailure: { bind: () => ({ destination: deadLetters.arn }) },
  });
  Validations.of(deadLetters.queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It is a dead-letter queue itself: of an event source mapping, which cdk-nag does not see.',
  });
}
