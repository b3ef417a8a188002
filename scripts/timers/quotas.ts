/**
 * What the service bears, per account and region. Step Functions: the developer guide as its public repository last had it; the
 * service's own page is newer, and its buckets refill no slower as far as we know. Lambda and DynamoDB: the defaults. Most can be raised on
 * request; new accounts begin with less. Look at Service Quotas of the account before a number matters.
 */

/** 令牌桶: so many at once, and so many more a second. */
export interface Bucket {
  readonly size: number;
  readonly refill: number;
}
export interface Quotas {
  readonly startExecution: Bucket;
  readonly stopExecution: Bucket;
  readonly stateTransition: Bucket;
}

export const QUOTAS = {
  /** us-east-1, us-west-2, eu-west-1 */
  large: {
    startExecution: { size: 1300, refill: 300 },
    stopExecution: { size: 1000, refill: 200 },
    stateTransition: { size: 5000, refill: 1500 },
  },
  /** All others, China’s too. */
  other: {
    startExecution: { size: 800, refill: 150 },
    stopExecution: { size: 500, refill: 25 },
    stateTransition: { size: 800, refill: 500 },
  },
} as const satisfies Record<string, Quotas>;

export const OPEN_EXECUTIONS = 1_000_000;
export const LAMBDA_CONCURRENCY = 1000;
/** DynamoDB: write units a second of one key of an index; all open tickets of one state stand under one key. */
export const KEY_WRITE_UNITS = 1000;

/**
 * Seconds that whoever comes last waits at the worst moment: each second of `demand` takes what the bucket has, the rest queues.
 * `each`: tokens that one of them takes.
 */
export function longestWait(demand: Uint32Array, { size, refill }: Bucket, each = 1): number {
  let tokens = size;
  let queued = 0;
  let most = 0;
  for (const count of demand) {
    queued += count * each;
    const served = Math.min(tokens, queued);
    queued -= served;
    tokens = Math.min(size, tokens - served + refill);
    most = Math.max(most, queued);
  }
  return Math.ceil(most / refill);
}
