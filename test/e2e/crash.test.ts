/**
 * Kill -9 in the middle of 120 requests: of the runner's process alone, and of its whole process group. The next start ends
 * what was left; every request that got its 202 is one ticket with one owner, and its timer runs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSecret } from '#infra/local/cli/secrets.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { type Instance, phoneRequest, signed, startInstance, synthesizeInto, tempFolder } from './support.ts';

const main = fileURLToPath(new URL('../../infra/local/main.ts', import.meta.url));
const REQUESTS = 120;
/** Killed after so many answers: the rest is under way or not sent yet. */
const KILL_AFTER = 60;
/** Dozens of tickets and their callbacks, on a machine that others use, too (ms). */
const PATIENCE = 60_000;

let assembly: string;
const folders: string[] = [];
beforeAll(async () => {
  const folder = tempFolder();
  folders.push(folder);
  assembly = process.env.JIEBAN_TEST_ASSEMBLY ?? (await synthesizeInto(join(folder, 'cdk.out')));
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** `npm start` as a process of its own group. */
async function startProcess(dataDir: string): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [main, '--data', dataDir, '--no-demo-departments', '--no-throttle'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: '0' },
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const onData = (data: Buffer) => {
      output += data.toString();
      const ready = /jieban ready (http:\S+)/.exec(output);
      if (ready?.[1] !== undefined) resolve(ready[1]);
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready:\n${output}`)));
  });
  return { url, child };
}

describe.each([
  ['the runner alone', (pid: number) => process.kill(pid, 'SIGKILL')],
  ['its whole process group', (pid: number) => process.kill(-pid, 'SIGKILL')],
])('kill -9 of %s', (_, kill) => {
  it('loses nothing that was acknowledged and doubles nothing', { timeout: 180_000 }, async () => {
    const dataDir = tempFolder();
    folders.push(dataDir);
    const { url, child } = await startProcess(dataDir);
    const key = readSecret(dataDir, 'phone').inbound[0] ?? '';
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const acknowledged: IntakeReceipt[] = [];
    let next = 0;
    let killed = false;
    const sender = async () => {
      while (next < REQUESTS) {
        const ref = `crash-${next++}`;
        try {
          const response = await fetch(`${url}/channels/phone/requests`, signed(key, phoneRequest(ref)));
          if (response.status === 202) acknowledged.push((await response.json()) as IntakeReceipt);
        } catch {
          expect(killed, 'a request failed before the kill').toBe(true);
        }
        if (!killed && acknowledged.length >= KILL_AFTER) {
          killed = true;
          kill(child.pid ?? 0);
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, sender));
    await exited;
    expect(killed).toBe(true);
    expect(acknowledged.length).toBeGreaterThanOrEqual(KILL_AFTER);

    // Office time runs fast, so that the sweeper comes by within a second.
    const jieban = await startInstance({ dataDir, assembly, demoDepartments: false, speed: 300, throttle: false });
    try {
      const tickets = await jieban.until(
        'every acknowledged request is a ticket',
        async () => {
          const answers = await Promise.all(acknowledged.map(({ ticketNo }) => jieban.history(ticketNo)));
          return answers.every(({ status }) => status === 200) ? answers : undefined;
        },
        PATIENCE,
      );
      const refs = tickets.map(({ body }) => (body.ticket as unknown as { channelRef: string }).channelRef);
      expect(new Set(refs).size).toBe(acknowledged.length);
      for (const { body } of tickets) {
        expect(body.ticket.owner).toBe('guanbuqiao');
        expect(body.events.filter(({ type }) => type === 'registered')).toHaveLength(1);
        expect(body.events.filter(({ type }) => type === 'dispatched')).toHaveLength(1);
      }
      await jieban.until(
        'every ticket has its alarm',
        () => {
          const running = new Set(
            jieban.runner.plane.executions().flatMap(({ name, status }) => (status === 'RUNNING' ? [name] : [])),
          );
          return acknowledged.every(({ ticketNo }) => running.has(`${ticketNo}-g1`)) || undefined;
        },
        PATIENCE,
      );
      // Whoever got no answer may have a receipt all the same; the sweeper makes a ticket of it, and never two.
      const receipts = await count(jieban, /receipts/i, 'pk', 'R#');
      expect(receipts).toBeGreaterThanOrEqual(acknowledged.length);
      await jieban.until(
        'as many tickets as receipts',
        async () => (await count(jieban, /tickets/i, 'sk', 'TICKET')) === receipts || undefined,
        PATIENCE,
      );
    } finally {
      await jieban.stop();
    }
  });
});

/** Items of a table whose key attribute begins with `prefix`. */
async function count(jieban: Instance, table: RegExp, key: 'pk' | 'sk', prefix: string): Promise<number> {
  const client = new DynamoDBClient({
    endpoint: jieban.runner.plane.endpoints.dynamodb,
    region: jieban.runner.plane.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const TableName = (await client.send(new ListTablesCommand({}))).TableNames?.find((name) => table.test(name));
  let sum = 0;
  for await (const page of paginateScan(
    { client },
    {
      TableName,
      FilterExpression: 'begins_with(#key, :prefix)',
      ExpressionAttributeNames: { '#key': key },
      ExpressionAttributeValues: { ':prefix': { S: prefix } },
      Select: 'COUNT',
    },
  )) {
    sum += page.Count ?? 0;
  }
  client.destroy();
  return sum;
}
