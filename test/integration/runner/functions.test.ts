/** Lambda in worker threads: what a function sees, what it may load, and what becomes of one that fails. */
import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { beforeAll, describe, expect, it } from 'vitest';
import { assetFolder, type Booted, boot, eventually, shutDown, synthStack, testFunction } from './mini-app.ts';

let booted: Booted;

beforeAll(async () => {
  process.env.RUNNER_SECRET = 'of the runner only';
  const needsPackage = assetFolder({
    'index.mjs': "import { z } from 'zod';\nexport const handler = async () => typeof z;\n",
  });
  const needsParent = assetFolder({
    'index.mjs': "export const handler = async () => import('../../../etc/hostname.mjs');\n",
  });
  const usesCallback = assetFolder({
    'index.mjs': 'export const handler = (event, context, callback) => callback();\n',
  });
  const commonJs = assetFolder({
    'index.js': "const { sep } = require('path');\nexports.handler = async () => sep + require('./other.js').name;\n",
    'other.js': "exports.name = 'other';\n",
  });
  const assembly = synthStack((stack) => {
    testFunction(stack, 'Look', { environment: { OWN: 'value' }, functionName: 'look-at-it' }).addAlias('live');
    testFunction(stack, 'Misbehave', { handler: 'index.misbehave', timeout: Duration.seconds(1) });
    testFunction(stack, 'Once', { handler: 'index.misbehave', reservedConcurrentExecutions: 1 });
    testFunction(stack, 'NeedsPackage', { code: lambda.Code.fromAsset(needsPackage), handler: 'index.handler' });
    testFunction(stack, 'NeedsParent', { code: lambda.Code.fromAsset(needsParent), handler: 'index.handler' });
    testFunction(stack, 'UsesCallback', { code: lambda.Code.fromAsset(usesCallback), handler: 'index.handler' });
    testFunction(stack, 'CommonJs', { code: lambda.Code.fromAsset(commonJs), handler: 'index.handler' });
    testFunction(stack, 'NoHandler', { handler: 'index.nothing' });
  });
  booted = await boot(assembly, { frozen: true, startAt: Date.parse('2026-11-23T01:00:00Z') });
  return () => shutDown(booted);
});

const invoke = (fn: string, event: unknown = {}) => booted.runner.invoke(fn, event);

describe('the environment of a function', () => {
  it('is what the template gives and what Lambda gives, and nothing of the runner', async () => {
    const { environment } = (await invoke('Look')) as { environment: Record<string, string> };
    expect(Object.keys(environment).sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_CONFIG_FILE',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL_DYNAMODB',
      'AWS_ENDPOINT_URL_S3',
      'AWS_ENDPOINT_URL_SECRETS_MANAGER',
      'AWS_ENDPOINT_URL_SFN',
      'AWS_ENDPOINT_URL_SQS',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SHARED_CREDENTIALS_FILE',
      'LAMBDA_TASK_ROOT',
      'LANG',
      'OWN',
      'TZ',
      '_HANDLER',
    ]);
    expect(environment).toMatchObject({
      OWN: 'value',
      AWS_REGION: 'cn-north-1',
      AWS_LAMBDA_FUNCTION_NAME: 'look-at-it',
    });
  });

  it('has the office clock, UTC and the context of the invocation', async () => {
    booted.runner.plane.clock.advanceTo(Date.parse('2026-11-25T01:00:00Z'));
    const seen = (await invoke('Look', { a: 1 })) as Record<string, unknown>;
    expect(seen).toMatchObject({ event: { a: 1 }, office: Date.parse('2026-11-25T01:00:00Z'), timezoneOffset: 0 });
    expect(seen.context).toMatchObject({
      functionName: 'look-at-it',
      memoryLimitInMB: '256',
      invokedFunctionArn: 'arn:aws-cn:lambda:cn-north-1:000000000000:function:look-at-it',
      remaining: expect.toSatisfy((ms: number) => ms > 15_000 && ms <= 20_000),
    });
  });

  it('names the alias that was called', async () => {
    const arn = 'arn:aws-cn:lambda:cn-north-1:000000000000:function:look-at-it:live';
    expect(await invoke(arn)).toMatchObject({ context: { invokedFunctionArn: arn } });
    await expect(async () => invoke(arn.replace('live', 'dead'))).rejects.toThrow('no function');
  });

  it('is loaded from a copy outside of the source tree', async () => {
    const { file } = (await invoke('Look')) as { file: string };
    expect(file).not.toContain(process.cwd());
    expect(file).toMatch(/jieban-functions-.*index\.mjs$/);
  });
});

describe('what a bundle may load', () => {
  it.each([
    ['NeedsPackage', /zod/],
    ['NeedsParent', /Cannot find/],
  ])('refuses what is not in it (%s)', async (fn, message) => {
    await expect(invoke(fn)).rejects.toMatchObject({
      name: 'FunctionError',
      errorType: expect.stringMatching(/ImportModuleError|Error/),
      message: expect.stringMatching(message),
    });
  });

  it('refuses a package that only a later import asks for', async () => {
    await expect(invoke('Misbehave', { how: 'import' })).rejects.toThrow('standardwebhooks');
  });

  it('loads its own files and the built-in modules, also as CommonJS', async () => {
    expect(await invoke('CommonJs')).toBe('/other');
  });

  it('says what is wrong with a handler', async () => {
    await expect(invoke('NoHandler')).rejects.toMatchObject({ errorType: 'Runtime.HandlerNotFound' });
    await expect(invoke('UsesCallback')).rejects.toMatchObject({ errorType: 'Runtime.CallbackHandlerDeprecated' });
  });
});

describe('a function that fails', () => {
  it('answers with type, message and stack, and writes them to its log', async () => {
    await expect(invoke('Misbehave', { how: 'throw' })).rejects.toMatchObject({
      name: 'FunctionError',
      errorType: 'TypeError',
      message: 'thrown on purpose',
      trace: expect.arrayContaining([expect.stringContaining('index.mjs')]),
    });
    const line = expect.stringContaining('thrown on purpose');
    expect(booted.logs).toContainEqual({ source: 'function', fn: 'Misbehave', line });
  });

  it.each([
    ['crash', 'Error', /uncaught on purpose/],
    ['exit', 'Runtime.ExitError', /exit status 7/],
    ['hang', 'Sandbox.Timedout', /timed out after 1\.00 seconds/],
    ['spin', 'Sandbox.Timedout', /timed out after 1\.00 seconds/],
  ])('by %s fails that invocation only', async (how, errorType, message) => {
    const others = [1, 2, 3].map((n) => invoke('Misbehave', { how: `well ${n}`, in: 200 }));
    await expect(invoke('Misbehave', { how })).rejects.toMatchObject({
      errorType,
      message: expect.stringMatching(message),
    });
    expect(await Promise.all(others)).toHaveLength(3);
    expect(await invoke('Misbehave', { how: 'well again' })).toEqual({ how: 'well again' });
  });

  it('does not get more at once than the template allows', async () => {
    const started = performance.now();
    await Promise.all([1, 2, 3].map(() => invoke('Once', { how: 'well', in: 150 })));
    expect(performance.now() - started).toBeGreaterThan(440);
  });

  it('gives its lines to the log', async () => {
    await invoke('Misbehave', { how: 'throw' }).catch(() => {});
    await eventually(() => booted.logs.some(({ source, fn }) => source === 'function' && fn === 'Misbehave'));
  });
});
