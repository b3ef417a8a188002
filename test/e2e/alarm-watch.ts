/**
 * CloudWatch as far as the alarms of the template need it: takes readings of a running instance under the names and dimensions
 * that a deployment's metrics have, and says which alarms ring. Periods end now, in office time.
 */
import { GetQueueAttributesCommand, ListQueuesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { constructIdOf } from '#infra/local/aws/functions.ts';
import { Template } from '#infra/local/aws/template.ts';
import type { RunnerLog } from '#infra/local/runner.ts';
import { evaluate, type Value } from './alarm-math.ts';
import type { Instance } from './support.ts';

const MINUTE = 60_000;

interface MetricRef {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}
interface MetricStat {
  readonly Metric: MetricRef;
  readonly Period: number;
  readonly Stat: string;
}
interface AlarmProperties extends MetricRef {
  readonly AlarmDescription?: string;
  readonly Statistic: string;
  readonly Period: number;
  readonly Metrics?: readonly {
    readonly Id: string;
    readonly Expression?: string;
    readonly MetricStat?: MetricStat;
  }[];
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
}
const READ = [
  ...['AlarmDescription', 'Namespace', 'MetricName', 'Dimensions', 'Statistic', 'Period', 'Metrics', 'Threshold'],
  ...['EvaluationPeriods', 'DatapointsToAlarm', 'ComparisonOperator', 'TreatMissingData'],
];

export class Watch {
  readonly #jieban: Instance;
  readonly #sqs: SQSClient;
  readonly #template: Template;
  readonly #alarms: ReadonlyMap<string, AlarmProperties>;
  readonly #readings = new Map<string, { at: number; value: number }[]>();
  readonly #filledSince = new Map<string, number>();
  readonly #failed = new Set<string>();
  readonly #rang = new Set<string>();
  #linesRead = 0;

  constructor(jieban: Instance, sqs: SQSClient, assembly: string) {
    this.#jieban = jieban;
    this.#sqs = sqs;
    this.#template = new Template(assembly);
    const alarms = this.#template.ofType('AWS::CloudWatch::Alarm').flatMap((resource) => {
      const properties = this.#template.properties<AlarmProperties>(resource, READ);
      const [, id] = /runbook\.md#([a-z-]+)/.exec(properties.AlarmDescription ?? '') ?? [];
      // Those of a deployment tell CodeDeploy, and have no section.
      return id === undefined ? [] : [[id, properties] as const];
    });
    this.#alarms = new Map(alarms);
  }

  /** Ids of all alarms that somebody is woken by. */
  get ids(): string[] {
    return [...this.#alarms.keys()];
  }

  get timerArn(): string {
    const [machine] = this.#template.ofType('AWS::StepFunctions::StateMachine');
    return this.#template.arn(machine!);
  }

  /** Alarms that have rung at any look. */
  get rang(): ReadonlySet<string> {
    return this.#rang;
  }

  note(namespace: string, metric: string, dimensions: Readonly<Record<string, string>>, value: number): void {
    const key = keyOf({
      Namespace: namespace,
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    });
    const readings = this.#readings.get(key) ?? [];
    readings.push({ at: this.#now(), value });
    this.#readings.set(key, readings);
  }

  ofFunction(id: string, metric: string, value: number): void {
    const resource = this.#template.ofType('AWS::Lambda::Function').find((fn) => constructIdOf(fn) === id);
    if (resource === undefined) throw new Error(`no function ${id}`);
    this.note('AWS/Lambda', metric, { FunctionName: this.#template.nameOf(resource) }, value);
  }

  /** Office time goes on, and what is due then is done before the next look. */
  async pass(minutes: number, step = minutes): Promise<void> {
    const { clock } = this.#jieban.runner.plane;
    for (let left = minutes; left > 0; left -= step) {
      await this.look();
      clock.advanceTo(clock.now() + Math.min(step, left) * MINUTE);
      await this.#jieban.runner.idle();
    }
    await this.look();
  }

  /** Takes a reading of everything. */
  async look(): Promise<void> {
    for (const entry of this.#jieban.entries.slice(this.#linesRead)) this.#hear(entry);
    this.#linesRead = this.#jieban.entries.length;
    await this.#lookAtQueues();
    for (const { name, status } of this.#jieban.runner.plane.executions()) {
      if (status !== 'FAILED' || this.#failed.has(name)) continue;
      this.#failed.add(name);
      this.note('AWS/States', 'ExecutionsFailed', { StateMachineArn: this.timerArn }, 1);
    }
    for (const id of this.ringing()) this.#rang.add(id);
  }

  #hear({ source, fn, line }: RunnerLog): void {
    if (source === 'front' && / 5\d\d \d+ ms$/.test(line)) {
      const [api] = this.#template.ofType('AWS::ApiGateway::RestApi');
      const [stage] = this.#template.ofType('AWS::ApiGateway::Stage');
      const { Name } = this.#template.properties<{ Name: string }>(api!, ['Name']);
      const { StageName } = this.#template.properties<{ StageName: string }>(stage!, ['StageName']);
      this.note('AWS/ApiGateway', '5XXError', { ApiName: Name, Stage: StageName }, 1);
    }
    if (source !== 'function' || fn === undefined) return;
    // What is interrupted writes nothing, so a line tells that the function ran.
    this.ofFunction(fn, 'Invocations', 1);
    if (line.startsWith('ERROR Invoke Error')) this.ofFunction(fn, 'Errors', 1);
    if (!line.includes('"_aws"')) return;
    const emitted = JSON.parse(line) as Record<string, unknown> & {
      _aws: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[] };
    };
    for (const { Namespace, Dimensions, Metrics } of emitted._aws.CloudWatchMetrics) {
      for (const names of Dimensions) {
        const dimensions = Object.fromEntries(names.map((name) => [name, String(emitted[name])]));
        for (const { Name } of Metrics) {
          for (const value of [emitted[Name]].flat()) this.note(Namespace, Name, dimensions, Number(value));
        }
      }
    }
  }

  async #lookAtQueues(): Promise<void> {
    const { QueueUrls = [] } = await this.#sqs.send(new ListQueuesCommand({ MaxResults: 100 }));
    for (const QueueUrl of QueueUrls) {
      const AttributeNames = ['ApproximateNumberOfMessages' as const, 'ApproximateNumberOfMessagesNotVisible' as const];
      const { Attributes } = await this.#sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
      const [visible, hidden] = AttributeNames.map((name) => Number(Attributes?.[name]));
      const queue = { QueueName: QueueUrl.split('/').at(-1) ?? '' };
      this.note('AWS/SQS', 'ApproximateNumberOfMessagesVisible', queue, visible!);
      this.note('AWS/SQS', 'ApproximateNumberOfMessagesNotVisible', queue, hidden!);
      // The emulator tells no age. While a consumer stands still the oldest message is as old as the queue is not empty.
      if (visible! + hidden! === 0) this.#filledSince.delete(QueueUrl);
      else if (!this.#filledSince.has(QueueUrl)) this.#filledSince.set(QueueUrl, this.#now());
      const since = this.#filledSince.get(QueueUrl);
      if (since !== undefined)
        this.note('AWS/SQS', 'ApproximateAgeOfOldestMessage', queue, (this.#now() - since) / 1000);
    }
  }

  ringing(): string[] {
    return [...this.#alarms].filter(([, alarm]) => this.#rings(alarm)).map(([id]) => id);
  }

  #rings(alarm: AlarmProperties): boolean {
    const { EvaluationPeriods: periods, DatapointsToAlarm: needed = periods, TreatMissingData } = alarm;
    let breaching = 0;
    for (let back = 0; back < periods; back += 1) {
      const value = this.#valueOf(alarm, back);
      if (value === undefined ? TreatMissingData === 'breaching' : crosses(alarm, value)) breaching += 1;
    }
    return breaching >= needed;
  }

  #valueOf(alarm: AlarmProperties, back: number): Value {
    const { Metrics, Period, Statistic } = alarm;
    if (Metrics === undefined) return this.#statistic({ Metric: alarm, Period, Stat: Statistic }, back);
    const values = new Map(
      Metrics.flatMap(({ Id, MetricStat }) => (MetricStat ? [[Id, this.#statistic(MetricStat, back)] as const] : [])),
    );
    const [expression, ...others] = Metrics.flatMap(({ Expression }) => Expression ?? []);
    if (expression === undefined || others.length > 0)
      throw new Error('an alarm of several metrics has one expression');
    return evaluate(expression, values);
  }

  #statistic({ Metric, Period, Stat }: MetricStat, back: number): Value {
    const end = this.#now() - back * Period * 1000;
    const values = (this.#readings.get(keyOf(Metric)) ?? [])
      .filter(({ at }) => at <= end && at > end - Period * 1000)
      .map(({ value }) => value)
      .sort((a, b) => a - b);
    if (values.length === 0) return undefined;
    if (Stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
    if (Stat === 'Maximum') return values.at(-1);
    if (Stat === 'Minimum') return values[0];
    if (Stat === 'p99') return values[Math.ceil(values.length * 0.99) - 1];
    throw new Error(`statistic ${Stat} is not known here`);
  }

  #now(): number {
    return this.#jieban.runner.plane.clock.now();
  }
}

function crosses({ ComparisonOperator, Threshold }: AlarmProperties, value: number): boolean {
  if (ComparisonOperator === 'GreaterThanOrEqualToThreshold') return value >= Threshold;
  if (ComparisonOperator === 'LessThanThreshold') return value < Threshold;
  throw new Error(`comparison ${ComparisonOperator} is not known here`);
}

function keyOf({ Namespace, MetricName, Dimensions = [] }: MetricRef): string {
  const dimensions = Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return [Namespace, MetricName, ...dimensions].join(' ');
}
