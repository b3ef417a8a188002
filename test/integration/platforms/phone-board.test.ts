/** The call centre's and the message board's fakes: signatures, idempotency, refusals. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, KEYS, openWorld, signed, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const SIX_MINUTES_AGO = () => new Date(Date.now() - 6 * 60_000);

describe('phone platform', () => {
  const notice = (noticeId: string, params: Record<string, string> = {}) => ({
    noticeId,
    kind: 'sms',
    phone: '+8613800000000',
    template: 'accepted',
    params: { ticketNo: 'XA2026112300000017', status: '已受理', ...params },
  });
  const post = (body: { noticeId: string }, o: { key?: string; at?: Date; id?: string } = {}) =>
    signed('POST', `${world.platforms.url}/notices`, body, { key: KEYS.phone, id: body.noticeId, ...o });

  it('sends once, however often the same notice comes', async () => {
    const before = world.platforms.phone.received().length;
    for (let i = 0; i < 3; i += 1) {
      expect(await post(notice('n-1'))).toEqual({ status: 200, body: { accepted: true, noticeId: 'n-1' } });
    }
    expect(world.platforms.phone.received().slice(before)).toMatchObject([{ noticeId: 'n-1', template: 'accepted' }]);
    expect(world.platforms.phone.replays()).toBe(2);
  });

  it('refuses a foreign key, an old timestamp and no signature', async () => {
    expect((await post(notice('n-2'), { key: KEYS.foreign })).status).toBe(401);
    expect((await post(notice('n-2'), { at: SIX_MINUTES_AGO() })).status).toBe(401);
    expect((await call('POST', `${world.platforms.url}/notices`, notice('n-2'))).status).toBe(401);
    expect(world.platforms.phone.received().some(({ noticeId }) => noticeId === 'n-2')).toBe(false);
  });

  it.each([
    ['a parameter over 20 characters', { queryHint: '请'.repeat(21) }, 'params.queryHint'],
    ['a URL', { queryHint: 'https://a.cn/x' }, 'params.queryHint'],
    ['an empty parameter', { status: ' ' }, 'params.status'],
  ])('refuses %s', async (_what, params: Record<string, string>, field) => {
    const answer = await post(notice('n-3', params));
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ field }]);
  });

  it('refuses an unknown template and a noticeId that is not the webhook-id', async () => {
    expect((await post({ ...notice('n-4'), template: 'other' } as never)).status).toBe(422);
    expect((await post(notice('n-4'), { id: 'another' })).status).toBe(422);
  });

  it('answers 429 while its switch is on and sends afterwards', async () => {
    world.platforms.phone.failNext(1, 429);
    expect((await post(notice('n-5'))).status).toBe(429);
    expect((await post(notice('n-5'))).status).toBe(200);
  });
});

describe('message board', () => {
  const reply = (messageId: string, version: number, extra: Record<string, unknown> = {}) => ({
    messageId,
    version,
    ticketNo: 'XA2026112300000017',
    state: 'accepted',
    isPublic: false,
    ...extra,
  });
  const put = (body: { messageId: string; version: number }, o: { key?: string; at?: Date; path?: string } = {}) => {
    const path = o.path ?? `/messages/${body.messageId}/replies/${body.version}`;
    return signed('PUT', `${world.platforms.url}${path}`, body, { key: KEYS.website, ...o });
  };

  it('stores a version once, refuses other content and what is older', async () => {
    expect((await put(reply('m1', 2))).body).toEqual({ messageId: 'm1', version: 2 });
    expect((await put(reply('m1', 2))).status).toBe(200);
    expect(await put(reply('m1', 2, { isPublic: true }))).toEqual({ status: 409, body: { error: 'conflict' } });
    expect((await put(reply('m1', 1))).body).toEqual({ error: 'stale', newest: 2 });
    expect(world.platforms.board.received().filter(({ messageId }) => messageId === 'm1')).toHaveLength(1);
  });

  it('answers the same again for an older version that it did store', async () => {
    await put(reply('m2', 1));
    await put(reply('m2', 2, { state: 'answered', replyContent: '已办理。' }));
    expect((await put(reply('m2', 1))).status).toBe(200);
  });

  it('shows the public the newest version, if it is public', async () => {
    await put(reply('m3', 1, { state: 'answered', replyContent: '您好！', replyDepartment: '某局', isPublic: true }));
    await put(reply('m3', 2, { state: 'closed' }));
    expect(world.platforms.board.shown('m3')).toBeUndefined();
    await put(reply('m3', 3, { state: 'answered', replyContent: '您好！', isPublic: true }));
    expect(world.platforms.board.shown('m3')).toMatchObject({ version: 3, replyContent: '您好！' });
    expect(world.platforms.board.shown('m1')).toBeUndefined();
  });

  it('refuses bad signatures and bodies', async () => {
    expect((await put(reply('m4', 1), { key: KEYS.phone })).status).toBe(401);
    expect((await put(reply('m4', 1), { at: SIX_MINUTES_AGO() })).status).toBe(401);
    expect((await put(reply('m4', 1, { state: 'answered' }))).status).toBe(422);
    expect((await put(reply('m4', 1, { extra: 1 }))).status).toBe(422);
    expect((await put(reply('m4', 1), { path: '/messages/m4/replies/2' })).status).toBe(422);
    expect(world.platforms.board.received().some(({ messageId }) => messageId === 'm4')).toBe(false);
  });

  it('answers 503 while its switch is on', async () => {
    world.platforms.board.failNext(1, 503);
    expect((await put(reply('m5', 1))).status).toBe(503);
    expect((await put(reply('m5', 1))).status).toBe(200);
  });
});
