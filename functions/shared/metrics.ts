/** Counts that alarms watch (CloudWatch embedded metric format). Dimensions are fixed; no identifier becomes one. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics({ namespace: 'Jieban' });

export type Metric =
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
  | 'boardPollFailures';

/** Emits the counts as one log line; zeros too, so that an alarm can tell health from silence. */
export function publish(counts: Readonly<Partial<Record<Metric, number>>>): void {
  for (const [name, value] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, value);
  metrics.publishStoredMetrics();
}
