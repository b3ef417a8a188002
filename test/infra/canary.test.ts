/** New code goes out to a tenth of the calls first, for every function and whoever calls it, and comes back by itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Assembly, functionOf, synthesizeFor } from './assembly.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe.each(['cn-northwest-1', 'us-east-1'])('%s', (region) => {
  let assembly: Assembly;
  beforeAll(() => {
    assembly = synthesizeFor(region);
  });
  afterAll(() => assembly?.cleanup());

  test('each function has one alias, which CodeDeploy moves', () => {
    const functions = assembly.ofType('AWS::Lambda::Function').map(functionOf).sort();
    const aliases = assembly.ofType('AWS::Lambda::Alias');
    expect(aliases.map(functionOf).sort()).toEqual(functions);
    const groups = assembly.ofType('AWS::CodeDeploy::DeploymentGroup');
    expect(groups).toHaveLength(functions.length);
    for (const { properties, path } of groups) {
      expect(properties, path).toMatchObject({
        DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent15Minutes',
        AutoRollbackConfiguration: { Enabled: true, Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
      });
    }
    const text = assembly.texts.join();
    expect(text.match(/"CodeDeployLambdaAliasUpdate"/g)).toHaveLength(functions.length);
  });

  test('goes back when that function fails or is slow, through the alias', () => {
    for (const group of assembly.ofType('AWS::CodeDeploy::DeploymentGroup')) {
      const name = group.path.split('/')[2] ?? '';
      const [watched, ...more] = group.properties.AlarmConfiguration.Alarms;
      expect(more).toEqual([]);
      const alarm = assembly.target(watched.Name)!;
      expect(alarm.properties.AlarmName).toBe(`jieban-xianan-deploy-${name}`);
      const [expression, ...metrics] = alarm.properties.Metrics;
      const fn = assembly.ofType('AWS::Lambda::Function').find((each) => functionOf(each) === name)!;
      // Below the time limit, so that it rings before calls are cut off.
      expect(expression.Expression).toContain(`>= ${Math.round((fn.properties.Timeout * 2000) / 3)}`);
      expect(
        metrics.map(
          ({ MetricStat }: { MetricStat: { Metric: { MetricName: string } } }) => MetricStat.Metric.MetricName,
        ),
      ).toEqual(['Errors', 'Duration']);
      for (const { MetricStat } of metrics) {
        const { FunctionName, Resource } = Object.fromEntries(
          MetricStat.Metric.Dimensions.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, Value]),
        );
        expect(functionOf(assembly.target(FunctionName)!)).toBe(name);
        expect(Resource['Fn::Join'][1]).toEqual([FunctionName, ':live']);
      }
    }
  });

  test('nothing calls a function but through its alias', () => {
    const calls: [string, unknown][] = [
      ...assembly
        .ofType('AWS::ApiGateway::Method')
        .map((at): [string, unknown] => [at.path, at.properties.Integration.Uri]),
      ...assembly
        .ofType('AWS::Lambda::EventSourceMapping')
        .map((at): [string, unknown] => [at.path, at.properties.FunctionName]),
      ...assembly
        .ofType('AWS::Lambda::Permission')
        .map((at): [string, unknown] => [at.path, at.properties.FunctionName]),
      ...assembly.ofType('AWS::Events::Rule').map((at): [string, unknown] => [at.path, at.properties.Targets[0].Arn]),
      ...assembly
        .ofType('AWS::StepFunctions::StateMachine')
        .map((at): [string, unknown] => [at.path, at.properties.DefinitionString]),
    ];
    expect(calls.length).toBeGreaterThan(60);
    // The partition comes before the alias in a URI.
    const throughAlias = (value: unknown) =>
      [...JSON.stringify(value).matchAll(/"Ref":"([^"]+)"/g)]
        .map(([, id]) => assembly.functionBehind({ Ref: id }))
        .find(({ fn }) => fn?.type === 'AWS::Lambda::Function');
    for (const [path, value] of calls) expect(throughAlias(value)?.alias, path).toBe('live');
  });

  test('leaves room in the template: CloudFormation takes 500 resources', () => {
    for (const { name, resources } of assembly.synthesized.stacks) expect(resources, name).toBeLessThan(450);
  });
});

test('the alarm’s page exists', () => {
  expect(readFileSync(join(ROOT, 'docs/upgrade.md'), 'utf8')).toMatch(/^## Rolled back$/m);
});
