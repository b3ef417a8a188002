/**
 * 运行看板: one page that shows how a request flows, a row for each stretch of its way: in, to its owner, to the unit, the
 * clocks, back to the citizen; and what was given up on the way. Dashboards exist in every partition.
 */
import { Duration } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Metric,
  Row,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { blockedRequests, openExecutions, ownCount } from './metrics.ts';
import type { MachineReference, ServiceFunction } from './service-function.ts';
import type { WebAcl } from './web-acl.ts';
import type { DeadLetters, WorkedQueue } from './worked-queue.ts';

/** By their construct ids: what the rows need of the stack. */
export interface DashboardProps {
  readonly name: string;
  readonly title: string;
  readonly functions: ReadonlyMap<string, ServiceFunction>;
  readonly queues: Readonly<Record<'intake' | 'dispatch' | 'feedback' | 'timers', WorkedQueue>>;
  readonly deadLetters: readonly DeadLetters[];
  readonly machine: MachineReference;
  readonly stage: Stage;
  readonly webAcl: WebAcl;
  readonly alarms: readonly Alarm[];
}

/** Fine enough to see a deployment, coarse enough that a quiet night is not a comb. */
const PERIOD = Duration.minutes(5);
const FULL = 24;
const THIRD = 8;
const HEIGHT = 6;

