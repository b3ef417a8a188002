/** One token a container: fetched once however many need it, replaced once however many find it spent. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { callWithToken, type WechatAccount } from '#functions/adapters/wechat-token.ts';
import { PlatformBusy } from '#functions/ports/channel-feedback.ts';
import { ACCOUNT, openWorld, type World } from '#test/integration/platforms/world.ts';

const SEND = '/cgi-bin/message/subscribe/send';
const TOKEN = '/cgi-bin/stable_token';
const Answer = z.object({ errcode: z.int() });
const message = {
  touser: `o${'x'.repeat(27)}`,
  template_id: 'tmpl-accepted',
  data: { thing1: { value: '好' } },
};
let world: World;
let account: WechatAccount;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  // A base of its own for each test: the cache is by account.
  account = { ...ACCOUNT, apiBase: `${world.platforms.url}/?${Math.random()}` };
});

const call = () => callWithToken(account, SEND, message, Answer);
const calls = () => ({ token: world.platforms.wechat.calls(TOKEN), send: world.platforms.wechat.calls(SEND) });
const since = (before: ReturnType<typeof calls>) => {
  const now = calls();
  return { token: now.token - before.token, send: now.send - before.send };
};
const many = () => Promise.all(Array.from({ length: 8 }, call));

describe('the token', () => {
  it('is fetched once for callers at the same time, and kept', async () => {
    const before = calls();
    expect(new Set((await many()).map(({ errcode }) => errcode))).toEqual(new Set([0]));
    await call();
    expect(since(before)).toEqual({ token: 1, send: 9 });
  });

  it.each(['revokeTokens', 'expireTokens'] as const)(
    'is replaced once for all who find it spent: %s',
    async (spoil) => {
      await call();
      world.platforms.wechat[spoil]();
      const before = calls();
      expect(new Set((await many()).map(({ errcode }) => errcode))).toEqual(new Set([0]));
      expect(since(before)).toEqual({ token: 1, send: 16 });
    },
  );

  it.each([40001, 40014, 42001])(
    '%i on the platform’s own token: asked by force, as it would be the same',
    async (code) => {
      await call();
      const before = calls();
      world.platforms.wechat.failNext(1, code, SEND);
      expect(await call()).toEqual({ errcode: 0 });
      expect(since(before)).toEqual({ token: 2, send: 2 });
    },
  );

  it('a second refusal is the answer', async () => {
    world.platforms.wechat.failNext(2, 40001, SEND);
    const before = calls();
    expect(await call()).toEqual({ errcode: 40001 });
    expect(since(before).send).toBe(2);
  });

  it('that can’t be had is worth another try, and the next caller tries', async () => {
    world.platforms.wechat.failNext(1, -1, TOKEN);
    await expect(call()).rejects.toThrow(PlatformBusy);
    expect(await call()).toEqual({ errcode: 0 });
  });

  it('other errors are the caller’s: one call, no token fetched', async () => {
    await call();
    const before = calls();
    world.platforms.wechat.failNext(1, 47003, SEND);
    expect(await call()).toEqual({ errcode: 47003 });
    expect(since(before)).toEqual({ token: 0, send: 1 });
  });
});

it.each([
  ['no JSON of ours', '/.well-known/jwks.json'],
  ['no such path', '/nowhere'],
] as const)('%s: busy', async (_what, path) => {
  await expect(callWithToken(account, path, message, Answer)).rejects.toMatchObject({ name: 'PlatformBusy' });
});
