/**
 * Every alarm, as data: what it watches, from when on it rings, and why from then on. The id is the end of the alarm's name
 * and the heading of its section in docs/runbook.md; a test keeps the two lists the same.
 */
import {
  type AlarmDefinition,
  deadLetters,
  queueAge,
  queueStuck,
  scheduled,
  slow,
  sweeperCount,
  throttles,
  timerExecutions,
  workerErrors,
} from './alarm-kinds.ts';

/** Behind the API: somebody waits for the answer. */
const DOORS = ['phone', 'website', 'wechat', 'citizen', 'departments', 'clerk', 'hotline', 'rights', 'portal'];

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
  throttles(
    'pipeline-throttles',
    ['router', 'fanout', 'dispatcher', 'feedback', 'timers', 'tick', 'poller', 'pump', 'sweeper', 'purge'],
    'All draw on one account’s concurrency. A peak is tried again and passes; a quarter of an hour of it is a limit.',
  ),
  throttles(
    'doors-throttles',
    DOORS,
    'Who calls is answered 5xx and comes again. A quarter of an hour of it is a limit of the account, not a peak.',
  ),
  slow(
    'doors-slow',
    DOORS,
    3000,
    'A door answers in a tenth of a second, a cold start in one. Vendors and WeChat give up a push after three to five.',
  ),
  slow(
    'workers-slow',
    ['router', 'fanout', 'timers', 'tick', 'pump'],
    10_000,
    'They only talk to the database and to queues. A third of their time limit leaves room to act before they fail.',
  ),
  slow(
    'callers-slow',
    ['dispatcher', 'feedback', 'poller', 'sweeper', 'purge'],
    50_000,
    'They wait for others, each call within its own limit. Ten seconds more and Lambda ends them in the middle.',
  ),
  {
    id: 'api-errors',
    severity: 'urgent',
    what: 'the API answers 5xx',
    watched: { on: 'apiErrors' },
    threshold: 5,
    minutes: 5,
    reason: 'Platforms and departments send again after one; five in five minutes turn citizens away.',
  },
  {
    id: 'edge-blocked',
    severity: 'soon',
    what: 'the web ACL refuses many requests',
    watched: { on: 'webAcl' },
    threshold: 100,
    minutes: 15,
    reason:
      'Scanners are a few a minute. More is a flood, or a partner who is refused wrongly: his requests do not arrive.',
  },

  ...scheduled('poller', 15),
  ...scheduled('pump', 5),
  ...scheduled('sweeper', 15),
  ...scheduled('purge', 180),

  {
    id: 'purge-failures',
    severity: 'soon',
    what: 'the purge could not erase what is kept long enough',
    watched: { on: 'count', of: 'purge', metric: 'purgeFailures' },
    threshold: 1,
    minutes: 60,
    reason: 'The next run tries again, an hour later. What fails then too is kept longer than the district promised.',
  },

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

  {
    id: 'deliveries-failing',
    severity: 'soon',
    what: 'half of the callbacks to departments fail',
    watched: { on: 'share', of: 'dispatcher', bad: 'callbacksFailed', good: 'callbacksDelivered', atLeast: 20 },
    threshold: 50,
    minutes: 30,
    reason:
      'One department that is down is `breaker-opened`, and its tries soon become few. Half of all is a fault on our side or of the network.',
  },
  {
    id: 'feedback-failing',
    severity: 'soon',
    what: 'half of the notices reach no citizen',
    watched: { on: 'share', of: 'feedback', bad: 'feedbackNotSent', good: 'feedbackSent', atLeast: 10 },
    threshold: 50,
    minutes: 60,
    reason: 'Wrong numbers are a few in a hundred. Half is a template or an account that the platform no longer takes.',
  },

  {
    id: 'open-executions',
    severity: 'soon',
    what: 'very many executions are open',
    watched: { on: 'openExecutions' },
    threshold: 100_000,
    minutes: 60,
    reason:
      'One for each open ticket: some thousands in a district. A tenth of what the account may have open says that ends are missed.',
  },
  timerExecutions('timer-executions-failed', 'ExecutionsFailed', 'an execution of SlaTimer failed'),
  timerExecutions('timer-executions-timed-out', 'ExecutionsTimedOut', 'an execution of SlaTimer ran out of time'),
];
