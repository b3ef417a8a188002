/** What is watched, that the watched numbers exist, and that whoever is woken finds what to do. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALARMS } from '#infra/constructs/alarm-list.ts';
import { type Assembly, functionOf, type Resource, synthesizeFor } from './assembly.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('the runbook', () => {
  const text = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8');
  const sections = text
    .split(/^### /m)
    .slice(1)
    .map((section) => ({ id: section.slice(0, section.indexOf('\n')), body: section.split(/^## /m)[0] ?? '' }));

  test('has one section for each alarm, and no other', () => {
    expect(sections.map(({ id }) => id).sort()).toEqual(ALARMS.map(({ id }) => id).sort());
  });

  test('says in each what it means, where to look and what to do, and the Chinese name', () => {
    for (const { id, body } of sections) {
      expect(body, id).toMatch(/^\*\*[^*]*\p{Script=Han}[^*]*\*\*/mu);
      for (const part of ['Means', 'Look', 'Do']) expect(body, id).toMatch(new RegExp(`^- ${part}: \\S`, 'm'));
    }
  });
});

test('alarms are told apart by id, and each says why it rings when it does', () => {
  expect(new Set(ALARMS.map(({ id }) => id)).size).toBe(ALARMS.length);
  for (const { id, what, reason } of ALARMS) {
    // The id is a heading's anchor.
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(what.length, id).toBeGreaterThan(10);
    expect(reason.length, id).toBeGreaterThan(20);
  }
});

