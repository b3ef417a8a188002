/** What synthesis refuses, and that it is quick enough to stand at the beginning of every local start. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, describe, expect, test } from 'vitest';
import { loadDistrict, OutsideMainlandError } from '#infra/district.ts';
import { NO_SETTINGS } from '#infra/settings.ts';
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
        settings: NO_SETTINGS,
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
    addStacks(app, { district, region: 'cn-north-1', bundles, allowOutsideMainland: false, settings: NO_SETTINGS });
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

describe('a second opinion', () => {
  test('costs nothing where the district has none; its secret is for the hotline alone where it has one', () => {
    const districts = scratchDirectory();
    const outdir = scratchDirectory();
    try {
      const folder = new URL(`../../districts/${DISTRICT}/`, import.meta.url);
      cpSync(folder, join(districts, DISTRICT), { recursive: true });
      const file = join(districts, DISTRICT, 'district.json');
      const head = JSON.parse(readFileSync(file, 'utf8'));
      const asked = { provider: 'deepseek', model: 'deepseek-flash', perHour: 60 };
      writeFileSync(file, JSON.stringify({ ...head, secondOpinion: asked }));
      const templates = (from?: string) =>
        synthesize({ district: DISTRICT, region: 'cn-north-1', outdir, ...(from && { districts: from }) }).stacks.map(
          ({ templateFile }) => readFileSync(templateFile, 'utf8'),
        );
      expect(templates().join('')).not.toContain('OpinionSecret');
      const [stateful = '', stateless = ''] = templates(districts);
      expect(stateful).toContain('OpinionSecret');
      const { Resources } = JSON.parse(stateless) as { Resources: Record<string, { Type: string }> };
      const holders = Object.entries(Resources).filter(
        ([, resource]) =>
          resource.Type === 'AWS::Lambda::Function' && JSON.stringify(resource).includes('OPINION_SECRET'),
      );
      expect(holders.map(([id]) => id)).toEqual([expect.stringMatching(/^hotline/)]);
    } finally {
      for (const scratch of [districts, outdir]) rmSync(scratch, { recursive: true, force: true });
    }
  });
});
