import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { DataFolderInUse, startTimeOf } from '#infra/local/plane/children.ts';
import { startPlane } from '#infra/local/plane/index.ts';
import { MACHINE, TABLE } from './killed-shared.ts';
import { afterThisTest, credentials, planeIn, temporaryFolder, until } from './support.ts';

interface Written {
  office: number;
  dynamodb: string;
}

function pidsIn(dataDir: string): number[] {
  const records = JSON.parse(readFileSync(join(dataDir, 'children.json'), 'utf8')) as { children: { pid: number }[] };
  return records.children.map((child) => child.pid);
}

async function runUntilWritten(dataDir: string): Promise<{ runner: ChildProcess; written: Written }> {
  const script = fileURLToPath(new URL('./killed-runner.ts', import.meta.url));
  const runner = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  afterThisTest(() => void runner.kill('SIGKILL'));
  for await (const line of createInterface({ input: runner.stdout })) {
    return { runner, written: JSON.parse(line) as Written };
  }
  throw new Error('the process ended before it had written');
}

test('after kill -9 the next start ends what was left and finds every acknowledged write', async () => {
  const dataDir = temporaryFolder();
  const { runner, written } = await runUntilWritten(dataDir);
  await expect(startPlane({ dataDir, speed: 1, log: () => {} })).rejects.toThrow(
    expect.objectContaining({ name: DataFolderInUse.name, pid: runner.pid }),
  );
  const [orphan = 0] = pidsIn(dataDir);
  const exited = new Promise((resolve) => runner.once('exit', resolve));
  runner.kill('SIGKILL');
  await exited;
  expect(startTimeOf(orphan)).not.toBeNull();

  const lines: string[] = [];
  const plane = await planeIn(dataDir, { log: (line) => lines.push(line) });
  expect(lines).toEqual([expect.stringContaining(`ending process ${orphan}`)]);
  expect(startTimeOf(orphan)).toBeNull();
  expect(plane.clock.now()).toBeGreaterThanOrEqual(written.office);

  const common = { region: plane.region, credentials };
  const dynamodb = new DynamoDBClient({ ...common, endpoint: plane.endpoints.dynamodb });
  const sqs = new SQSClient({ ...common, endpoint: plane.endpoints.sqs });
  const secrets = new SecretsManagerClient({ ...common, endpoint: plane.endpoints.secretsmanager });
  await plane.ensureTable(TABLE);
  expect((await dynamodb.send(new ScanCommand({ TableName: TABLE.TableName }))).Count).toBe(50);

  const { url } = await plane.ensureQueue('Intake', { VisibilityTimeout: '900' });
  const bodies = new Set<string | undefined>();
  for (let round = 0; round < 50 && bodies.size < 50; round++) {
    const receive = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 });
    for (const message of (await sqs.send(receive)).Messages ?? []) bodies.add(message.Body);
  }
  expect(bodies.size).toBe(50);
  expect((await secrets.send(new GetSecretValueCommand({ SecretId: 'key' }))).SecretString).toBe('kept');

  const ticks: unknown[] = [];
  plane.ensureStateMachine({
    ...MACHINE,
    invoke: async (_arn, payload) => {
      ticks.push(payload);
      return payload;
    },
  });
  expect(await plane.resumeExecutions()).toBe(1);
  plane.clock.advanceTo(written.office + 120_000);
  await until(() => plane.executions()[0]?.status === 'SUCCEEDED');
  expect(ticks).toHaveLength(1);
});

test('a second runner on the same folder is refused while the first lives, and not after it stopped', async () => {
  const dataDir = temporaryFolder();
  const first = await planeIn(dataDir);
  await expect(startPlane({ dataDir, speed: 1, log: () => {} })).rejects.toThrow(`pid ${process.pid}`);
  await first.stop();
  await first.stop();
  await planeIn(dataDir);
});

test('a process that only happens to have a recorded number is left alone', async () => {
  const dataDir = temporaryFolder();
  const bystander = spawn('sleep', ['60']);
  afterThisTest(() => void bystander.kill('SIGKILL'));
  const record = { pid: bystander.pid, startTime: '1', command: 'something else' };
  writeFileSync(join(dataDir, 'children.json'), JSON.stringify({ runner: null, children: [record] }));
  const lines: string[] = [];
  await planeIn(dataDir, { log: (line) => lines.push(line) });
  expect(lines).toEqual([]);
  expect(startTimeOf(bystander.pid ?? 0)).not.toBeNull();
});

test('a clean stop leaves no process, no port and no handle behind', async () => {
  const dataDir = temporaryFolder();
  const script = `
    import { startPlane } from ${JSON.stringify(new URL('../../../infra/local/plane/index.ts', import.meta.url).href)};
    const plane = await startPlane({ dataDir: ${JSON.stringify(dataDir)}, speed: 60, log: () => {} });
    await plane.ensureQueue('Intake', {});
    await plane.stop();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  afterThisTest(() => void child.kill('SIGKILL'));
  // It ends by itself only if nothing holds it.
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  expect(pidsIn(dataDir)).toEqual([]);
});

test('a runner that ends by an error takes its children along', async () => {
  const dataDir = temporaryFolder();
  const script = `
    import { startPlane } from ${JSON.stringify(new URL('../../../infra/local/plane/index.ts', import.meta.url).href)};
    await startPlane({ dataDir: ${JSON.stringify(dataDir)}, speed: 1, log: () => {} });
    process.exit(3);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  afterThisTest(() => void child.kill('SIGKILL'));
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(3);
  const [pid = 0] = pidsIn(dataDir);
  expect(pid).toBeGreaterThan(0);
  await until(() => startTimeOf(pid) === null);
});
