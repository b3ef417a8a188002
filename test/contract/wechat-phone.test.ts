/** 手机号快速验证: a number by code, sealed into the session; and the agent on the phone who finds what was asked in WeChat. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { receiptStore } from '#functions/adapters/receipt-store.ts';
import { handler as citizen } from '#functions/citizen/handler.ts';
import { handler as phone } from '#functions/phone/handler.ts';
import { ownTickets } from '#functions/shared/own-tickets.ts';
import { currentKey, ownerHashWith, phoneHashWith } from '#functions/shared/query-code.ts';
import { handler as website } from '#functions/website/handler.ts';
import { handler } from '#functions/wechat/handler.ts';
import { openidOf } from '#infra/local/platforms/wechat.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { wechatPhoneCode, wechatRequest } from '#schemas/openapi-examples.ts';
import { type Answer, call, problemOf, signedPost, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(() => world.clear());

const json = { 'content-type': 'application/json' };
const NUMBER = '13800005678';
const E164 = `+86${NUMBER}`;
type Session = { token: string; expiresInSeconds: number; phone: string };

const post = <T>(resource: string, body: object, token?: string): Promise<Answer<T>> =>
  call<T>(handler, {
    resource,
    headers: { ...json, ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
const tokenOf = async (code: string) => (await post<Session>('/channels/wechat/sessions', { code })).body.token;
const give = (token: string | undefined, code: string) =>
  post<Session>('/channels/wechat/sessions/phone', { code }, token);
const codeFor = (number = NUMBER, atMs = Date.now()) => world.platforms.wechat.phones.issue(number, atMs);
/** The session of a citizen whose number is known. */
const withNumber = async (user: string, number = NUMBER) =>
  (await give(await tokenOf(user), codeFor(number))).body.token;
const form = (changes: object = {}) => ({
  channelRef: `form-${randomUUID()}`,
  kind: 'help',
  title: '楼道堆放杂物',
  content: '单元楼道长期堆放纸箱。',
  ...changes,
});
const file = async (token: string, changes: object = {}): Promise<IntakeReceipt> => {
  const answer = await post<IntakeReceipt>('/channels/wechat/requests', form(changes), token);
  expect(answer.status).toBe(202);
  return answer.body;
};
const queryKey = () => currentKey((world.secrets.QUERY_SECRET as { keys: { kid: string; key: string }[] }).keys);
/** What `POST /hotline/callers/search` does behind the operator's login. */
const searched = async (number = E164) =>
  (await ownTickets((key) => phoneHashWith(key, number))).map(({ ticketNo }) => ticketNo);
const listed = async (token: string): Promise<string[]> => {
  const answer = await call<{ tickets: { ticketNo: string }[] }>(citizen, {
    resource: '/channels/wechat/tickets',
    method: 'GET',
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  return answer.body.tickets.map(({ ticketNo }) => ticketNo);
};

describe('a number by code', () => {
  test('comes back masked, and in a new session that nobody can read', async () => {
    const answer = await give(await tokenOf('demo-1'), codeFor());
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ token: expect.any(String), expiresInSeconds: 7200, phone: '138****5678' });
    const parts = answer.body.token.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect(parts.join('')).not.toContain(NUMBER);
    expect(answer.text).not.toContain(NUMBER);
    for (const table of ['Receipts', 'Callers', 'Tickets'] as const) expect(await world.rows(table)).toEqual([]);
  });

  test('the code of the contract is none of the stand-in, one serves once, and for five minutes', async () => {
    const token = await tokenOf('demo-1');
    const code = codeFor();
    expect((await give(token, code)).status).toBe(200);
    for (const bad of [wechatPhoneCode.code, code, codeFor(NUMBER, Date.now() - 301_000)]) {
      const answer = await give(token, bad);
      expect([answer.status, problemOf(answer)?.code]).toEqual([422, 'bodyInvalid']);
      expect(problemOf(answer)?.errors?.[0]?.pointer).toBe('/code');
    }
  });

  test('a number from elsewhere keeps its country; one that nobody can dial is refused', async () => {
    const token = await tokenOf('demo-1');
    expect((await give(token, codeFor('85291234567'))).body.phone).toBe('+852****4567');
    const answer = await give(token, codeFor('99912345678'));
    expect([answer.status, problemOf(answer)?.code]).toEqual([422, 'phoneUnusable']);
  });

  test.each([
    [40029, 422, 'bodyInvalid'],
    [40013, 422, 'bodyInvalid'],
    [45011, 429, 'tooManyRequests'],
    [-1, 502, 'upstreamUnavailable'],
    [48001, 502, 'upstreamUnavailable'],
  ])('errcode %d answers %d %s', async (errcode, status, code) => {
    const token = await withNumber('demo-1');
    world.platforms.wechat.failNext(1, errcode);
    const answer = await give(token, codeFor());
    expect([answer.status, problemOf(answer)?.code]).toEqual([status, code]);
    if (status === 422) expect(problemOf(answer)?.errors?.[0]?.pointer).toBe('/code');
  });

  test.each(['revokeTokens', 'expireTokens'] as const)(
    '%s: a fresh token, and the same code once more',
    async (end) => {
      const token = await withNumber('demo-1');
      const before = world.platforms.wechat.tokenRequests();
      world.platforms.wechat[end]();
      expect((await give(token, codeFor())).status).toBe(200);
      expect(world.platforms.wechat.tokenRequests()).toBe(before + 1);
    },
  );

  test('without a session nobody gets a number, and a code is all that is taken', async () => {
    for (const token of [undefined, 'a.b.c']) {
      const answer = await give(token, codeFor());
      expect([answer.status, problemOf(answer)?.code]).toEqual([401, 'tokenInvalid']);
    }
    const more = await post(
      '/channels/wechat/sessions/phone',
      { code: codeFor(), phone: '1' },
      await tokenOf('demo-1'),
    );
    expect([more.status, problemOf(more)?.errors?.[0]?.pointer]).toEqual([422, '/phone']);
  });
});

