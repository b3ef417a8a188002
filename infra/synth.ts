/**
 * `npm run synth -- --district xianan --region cn-northwest-1 [--allow-outside-mainland] [--out cdk.out] [-c name=value …]`:
 * writes the CloudFormation of one district for one region, and says what is in it.
 */
import './require-node.mjs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { readSettings } from './settings.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

export { type Synthesized, type SynthesizeOptions, synthesize } from './synthesize.ts';

const USAGE =
  'npm run synth -- --district xianan --region cn-northwest-1 [--allow-outside-mainland] [--out cdk.out] [-c name=value …]';

function main(): void {
  const { values } = parseArgs({
    options: {
      district: { type: 'string' },
      region: { type: 'string' },
      out: { type: 'string', default: 'cdk.out' },
      'allow-outside-mainland': { type: 'boolean', default: false },
      // The settings of `settings.ts`, as the `cdk` command line takes them.
      context: { type: 'string', short: 'c', multiple: true, default: [] },
    },
  });
  if (values.district === undefined || values.region === undefined) throw new Error(`Usage: ${USAGE}`);
  const started = performance.now();
  const result = synthesize({
    district: values.district,
    region: values.region,
    outdir: values.out,
    allowOutsideMainland: values['allow-outside-mainland'],
    settings: readSettings(Object.fromEntries(values.context.map(pairOf))),
  });
  console.log(describe(result, performance.now() - started));
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`-c ${text}: write name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function describe(result: Synthesized, milliseconds: number): string {
  const here = (path: string) => relative(process.cwd(), path) || '.';
  const total = result.functions.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    `${result.district.name} (${result.district.id}) in ${result.region}, in ${(milliseconds / 1000).toFixed(1)} s: ${here(result.directory)}`,
    '',
    'stacks',
    ...result.stacks.map(
      ({ name, resources, templateFile }) => `  ${name}  ${resources} resources  ${here(templateFile)}`,
    ),
    '',
    `functions (code, uncompressed; ${kilobytes(total)} in all)`,
    ...result.functions.map(({ name, bytes }) => `  ${name.padEnd(14)}${kilobytes(bytes).padStart(9)}`),
  ].join('\n');
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
