/** Makes the alarms of `alarm-list.ts`; each tells the topic of its severity when it rings. */
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
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AlarmDefinition } from './alarm-kinds.ts';
import { ALARMS } from './alarm-list.ts';
import type { AlarmTopics } from './alarm-topics.ts';
import { blockedRequests, openExecutions, ownCount } from './metrics.ts';
import type { MachineReference, ServiceFunction } from './service-function.ts';
import type { WebAcl } from './web-acl.ts';
import type { DeadLetters, WorkedQueue } from './worked-queue.ts';

export interface AlarmsProps {
  /** Begins every alarm's name. */
  readonly prefix: string;
  readonly queues: readonly WorkedQueue[];
  /** Of what is no worked queue. */
  readonly deadLetters: readonly DeadLetters[];
  readonly functions: readonly ServiceFunction[];
  readonly machines: readonly (MachineReference & Construct)[];
  readonly stage: Stage;
  readonly webAcl: WebAcl;
  readonly topics: AlarmTopics;
}

export class Alarms extends Construct {
  /** In the order of the list. */
  readonly all: readonly Alarm[];

  /** @throws Error when the list names something that is not there */
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.all = ALARMS.map((definition) => {
      const { severity, what, reason, silence, periods = 1 } = definition;
      const alarm = new Alarm(this, definition.id, {
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
      alarm.addAlarmAction(new SnsAction(props.topics[severity]));
      return alarm;
    });
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
        usingMetrics: ofEach(watched.of, props, (fn) => fn.metricThrottles({ period, statistic: 'Sum' })),
      });
    case 'slowest':
      return new MathExpression({
        expression: 'MAX(METRICS())',
        label: 'milliseconds',
        period,
        usingMetrics: ofEach(watched.of, props, (fn) => fn.metricDuration({ period, statistic: 'p99' })),
      });
    case 'count':
      return ownCount(named(props.functions, watched.of), watched.metric, period);
    case 'share': {
      const fn = named(props.functions, watched.of);
      return new MathExpression({
        expression: `IF(FILL(bad, 0) + FILL(good, 0) >= ${watched.atLeast}, 100 * FILL(bad, 0) / (FILL(bad, 0) + FILL(good, 0)), 0)`,
        label: 'per cent',
        period,
        usingMetrics: { bad: ownCount(fn, watched.bad, period), good: ownCount(fn, watched.good, period) },
      });
    }
    case 'openExecutions':
      return openExecutions(period);
    case 'machine':
      return new Metric({
        namespace: 'AWS/States',
        metricName: watched.metric,
        dimensionsMap: { StateMachineArn: named(props.machines, watched.of).arn },
        period,
        statistic: 'Sum',
      });
    case 'webAcl':
      return blockedRequests(props.webAcl, period);
    case 'apiErrors':
      return props.stage.metricServerError({ period, statistic: 'Sum' });
  }
}

function ofEach(
  names: readonly string[],
  { functions }: AlarmsProps,
  metric: (fn: IFunction) => IMetric,
): Record<string, IMetric> {
  return Object.fromEntries(names.map((name) => [name, metric(named(functions, name).function)]));
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
