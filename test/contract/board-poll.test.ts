/** 留言轮询 against the local board: nothing lost, nothing doubled, whatever board, messages and our own services do. */
import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { handler as poller } from '#functions/poller/handler.ts';
import { handler as website } from '#functions/website/handler.ts';
import { PAGE_LIMIT } from '#schemas/board-page.ts';
import { call, problemOf, signedPost, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(async () => {
  world.platforms.board.clear();
  world.platforms.board.failNextPages(0, { status: 500 });
  await world.clear();
  world.log.length = 0;
});

const message = (messageId: unknown, changes: object = {}) => ({
  messageId,
  title: `标题${messageId}`,
  content: '<p>西大街路灯坏了</p>',
  isPublicConsent: true,
  ...changes,
});
const write = (...ids: unknown[]) => world.platforms.board.write(...ids.map((id) => message(id)));
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `n-${from + i}`);

/** One run, and the counts that it published. */
async function run(): Promise<{ stuck: number; failures: number }> {
  const from = world.log.length;
  await poller({}, {} as Context);
  const counts = world.log.slice(from).filter((line) => line.includes('"boardPollFailures":'));
  expect(counts).toHaveLength(1);
  const { boardMessagesStuck, boardPollFailures } = JSON.parse(counts[0]!);
  return { stuck: boardMessagesStuck, failures: boardPollFailures };
}
const taken = async () => (await world.takeMessages()).map(({ board }) => board?.messageId).sort();
const position = async () => (await world.rows('Receipts')).find(({ pk }) => pk === 'K#website');

describe('in health', () => {
  test('every message becomes one request, over several pages, with the caller apart', async () => {
    const ids = numbered(2 * PAGE_LIMIT + 7);
    write(...ids);
    world.platforms.board.write(message('last', { name: '张三', phone: '13800138000', queryCode: 'BOARD-SECRET' }));
    expect(await run()).toEqual({ stuck: 0, failures: 0 });
    expect(await taken()).toEqual([...ids, 'last'].sort());
    const rows = await world.rows('Receipts');
    expect(rows.filter(({ pk }) => String(pk).startsWith('R#website#poll:'))).toHaveLength(ids.length + 1);
    expect(JSON.stringify(rows)).not.toMatch(/张三|13800138000|BOARD-SECRET/);
    expect((await world.rows('Callers')).find(({ name }) => name === '张三')).toMatchObject({
      phone: '+8613800138000',
    });
    expect(await position()).toMatchObject({ after: String(ids.length + 1), holes: [] });
    expect(world.log.join('')).not.toMatch(/张三|13800138000|BOARD-SECRET|路灯/);
  });

  test('the next run goes on where the last one ended', async () => {
    write('a-1', 'a-2');
    await run();
    expect(await taken()).toEqual(['a-1', 'a-2']);
    write('a-3');
    await run();
    expect(await taken()).toEqual(['a-3']);
    expect(await run()).toEqual({ stuck: 0, failures: 0 });
    expect(await taken()).toEqual([]);
  });

  test('a number that no double holds keeps its digits', async () => {
    world.platforms.board.failNextPages(1, {
      text: '{"messages":[{"messageId":9007199254740993123,"title":"甲"},{"messageId":9007199254740993124,"title":"乙"}]}',
    });
    await run();
    expect(await taken()).toEqual(['9007199254740993123', '9007199254740993124']);
  });
});

describe('a page that comes again', () => {
  test('after its cursor was lost makes nothing twice', async () => {
    const ids = numbered(3);
    write(...ids);
    await run();
    expect(await taken()).toEqual(ids);
    // The row was not written, or somebody set the cursor back.
    const callers = await world.rows('Callers');
    await world.remove('Receipts', { pk: 'K#website' });
    expect(await run()).toEqual({ stuck: 0, failures: 0 });
    expect(await taken()).toEqual([]);
    expect(await world.rows('Callers')).toEqual(callers);
  });

  test('with a message that was edited on the board since makes nothing twice either', async () => {
    write('e-1');
    await run();
    world.platforms.board.correct(0, message('e-1', { content: '改过的话' }));
    await world.remove('Receipts', { pk: 'K#website' });
    expect(await run()).toEqual({ stuck: 0, failures: 0 });
    expect(await taken()).toEqual(['e-1']);
  });

  test('two runs beside each other take each message once', async () => {
    write(...numbered(30));
    await Promise.all([poller({}, {} as Context), poller({}, {} as Context)]);
    expect(await taken()).toEqual(numbered(30).sort());
    await run();
    expect(await taken()).toEqual([]);
  });
});

describe('a board that changes between pushing and being polled', () => {
  const pushed = (messageId: string) => ({
    channelRef: `push-${messageId}`,
    kind: 'help',
    title: '标题',
    content: '西大街路灯坏了',
    board: { messageId, publicConsent: true },
  });
  const push = (messageId: string) =>
    call(website, signedPost(world.keys.website, '/channels/website/requests', JSON.stringify(pushed(messageId))));

  test('what was pushed is not polled again', async () => {
    expect((await push('p-1')).status).toBe(202);
    write('p-1', 'p-2');
    expect(await run()).toEqual({ stuck: 0, failures: 0 });
    expect(await taken()).toEqual(['p-1', 'p-2']);
  });

  test('what was polled is refused when it is pushed', async () => {
    write('p-3');
    await run();
    const answer = await push('p-3');
    expect(answer.status).toBe(409);
    expect(problemOf(answer)?.errors?.map(({ pointer }) => pointer)).toEqual(['/board/messageId']);
    expect(await taken()).toEqual(['p-3']);
  });
});

