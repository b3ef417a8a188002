/**
 * From a district and a region to a cloud assembly. The CLI, the tests and the local runner all come through here, so
 * that what runs on one machine is what would be deployed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { District } from '#schemas/district.ts';
import { type Bundle, bundleFunctions } from './bundle.ts';
import { assertRegionAllowed, loadDistrict, loadModel } from './district.ts';
import { partitionOf } from './partition.ts';
import { type DeploymentSettings, NO_SETTINGS } from './settings.ts';
import { StatefulStack } from './stacks/stateful.ts';
import { StatelessStack } from './stacks/stateless.ts';

export interface SynthesizeOptions {
  /** Id of a folder under `districts/`. */
  readonly district: string;
  /** Where the district folders lie; the project's own by default. */
  readonly districts?: string;
  readonly region: string;
  /** Where the assembly goes; what was there is replaced. */
  readonly outdir: string;
  /** For deployments without real data, a demonstration for one: a mainland district in another region. */
  readonly allowOutsideMainland?: boolean;
  readonly settings?: DeploymentSettings;
}

export interface SynthesizedFunction {
  readonly name: string;
  /** Size of its code, in bytes, uncompressed. */
  readonly bytes: number;
}

export interface Synthesized {
  /** The cloud assembly's folder, absolute. */
  readonly directory: string;
  readonly district: District;
  readonly region: string;
  readonly stacks: readonly { readonly name: string; readonly templateFile: string; readonly resources: number }[];
  readonly functions: readonly SynthesizedFunction[];
}

/**
 * @throws OutsideMainlandError; Error when the district folder breaks a rule, a function doesn't compile, the stacks and
 * the functions folder don't agree, or cdk-nag finds something that nobody gave a reason for
 */
export function synthesize(options: SynthesizeOptions): Synthesized {
  const district = loadDistrict(options.district, options.districts);
  const { region, allowOutsideMainland = false, settings = NO_SETTINGS } = options;
  // Asked before bundling, too: a refusal should not take a second.
  partitionOf(region);
  assertRegionAllowed(district, region, allowOutsideMainland);
  const directory = resolve(options.outdir);
  return withBundles(district, (bundles) => {
    // An old assembly's assets would stay behind and be taken for this one's.
    rmSync(directory, { recursive: true, force: true });
    const app = new App({ outdir: directory, ...APP_SETTINGS });
    addStacks(app, { district, region, bundles, allowOutsideMainland, settings });
    const assembly = app.synth();
    return {
      directory: assembly.directory,
      district,
      region,
      stacks: assembly.stacks.map((stack) => ({
        name: stack.stackName,
        templateFile: stack.templateFullPath,
        resources: Object.keys(stack.template.Resources ?? {}).length,
      })),
      functions: bundles.map(({ name, bytes }) => ({ name, bytes })),
    };
  });
}

/** Bundles into a folder that lives as long as `use` runs: synthesis copies assets into the assembly. */
export function withBundles<T>(district: District, use: (bundles: readonly Bundle[]) => T): T {
  const scratch = mkdtempSync(join(tmpdir(), 'jieban-bundle-'));
  try {
    return use(bundleFunctions({ district, model: loadModel(district.id), outdir: scratch }));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

export interface AppInput {
  readonly district: District;
  readonly region: string;
  readonly bundles: readonly Bundle[];
  readonly allowOutsideMainland: boolean;
  readonly settings: DeploymentSettings;
}

/** @throws OutsideMainlandError */
export function addStacks(app: App, { district, region, bundles, allowOutsideMainland, settings }: AppInput): void {
  assertRegionAllowed(district, region, allowOutsideMainland);
  const partition = partitionOf(region);
  // No account: the template is the same for all, and deployment takes the account of its credentials.
  const env = { region };
  const stateful = new StatefulStack(app, `jieban-${district.id}-stateful`, {
    district,
    env,
    terminationProtection: true,
  });
  const stateless = new StatelessStack(app, `jieban-${district.id}-stateless`, { district, env, bundles, settings });
  // No reference binds them: what the one reads, the other has written to SSM before.
  stateless.addStackDependency(stateful);
  const tagOptions = partition.eventSourceMappingTags
    ? {}
    : { excludeResourceTypes: ['AWS::Lambda::EventSourceMapping'] };
  Tags.of(app).add('service', 'jieban', tagOptions);
  Tags.of(app).add('district', district.id, tagOptions);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
}

/** Fixed here and not in cdk.json, so that every way to synthesize gives the same template. */
export const APP_SETTINGS = {
  analyticsReporting: false,
  stackTraces: false,
  // CloudFormation checks the template itself at a change set; a second engine would cost seconds at each local start.
  builtinCloudFormationValidation: false,
  context: {
    // The local runner finds resources by construct path and functions' code by asset path.
    'aws:cdk:enable-path-metadata': true,
    'aws:cdk:enable-asset-metadata': true,
    // A broken rule is thrown with its report, not only printed.
    '@aws-cdk/core:appMode': 'inmemory',
    '@aws-cdk/aws-iam:minimizePolicies': true,
    '@aws-cdk/core:checkSecretUsage': true,
    '@aws-cdk/core:target-partitions': ['aws', 'aws-cn'],
    '@aws-cdk/aws-lambda:recognizeLayerVersion': true,
    '@aws-cdk/aws-apigateway:requestValidatorUniqueId': true,
    '@aws-cdk/aws-lambda:createNewPoliciesWithAddToRolePolicy': false,
  },
};