describe('in the template', () => {
  let assembly: Assembly;
  let alarms: readonly Resource[];
  beforeAll(() => {
    assembly = synthesizeFor('cn-northwest-1');
    // Those of a deployment tell CodeDeploy, and nobody else: canary.test.ts.
    alarms = assembly.ofType('AWS::CloudWatch::Alarm').filter((alarm) => functionOf(alarm) !== 'Canary');
  });
  afterAll(() => assembly?.cleanup());

  /** Every `metric of thing` that some alarm watches. */
  const watched = (): Set<string> => {
    const seen = new Set<string>();
    for (const { properties } of alarms) {
      const parts = properties.Metrics?.flatMap((part: { MetricStat?: { Metric: unknown } }) =>
        part.MetricStat === undefined ? [] : [part.MetricStat.Metric],
      ) ?? [properties];
      for (const { MetricName, Dimensions } of parts) {
        // A metric of the whole account has none.
        if (Dimensions === undefined) seen.add(`${MetricName} of account`);
        for (const { Value } of Dimensions ?? []) {
          const target = assembly.target(Value);
          const [, construct, part] = target?.path.split('/') ?? [];
          const thing = part === 'DeadLetters' ? `${construct} dead letters` : (construct ?? Value);
          seen.add(`${MetricName} of ${thing}`);
        }
      }
    }
    return seen;
  };

  test('stands each alarm of the list, under its own name, with the way to the runbook', () => {
    expect(alarms.map(({ properties }) => properties.AlarmName).sort()).toEqual(
      ALARMS.map(({ id }) => `jieban-xianan-${id}`).sort(),
    );
    for (const { properties } of alarms) {
      const id = String(properties.AlarmName).slice('jieban-xianan-'.length);
      expect(properties.AlarmDescription).toContain(`docs/runbook.md#${id}`);
      expect(properties.AlarmDescription.length).toBeLessThan(1024);
      expect(properties.TreatMissingData).toBe(id.endsWith('-silent') ? 'breaching' : 'notBreaching');
    }
  });

  test('watches every queue: its dead letters, its age, and whether it ever runs empty', () => {
    const seen = watched();
    for (const { path, properties } of assembly.ofType('AWS::SQS::Queue')) {
      const [, construct, part] = path.split('/');
      const worked = properties.RedrivePolicy !== undefined;
      const thing = part === 'DeadLetters' ? `${construct} dead letters` : construct;
      const metrics = worked
        ? ['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesNotVisible']
        : ['ApproximateNumberOfMessagesVisible'];
      for (const metric of metrics) expect(seen, path).toContain(`${metric} of ${thing}`);
    }
  });

  test('rings before SQS leaves a failing message out of the age of the oldest one', () => {
    const ages = alarms.filter(({ properties }) => properties.MetricName === 'ApproximateAgeOfOldestMessage');
    expect(ages).toHaveLength(4);
    for (const { properties, path } of ages) {
      const queue = assembly.target(properties.Dimensions[0].Value)!;
      expect(properties.Threshold, path).toBeLessThan(3 * queue.properties.VisibilityTimeout);
    }
  });

  test('tells the topic of its severity, which only alarms of this account may publish to', () => {
    const topics = assembly.ofType('AWS::SNS::Topic').map(({ properties }) => properties.TopicName);
    expect(topics.sort()).toEqual(['jieban-xianan-soon', 'jieban-xianan-urgent']);
    const severities = new Map(ALARMS.map(({ id, severity }) => [`jieban-xianan-${id}`, severity]));
    for (const { properties } of alarms) {
      const told = properties.AlarmActions.map((arn: unknown) => assembly.target(arn)?.properties.TopicName);
      expect(told, properties.AlarmName).toEqual([`jieban-xianan-${severities.get(properties.AlarmName)}`]);
    }
    for (const { properties } of assembly.ofType('AWS::SNS::TopicPolicy')) {
      expect(properties.PolicyDocument.Statement).toMatchObject([
        { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ]);
    }
    // Of this deployment: nobody was named.
    expect(assembly.ofType('AWS::SNS::Subscription')).toEqual([]);
  });

  test('watches how long every function takes, and adds up ten metrics at most: what one alarm may', () => {
    const seen = watched();
    for (const fn of assembly.ofType('AWS::Lambda::Function').map(functionOf)) {
      expect(seen).toContain(`Duration of ${fn}`);
      expect(seen).toContain(`Throttles of ${fn}`);
    }
    for (const { properties, path } of alarms) expect(properties.Metrics?.length ?? 1, path).toBeLessThanOrEqual(11);
  });

  test('rings for a share of failures only where there were enough to tell', () => {
    for (const [id, least] of [
      ['deliveries-failing', 20],
      ['feedback-failing', 10],
    ] as const) {
      const alarm = alarms.find(({ properties }) => properties.AlarmName === `jieban-xianan-${id}`)!;
      const [{ Expression }] = alarm.properties.Metrics;
      expect(Expression).toContain(`>= ${least}`);
    }
  });

  test('watches every function that nobody waits for: its errors and its throttles', () => {
    const behindTheApi = new Set(
      assembly
        .ofType('AWS::Lambda::Permission')
        .filter(({ properties }) => properties.Principal === 'apigateway.amazonaws.com')
        .map(({ properties }) => functionOf(assembly.target(properties.FunctionName)!)),
    );
    const seen = watched();
    for (const fn of assembly.ofType('AWS::Lambda::Function').map(functionOf)) {
      if (behindTheApi.has(fn)) continue;
      expect(seen).toContain(`Errors of ${fn}`);
      expect(seen).toContain(`Throttles of ${fn}`);
    }
    expect(seen).toContain('5XXError of Api');
  });

  test('watches the schedules for silence, the stream for delay and the timer for lost executions', () => {
    const seen = watched();
    for (const rule of assembly.ofType('AWS::Events::Rule'))
      expect(seen).toContain(`Invocations of ${functionOf(rule)}`);
    expect(seen).toContain('IteratorAge of fanout');
    expect(seen).toContain('ExecutionsFailed of SlaTimer');
    expect(seen).toContain('ExecutionsTimedOut of SlaTimer');
    expect(seen).toContain('OpenExecutionCount of account');
  });

  test('watches counts that the named function publishes, under the dimension that it has', () => {
    const counted = alarms.filter(({ properties }) => properties.Namespace === 'Jieban');
    expect(counted.map(({ properties }) => properties.MetricName).sort()).toEqual([
      'alarmsRestarted',
      'boardMessagesStuck',
      'boardPollFailures',
      'breakersOpened',
      'catalogueRefused',
      'deliveriesDead',
      'deliveriesLate',
      'endpointsDisabled',
      'marksLate',
      'provisionalDeadlines',
      'purgeFailures',
      'receiptsRerouted',
      'sweepFailures',
    ]);
    const unheard: string[] = [];
    for (const { properties } of counted) {
      const [{ Name, Value: service }, ...rest] = properties.Dimensions;
      expect([Name, rest]).toEqual(['service', []]);
      const fn = assembly.ofType('AWS::Lambda::Function').find((resource) => functionOf(resource) === service)!;
      expect(fn.properties.Environment.Variables.POWERTOOLS_SERVICE_NAME).toBe(service);
      const emitted = publishOnce(service, properties.MetricName);
      expect(emitted._aws.CloudWatchMetrics).toEqual([
        {
          Namespace: properties.Namespace,
          Dimensions: [[Name]],
          Metrics: [{ Name: properties.MetricName, Unit: 'Count' }],
        },
      ]);
      expect(emitted).toMatchObject({ service, [properties.MetricName]: 1 });
      // The bundle is what runs; the name must be in it, or the alarm watches nothing.
      if (!codeOf(fn).includes(properties.MetricName)) unheard.push(`${service} ${properties.MetricName}`);
    }
    expect(unheard).toEqual([]);
  });

  test('the counts of shares and of the dashboard are published, too, by the function that they name', () => {
    const [board] = assembly.ofType('AWS::CloudWatch::Dashboard');
    const body = JSON.parse(
      board!.properties.DashboardBody['Fn::Join'][1]
        .map((part: unknown) => (typeof part === 'string' ? part : '…'))
        .join(''),
    );
    const shown: unknown[][] = body.widgets.flatMap(
      ({ properties }: { properties: { metrics?: unknown[][] } }) => properties.metrics ?? [],
    );
    const pairs = [
      ...shown.filter(([namespace]) => namespace === 'Jieban').map(([, metric, , service]) => `${service} ${metric}`),
      ...alarms
        .flatMap(({ properties }) => properties.Metrics ?? [])
        .flatMap(({ MetricStat }) => (MetricStat?.Metric.Namespace === 'Jieban' ? [MetricStat.Metric] : []))
        .map(({ MetricName, Dimensions }) => `${Dimensions[0].Value} ${MetricName}`),
    ];
    expect(new Set(pairs).size).toBeGreaterThan(20);
    const unheard = pairs.filter((pair) => {
      const [service, metric = ''] = pair.split(' ');
      const fn = assembly.ofType('AWS::Lambda::Function').find((resource) => functionOf(resource) === service);
      return fn === undefined || !codeOf(fn).includes(metric);
    });
    expect(unheard).toEqual([]);
    const titles = JSON.stringify(body.widgets);
    for (const row of ['接收', '派单', '投递', '时限', '反馈', '死信']) expect(titles).toContain(`## ${row}`);
    expect(shown.filter(([, metric]) => metric === 'ApproximateAgeOfOldestMessage')).toHaveLength(4);
  });

  const codeOf = (fn: Resource): string => {
    const asset = String(fn.metadata['aws:asset:path']);
    return readFileSync(join(assembly.synthesized.directory, asset, 'index.mjs'), 'utf8');
  };
});

/** What the functions' own `publish` writes for CloudWatch, in a process of its own with the environment of `service`. */
function publishOnce(service: string, metric: string) {
  const script = `const { publish } = await import('#functions/shared/metrics.ts'); publish({ ${metric}: 1 });`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { POWERTOOLS_SERVICE_NAME: service },
  });
  return JSON.parse(stdout);
}
