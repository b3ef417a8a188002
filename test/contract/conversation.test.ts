/** Several messages of one citizen are one request: what the door leaves, and what the router makes of it, on real emulators. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { receiptPk } from '#functions/adapters/receipt-store.ts';
import { waitingMessages } from '#functions/adapters/sweep-store.ts';
import { handler as router } from '#functions/router/handler.ts';
import { ConversationMoved, intake } from '#functions/shared/intake.ts';
import { say } from '#functions/wechat/push/conversation.ts';
import { type IntakeMessage, WechatRequest } from '#schemas/intake.ts';
import { send } from './desk.ts';
import { startWorld, type World } from './world.ts';

const CITIZEN = 'o-talkative';
const MINUTE = 60_000;
let world: World;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  world = await startWorld();
});
afterAll(async () => {
  await world.stop();
  vi.useRealTimers();
});
afterEach(() => world.clear());

let lastId = 0n;
const message = (content: string, msgId = String(9_007_199_254_740_993n + ++lastId)) =>
  WechatRequest.parse({ channelRef: `mp:${msgId}`, kind: 'help', title: content.slice(0, 30), content });
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

async function work(messages: readonly IntakeMessage[]): Promise<number> {
  const Records = messages.map((one, index) => ({
    messageId: String(index),
    body: JSON.stringify(one),
    attributes: { ApproximateReceiveCount: '1' },
  }));
  const answer = (await router(
    { Records } as unknown as SQSEvent,
    { awsRequestId: 'r' } as Context,
  )) as SQSBatchResponse;
  return answer.batchItemFailures.length;
}
const snapshots = async () =>
  (await world.rows('Tickets')).filter(({ sk }) => sk === 'TICKET').map(({ ticket }) => ticket as { ticketNo: string });
const notes = async (ticketNo: string) => {
  const events = await ticketStore().events(ticketNo);
  const keys = events.flatMap((event) => (event.type === 'appended' ? [event.noteKey] : []));
  const texts = await Promise.all(keys.map((key) => ticketStore().text(ticketNo, key)));
  return texts.map((text) => (text?.kind === 'note' ? text.text : undefined));
};

describe('at the door', () => {
  test('what follows within the window is an addition, each message moves its end, and what comes after is a new request', async () => {
    await say(CITIZEN, message('你好'));
    later(9 * MINUTE);
    await say(CITIZEN, message('我要反映一个问题'));
    later(9 * MINUTE);
    await say(CITIZEN, message('官埠桥镇的路灯坏了'));
    later(10 * MINUTE);
    await say(CITIZEN, message('另外一件事'));
    const taken = await world.takeIntake();
    expect(taken.map((one) => ('addition' in one ? 'addition' : 'request'))).toEqual([
      'request',
      'addition',
      'addition',
      'request',
    ]);
    expect(new Set(taken.slice(0, 3).map(({ ticketNo }) => ticketNo)).size).toBe(1);
  });

  test('a hundred messages are one request; the next begins another, so that no ticket grows without end', async () => {
    for (let n = 0; n < 102; n++) await say(CITIZEN, message(`第${n}句`));
    const taken = await world.takeIntake();
    const sizes = [...Map.groupBy(taken, ({ ticketNo }) => ticketNo).values()].map(({ length }) => length);
    expect(sizes.toSorted((a, b) => b - a)).toEqual([100, 2]);
  });

  test("two citizens' messages never mix", async () => {
    await say(CITIZEN, message('你好'));
    await say('o-another', message('你好'));
    expect(new Set((await world.takeIntake()).map(({ ticketNo }) => ticketNo)).size).toBe(2);
  });

  test('a message that comes three times is taken once, first or later in the conversation', async () => {
    const [first, second] = [message('你好'), message('路灯坏了')];
    for (const one of [first, second, second, first, second, first]) await say(CITIZEN, one);
    expect(await world.takeIntake()).toHaveLength(2);
  });

  test('many at the same moment: one request, everything else added to it, nothing lost', async () => {
    const messages = Array.from({ length: 8 }, (_, n) => message(`第${n}句`));
    await Promise.all(messages.flatMap((one) => [say(CITIZEN, one), say(CITIZEN, one)]));
    const taken = await world.takeIntake();
    expect(taken.filter((one) => !('addition' in one))).toHaveLength(1);
    expect(taken.map(({ channelRef }) => channelRef).sort()).toEqual(
      messages.map(({ channelRef }) => channelRef).sort(),
    );
    expect(new Set(taken.map(({ ticketNo }) => ticketNo)).size).toBe(1);
  });

  test('of two workers with one message, the one who thinks the window over loses quietly', async () => {
    await say(CITIZEN, message('你好'));
    const second = message('路灯坏了');
    // The other worker has looked for the message, found none, and is about to make it a request of its own.
    await say(CITIZEN, second);
    const step = { callerHash: 'irrelevant', until: 0, messages: 1, seen: undefined };
    await expect(
      intake({ channel: 'wechat', openid: CITIZEN, body: second }, { conversation: step }),
    ).rejects.toBeInstanceOf(ConversationMoved);
    expect(await world.takeIntake()).toHaveLength(2);
  });

  test('an addition that never reached the queue waits where the sweeper looks', async () => {
    await say(CITIZEN, message('你好'));
    await work(await world.takeIntake());
    world.sqs.fault = () => 'refuse';
    await say(CITIZEN, message('路灯坏了'));
    world.sqs.fault = () => 'none';
    expect(await world.takeIntake()).toEqual([]);
    const waiting = (await waitingMessages(Date.now() + 1000, 10)).flatMap(({ message }) => message ?? []);
    expect(waiting).toMatchObject([{ addition: 1, text: '路灯坏了' }]);
    expect(await work(waiting)).toBe(0);
    expect(await waitingMessages(Date.now() + 1000, 10)).toEqual([]);
  });
});

describe('in the router', () => {
  test('a chat that makes no sense at first finds its owner with all that was said', async () => {
    for (const words of ['你好', '我们这里的路灯坏了半个月', '官埠桥镇政府门口']) await say(CITIZEN, message(words));
    const [first, ...more] = await world.takeIntake();
    await work([first!]);
    expect(await snapshots()).toMatchObject([{ status: 'DISPATCHING', owner: 'hotline' }]);
    for (const one of more) expect(await work([one])).toBe(0);
    const [ticket] = await snapshots();
    expect(ticket).toMatchObject({ status: 'AWAIT_SIGN', additions: 2, round: 1 });
    expect(ticket).not.toMatchObject({ owner: 'hotline' });
    expect(await notes(ticket!.ticketNo)).toEqual(['我们这里的路灯坏了半个月', '官埠桥镇政府门口']);
  });

  test('the category that the seat chose still counts when the place comes later', async () => {
    const { ticketNo, failed } = await send(world, { category: '01.1', content: '老板不结账,请帮忙。' });
    expect(failed).toBe(0);
    expect(await ticketStore().load(ticketNo)).toMatchObject({ status: 'DISPATCHING', categoryCode: '01.1' });
    const { channelRef } = (await ticketStore().load(ticketNo))!;
    const at = '地点在官埠桥镇';
    const receivedAt = new Date(Date.now()).toISOString();
    const addition: IntakeMessage = {
      addition: 1,
      ticketNo,
      channel: 'phone',
      channelRef: `${channelRef}-2`,
      receivedAt,
      text: at,
    };
    await world.put('Receipts', { pk: receiptPk('phone', addition.channelRef), state: 'received', ticketNo });
    expect(await work([addition])).toBe(0);
    expect(await ticketStore().load(ticketNo)).toMatchObject({ owner: 'guanbuqiao', categoryCode: '01.1' });
  });

  test('the order on the queue does not matter, and twice is once', async () => {
    for (const words of ['路灯坏了', '在官埠桥镇', '晚上看不见']) await say(CITIZEN, message(words));
    const taken = await world.takeIntake();
    // Additions first, all in one batch, and the whole batch again.
    expect(await work(taken.toReversed())).toBe(0);
    expect(await work(taken)).toBe(0);
    const tickets = await snapshots();
    expect(tickets).toMatchObject([{ additions: 2 }]);
    expect((await notes(tickets[0]!.ticketNo)).toSorted()).toEqual(['在官埠桥镇', '晚上看不见'].toSorted());
    const types = (await ticketStore().events(tickets[0]!.ticketNo)).map(({ type }) => type);
    expect(types.filter((type) => type === 'registered')).toHaveLength(1);
    expect(types.filter((type) => type === 'dispatched').length).toBeLessThanOrEqual(1);
  });

  test('danger in a later message reaches the desk', async () => {
    await say(CITIZEN, message('官埠桥镇的路灯坏了'));
    await say(CITIZEN, message('现在有人触电倒地了'));
    expect(await work(await world.takeIntake())).toBe(0);
    expect(await snapshots()).toMatchObject([{ attention: ['danger'], flags: { danger: true } }]);
    const { items } = await ticketStore().listByAttention('danger', { limit: 10 });
    expect(items).toHaveLength(1);
    expect((await ticketStore().listByAttention('feedback', { limit: 10 })).items).toEqual([]);
    expect((await ticketStore().listByAttention(undefined, { limit: 10 })).items).toHaveLength(1);
  });

  test('an addition to a ticket that nobody took is not swallowed', async () => {
    await say(CITIZEN, message('你好'));
    await say(CITIZEN, message('路灯坏了'));
    const [, addition] = await world.takeIntake();
    expect(await work([{ ...addition!, ticketNo: 'XA2026112399999990' } as IntakeMessage])).toBe(1);
  });
});

describe('the same matter again', () => {
  const lamp = '官埠桥镇政府门口的路灯坏了';
  async function ask(citizen: string, words: string): Promise<string> {
    await say(citizen, message(words));
    const taken = await world.takeIntake();
    expect(await work(taken)).toBe(0);
    return taken[0]!.ticketNo;
  }
  const suggested = async (ticketNo: string) =>
    (await ticketStore().events(ticketNo)).flatMap((event) => (event.type === 'duplicatesSuggested' ? event.of : []));

  test('is suggested for merging to the desk, and dispatched as any other', async () => {
    const first = await ask(CITIZEN, lamp);
    later(60 * MINUTE);
    const second = await ask(CITIZEN, lamp);
    expect(second).not.toBe(first);
    expect(await suggested(second)).toEqual([first]);
    expect(await ticketStore().load(second)).toMatchObject({ status: 'AWAIT_SIGN', attention: ['duplicate'] });
    expect(await suggested(first)).toEqual([]);
  });

  test.each([
    ['another citizen', 'o-neighbour', lamp, 60],
    ['another matter', CITIZEN, '官埠桥镇的工地拖欠工资', 60],
    ['sixteen days later', CITIZEN, lamp, 16 * 24 * 60],
  ])('%s is not', async (_, citizen, words, minutes) => {
    await ask(CITIZEN, lamp);
    later(minutes * MINUTE);
    expect(await suggested(await ask(citizen, words))).toEqual([]);
  });
});