describe('a request with the number', () => {
  test('keeps it with the identity and nowhere else', async () => {
    await file(await withNumber('demo-1'));
    expect(await world.rows('Callers')).toMatchObject([{ openid: openidOf('demo-1'), phone: E164 }]);
    const elsewhere = JSON.stringify([await world.rows('Receipts'), await world.takeMessages()]);
    for (const secret of [NUMBER, openidOf('demo-1')]) expect(elsewhere).not.toContain(secret);
  });

  test('an anonymous one keeps neither number nor any hash, and hides the number that the citizen wrote', async () => {
    const token = await withNumber('demo-1');
    await file(token, { ...wechatRequest, content: `请回电 ${NUMBER}，谢谢。` });
    expect(Object.keys((await world.rows('Callers'))[0]!).sort()).toEqual(['callerToken', 'createdAt']);
    const receipts = await world.rows('Receipts');
    expect(receipts.some((row) => 'callerHash' in row || 'phoneHash' in row)).toBe(false);
    const masked = receipts.flatMap(({ request }) => (request as { masked?: unknown } | undefined)?.masked ?? []);
    expect(masked).toHaveLength(1);
    expect(JSON.stringify(masked)).not.toContain(NUMBER);
    expect(await searched()).toEqual([]);
  });

  test('sent again after the number was given, the form is the same form', async () => {
    const body = form();
    const first = await post<IntakeReceipt>('/channels/wechat/requests', body, await tokenOf('demo-1'));
    const again = await post<IntakeReceipt>('/channels/wechat/requests', body, await withNumber('demo-1'));
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(await searched()).toEqual([]);
  });
});

describe('found by number', () => {
  async function byPhone(): Promise<string> {
    const body = JSON.stringify({ ...form(), caller: { phone: NUMBER }, call: { callId: randomUUID() } });
    const answer = await call<IntakeReceipt>(phone, signedPost(world.keys.phone, '/channels/phone/requests', body));
    expect(answer.status).toBe(202);
    return answer.body.ticketNo;
  }
  async function byBoard(): Promise<string> {
    const board = { messageId: `m-${randomUUID()}`, publicConsent: false };
    const body = JSON.stringify({ ...form(), caller: { phone: `+86 ${NUMBER}` }, board });
    const answer = await call<IntakeReceipt>(
      website,
      signedPost(world.keys.website, '/channels/website/requests', body),
    );
    expect(answer.status).toBe(202);
    return answer.body.ticketNo;
  }

  test('the agent finds what this number asked in all three channels, newest first, each once', async () => {
    const wechat = await file(await withNumber('demo-1'));
    const called = await byPhone();
    const board = await byBoard();
    await file(await tokenOf('demo-1'), { title: '不知号码' });
    await file(await withNumber('demo-2', '13800009999'));
    expect(await searched()).toEqual([board, called, wechat.ticketNo]);
  });

  test("the mini-program's list shows its own user's, not those that share the number", async () => {
    const mine = await withNumber('demo-1');
    const own = await file(mine);
    const earlier = await file(await tokenOf('demo-1'));
    await byPhone();
    const family = await file(await withNumber('demo-2'));
    expect(new Set(await listed(mine))).toEqual(new Set([own.ticketNo, earlier.ticketNo]));
    expect(new Set(await searched())).toHaveLength(3);
    const look = await call(citizen, {
      resource: '/tickets/{ticketNo}',
      method: 'GET',
      params: { ticketNo: family.ticketNo },
      headers: { Authorization: `Bearer ${mine}` },
    });
    expect(look.status).toBe(404);
  });

  test('one row of the index each, and the row of the number leads to the receipt', async () => {
    const { ticketNo } = await file(await withNumber('demo-1'));
    const find = async (hash: string) =>
      (await receiptStore().findByCaller(hash, 20)).map((receipt) => [receipt.ticketNo, receipt.request.channel]);
    expect(await find(phoneHashWith(queryKey(), E164))).toEqual([[ticketNo, 'wechat']]);
    expect(await find(ownerHashWith(queryKey(), openidOf('demo-1')))).toEqual([[ticketNo, 'wechat']]);
  });
});

test('no line that was logged names a number, an openid or a code', () => {
  const lines = world.log.join('');
  expect(world.log.length).toBeGreaterThan(5);
  for (const word of [NUMBER, '138****5678', openidOf('demo-1'), 'phone-', '楼道']) expect(lines).not.toContain(word);
});
