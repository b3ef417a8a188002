/** A build with one guard left out: the same sources with a few words changed, bundled and put into a copy of the assembly. */
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunctions, FUNCTIONS_DIRECTORY, functionNames } from '#infra/bundle.ts';
import { constructIdOf } from '#infra/local/aws/functions.ts';
import { Template } from '#infra/local/aws/template.ts';
import type { Strike } from '#infra/local/faults/strike.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export interface Mutation {
  /** Below `functions/`. */
  readonly file: string;
  /** Each must be there, once. */
  readonly changes: readonly (readonly [from: string, to: string])[];
  /** Functions that are built anew; all others stay sound. */
  readonly functions: readonly string[];
}

export interface Broken extends Mutation {
  readonly without: string;
  /** What provokes it; some messages of the story come twice in any case. */
  readonly strikes: readonly Strike[];
  /** The complaint that must be among the judge's. */
  readonly caught: RegExp;
}

/** Long enough for the other writer, also on a machine that has much to do (ms). */
const OVERTAKEN = 1_500;

export const BUILDS: readonly Broken[] = [
  {
    without: 'the dedupe row of a cause',
    file: 'adapters/ticket-rows.ts',
    changes: [['if (cause !== undefined) {', 'if (cause === null) {']],
    functions: ['citizen'],
    strikes: [],
    caught: /^acknowledged: \S+ appended was done 1 times and written 2 times$/,
  },
  {
    without: 'the guard of the version',
    file: 'adapters/ticket-rows.ts',
    changes: [
      ["{ ConditionExpression: 'version = :was', ExpressionAttributeValues: { ':was': expectedVersion } }", '{}'],
      [
        "Put: { TableName, Item: { pk, sk, ...attributes }, ConditionExpression: 'attribute_not_exists(pk)' }",
        'Put: { TableName, Item: { pk, sk, ...attributes } }',
      ],
    ],
    functions: ['citizen', 'departments'],
    // The fourth change by a unit is its progress, while the citizen adds something.
    strikes: [{ fault: 'slow', fn: 'departments', operation: 'TransactWriteItems', skip: 3, ms: OVERTAKEN }],
    caught: /^acknowledged: \S+ (appended|progressed) was done 1 times and written 0 times$/,
  },
  {
    without: 'the write before the acknowledgement',
    file: 'shared/batch.ts',
    changes: [['await correlated(about, () => handle(', 'void correlated(about, () => handle(']],
    functions: ['dispatcher'],
    strikes: [{ fault: 'crashBefore', fn: 'dispatcher', operation: 'PutItem' }],
    caught: /^callbacks: no unit was told of /,
  },
];

/**
 * Makes the assembly in `folder` and returns its path.
 * @throws Error when the sources don't hold what is to be changed, or the change has no effect on a function
 */
export function breakBuild(assembly: string, folder: string, { file, changes, functions }: Mutation): string {
  const sources = join(folder, 'sources');
  mkdirSync(sources, { recursive: true });
  cpSync(FUNCTIONS_DIRECTORY, join(sources, 'functions'), { recursive: true });
  cpSync(join(PROJECT, 'package.json'), join(sources, 'package.json'));
  cpSync(join(PROJECT, 'tsconfig.json'), join(sources, 'tsconfig.json'));
  for (const part of ['domain', 'schemas', 'node_modules']) symlinkSync(join(PROJECT, part), join(sources, part));
  const directory = join(sources, 'functions');
  for (const name of functionNames(directory)) {
    // Others may be imported from; without a handler nothing is made of them.
    if (!functions.includes(name)) rmSync(join(directory, name, 'handler.ts'));
  }
  const target = join(directory, file);
  let text = readFileSync(target, 'utf8');
  for (const [from, to] of changes) {
    if (text.split(from).length !== 2) throw new Error(`${file} does not hold once: ${from}`);
    text = text.replace(from, () => to);
  }
  writeFileSync(target, text);
  const built = bundleFunctions({ district: {}, outdir: join(folder, 'bundles'), functionsDirectory: directory });

  const copy = join(folder, 'cdk.out');
  cpSync(assembly, copy, { recursive: true });
  const template = new Template(copy);
  for (const resource of template.ofType('AWS::Lambda::Function')) {
    const bundle = built.find(({ name }) => name === constructIdOf(resource));
    if (bundle === undefined) continue;
    const { Code } = template.properties<{ Code: { S3Key: string } }>(resource, ['Code']);
    const asset = resource.stack.assets.get(Code.S3Key);
    if (asset === undefined) throw new Error(`no asset of ${bundle.name}`);
    const [sound, broken] = [join(asset, 'index.mjs'), join(bundle.folder, 'index.mjs')];
    if (dirname(asset) !== copy || readFileSync(sound).equals(readFileSync(broken))) {
      throw new Error(`${bundle.name} would be what it was`);
    }
    cpSync(broken, sound);
  }
  return copy;
}
