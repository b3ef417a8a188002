/**
 * Calls that only a rare situation makes, each on the whole template, so that their grants are known to be needed: a snapshot
 * of before a field came to be is read from its events, words overtake the request that they belong to, a form names a file
 * that was never sent, a part is split off, a breaker closes again.
 */
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  ChangeMessageVisibilityCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import { openidOf } from '#infra/local/platforms/wechat.ts';
import { UploadPermit } from '#schemas/attachment.ts';
import { type Instance, phoneRequest, startInstance, textPush, wechatRequest } from './support.ts';

const MINUTE = 60_000;
/** Failures in a row that open a breaker, and longer than it stays open the first time. */
const OPENS = 5;
const OPEN_MS = 2 * MINUTE;

let jieban: Instance;
let db: DynamoDBClient;
let sqs: SQSClient;
let tickets = '';
beforeAll(async () => {
  const silent = compileDistrict('xianan').departments.map(({ id }) => id);
  jieban = await startInstance({ silent, frozen: true });
  const { region, endpoints } = jieban.runner.plane;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  db = new DynamoDBClient({ region, endpoint: endpoints.dynamodb, credentials });
  sqs = new SQSClient({ region, endpoint: endpoints.sqs, credentials, useQueueUrlAsEndpoint: false });
  const { TableNames = [] } = await db.send(new ListTablesCommand({}));
  tickets = TableNames.find((name) => name.includes('Tickets')) ?? '';
});
afterAll(async () => {
  db?.destroy();
  sqs?.destroy();
  await jieban?.stop();
});

const advance = (ms: number) => jieban.runner.plane.clock.advanceTo(jieban.runner.plane.clock.now() + ms);
const toldOf = (ticketNo: string) => jieban.platforms.departments.received({ ticketNo });

async function dispatched(channelRef: string): Promise<{ ticketNo: string; owner: string }> {
  const { ticketNo } = (await jieban.post('phone', phoneRequest(channelRef))).body;
  const owner = await jieban.until('a department is told', () => toldOf(ticketNo)[0]?.department);
  await jieban.runner.idle(20_000);
  return { ticketNo, owner };
}

/** As code of before `contactedBy` wrote it. */
async function age(ticketNo: string): Promise<void> {
  await db.send(
    new UpdateCommand({
      TableName: tickets,
      Key: { pk: `T#${ticketNo}`, sk: 'TICKET' },
      UpdateExpression: 'REMOVE ticket.contactedBy',
      ConditionExpression: 'attribute_exists(ticket.contactedBy)',
    }),
  );
}