describe('a message that cannot be taken', () => {
  test('stops nobody, is counted at every run, and is taken once the board has corrected it', async () => {
    const ids = numbered(PAGE_LIMIT + 5);
    world.platforms.board.write(message('bad/1', { name: '张三' }), ...ids.map((id) => message(id)));
    expect(await run()).toEqual({ stuck: 1, failures: 0 });
    expect(await taken()).toEqual([...ids].sort());
    expect(await position()).toMatchObject({ after: String(ids.length + 1), holes: [''] });
    const line = world.log.find((each) => each.includes('board message not taken'));
    expect(JSON.parse(line!)).toMatchObject({ level: 'ERROR', code: 'messageId', count: 1, channel: 'website' });
    expect(world.log.join('')).not.toMatch(/bad\/1|张三|路灯/);
    // No words of the message are kept anywhere.
    expect(JSON.stringify(await world.rows('Receipts'))).not.toContain('bad/1');

    expect(await run()).toEqual({ stuck: 1, failures: 0 });
    expect(await taken()).toEqual([]);

    world.platforms.board.correct(0, message('good-1'));
    expect(await run()).toEqual({ stuck: 0, failures: 0 });
    expect(await taken()).toEqual(['good-1']);
    expect(await position()).toMatchObject({ holes: [] });
  });

  test('on later pages too, each page noted once', async () => {
    const board = numbered(3 * PAGE_LIMIT).map((id, i) => (i % PAGE_LIMIT === 3 ? null : message(id)));
    world.platforms.board.write(...board);
    await run();
    await run();
    expect((await position())?.holes).toEqual(['', String(PAGE_LIMIT), String(2 * PAGE_LIMIT)]);
    expect(await taken()).toHaveLength(3 * PAGE_LIMIT - 3);
  });
});

describe('a board in trouble', () => {
  test.each([
    [{ status: 500 }, 'board:500'],
    [{ status: 401 }, 'board:401'],
    [{ status: 302 }, 'board:302'],
    [{ text: '<html>维护中</html>' }, 'board:garbage'],
    [{ text: '{"messages":{}}' }, 'board:garbage'],
  ])('%j: counted, nothing moved, and the next run takes everything', async (fault, code) => {
    write('t-1', 't-2');
    world.platforms.board.failNextPages(1, fault);
    expect(await run()).toEqual({ stuck: 0, failures: 1 });
    expect(world.log.filter((line) => line.includes('board not read'))).toHaveLength(1);
    expect(world.log.join('')).toContain(`"code":"${code}"`);
    expect(await position()).toBeUndefined();
    expect(await run()).toEqual({ stuck: 0, failures: 0 });
    expect(await taken()).toEqual(['t-1', 't-2']);
  });

  test('in the middle: what was read is kept, the rest comes with the next run', async () => {
    const ids = numbered(2 * PAGE_LIMIT);
    write(...ids.slice(0, PAGE_LIMIT));
    await run();
    write(...ids.slice(PAGE_LIMIT));
    world.platforms.board.failNextPages(1, { status: 503 });
    expect(await run()).toEqual({ stuck: 0, failures: 1 });
    expect(await position()).toMatchObject({ after: String(PAGE_LIMIT) });
    expect(await run()).toEqual({ stuck: 0, failures: 0 });
    expect(await taken()).toEqual([...ids].sort());
  });

  test('a full page without a cursor would end there unseen', async () => {
    const messages = numbered(PAGE_LIMIT).map((id) => message(id));
    world.platforms.board.failNextPages(1, { text: JSON.stringify({ messages }) });
    expect(await run()).toEqual({ stuck: 0, failures: 1 });
    expect(world.log.join('')).toContain('board:noNext');
    expect(await taken()).toHaveLength(PAGE_LIMIT);
  });

  test('a page that is too large is asked for in smaller pieces', async () => {
    const big = { content: `<p>图</p><img src="data:image/png;base64,${'A'.repeat(400_000)}">` };
    const ids = numbered(25);
    world.platforms.board.write(...ids.map((id) => message(id, big)));
    expect(await run()).toEqual({ stuck: 0, failures: 0 });
    expect(await taken()).toEqual([...ids].sort());
  });
});

describe('our own services in trouble', () => {
  const broken = (operation: string) =>
    operation === 'TransactWriteItems'
      ? ({ status: 400, body: { __type: 'com.amazon.coral.validate#ValidationException', Message: 'no' } } as const)
      : ('none' as const);

  test('a page of which nothing could be written ends the run, and is taken when it works again', async () => {
    const ids = numbered(2 * PAGE_LIMIT);
    write(...ids);
    world.dynamo.fault = broken;
    expect(await run()).toEqual({ stuck: PAGE_LIMIT, failures: 0 });
    expect(await taken()).toEqual([]);
    world.dynamo.fault = () => 'none';
    expect(await run()).toEqual({ stuck: 0, failures: 0 });
    expect(await taken()).toEqual([...ids].sort());
    expect(await position()).toMatchObject({ holes: [] });
  });

  test('a queue that does not answer loses nothing: the receipt waits for the sweeper', async () => {
    write('q-1');
    world.sqs.fault = () => 'refuse';
    expect(await run()).toEqual({ stuck: 0, failures: 0 });
    expect((await world.rows('Receipts')).filter(({ pendingKey }) => pendingKey === 'P')).toHaveLength(1);
  });

  test('without a database the run fails aloud, and the next one takes everything', async () => {
    write('d-1');
    world.dynamo.fault = () => 'refuse';
    await expect(poller({}, {} as Context)).rejects.toThrow();
    world.dynamo.fault = () => 'none';
    await run();
    expect(await taken()).toEqual(['d-1']);
  });
});
