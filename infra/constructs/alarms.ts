/** Makes the alarms of `alarm-list.ts`. The one place for what they do when they ring: nothing yet, they only show. */
import { Duration } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ALARMS, type AlarmDefinition } from './alarm-list.ts';
import type { MachineReference, ServiceFunction } from './service-function.ts';
import type { DeadLetters, WorkedQueue } from './worked-queue.ts';

/** As in `functions/shared/metrics.ts`; the dimension `service` is the function's POWERTOOLS_SERVICE_NAME. */
const OWN_NAMESPACE = 'Jieban';

export interface AlarmsProps {
  /** Begins every alarm's name. */
  readonly prefix: string;
  readonly queues: readonly WorkedQueue[];
  /** Of what is no worked queue. */
  readonly deadLetters: readonly DeadLetters[];
  readonly functions: readonly ServiceFunction[];
  readonly machines: readonly (MachineReference & Construct)[];
  readonly stage: Stage;
}

export class Alarms extends Construct {
  /** @throws Error when the list names something that is not there */
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    for (const definition of ALARMS) {
      const { severity, what, reason, silence, periods = 1 } = definition;
      new Alarm(this, definition.id, {
        alarmName: `${props.prefix}-${definition.id}`,
        alarmDescription: `${severity}: ${what}. ${reason} See docs/runbook.md#${definition.id}`,
        metric: metricOf(definition, props),
        threshold: definition.threshold,
        evaluationPeriods: periods,
        comparisonOperator: silence
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // Counts and ages are silent when nothing happens.
        treatMissingData: silence ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      });
    }
  }
}

function metricOf({ watched, minutes }: AlarmDefinition, props: AlarmsProps): IMetric {
  const period = Duration.minutes(minutes);
  switch (watched.on) {
    case 'deadLetters':
      return deadLettersOf(watched.of, props).metricApproximateNumberOfMessagesVisible({
        period,
        statistic: 'Maximum',
      });
    case 'queueAge':
      return named(props.queues, watched.of).queue.metricApproximateAgeOfOldestMessage({
        period,
        statistic: 'Maximum',
      });
    case 'queueHolds': {
      const { queue } = named(props.queues, watched.of);
      return new MathExpression({
        expression: 'waiting + worked',
        label: 'messages',
        period,
        usingMetrics: {
          waiting: queue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Minimum' }),
          worked: queue.metricApproximateNumberOfMessagesNotVisible({ period, statistic: 'Minimum' }),
        },
      });
    }
    case 'function':
      return named(props.functions, watched.of).function.metric(watched.metric, {
        period,
        statistic: watched.metric === 'IteratorAge' ? 'Maximum' : 'Sum',
      });
    case 'throttles':
      return new MathExpression({
        expression: 'SUM(METRICS())',
        label: 'throttles',
        period,
        usingMetrics: Object.fromEntries(
          watched.of.map((name) => [
            name,
            named(props.functions, name).function.metricThrottles({ period, statistic: 'Sum' }),
          ]),
        ),
      });
    case 'count':
      return new Metric({
        namespace: OWN_NAMESPACE,
        metricName: watched.metric,
        dimensionsMap: { service: named(props.functions, watched.of).node.id },
        period,
        statistic: 'Sum',
      });
    case 'machine':
      return new Metric({
        namespace: 'AWS/States',
        metricName: watched.metric,
        dimensionsMap: { StateMachineArn: named(props.machines, watched.of).arn },
        period,
        statistic: 'Sum',
      });
    case 'apiErrors':
      return props.stage.metricServerError({ period, statistic: 'Sum' });
  }
}

function deadLettersOf(id: string, { queues, deadLetters }: AlarmsProps): IQueue {
  const owner = queues.find(({ node }) => node.id === id);
  return (owner?.deadLetters ?? named(deadLetters, id)).queue;
}

function named<T extends Construct>(things: readonly T[], id: string): T {
  const found = things.find(({ node }) => node.id === id);
  if (found === undefined) throw new Error(`an alarm watches ${id}, which is not in the stack`);
  return found;
}
