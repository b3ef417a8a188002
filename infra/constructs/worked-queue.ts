/**
 * A queue that a function works through: encrypted, with a dead-letter queue, and limits that follow from its consumer's.
 * There is no other kind of queue here. Its alarms are in `alarm-list.ts`.
 */
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { QueueReference, ServiceFunction } from './service-function.ts';

export class DeadLetters extends Construct {
  readonly queue: Queue;
  readonly arn: string;
  readonly keyArn: string;

  constructor(scope: Construct, id: string, key: IKey) {
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
  }
}

export interface WorkedQueueProps {
  readonly key: IKey;
  /** Environment variable that tells senders the queue's URL. */
  readonly variable: string;
  /** Timeout of the function that will work it. */
  readonly workerTimeout: Duration;
  /**
   * How often a message may be received before it counts as dead, 5 to 1000. Times the visibility timeout (six times the
   * worker's) it is how long an outage may last before messages are given up.
   */
  readonly maxReceives: number;
}

export class WorkedQueue extends Construct implements QueueReference {
  readonly variable: string;
  readonly url: string;
  readonly arn: string;
  readonly keyArn: string;
  readonly queue: Queue;
  readonly deadLetters: DeadLetters;
  readonly #workerTimeout: Duration;

  constructor(scope: Construct, id: string, props: WorkedQueueProps) {
    super(scope, id);
    this.deadLetters = new DeadLetters(this, 'DeadLetters', props.key);
    this.#workerTimeout = props.workerTimeout;
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // AWS' advice: six times the timeout leaves room for throttled polls before a message is seen twice.
      visibilityTimeout: Duration.seconds(6 * props.workerTimeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters.queue, maxReceiveCount: props.maxReceives },
    });
    this.variable = props.variable;
    this.url = this.queue.queueUrl;
    this.arn = this.queue.queueArn;
    this.keyArn = props.key.keyArn;
  }

  /** @param concurrency batches at a time, 2 to 1000: what stands behind the worker sets it */
  workedBy(worker: ServiceFunction, concurrency: number): this {
    if (worker.timeout.toSeconds() > this.#workerTimeout.toSeconds()) {
      throw new Error(`${worker.node.path} may run longer than its queue ${this.node.path} expects`);
    }
    worker.receives(this);
    new EventSourceMapping(worker, `From${this.node.id}`, {
      target: worker.live,
      eventSourceArn: this.arn,
      batchSize: 10,
      maxConcurrency: concurrency,
      reportBatchItemFailures: true,
    });
    return this;
  }
}
