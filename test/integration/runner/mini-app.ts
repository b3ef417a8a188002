/** Builds miniature systems with the real CDK, and boots them on the runner under test. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';
import { type Runner, type RunnerLog, type RunnerOptions, startRunner } from '#infra/local/runner.ts';

export const REGION = 'cn-north-1';

/** A temporary folder of this test file, removed at its end. */
export const scratch = mkdtempSync(join(tmpdir(), 'jieban-runner-test-'));

const open = new Set<Runner>();

afterAll(async () => {
  await Promise.all([...open].map((runner) => runner.stop()));
  rmSync(scratch, { recursive: true, force: true });
});

let count = 0;
/** A new path in the scratch folder. */
export const newFolder = (name: string): string => join(scratch, `${++count}-${name}`);

/** The folder with the bundled handlers of `handlers.ts`, as a deployment would upload it. */
export function handlersFolder(): string {
  const folder = join(scratch, 'handlers');
  if (existsSync(folder)) return folder;
  buildSync({
    entryPoints: [join(import.meta.dirname, 'handlers.ts')],
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  return folder;
}

/** A folder with these files, for bundles that are wrong on purpose. */
export function assetFolder(files: Record<string, string>): string {
  const folder = newFolder('asset');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** A Lambda function as the stacks define them, with one of the test handlers. */
export function testFunction(stack: Stack, id: string, props: Partial<lambda.FunctionProps> = {}): lambda.Function {
  return new lambda.Function(stack, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.look',
    code: lambda.Code.fromAsset(handlersFolder()),
    memorySize: 256,
    timeout: Duration.seconds(20),
    ...props,
  });
}

/** Synthesizes an app; gives the folder of its cloud assembly. */
export function synth(build: (app: App) => void): string {
  const app = new App({ outdir: newFolder('cdk.out') });
  build(app);
  return app.synth().directory;
}

/** Synthesizes an app of a single stack. */
export function synthStack(build: (stack: Stack) => void): string {
  return synth((app) => build(new Stack(app, 'Mini', { env: { region: REGION } })));
}

export interface Booted {
  runner: Runner;
  logs: RunnerLog[];
  dataDir: string;
}

/** Boots an assembly; it is stopped at the end of the file, if the test does not. */
export async function boot(assembly: string, options: Partial<RunnerOptions> = {}): Promise<Booted> {
  const logs: RunnerLog[] = [];
  const dataDir = options.dataDir ?? newFolder('data');
  const runner = await startRunner({
    assembly,
    dataDir,
    port: 0,
    initialSecret: (constructId) => `secret of ${constructId}`,
    log: (entry) => {
      logs.push(entry);
      if (process.env.SHOW_RUNNER_LOG) console.log(entry.source, entry.fn ?? '', entry.line);
    },
    ...options,
  });
  open.add(runner);
  return { runner, logs, dataDir };
}

export async function shutDown({ runner }: Booted): Promise<void> {
  open.delete(runner);
  await runner.stop();
}

/** Polls until the condition holds. @throws Error after `ms` */
export async function eventually(condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  for (const deadline = Date.now() + ms; !(await condition()); ) {
    if (Date.now() > deadline) throw new Error(`did not come true within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
