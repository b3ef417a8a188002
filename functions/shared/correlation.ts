/**
 * What ties log lines together. Whatever runs for one request, message, record or ticket is run inside `correlated`; each
 * line written in there carries these facts, so that a request can be followed from the channel to the feedback: by the
 * gateway's id to the line `request received`, from there by ticket number through every function.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';

export interface Correlation {
  /** Lambda's id of the invocation: in the platform's own lines, too, and in the access log as `functionRequestId`. */
  readonly requestId?: string;
  /** API Gateway's id: `requestId` of the access log, and the client's answer header `x-amzn-requestid`. */
  readonly apiRequestId?: string;
  /** SQS' id: what stands in a dead-letter queue. */
  readonly messageId?: string;
  readonly ticketNo?: string;
  readonly seq?: number;
}

const current = new AsyncLocalStorage<Correlation>();

/** The facts of whatever is being worked on; empty outside of any. */
export const correlation = (): Correlation => current.getStore() ?? {};

/** Runs `work` with these facts added to those that hold already. */
export const correlated = <T>(facts: Correlation, work: () => T): T =>
  current.run({ ...correlation(), ...facts }, work);

/** A handler whose lines all carry the id of their invocation. */
export const traced =
  <E, R>(handler: (event: E, context: Context) => Promise<R>) =>
  (event: E, context: Context): Promise<R> =>
    correlated({ requestId: context.awsRequestId }, () => handler(event, context));
