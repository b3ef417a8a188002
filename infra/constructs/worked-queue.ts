/**
 * A queue that a function works through: encrypted, with a dead-letter queue and an alarm on it, and limits that follow
 * from its consumer's. There is no other kind of queue here.
 */
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { QueueReference, ServiceFunction } from './service-function.ts';

export class DeadLetters extends Construct {
  readonly queue: Queue;
  readonly arn: string;
  readonly keyArn: string;

  /** @param label names it in the alarm */
  constructor(scope: Construct, id: string, key: IKey, label = id) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      // SQS' longest: two weeks hold a long holiday (国庆, 春节) and the days after it.
      retentionPeriod: Duration.days(14),
    });
    this.arn = this.queue.queueArn;
    this.keyArn = key.keyArn;
    this.queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }).createAlarm(this, 'Alarm', {
      alarmDescription: `Jieban: ${label} holds messages that nobody could work. One is enough: behind each is a citizen's request.`,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

export interface WorkedQueueProps {
  readonly key: IKey;
  /** Environment variable that tells senders the queue's URL. */
  readonly variable: string;
  /** Timeout of the function that will work it. */
  readonly workerTimeout: Duration;
}

export class WorkedQueue extends Construct implements QueueReference {
  readonly variable: string;
  readonly url: string;
  readonly arn: string;
  readonly keyArn: string;
  readonly #queue: Queue;
  readonly #workerTimeout: Duration;

  constructor(scope: Construct, id: string, props: WorkedQueueProps) {
    super(scope, id);
    const deadLetters = new DeadLetters(this, 'DeadLetters', props.key, `${id} DeadLetters`);
    this.#workerTimeout = props.workerTimeout;
    this.#queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // AWS' advice: six times the timeout leaves room for throttled polls before a message is seen twice.
      visibilityTimeout: Duration.seconds(6 * props.workerTimeout.toSeconds()),
      // Five tries outlive a deployment and a partner's restart; what fails then fails for a reason that a person must see.
      deadLetterQueue: { queue: deadLetters.queue, maxReceiveCount: 5 },
    });
    this.variable = props.variable;
    this.url = this.#queue.queueUrl;
    this.arn = this.#queue.queueArn;
    this.keyArn = props.key.keyArn;
  }

  /** @param concurrency batches at a time, 2 to 1000: what stands behind the worker sets it */
  workedBy(worker: ServiceFunction, concurrency: number): this {
    if (worker.timeout.toSeconds() > this.#workerTimeout.toSeconds()) {
      throw new Error(`${worker.node.path} may run longer than its queue ${this.node.path} expects`);
    }
    worker.receives(this);
    new EventSourceMapping(worker, `From${this.node.id}`, {
      target: worker.function,
      eventSourceArn: this.arn,
      batchSize: 10,
      maxConcurrency: concurrency,
      reportBatchItemFailures: true,
    });
    return this;
  }
}
