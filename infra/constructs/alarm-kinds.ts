/** What an alarm is, and the kinds of which there are several. The alarms themselves are in `alarm-list.ts`. */

/** 'urgent' (立即处置): at any hour, requests or limits are being lost. 'soon' (当日处置): a person looks the same working day. */
export type Severity = 'urgent' | 'soon';

/** What is watched; names are construct ids of the stateless stack. */
export type Watched =
  | { readonly on: 'deadLetters'; readonly of: string }
  /** Age of the oldest message (s) that was received three times at most: SQS leaves the others out. */
  | { readonly on: 'queueAge'; readonly of: string }
  /** Fewest messages, waiting or being worked, that a queue held. */
  | { readonly on: 'queueHolds'; readonly of: string }
  | { readonly on: 'function'; readonly of: string; readonly metric: 'Errors' | 'Invocations' | 'IteratorAge' }
  /** All throttled invocations of these functions; ten at most, which is what one alarm may add up. */
  | { readonly on: 'throttles'; readonly of: readonly string[] }
  /** Duration (ms) that a hundredth of the invocations exceeds, of the slowest of these functions; ten at most. */
  | { readonly on: 'slowest'; readonly of: readonly string[] }
  /** A count that the function publishes itself (functions/shared/metrics.ts). */
  | { readonly on: 'count'; readonly of: string; readonly metric: string }
  /** Per cent of `bad` among `bad` and `good`, counts that the function publishes; 0 while there are fewer than `atLeast`. */
  | { readonly on: 'share'; readonly of: string; readonly bad: string; readonly good: string; readonly atLeast: number }
  /** Executions that are open in the account and region, of all machines: Step Functions counts them together. */
  | { readonly on: 'openExecutions' }
  | { readonly on: 'machine'; readonly of: string; readonly metric: 'ExecutionsFailed' | 'ExecutionsTimedOut' }
  | { readonly on: 'apiErrors' }
  /** Requests that the web ACL refused. */
  | { readonly on: 'webAcl' };

export interface AlarmDefinition {
  readonly id: string;
  readonly severity: Severity;
  readonly what: string;
  readonly watched: Watched;
  /** Rings at this value and above; with `silence`, below it or when nothing is heard at all. */
  readonly threshold: number;
  readonly silence?: true;
  /** Length of a period, in minutes. */
  readonly minutes: number;
  /** Periods in a row that must be bad; 1 unless told. */
  readonly periods?: number;
  /** Why this threshold. */
  readonly reason: string;
}

export const deadLetters = (id: string, of: string, holds: string): AlarmDefinition => ({
  id,
  severity: 'urgent',
  what: `${of}: ${holds}`,
  watched: { on: 'deadLetters', of },
  threshold: 1,
  minutes: 1,
  reason: 'One is enough: behind each is a citizen’s request.',
});

export const queueAge = (id: string, of: string, seconds: number, reason: string): AlarmDefinition => ({
  id,
  severity: 'urgent',
  what: `${of}: the oldest message has waited too long`,
  watched: { on: 'queueAge', of },
  threshold: seconds,
  minutes: 5,
  reason,
});

export const queueStuck = (id: string, of: string): AlarmDefinition => ({
  id,
  severity: 'soon',
  what: `${of} has not been empty for an hour`,
  watched: { on: 'queueHolds', of },
  threshold: 1,
  minutes: 5,
  periods: 12,
  reason:
    'In health a queue is empty within seconds. A message that fails again and again leaves the age metric after its third ' +
    'receive and reaches the dead letters hours later; this is the alarm in between.',
});

export const workerErrors = (id: string, of: string): AlarmDefinition => ({
  id,
  severity: 'soon',
  what: `${of} crashed or ran out of time or memory`,
  watched: { on: 'function', of, metric: 'Errors' },
  threshold: 3,
  minutes: 15,
  reason: 'What one crash left is tried again. Three in a quarter of an hour are no accident.',
});

export const slow = (id: string, of: readonly string[], milliseconds: number, reason: string): AlarmDefinition => ({
  id,
  severity: 'soon',
  what: `the slowest hundredth of ${of.join(', ')} takes too long`,
  watched: { on: 'slowest', of },
  threshold: milliseconds,
  minutes: 5,
  periods: 3,
  reason,
});

export const throttles = (id: string, of: readonly string[], reason: string): AlarmDefinition => ({
  id,
  severity: 'urgent',
  what: `${of.join(', ')} are throttled`,
  watched: { on: 'throttles', of },
  threshold: 1,
  minutes: 5,
  periods: 3,
  reason,
});

export const scheduled = (of: string, minutes: number): readonly AlarmDefinition[] => [
  {
    id: `${of}-errors`,
    severity: 'urgent',
    what: `${of} failed`,
    watched: { on: 'function', of, metric: 'Errors' },
    threshold: 1,
    minutes: 5,
    reason: 'A run is not repeated, and nothing stands behind it: what repairs the others must not fail unseen.',
  },
  {
    id: `${of}-silent`,
    severity: 'urgent',
    what: `${of} no longer runs`,
    watched: { on: 'function', of, metric: 'Invocations' },
    threshold: 1,
    silence: true,
    minutes,
    reason: `A schedule that was disabled, or whose runs are thrown away, makes no error. ${minutes} minutes are at least three runs.`,
  },
];

export const sweeperCount = (id: string, metric: string, what: string, reason: string): AlarmDefinition => ({
  id,
  severity: 'soon',
  what,
  watched: { on: 'count', of: 'sweeper', metric },
  threshold: 1,
  minutes: 5,
  reason,
});

export const timerExecutions = (
  id: string,
  metric: 'ExecutionsFailed' | 'ExecutionsTimedOut',
  what: string,
): AlarmDefinition => ({
  id,
  severity: 'urgent',
  what,
  watched: { on: 'machine', of: 'SlaTimer', metric },
  threshold: 1,
  minutes: 5,
  reason: 'An execution is the only alarm clock of a ticket. It retries for two days before it fails.',
});
