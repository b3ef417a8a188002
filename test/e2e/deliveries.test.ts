/**
 * The operator's command line against a running instance: a department's endpoint says 410, the desk hears that its ticket
 * has not arrived, the endpoint is enabled, the dead letter replayed; and a queue's dead letters go back to it.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetQueueAttributesCommand, ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import { type Instance, phoneRequest, startInstance, tempFolder } from './support.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const UNIT = 'guanbuqiao';
const MINUTE = 60_000;
let jieban: Instance;
let ticketNo = '';
const dataDir = tempFolder();
beforeAll(async () => {
  const silent = compileDistrict('xianan').departments.map(({ id }) => id);
  jieban = await startInstance({ dataDir, silent, frozen: true });
});
afterAll(async () => {
  await jieban?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Not in this process: an operator's terminal. */
function deliveries(...args: string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [join(PROJECT, 'scripts/deliveries.ts'), ...args], { stdio: 'pipe' });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += String(chunk)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out })));
}
const here = ['--data', dataDir] as const;
const advance = (ms: number) => jieban.runner.plane.clock.advanceTo(jieban.runner.plane.clock.now() + ms);
const events = async () => (await jieban.history(ticketNo)).body.events.map(({ type }) => type);

describe('the deliveries command', { timeout: 60_000 }, () => {
  it('shows an endpoint that said 410, and the dead letter', async () => {
    jieban.platforms.departments.failNext(1, 410);
    ticketNo = (await jieban.post('phone', phoneRequest('deliveries-1'))).body.ticketNo;
    const listed = await jieban.until('a dead letter', async () => {
      const answer = await deliveries('list', ...here);
      return answer.out.includes('死信 1') ? answer : undefined;
    });
    expect(listed.code).toBe(0);
    expect(listed.out).toMatch(new RegExp(`\\(${UNIT}\\) +停用 +待投 0 +死信 1`));
    expect(listed.out).toMatch(new RegExp(`${ticketNo} ${UNIT} .*#1 派单 +死信 +1 次 .* 410`));
    const shown = await deliveries('show', '--ticket', ticketNo, '--unit', UNIT, ...here);
    expect(shown.out).toContain(`${ticketNo}-${UNIT}-1`);
  });

  it('is told to the desk after a quarter of an hour', async () => {
    advance(15 * MINUTE);
    await jieban.until('the event', async () => (await events()).includes('deliveryLate') || undefined);
  });

  it('replays only what can be delivered: the endpoint is enabled first', async () => {
    const replay = ['replay', '--unit', UNIT, '--all', '--reason', '已恢复', ...here] as const;
    const refused = await deliveries(...replay);
    expect([refused.code, refused.out]).toEqual([1, expect.stringContaining('该单位端点已停用')]);
    const enabled = await deliveries('enable', '--unit', UNIT, '--reason', '已换地址', ...here);
    expect([enabled.code, enabled.out]).toEqual([0, expect.stringContaining('正常')]);
    const done = await deliveries(...replay);
    expect([done.code, done.out]).toEqual([0, expect.stringContaining('重投 1 条')]);
    const { received } = await jieban.until('the callback', () => {
      const got = jieban.platforms.departments.received({ ticketNo });
      return got.length > 0 ? { received: got } : undefined;
    });
    expect(received.map(({ event }) => event.id)).toEqual([`${ticketNo}-${UNIT}-1`]);
    await jieban.until('the end of it', async () => (await events()).includes('deliveryRecovered') || undefined);
    const shown = await deliveries('show', '--ticket', ticketNo, '--unit', UNIT, ...here);
    expect(shown.out).toMatch(/已送达[\s\S]*第 2 轮[\s\S]*处置记录\n.*#1 重投 {2}deliveries-cli\(leader\):已恢复/);
    expect((await deliveries('list', ...here)).out).toContain('各单位端点正常,没有待投和死信');
  });

  it('says what is missing or wrong', async () => {
    const skip = await deliveries('skip', '--ticket', ticketNo, '--unit', UNIT, '--n', '1', '--reason', '试', ...here);
    expect([skip.code, skip.out]).toEqual([1, expect.stringContaining('不是死信')]);
    for (const args of [['replay', '--reason', 'x'], ['replay', '--unit', UNIT, '--reason', 'x'], ['enable'], ['x']]) {
      const { code, out } = await deliveries(...args, ...here);
      expect([code, out]).toEqual([2, expect.stringContaining('用法')]);
    }
  });
});

it('redrive brings a queue’s dead letters back to it', { timeout: 60_000 }, async () => {
  const { endpoints, region } = jieban.runner.plane;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint: endpoints.sqs, region, credentials, useQueueUrlAsEndpoint: false });
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ MaxResults: 100 }));
  const QueueUrl = QueueUrls.find((url) => url.includes('DispatchDeadLetters'))!;
  for (let n = 0; n < 23; n++) {
    const message = { ticketNo, unit: UNIT, n: 1 };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
  }
  const some = await deliveries('redrive', '--queue', 'dispatch', '--max', '3', ...here);
  expect([some.code, some.out]).toEqual([0, expect.stringContaining('搬回 3 条')]);
  const all = await deliveries('redrive', '--queue', 'dispatch', ...here);
  expect([all.code, all.out]).toEqual([0, expect.stringContaining('搬回 20 条')]);
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  expect(Attributes?.ApproximateNumberOfMessages).toBe('0');
  await jieban.runner.idle();
  // They were delivered before: nothing happens twice.
  expect(jieban.platforms.departments.received({ ticketNo })).toHaveLength(1);
  expect((await deliveries('redrive', '--queue', 'nothing', ...here)).code).toBe(2);
  sqs.destroy();
});

it('redrive points to the events of a stretch that fan-out gave up', { timeout: 60_000 }, async () => {
  const { endpoints, region, clock } = jieban.runner.plane;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint: endpoints.sqs, region, credentials, useQueueUrlAsEndpoint: false });
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ MaxResults: 100 }));
  const QueueUrl = QueueUrls.find((url) => url.includes('FanoutDlq'))!;
  // Nobody hears of this ticket: fan-out doesn't run.
  await jieban.runner.pauseSource('fanout');
  advance(10 * MINUTE);
  const { body } = await jieban.post('phone', phoneRequest('deliveries-2'));
  await jieban.until('the ticket', async () => (await jieban.history(body.ticketNo)).status === 200 || undefined);
  const at = new Date(clock.now()).toISOString();
  const DDBStreamBatchInfo = { approximateArrivalOfFirstRecord: at, approximateArrivalOfLastRecord: at };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ DDBStreamBatchInfo }) }));
  expect(jieban.platforms.departments.received({ ticketNo: body.ticketNo })).toEqual([]);
  const { code, out } = await deliveries('redrive', '--queue', 'fanout', ...here);
  // dispatched: to Dispatch, Feedback and Timers.
  expect([code, out]).toEqual([0, expect.stringContaining('1 段事件流,补发 3 件')]);
  await jieban.until('the callback', () => jieban.platforms.departments.received({ ticketNo: body.ticketNo }).at(0));
  jieban.runner.resumeSource('fanout');
  sqs.destroy();
});
