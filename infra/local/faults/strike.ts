/** What can befall a call that a function makes to an AWS service, and a message on its way to a function. */

export type CallFault =
  /** Refused with `ThrottlingException`; nothing was done. */
  | 'throttled'
  /** Refused with a 500; nothing was done. */
  | 'serverError'
  /** A write that met another on the same items: `TransactionConflict`; nothing was done. */
  | 'conflict'
  /** The connection breaks before the service has the request. */
  | 'lostRequest'
  /** The service did it, and the connection breaks before its answer arrives. */
  | 'lostAnswer'
  /** The request takes `ms` longer to arrive; others overtake it. */
  | 'slow'
  /** Never answered. The function is ended after `ms`, as at its time limit, which tests don't wait for. */
  | 'timeout'
  /** The function's environment dies before the request is sent. */
  | 'crashBefore'
  /** The service did it; the environment dies before our code sees the answer. */
  | 'crashAfter';

/** Of several strikes at the same call the first that isn't used up hits: so they come one after another. */
export interface Strike {
  readonly fault: CallFault;
  /** Construct id of the function. */
  readonly fn: string;
  /** As the service's protocol calls it, e.g. `TransactWriteItems`. */
  readonly operation: string;
  /** Calls let through first; 0 unless given. */
  readonly skip?: number;
  /** Calls struck in a row; 1 unless given. More than the SDK's three tries fail the invocation. */
  readonly times?: number;
  /** Real time, of `slow` and `timeout`. */
  readonly ms?: number;
}

export type DeliveryFault =
  /** Each batch of a queue comes three times: twice side by side, and once more after it was done with. */
  | 'duplicated'
  /** Batches come last message first, and every sixth message is held back for a second. */
  | 'reordered'
  /** A stream reader has lost its checkpoint and begins again at the one before. */
  | 'replayed';

/** Calls that the functions make and the injector knows; S3 has none, because its requests don't name theirs. */
export const OPERATIONS = [
  'GetItem',
  'BatchGetItem',
  'Query',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'TransactWriteItems',
  'SendMessage',
  'SendMessageBatch',
  'StartExecution',
  'StopExecution',
  'DescribeExecution',
  'GetSecretValue',
] as const;
