/** What synthesis refuses, and that it is quick enough to stand at the beginning of every local start. */
import { readFileSync, rmSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, describe, expect, test } from 'vitest';
import { loadDistrict, OutsideMainlandError } from '#infra/district.ts';
import { synthesize } from '#infra/synth.ts';
import { APP_SETTINGS, addStacks, withBundles } from '#infra/synthesize.ts';
import { DISTRICT, scratchDirectory } from './assembly.ts';

const outdir = scratchDirectory();
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

describe('where a mainland district may be deployed', () => {
  test('not outside the mainland', () => {
    expect(() => synthesize({ district: DISTRICT, region: 'us-east-1', outdir })).toThrow(OutsideMainlandError);
    expect(() => synthesize({ district: DISTRICT, region: 'ap-east-1', outdir })).toThrow(
      /cn-north-1 or cn-northwest-1/,
    );
  });

  test('elsewhere when told so', () => {
    const result = synthesize({ district: DISTRICT, region: 'ap-southeast-1', outdir, allowOutsideMainland: true });
    expect(result.region).toBe('ap-southeast-1');
  });

  test('not in a region that does not exist', () => {
    expect(() => synthesize({ district: DISTRICT, region: 'cn-east-1', outdir, allowOutsideMainland: true })).toThrow(
      /"cn-east-1" is not a region/,
    );
  });
});

test('a district that has no folder is named', () => {
  expect(() => synthesize({ district: 'atlantis', region: 'cn-north-1', outdir })).toThrow(/atlantis/);
});

test('a function that nothing calls stops synthesis, and so does a missing one', () => {
  const district = loadDistrict(DISTRICT);
  const build = (change: (names: string[]) => string[]) =>
    withBundles(district, (bundles) => {
      const names = change(bundles.map(({ name }) => name));
      const chosen = names.map((name) => ({ ...bundles[0]!, name }));
      addStacks(new App(APP_SETTINGS), {
        district,
        region: 'cn-north-1',
        bundles: chosen,
        allowOutsideMainland: false,
      });
    });
  expect(() => build((names) => [...names, 'idler'])).toThrow(/nothing in the stack calls functions\/idler/);
  expect(() => build((names) => names.filter((name) => name !== 'router'))).toThrow(
    /functions\/router\/handler\.ts is missing/,
  );
});

test('a finding of cdk-nag that nobody gave a reason for stops synthesis', () => {
  const district = loadDistrict(DISTRICT);
  withBundles(district, (bundles) => {
    const app = new App({ outdir, ...APP_SETTINGS });
    addStacks(app, { district, region: 'cn-north-1', bundles, allowOutsideMainland: false });
    const stack = app.node.findChild('jieban-xianan-stateful');
    new Bucket(stack, 'Careless');
    expect(() => app.synth()).toThrow(/AwsSolutions-S1/);
  });
});

test('gives the same templates twice, code and all', () => {
  const templates = () =>
    synthesize({ district: DISTRICT, region: 'cn-northwest-1', outdir }).stacks.map(({ templateFile }) =>
      readFileSync(templateFile, 'utf8'),
    );
  expect(templates()).toEqual(templates());
});
