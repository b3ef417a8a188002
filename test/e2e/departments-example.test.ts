/** The receiver that departments copy, as a process of its own, takes a unit over from the demo department and answers a ticket. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CallbackEvent } from '#schemas/callback.ts';
import { type Instance, phoneRequest, startInstance, tempFolder } from './support.ts';

const UNIT = 'guanbuqiao';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const dataDir = tempFolder();
let jieban: Instance;
let example: ChildProcess | undefined;
let printed = '';

const script = (name: string, ...args: string[]) =>
  spawn(process.execPath, [join(ROOT, `scripts/${name}.ts`), ...args, '--data', dataDir], {
    cwd: ROOT,
    env: { ...process.env, PACE_MS: '10' },
  });
/** What it prints, both streams, and its exit code. */
async function finished(child: ChildProcess): Promise<{ text: string; code: number | null }> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { text, code };
}

beforeAll(async () => {
  // A clerk who takes a minute before each step: what the demo department has begun is still to be done.
  const slowly = { officeMinutes: 60, atMostSeconds: 60 };
  jieban = await startInstance({ dataDir, silent: ['renshe'], pace: { sign: slowly } });
});
afterAll(async () => {
  example?.kill('SIGKILL');
  await jieban?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** None before the router has seen the request. */
const statusOf = async (ticketNo: string): Promise<string | undefined> => {
  const { status, body } = await jieban.history(ticketNo);
  return status === 200 ? body.ticket.status : undefined;
};
const answered = (ticketNo: string) =>
  jieban.until(`${ticketNo} is answered`, async () => (await statusOf(ticketNo)) === 'REPLIED' || undefined, 40_000);
const inbox = (): CallbackEvent[] =>
  readFileSync(join(dataDir, 'departments-example', `${UNIT}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CallbackEvent);
const endpoint = () => /^receiver ready (\S+)$/m.exec(printed)?.[1] ?? '';

function callback(key: string, event: CallbackEvent, body = JSON.stringify(event)) {
  const now = new Date();
  const signature = new Webhook(key).sign(event.id, now, JSON.stringify(event));
  return fetch(endpoint(), {
    method: 'POST',
    headers: {
      'webhook-id': event.id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signature,
    },
    body,
  });
}

const onThisMachine = (tool: string) => spawnSync(tool, ['--version']).error === undefined;

// The page offers it to whoever has both; the package's own signature is tested everywhere.
it.runIf(onThisMachine('openssl') && onThisMachine('curl')).each(['README.md', 'README.zh-CN.md'])(
  'takes a command that was signed by openssl as %s says',
  async (page) => {
    const { ticketNo } = (await jieban.post('phone', phoneRequest(`openssl-${page}`))).body;
    await jieban.until('it is dispatched', async () => (await statusOf(ticketNo)) === 'AWAIT_SIGN' || undefined);
    await jieban.operator(ticketNo, { command: 'assign', owner: 'renshe', reason: '职责' });
    const text = readFileSync(join(ROOT, 'docs/departments', page), 'utf8');
    const [, block = ''] = /```bash\n(URL=[\s\S]*?)```/.exec(text) ?? [];
    const key = jieban.secrets.departments.renshe?.keys[0] ?? '';
    const mine = `URL=${jieban.url} UNIT=renshe TICKET=${ticketNo} SECRET='${key}'`;
    const bash = spawn('bash', ['-c', block.replace(/^URL=.*$/m, mine)]);
    const { text: answer, code } = await finished(bash);
    expect(code, answer).toBe(0);
    expect(JSON.parse(answer)).toMatchObject({ ticketNo, status: 'SIGNED' });
  },
);

it('takes over a unit whose callbacks went to the demo department, and sees a ticket through to its answer', async () => {
  // The dispatcher knows the demo department's address from now on.
  const before = (await jieban.post('phone', phoneRequest('example-0'))).body;
  await jieban.until('the demo department has it', () =>
    jieban.platforms.departments.received({ ticketNo: before.ticketNo })[0] ? true : undefined,
  );
  example = script('departments-example', '--department', UNIT, '--port', '0');
  example.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  example.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await jieban.until('the example is ready', () => printed.includes('example ready') || undefined, 40_000);

  const { ticketNo } = (await jieban.post('phone', phoneRequest('example-1'))).body;
  await answered(ticketNo);
  // What the demo department had begun was on the work list.
  await answered(before.ticketNo);
  expect(jieban.platforms.departments.received({ ticketNo })).toEqual([]);
  const [event] = inbox().filter(({ subject }) => subject === ticketNo);
  expect(event).toMatchObject({ type: 'cn.jieban.ticket.dispatched.v1', data: { receiver: UNIT, sequence: 1 } });
  await jieban.until('the last step is shown', () => printed.includes(`${ticketNo}  reply → REPLIED`) || undefined);
  expect(printed).toContain('工地拖欠农民工工资');
  expect(printed).toContain(`${ticketNo}  sign → SIGNED`);
  const { events } = (await jieban.history(ticketNo)).body;
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['dispatched', 'signed', 'accepted', 'contacted', 'replied']),
  );
});

it('drops a duplicate and what is stale, and refuses what was tampered with', async () => {
  const key = jieban.secrets.departments[UNIT]?.keys[0] ?? '';
  const [event] = inbox();
  if (event === undefined) throw new Error('nothing was received');
  const count = inbox().length;

  const duplicate = await callback(key, event);
  expect([duplicate.status, await duplicate.json()]).toEqual([200, { received: 'duplicate' }]);
  const stale = await callback(key, { ...event, id: `${event.id}9` });
  expect([stale.status, await stale.json()]).toEqual([200, { received: 'stale' }]);

  const other = JSON.stringify(event).replace('"ticketVersion":2', '"ticketVersion":3');
  expect(other).not.toBe(JSON.stringify(event));
  expect((await callback(key, event, other)).status).toBe(401);
  expect((await callback(`whsec_${createHmac('sha256', 'x').digest('base64')}`, event)).status).toBe(401);
  expect((await fetch(endpoint(), { method: 'POST', body: JSON.stringify(event) })).status).toBe(401);
  expect((await fetch(endpoint().replace('/callbacks', '/'), { method: 'POST' })).status).toBe(404);
  expect(inbox()).toHaveLength(count);
});

it('agrees with the reconciliation, and a line that is missing there is named', async () => {
  const list = await finished(script('departments-example', '--department', UNIT, '--list'));
  const [title, ...lines] = list.text.trimEnd().split('\n');
  expect([list.code, title]).toEqual([0, 'ticketNo,version']);
  // The ticket that the demo department was told of is on the work list, and no callback of it came here.
  const { ticketNo } = (await jieban.post('phone', phoneRequest('example-2'))).body;
  await answered(ticketNo);
  const file = join(dataDir, 'theirs.csv');
  const theirs = (await finished(script('departments-example', '--department', UNIT, '--list'))).text;
  expect(theirs.trimEnd().split('\n')).toHaveLength(lines.length + 2);
  writeFileSync(file, theirs);
  const differs = await finished(script('reconcile', '--department', UNIT, '--theirs', file));
  expect(differs.text).toMatch(/一致 2 件.*不一致 1 件/);
  expect(differs.text).toMatch(/✗ XA\d{16} 对方没有/);
  expect(differs.code).toBe(1);
  const missing = /✗ (XA\d{16})/.exec(differs.text)?.[1];
  writeFileSync(file, `${theirs}${missing},4\n`);
  const agrees = await finished(script('reconcile', '--department', UNIT, '--theirs', file));
  expect([agrees.code, agrees.text]).toEqual([0, expect.stringMatching(/一致 3 件.*不一致 0 件/)]);
  const wrong = await finished(script('reconcile', '--department', 'nobody', '--theirs', file));
  expect([wrong.code, wrong.text]).toEqual([2, expect.stringContaining('没有单位 nobody')]);
});

it('gives the unit back when it ends, and the demo department is told again', async () => {
  const ended = new Promise((resolve) => example?.once('exit', resolve));
  example?.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(printed).toContain('given back to the demo department');
  // The ten seconds that it speaks of. Nobody listens at the address that the dispatcher remembers: it looks anew.
  await sleep(10_500);
  const { ticketNo } = (await jieban.post('phone', phoneRequest('example-3'))).body;
  await jieban.until(
    'the demo department has it',
    () => jieban.platforms.departments.received({ ticketNo })[0] && true,
  );
}, 60_000);

it('points a unit to somebody’s own program, and back', async () => {
  const mine = 'http://127.0.0.1:8090/callbacks';
  const stored = () => readFileSync(join(dataDir, 'secrets.json'), 'utf8');
  expect(await finished(script('departments-example', '--department', UNIT, '--endpoint', mine))).toMatchObject({
    code: 0,
  });
  expect(stored()).toContain(mine);
  expect(await finished(script('departments-example', '--department', UNIT, '--back'))).toMatchObject({ code: 0 });
  expect(stored()).toContain(`/departments/${UNIT}/callbacks`);
  const { text, code } = await finished(script('departments-example', '--department', UNIT, '--secret'));
  expect([code, text.trim()]).toEqual([0, jieban.secrets.departments[UNIT]?.keys[0]]);
  expect(await finished(script('departments-example', '--department', 'nobody', '--secret'))).toMatchObject({
    code: 1,
  });
});
