/**
 * Asynchronous invocations (schedules): nobody waits for the result, so Lambda tries again and, in the end, sends the
 * event to the function's dead-letter queue or on-failure destination.
 */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { messageOf, wait } from './event-source.ts';
import { FunctionError } from './function-pool.ts';
import type { Functions } from './functions.ts';
import { describe, type Template, UnsupportedTemplateError } from './template.ts';

interface Policy {
  retries: number;
  deadLetterUrl?: string;
  onFailureUrl?: string;
}

/** Lambda's default. */
const DEFAULT_RETRIES = 2;
/** Lambda waits one minute, then two; here people are watching. */
const RETRY_PAUSE_MS = [1_000, 2_000];

export class AsyncInvoker {
  readonly #functions: Functions;
  readonly #sqs: SQSClient;
  readonly #log: (line: string) => void;
  readonly #policies = new Map<string, Policy>();
  #pending = 0;

  /** @param queueUrl URL of the queue with this ARN; `undefined` when the template has none */
  constructor(o: {
    template: Template;
    functions: Functions;
    sqs: SQSClient;
    queueUrl: (arn: string) => string | undefined;
    log: (line: string) => void;
  }) {
    this.#functions = o.functions;
    this.#sqs = o.sqs;
    this.#log = o.log;
    for (const resource of o.template.ofType('AWS::Lambda::Function')) {
      const { DeadLetterConfig } = o.template.properties<{ DeadLetterConfig?: { TargetArn?: string } }>(resource);
      const target = DeadLetterConfig?.TargetArn;
      const deadLetterUrl = target === undefined ? undefined : o.queueUrl(target);
      if (target !== undefined && deadLetterUrl === undefined) {
        throw new UnsupportedTemplateError([describe(resource, `dead-letter target ${target} is not a known queue`)]);
      }
      const policy = { retries: DEFAULT_RETRIES, ...(deadLetterUrl ? { deadLetterUrl } : {}) };
      this.#policies.set(o.template.arn(resource), policy);
    }
    for (const resource of o.template.ofType('AWS::Lambda::EventInvokeConfig')) {
      const properties = o.template.properties<{
        FunctionName: string;
        MaximumRetryAttempts?: number;
        DestinationConfig?: { OnFailure?: { Destination?: string } };
      }>(resource);
      const { arn } = o.functions.find(properties.FunctionName).spec;
      const destination = properties.DestinationConfig?.OnFailure?.Destination;
      const onFailureUrl = destination === undefined ? undefined : o.queueUrl(destination);
      if (destination !== undefined && onFailureUrl === undefined) {
        throw new UnsupportedTemplateError([describe(resource, `destination ${destination} is not a known queue`)]);
      }
      this.#policies.set(arn, {
        ...this.#policies.get(arn),
        retries: properties.MaximumRetryAttempts ?? DEFAULT_RETRIES,
        ...(onFailureUrl ? { onFailureUrl } : {}),
      });
    }
  }

  get pending(): number {
    return this.#pending;
  }

  /** @throws UnknownFunctionError when no function has this ARN */
  check(functionArn: string): void {
    this.#functions.find(functionArn);
  }

  /** Resolves when the event is done with, one way or the other; never rejects. */
  async invoke(functionArn: string, event: unknown): Promise<void> {
    const policy = this.#policies.get(this.#functions.find(functionArn).spec.arn) ?? { retries: DEFAULT_RETRIES };
    this.#pending += 1;
    try {
      await this.#attempt(functionArn, event, policy);
    } catch (error) {
      this.#log(`an asynchronous event of ${functionArn} is lost: ${messageOf(error)}`);
    } finally {
      this.#pending -= 1;
    }
  }

  async #attempt(functionArn: string, event: unknown, policy: Policy): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#functions.invoke(functionArn, event);
        return;
      } catch (error) {
        if (!(error instanceof FunctionError) || error.errorType === 'ServiceException') throw error;
        if (attempt >= policy.retries) return this.#giveUp(functionArn, event, policy, attempt + 1, error);
      }
      await wait(RETRY_PAUSE_MS[Math.min(attempt, RETRY_PAUSE_MS.length - 1)] ?? 0);
    }
  }

  async #giveUp(arn: string, event: unknown, policy: Policy, count: number, error: FunctionError): Promise<void> {
    this.#log(`${arn} failed ${count} times on an asynchronous event`);
    const send = (QueueUrl: string, body: unknown) =>
      this.#sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
    if (policy.deadLetterUrl) await send(policy.deadLetterUrl, event);
    if (!policy.onFailureUrl) return;
    await send(policy.onFailureUrl, {
      version: '1.0',
      timestamp: new Date().toISOString(),
      requestContext: {
        requestId: error.requestId,
        functionArn: arn,
        condition: 'RetriesExhausted',
        approximateInvokeCount: count,
      },
      requestPayload: event,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: error.errorType, errorMessage: error.message },
    });
  }
}
