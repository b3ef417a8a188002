/** Counts that alarms and the dashboard watch (CloudWatch embedded metric format). Dimensions are fixed; no identifier becomes one. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics({ namespace: 'Jieban' });

export type Metric =
  | 'requestsReceived'
  | 'ticketsRegistered'
  | 'ticketsDispatched'
  | 'ticketsToDesk'
  | 'ticketsEnded'
  | 'warningsFired'
  | 'feedbackSent'
  | 'feedbackNotSent'
  | 'callbacksDelivered'
  | 'callbacksFailed'
  | 'sweepFailures'
  | 'receiptsRerouted'
  | 'marksLate'
  | 'provisionalDeadlines'
  | 'alarmsRestarted'
  | 'deliveriesDead'
  | 'breakersOpened'
  | 'endpointsDisabled'
  | 'deliveriesLate'
  | 'catalogueRefused'
  | 'boardMessagesStuck'
  | 'boardPollFailures'
  | 'itemsErased'
  | 'purgeFailures';

/** Emits the counts as one log line; zeros too, so that an alarm can tell health from silence. Without a count: nothing. */
export function publish(counts: Readonly<Partial<Record<Metric, number>>>): void {
  if (Object.keys(counts).length === 0) return;
  for (const [name, value] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, value);
  metrics.publishStoredMetrics();
}