export class OperationsDashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const fn = (name: string): ServiceFunction => {
      const found = props.functions.get(name);
      if (found === undefined) throw new Error(`the dashboard shows ${name}, which is not in the stack`);
      return found;
    };
    const count = (name: string, metric: string) =>
      ownCount(fn(name), metric, PERIOD).with({ label: `${name} ${metric}` });
    const slowest = (...names: string[]) =>
      names.map((name) => fn(name).function.metricDuration({ period: PERIOD, statistic: 'p99', label: name }));
    const errors = (...names: string[]) =>
      names.map((name) => fn(name).function.metricErrors({ period: PERIOD, label: `${name} errors` }));
    const { queues, stage } = props;
    const machine = (metricName: string) =>
      new Metric({
        namespace: 'AWS/States',
        metricName,
        dimensionsMap: { StateMachineArn: props.machine.arn },
        label: metricName,
        period: PERIOD,
        statistic: 'Sum',
      });

    new Dashboard(this, 'Board', {
      dashboardName: props.name,
      defaultInterval: Duration.hours(12),
      widgets: [
        [
          new TextWidget({
            markdown: `# ${props.title}\n告警处置见 docs/runbook.md,节名即告警名称末段。`,
            width: FULL,
            height: 2,
          }),
        ],
        [new AlarmStatusWidget({ title: '告警 alarms', alarms: [...props.alarms], width: FULL, height: HEIGHT })],
        [
          row('接收 intake', [
            graph(
              '诉求 requests',
              ['phone', 'website', 'wechat', 'poller'].map((name) => count(name, 'requestsReceived')),
            ),
            graph('接口 API answers', [
              stage.metricCount({ period: PERIOD, statistic: 'Sum', label: 'requests' }),
              stage.metricClientError({ period: PERIOD, statistic: 'Sum', label: '4xx' }),
              stage.metricServerError({ period: PERIOD, statistic: 'Sum', label: '5xx' }),
              blockedRequests(props.webAcl, PERIOD).with({ label: 'refused by the web ACL' }),
            ]),
            graph('耗时 p99 ms', slowest('phone', 'website', 'wechat', 'citizen', 'departments', 'clerk', 'hotline')),
          ]),
        ],
        [
          row('派单 routing', [
            graph('工单 tickets', [
              count('router', 'ticketsRegistered'),
              count('router', 'ticketsDispatched'),
              count('router', 'ticketsToDesk'),
              count('hotline', 'ticketsDispatched'),
            ]),
            queueGraph('派单队列 Intake', queues.intake),
            graph('派单、分发 router, fanout', [
              ...slowest('router', 'fanout'),
              fn('fanout').function.metric('IteratorAge', {
                period: PERIOD,
                statistic: 'Maximum',
                label: 'stream behind',
              }),
              ...errors('router', 'fanout'),
            ]),
          ]),
        ],
        [
          row('投递 delivery', [
            graph('推送 callbacks', [
              count('dispatcher', 'callbacksDelivered'),
              count('dispatcher', 'callbacksFailed'),
              count('dispatcher', 'deliveriesDead'),
              count('dispatcher', 'breakersOpened'),
              count('dispatcher', 'endpointsDisabled'),
              count('pump', 'deliveriesLate'),
            ]),
            queueGraph('投递队列 Dispatch', queues.dispatch),
            graph('投递函数 dispatcher', [...slowest('dispatcher'), ...errors('dispatcher', 'pump')]),
          ]),
        ],
        [
          row('时限 clocks', [
            graph('预警与补救 warnings, repairs', [
              count('tick', 'warningsFired'),
              count('sweeper', 'marksLate'),
              count('sweeper', 'alarmsRestarted'),
              count('sweeper', 'receiptsRerouted'),
              count('sweeper', 'provisionalDeadlines'),
              count('sweeper', 'sweepFailures'),
            ]),
            queueGraph('计时队列 Timers', queues.timers),
            graph('计时器 executions', [
              machine('ExecutionsStarted'),
              machine('ExecutionsSucceeded'),
              machine('ExecutionsAborted'),
              machine('ExecutionsFailed'),
              machine('ExecutionsTimedOut'),
              openExecutions(PERIOD),
            ]),
          ]),
        ],
        [
          row('反馈 feedback', [
            graph('告知 notices', [
              count('feedback', 'feedbackSent'),
              count('feedback', 'feedbackNotSent'),
              count('hotline', 'ticketsEnded'),
              count('citizen', 'ticketsEnded'),
            ]),
            queueGraph('反馈队列 Feedback', queues.feedback),
            graph('反馈函数 feedback', [...slowest('feedback'), ...errors('feedback')]),
          ]),
        ],
        [
          row('死信与限流 dead letters, throttles', [
            graph(
              '死信 dead letters',
              [...Object.values(queues).map(({ deadLetters }) => deadLetters), ...props.deadLetters].map((letters) =>
                letters.queue.metricApproximateNumberOfMessagesVisible({
                  period: PERIOD,
                  statistic: 'Maximum',
                  label: letters.node.path.split('/').slice(1).join('/'),
                }),
              ),
            ),
            graph(
              '限流 throttles',
              [...props.functions].map(([name, { function: made }]) =>
                made.metricThrottles({ period: PERIOD, label: name }),
              ),
            ),
            graph(
              '异常 errors',
              [...props.functions].map(([name, { function: made }]) =>
                made.metricErrors({ period: PERIOD, label: name }),
              ),
            ),
          ]),
        ],
      ],
    });
  }
}

function row(title: string, graphs: readonly IWidget[]): IWidget {
  return new Row(new TextWidget({ markdown: `## ${title}`, width: FULL, height: 1 }), ...graphs);
}

const graph = (title: string, left: IMetric[]): GraphWidget =>
  new GraphWidget({ title, left, width: THIRD, height: HEIGHT, leftYAxis: { min: 0 } });

/** How much waits, and on the other axis since when. */
function queueGraph(title: string, { queue }: WorkedQueue): GraphWidget {
  const statistic = 'Maximum';
  return new GraphWidget({
    title,
    width: THIRD,
    height: HEIGHT,
    left: [
      queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic, label: 'waiting' }),
      queue.metricApproximateNumberOfMessagesNotVisible({
        period: PERIOD,
        statistic,
        label: 'worked or waiting for a retry',
      }),
    ],
    right: [queue.metricApproximateAgeOfOldestMessage({ period: PERIOD, statistic, label: 'oldest, seconds' })],
    leftYAxis: { min: 0 },
    rightYAxis: { min: 0 },
  });
}
