/**
 * Every alarm, as data: what it watches, from when on it rings, and why from then on. The id is the end of the alarm's name
 * and the heading of its section in docs/runbook.md; a test keeps the two lists the same.
 */

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
  | { readonly on: 'throttles'; readonly of: readonly string[] }
  /** A count that the function publishes itself (functions/shared/metrics.ts). */
  | { readonly on: 'count'; readonly of: string; readonly metric: string }
  | { readonly on: 'machine'; readonly of: string; readonly metric: 'ExecutionsFailed' | 'ExecutionsTimedOut' }
  | { readonly on: 'apiErrors' };

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

const deadLetters = (id: string, of: string, holds: string): AlarmDefinition => ({
  id,
  severity: 'urgent',
  what: `${of}: ${holds}`,
  watched: { on: 'deadLetters', of },
  threshold: 1,
  minutes: 1,
  reason: 'One is enough: behind each is a citizen’s request.',
});

const queueAge = (id: string, of: string, seconds: number, reason: string): AlarmDefinition => ({
  id,
  severity: 'urgent',
  what: `${of}: the oldest message has waited too long`,
  watched: { on: 'queueAge', of },
  threshold: seconds,
  minutes: 5,
  reason,
});

const queueStuck = (id: string, of: string): AlarmDefinition => ({
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

const workerErrors = (id: string, of: string): AlarmDefinition => ({
  id,
  severity: 'soon',
  what: `${of} crashed or ran out of time or memory`,
  watched: { on: 'function', of, metric: 'Errors' },
  threshold: 3,
  minutes: 15,
  reason: 'What one crash left is tried again. Three in a quarter of an hour are no accident.',
});

const scheduled = (of: string, minutes: number): readonly AlarmDefinition[] => [
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

const sweeperCount = (id: string, metric: string, what: string, reason: string): AlarmDefinition => ({
  id,
  severity: 'soon',
  what,
  watched: { on: 'count', of: 'sweeper', metric },
  threshold: 1,
  minutes: 5,
  reason,
});

const timerExecutions = (
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

export const ALARMS: readonly AlarmDefinition[] = [
  deadLetters('intake-dead-letters', 'Intake', 'requests that the router could not route'),
  deadLetters('dispatch-dead-letters', 'Dispatch', 'callbacks that the dispatcher could not work'),
  deadLetters('feedback-dead-letters', 'Feedback', 'notices that no citizen was told'),
  deadLetters('timers-dead-letters', 'Timers', 'changes of clocks that set no alarm'),
  deadLetters('fanout-dead-letters', 'FanoutDlq', 'stretches of the event stream that fan-out gave up'),

  queueAge('intake-age', 'Intake', 300, 'Routing takes seconds; five minutes outlast a deployment and a cold start.'),
  queueAge(
    'dispatch-age',
    'Dispatch',
    900,
    'Waits of a minute are meant. A message leaves the metric after three receives, 18 minutes: ring before that.',
  ),
  queueAge(
    'feedback-age',
    'Feedback',
    900,
    'A platform that is busy for some minutes is everyday. A message leaves the metric after three receives, 18 minutes.',
  ),
  queueAge('timers-age', 'Timers', 300, 'Setting an alarm takes seconds; the shortest limits are counted in minutes.'),

  queueStuck('intake-stuck', 'Intake'),
  queueStuck('dispatch-stuck', 'Dispatch'),
  queueStuck('feedback-stuck', 'Feedback'),
  queueStuck('timers-stuck', 'Timers'),

  {
    id: 'stream-behind',
    severity: 'urgent',
    what: 'fanout is behind the stream of ticket events',
    watched: { on: 'function', of: 'fanout', metric: 'IteratorAge' },
    threshold: 300_000,
    minutes: 5,
    reason: 'Fan-out takes a second. A batch that fails holds up all behind it, and after 23 hours it is given up.',
  },

  workerErrors('router-errors', 'router'),
  workerErrors('fanout-errors', 'fanout'),
  workerErrors('dispatcher-errors', 'dispatcher'),
  workerErrors('feedback-errors', 'feedback'),
  workerErrors('timers-errors', 'timers'),
  workerErrors('tick-errors', 'tick'),
  {
    id: 'pipeline-throttles',
    severity: 'urgent',
    what: 'functions of the pipeline are throttled',
    watched: {
      on: 'throttles',
      of: ['router', 'fanout', 'dispatcher', 'feedback', 'timers', 'tick', 'poller', 'pump', 'sweeper'],
    },
    threshold: 1,
    minutes: 5,
    periods: 3,
    reason:
      'All draw on one account’s concurrency. A peak is tried again and passes; a quarter of an hour of it is a limit.',
  },
  {
    id: 'api-errors',
    severity: 'urgent',
    what: 'the API answers 5xx',
    watched: { on: 'apiErrors' },
    threshold: 5,
    minutes: 5,
    reason: 'Platforms and departments send again after one; five in five minutes turn citizens away.',
  },

  ...scheduled('poller', 15),
  ...scheduled('pump', 5),
  ...scheduled('sweeper', 15),

  sweeperCount(
    'receipts-rerouted',
    'receiptsRerouted',
    'receipts had to be sent to the router again',
    'In health it is zero: a receipt’s message reaches the router within seconds.',
  ),
  sweeperCount(
    'marks-late',
    'marksLate',
    'warnings were due that no alarm had fired',
    'In health it is zero: an alarm fires within seconds.',
  ),
  sweeperCount(
    'alarms-restarted',
    'alarmsRestarted',
    'tickets had lost their alarm and got a new one',
    'In health it is zero: each open ticket has one live execution.',
  ),
  sweeperCount(
    'provisional-deadlines',
    'provisionalDeadlines',
    'deadlines need days for which the calendar has no notice',
    'They are counted as if every Monday to Friday were a working day, and may be wrong by a holiday.',
  ),
  sweeperCount(
    'sweep-failures',
    'sweepFailures',
    'the sweeper could not repair something',
    'It tries again in five minutes, but nothing stands behind it.',
  ),
  {
    id: 'board-messages-stuck',
    severity: 'urgent',
    what: 'messages of the polled board could not be taken',
    watched: { on: 'count', of: 'poller', metric: 'boardMessagesStuck' },
    threshold: 1,
    minutes: 10,
    reason:
      'Each is a citizen who believes to be heard. Each run counts it again until it is taken; two runs a period.',
  },
  {
    id: 'board-unreadable',
    severity: 'soon',
    what: 'the polled board does not answer as agreed',
    watched: { on: 'count', of: 'poller', metric: 'boardPollFailures' },
    threshold: 5,
    minutes: 30,
    reason:
      'A restart of the board is everyday. Five of the six runs of half an hour are none; its messages wait there.',
  },
  {
    id: 'catalogue-refused',
    severity: 'soon',
    what: 'the published catalogue does not fit the deployed district folder',
    watched: { on: 'count', of: 'router', metric: 'catalogueRefused' },
    threshold: 1,
    minutes: 5,
    reason:
      'Tickets are routed by the catalogue before. Each container counts it every ten seconds of work while it lasts.',
  },
  {
    id: 'deliveries-dead',
    severity: 'urgent',
    what: 'a callback to a department was given up',
    watched: { on: 'count', of: 'dispatcher', metric: 'deliveriesDead' },
    threshold: 1,
    minutes: 5,
    reason:
      'Three days of tries, or the department said 410. It does not know of its ticket; later messages wait behind.',
  },
  {
    id: 'deliveries-late',
    severity: 'urgent',
    what: 'a dispatch has not reached its department in time',
    watched: { on: 'count', of: 'pump', metric: 'deliveriesLate' },
    threshold: 1,
    minutes: 5,
    reason:
      'Behind each is a person waiting while nobody knows of it. Each counts once; the limits are the district’s.',
  },
  {
    id: 'breaker-opened',
    severity: 'soon',
    what: 'a department did not take five callbacks in a row',
    watched: { on: 'count', of: 'dispatcher', metric: 'breakersOpened' },
    threshold: 1,
    minutes: 15,
    reason: 'A restart on their side passes with a retry or two. Five in a row, of any ticket, is an outage of theirs.',
  },
  {
    id: 'endpoint-disabled',
    severity: 'urgent',
    what: 'a department’s endpoint is disabled',
    watched: { on: 'count', of: 'dispatcher', metric: 'endpointsDisabled' },
    threshold: 1,
    minutes: 5,
    reason: 'It said 410, or took nothing for 120 hours. Nothing is sent to it any more until an operator enables it.',
  },

  timerExecutions('timer-executions-failed', 'ExecutionsFailed', 'an execution of SlaTimer failed'),
  timerExecutions('timer-executions-timed-out', 'ExecutionsTimedOut', 'an execution of SlaTimer ran out of time'),
];
