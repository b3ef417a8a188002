/** What is the message board's own among the signing channels: HTML, one message one request, anonymity, its query code. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { NO_WORDS } from '#functions/shared/board/message-text.ts';
import { handler as website } from '#functions/website/handler.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { call, problemOf, signedPost, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(() => world.clear());

const ROUTE = '/channels/website/requests';
const NAME = '张三丰';
const message = (changes: object = {}, board: object = {}) => ({
  channelRef: `B-${randomUUID()}`,
  kind: 'help',
  title: '路灯坏了',
  content: '西大街路灯坏了半个月。',
  caller: { name: NAME, phone: '13800138000' },
  board: { messageId: `m-${randomUUID()}`, publicConsent: true, ...board },
  ...changes,
});
const post = (body: object) =>
  call<IntakeReceipt>(website, signedPost(world.keys.website, ROUTE, JSON.stringify(body)));

test('all that a board knows goes along', async () => {
  const board = {
    messageId: 'm-all',
    publicConsent: false,
    submittedAt: '2026-11-23T08:50:00+08:00',
    department: '住建局',
    category: '城建类咨询',
    anonymous: false,
  };
  expect((await post(message({ board }))).status).toBe(202);
  expect((await world.takeMessages())[0]).toMatchObject({ channel: 'website', confidential: false, board });
});

describe('HTML', () => {
  test('becomes text before it is judged, stored and routed', async () => {
    const body = message({
      title: '<b>路灯</b>&nbsp;坏了',
      content: '<p>西大街</p><p>气压<0.1</p><script>alert(1)</script>\u0007',
      caller: { name: `<i>${NAME}</i>` },
    });
    expect((await post(body)).status).toBe(202);
    const [request] = await world.takeMessages();
    expect(request).toMatchObject({ title: '路灯 坏了', content: '西大街\n\n气压<0.1' });
    expect((await world.rows('Callers'))[0]).toMatchObject({ name: NAME });
    expect(JSON.stringify(await world.rows('Receipts'))).not.toContain('alert');
  });

  test('the same message with the same markup is a replay', async () => {
    const body = message({ content: '<p>路灯</p>' });
    const fresh = await post(body);
    const again = await post(body);
    expect([fresh.status, again.status]).toEqual([202, 200]);
    expect(again.body).toEqual(fresh.body);
  });

  test('a message of pictures and empty paragraphs is a request all the same', async () => {
    expect((await post(message({ title: '<br>', content: '<p></p><img src="a.png">' }))).status).toBe(202);
    expect((await world.takeMessages())[0]).toMatchObject({ title: NO_WORDS, content: '[图片]' });
  });

  test('the text counts, not its markup: over 10,000 characters of it are refused', async () => {
    const markup = '<p style="margin:0">字</p>'.repeat(4000);
    expect((await post(message({ content: markup }))).status).toBe(422);
    expect((await post(message({ content: markup.slice(0, markup.length / 2) }))).status).toBe(202);
  });
});

test('the names of polled messages are kept for them', async () => {
  const answer = await post(message({ channelRef: 'poll:m-1' }));
  expect(answer.status).toBe(422);
  expect(problemOf(answer)?.errors?.map(({ pointer }) => pointer)).toEqual(['/channelRef']);
});

describe('one message, one request', () => {
  test('another channelRef with the same messageId is refused by name, and changes nothing', async () => {
    const first = message({}, { messageId: 'm-1' });
    expect((await post(first)).status).toBe(202);
    const before = await world.rows('Receipts');
    const second = await post({ ...first, channelRef: 'another' });
    expect(second.status).toBe(409);
    expect(problemOf(second)).toMatchObject({
      code: 'referenceConflict',
      errors: [{ pointer: '/board/messageId' }],
    });
    expect(await world.rows('Receipts')).toEqual(before);
    expect(await world.rows('Callers')).toHaveLength(1);
    expect(await world.takeMessages()).toHaveLength(1);
    expect((await post(first)).status).toBe(200);
  });

  test('of twenty at the same moment one wins', async () => {
    const bodies = Array.from({ length: 20 }, () => message({}, { messageId: 'm-race' }));
    const answers = await Promise.all(bodies.map(post));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array<number>(19).fill(409)]);
    expect(await world.takeMessages()).toHaveLength(1);
    expect((await world.rows('Receipts')).map(({ pk }) => String(pk).slice(0, 2)).sort()).toEqual(['B#', 'N#', 'R#']);
  });

  test('the same request twenty times at the same moment is one request and nineteen replays', async () => {
    const body = message({}, { messageId: 'm-same' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(19).fill(200), 202]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });
});

test('匿名发布: the department reads a discreet copy, the hotline can reach the writer', async () => {
  await post(message({ content: `我叫${NAME}，路灯坏了。` }, { anonymous: true }));
  const [request] = await world.takeMessages();
  expect(request).toMatchObject({ confidential: true, anonymous: false, board: { anonymous: true } });
  expect(JSON.stringify(request?.masked)).not.toContain(NAME);
  expect((await world.rows('Callers'))[0]).toMatchObject({ name: NAME, phone: '+8613800138000' });
});

test('the board’s own query code is a secret between board and writer: refused, not stored', async () => {
  const answer = await post(message({}, { queryCode: 'SECRET-CODE-1' }));
  expect(answer.status).toBe(422);
  expect(problemOf(answer)?.errors).toEqual([{ pointer: '/board/queryCode', detail: 'unknown field' }]);
  expect(await world.rows('Receipts')).toEqual([]);
  expect(world.log.join('')).not.toContain('SECRET-CODE-1');
});
