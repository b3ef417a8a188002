/** The mini-program: login against the WeChat stand-in, and its form. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openSession } from '#functions/shared/session.ts';
import { handler } from '#functions/wechat/handler.ts';
import { openidOf } from '#infra/local/platforms/wechat.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { type Answer, call, problemOf, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(() => world.clear());

const SESSIONS = '/channels/wechat/sessions';
const REQUESTS = '/channels/wechat/requests';
const json = { 'content-type': 'application/json' };
const form = (changes: object = {}) => ({
  channelRef: `form-${randomUUID()}`,
  kind: 'help',
  title: '楼道堆放杂物',
  content: '单元楼道长期堆放纸箱。',
  ...changes,
});
const login = (code: string) =>
  call<{ token: string; expiresInSeconds: number }>(handler, {
    resource: SESSIONS,
    headers: json,
    body: JSON.stringify({ code }),
  });
const post = (token: string | undefined, body: object): Promise<Answer<IntakeReceipt>> =>
  call(handler, {
    resource: REQUESTS,
    headers: { ...json, ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
const tokenOf = async (code: string) => (await login(code)).body.token;

describe('login', () => {
  test('a code becomes a token that hides the openid and the session key', async () => {
    const answer = await login('demo-1');
    expect(answer.status).toBe(200);
    expect(answer.body.expiresInSeconds).toBe(7200);
    expect(Object.keys(answer.body).sort()).toEqual(['expiresInSeconds', 'token']);
    expect(Buffer.from(answer.body.token, 'base64url').toString('latin1')).not.toContain(openidOf('demo-1'));
  });

  test.each([
    [40029, 422, 'bodyInvalid'],
    [40226, 422, 'wechatUserBlocked'],
    [45011, 429, 'tooManyRequests'],
    [40125, 502, 'upstreamUnavailable'],
  ])('errcode %d answers %d %s', async (errcode, status, code) => {
    world.platforms.wechat.failNext(1, errcode);
    const answer = await login('demo-1');
    expect(answer.status).toBe(status);
    expect(problemOf(answer)?.code).toBe(code);
    if (status === 422) expect(problemOf(answer)?.errors?.[0]?.pointer).toBe('/code');
  });

  test('busy once is tried again, busy twice answers 502', async () => {
    world.platforms.wechat.failNext(1, -1);
    expect((await login('demo-1')).status).toBe(200);
    world.platforms.wechat.failNext(2, -1);
    expect((await login('demo-1')).status).toBe(502);
  });

  test('a body with more than the code is refused', async () => {
    const body = JSON.stringify({ code: 'demo-1', openid: 'o-other' });
    const answer = await call(handler, { resource: SESSIONS, headers: json, body });
    expect(answer.status).toBe(422);
    expect(problemOf(answer)?.errors?.[0]?.pointer).toBe('/openid');
  });
});

describe('the form', () => {
  test('the session says who asks', async () => {
    const answer = await post(await tokenOf('demo-1'), form());
    expect(answer.status).toBe(202);
    expect((await world.rows('Callers'))[0]).toMatchObject({ openid: openidOf('demo-1') });
    const elsewhere = JSON.stringify([await world.rows('Receipts'), await world.takeMessages()]);
    expect(elsewhere).not.toContain(openidOf('demo-1'));
  });

  test('an anonymous form leaves no openid, and no hash of one', async () => {
    await post(await tokenOf('demo-1'), form({ caller: { anonymous: true } }));
    expect(Object.keys((await world.rows('Callers'))[0]!).sort()).toEqual(['callerToken', 'createdAt']);
    expect((await world.rows('Receipts')).some((row) => 'callerHash' in row)).toBe(false);
  });

  test('a replay of the same user answers the same, the same form of another user is a conflict', async () => {
    const body = form();
    const fresh = await post(await tokenOf('demo-1'), body);
    const again = await post(await tokenOf('demo-1'), body);
    expect([again.status, again.text]).toEqual([200, fresh.text]);
    const other = await post(await tokenOf('demo-2'), body);
    expect(other.status).toBe(409);
    expect(other.text).not.toContain(fresh.body.queryCode);
  });

  test('identity in the form is refused: the session holds it', async () => {
    const answer = await post(await tokenOf('demo-1'), form({ caller: { phone: '13800138000' } }));
    expect(answer.status).toBe(422);
    expect(await world.rows('Receipts')).toEqual([]);
  });

  test('no token, a forged one and an expired one answer 401, before the body is read', async () => {
    const { sessionKeys } = world.secrets.WECHAT_SECRET as { sessionKeys: { kid: string; key: string }[] };
    const expired = await openSession(sessionKeys, { openid: 'o-1' }, Date.now() - 7_300_000);
    const other = [{ kid: 's1', key: Buffer.alloc(32, 7).toString('base64') }];
    const forged = await openSession(other, { openid: 'o-1' }, Date.now());
    const codes = [];
    for (const token of [undefined, 'abc', forged, expired]) {
      const answer = await post(token, { nonsense: true });
      expect(answer.status).toBe(401);
      codes.push(problemOf(answer)?.code);
    }
    expect(codes).toEqual(['tokenInvalid', 'tokenInvalid', 'tokenInvalid', 'tokenExpired']);
    expect(await world.rows('Receipts')).toEqual([]);
  });
});

test('no line that was logged names an openid, a code or a secret', () => {
  const lines = world.log.join('');
  expect(world.log.length).toBeGreaterThan(3);
  for (const word of [openidOf('demo-1'), 'demo-1', 'not-secret', '楼道']) expect(lines).not.toContain(word);
});