// First: what WeChat pushes has the real time on it, and the other stories move the instance's.
describe('what is said later', { timeout: 60_000 }, () => {
  const say = async (msgId: string, content: string): Promise<void> => {
    const { query, body } = textPush(jieban, { msgId, openid: openidOf('demo-overtaken'), content });
    const response = await fetch(`${jieban.url}/channels/wechat/messages?${new URLSearchParams(query)}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body,
    });
    expect(await response.text()).toBe('success');
  };
  /** Takes what waits for the router, and gives back one message after the other, by the channel's number for it. */
  async function holdBack(count: number): Promise<{ ticketNo: string; release: (msgId: string) => Promise<void> }> {
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ MaxResults: 100 }));
    const QueueUrl = QueueUrls.find((url) => url.includes('Intake') && !url.includes('Dead'));
    const held = new Map<string, string | undefined>();
    let ticketNo = '';
    await jieban.until('they wait for the router', async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 600 }));
      for (const { Body = '', ReceiptHandle } of Messages) {
        const body = JSON.parse(Body) as { ticketNo: string; channelRef: string };
        held.set(body.channelRef, ReceiptHandle);
        ticketNo = body.ticketNo;
      }
      return held.size === count;
    });
    const release = async (msgId: string) => {
      const ReceiptHandle = held.get(`mp:${msgId}`);
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    };
    return { ticketNo, release };
  }

  it('is added also where it overtakes the request, and read in the order in which it was said', async () => {
    const words = ['你好', '永安街道西大街的路灯坏了半个月', '麻烦你们快一点'];
    const idOf = (index: number) => `9200000000000000${index}`;
    await jieban.runner.pauseSource('router');
    for (const [index, content] of words.entries()) {
      await say(idOf(index), content);
      advance(1_000);
    }
    const { ticketNo, release } = await holdBack(words.length);
    jieban.runner.resumeSource('router');
    const written = async () =>
      ((await jieban.history(ticketNo)).body.events ?? [])
        .map(({ type }) => type)
        .filter((type) => type === 'registered' || type === 'appended');
    // The last one first: it registers the request that the router has not seen yet.
    for (const [index, events] of [
      [2, ['registered', 'appended']],
      [1, ['registered', 'appended', 'appended']],
    ] as const) {
      await release(idOf(index));
      await jieban.until('it is written', async () => (await written()).length === events.length);
      expect(await written()).toEqual(events);
    }
    await release(idOf(0));
    await jieban.runner.idle(20_000);
    expect(await written()).toEqual(['registered', 'appended', 'appended']);
    const { event } = await jieban.until('a department is told', () => toldOf(ticketNo)[0]);
    const { request, additions = [] } = event.data;
    expect([request?.content, ...additions.map(({ text }) => text)]).toEqual(words);
    expect(additions.map(({ at }) => at)).toEqual(additions.map(({ at }) => at).toSorted());
  });
});

describe('a snapshot of before a field came to be', { timeout: 60_000 }, () => {
  it('is no hindrance for a department, nor for who sets the alarm', async () => {
    const { ticketNo, owner } = await dispatched('old-1');
    await jieban.runner.pauseSource('timers');
    await age(ticketNo);
    expect((await jieban.department(owner, ticketNo, { command: 'sign' })).status).toBe(200);
    await jieban.runner.idle(20_000).catch(() => {});
    await age(ticketNo);
    jieban.runner.resumeSource('timers');
    const { clockGeneration } = (await jieban.history(ticketNo)).body.ticket;
    await jieban.until('the next alarm', () =>
      jieban.runner.plane
        .executions()
        .find(({ name, status }) => name === `${ticketNo}-g${clockGeneration}` && status === 'RUNNING'),
    );
  });

  it('is none for an alarm that rings', async () => {
    const { ticketNo } = await dispatched('old-2');
    await age(ticketNo);
    const { clockGeneration: generation } = (await jieban.history(ticketNo)).body.ticket;
    const until = new Date(jieban.runner.plane.clock.now()).toISOString();
    expect(await jieban.runner.invoke('tick', { ticketNo, generation, until })).toMatchObject({ reason: 'next' });
  });

  it('is none for the sweeper, which fires what no alarm fired', async () => {
    await jieban.runner.pauseSource('timers');
    const { ticketNo } = (await jieban.post('phone', phoneRequest('old-3'))).body;
    await jieban.until('a department is told', () => toldOf(ticketNo)[0]);
    const marks = (await jieban.history(ticketNo)).body.ticket.clocks.map(({ marks: { yellow } }) =>
      Date.parse(yellow),
    );
    await age(ticketNo);
    jieban.runner.plane.clock.advanceTo(Math.min(...marks) + 6 * MINUTE);
    await jieban.runner.invoke('sweeper', {});
    await jieban.until('the warning', () => toldOf(ticketNo).find(({ event }) => event.type.includes('warned')));
    jieban.runner.resumeSource('timers');
  });

  it('is none for the pump, which tells the desk of a ticket that has not arrived', async () => {
    jieban.platforms.departments.failNext(1, 410);
    const { ticketNo } = (await jieban.post('phone', phoneRequest('old-4'))).body;
    const gone = () => jieban.lines.find((line) => line.includes(ticketNo) && line.includes('410'));
    await jieban.until('a dead letter', gone);
    const { owner } = (await jieban.history(ticketNo)).body.ticket;
    await age(ticketNo);
    advance(15 * MINUTE);
    await jieban.runner.invoke('pump', {});
    const types = async () => (await jieban.history(ticketNo)).body.events.map(({ type }) => type);
    await jieban.until('the desk hears of it', async () => (await types()).includes('deliveryLate') || undefined);
    const token = await jieban.platforms.oidc.token('leader-1', 'leader');
    const enabled = await jieban.raw(`/hotline/endpoints/${owner}/enable`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ reason: '已恢复' }),
    });
    expect(enabled.status).toBe(200);
  });
});

describe('what else happens seldom', { timeout: 60_000 }, () => {
  it('a part that is split off has a receipt', async () => {
    const { ticketNo, owner } = await dispatched('split-1');
    const split = { command: 'split', title: '路灯不亮', content: '另有路灯不亮', owner, reason: '两件事' } as const;
    expect(await jieban.operator(ticketNo, split)).toMatchObject({ status: 200 });
    const done = (await jieban.history(ticketNo)).body.events.find(({ type }) => type === 'splitOff');
    const part = String(done?.to);
    await jieban.until('the owner has the part', () => toldOf(part)[0]);
  });

  it('a file that was never sent is missed by name', async () => {
    const headers = { 'content-type': 'application/json' };
    const post = (path: string, body: object, authorization = '') =>
      fetch(`${jieban.url}/channels/wechat/${path}`, {
        method: 'POST',
        headers: authorization === '' ? headers : { ...headers, authorization },
        body: JSON.stringify(body),
      });
    const login = (await (await post('sessions', { code: 'demo-absent' })).json()) as { token: string };
    const session = `Bearer ${login.token}`;
    const permit = await post('attachments', { contentType: 'image/jpeg', bytes: 1000 }, session);
    const { uploadId } = UploadPermit.parse(await permit.json());
    const attachments = [{ name: '照片', uploadId }];
    const answer = await post('requests', { ...wechatRequest('absent-1'), attachments }, session);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ errors: [{ pointer: '/attachments/0' }] });
  });

  it('a breaker that closes lets flow what waited', async () => {
    const { owner } = await dispatched('breaker-0');
    // All of them: one that goes well between two that don't would end the row of failures.
    jieban.platforms.departments.failNext(OPENS + 1, 500);
    const waiting: string[] = [];
    for (let n = 1; n <= OPENS + 1; n += 1) {
      waiting.push((await jieban.post('phone', phoneRequest(`breaker-${n}`))).body.ticketNo);
    }
    await jieban.until('the breaker opens', () =>
      jieban.lines.find((line) => line.includes(owner) && line.includes('breakerOpened')),
    );
    await jieban.until('all were delivered', async () => {
      await jieban.runner.idle(1_000).catch(() => {});
      advance(OPEN_MS);
      await jieban.runner.invoke('pump', {});
      return waiting.every((ticketNo) => toldOf(ticketNo).length > 0);
    });
  });
});

it('no call was denied', () => {
  expect(jieban.lines.filter((line) => line.includes('not authorized to perform'))).toEqual([]);
});
