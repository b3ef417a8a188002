/** WeChat's fake: documented answers, error codes and field limits. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openidOf } from '#infra/local/platforms/wechat.ts';
import { ACCOUNT, call, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const login = (query: Record<string, string>) => {
  const all = {
    appid: ACCOUNT.appid,
    secret: ACCOUNT.appSecret,
    grant_type: 'authorization_code',
    js_code: 'demo-1',
    ...query,
  };
  return call('GET', `${world.platforms.url}/sns/jscode2session?${new URLSearchParams(all)}`);
};
const askToken = (body: Record<string, unknown> = {}) =>
  call('POST', `${world.platforms.url}/cgi-bin/stable_token`, {
    grant_type: 'client_credential',
    appid: ACCOUNT.appid,
    secret: ACCOUNT.appSecret,
    ...body,
  });
const send = (token: string, body: Record<string, unknown>) =>
  call('POST', `${world.platforms.url}/cgi-bin/message/subscribe/send?access_token=${token}`, body);
const message = (data: Record<string, string>, openid = openidOf('demo-1')) => ({
  touser: openid,
  template_id: 'tmpl-accepted',
  page: 'pages/ticket/index?no=XA1',
  miniprogram_state: 'formal',
  lang: 'zh_CN',
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value }])),
});
const fresh = async () => (await askToken()).body.access_token as string;

describe('jscode2session', () => {
  it('answers a demo code with a stable openid and no errcode', async () => {
    const first = await login({});
    const again = await login({});
    expect(first.status).toBe(200);
    expect(first.body).toEqual({ openid: openidOf('demo-1'), session_key: expect.any(String) });
    expect(first.body.openid).toHaveLength(28);
    expect(again.body.openid).toBe(first.body.openid);
    expect((await login({ js_code: 'demo-2' })).body.openid).not.toBe(first.body.openid);
  });

  it.each([
    ['another code', { js_code: 'abc' }, 40029],
    ['no code', { js_code: '' }, 41008],
    ['a wrong appid', { appid: 'wxother' }, 40013],
    ['a wrong secret', { secret: 'wrong' }, 40125],
    ['a wrong grant type', { grant_type: 'password' }, 40002],
  ])('refuses %s with HTTP 200 and its errcode', async (_what, query, errcode) => {
    const answer = await login(query);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ errcode });
  });
});

describe('stable_token', () => {
  it('hands out the same token until it is renewed by force', async () => {
    const first = await askToken();
    expect(first.body.expires_in).toBe(7200);
    expect((await askToken()).body.access_token).toBe(first.body.access_token);
    expect((await askToken({ force_refresh: true })).body.access_token).not.toBe(first.body.access_token);
  });

  it.each([
    ['a wrong appid', { appid: 'wxother' }, 40013],
    ['a wrong secret', { secret: 'wrong' }, 40125],
    ['a missing appid', { appid: '' }, 41002],
  ])('refuses %s', async (_what, body, errcode) => {
    expect((await askToken(body)).body).toMatchObject({ errcode });
  });
});

describe('subscribe/send', () => {
  it('delivers and remembers what a user would have seen', async () => {
    const before = world.platforms.wechat.received().length;
    const data = { character_string1: 'XA20261123000001', phrase2: '已受理', time3: '2026年11月23日 15:01' };
    const answer = await send(await fresh(), message(data));
    expect(answer.body).toEqual({ errcode: 0, errmsg: 'ok', msgid: expect.any(Number) });
    expect(world.platforms.wechat.received().slice(before)).toMatchObject([
      { openid: openidOf('demo-1'), templateId: 'tmpl-accepted', data },
    ]);
  });

  it.each([
    ['thing over 20 characters', { thing1: '一'.repeat(21) }],
    ['character_string with 汉字', { character_string1: '工单1' }],
    ['character_string over 32', { character_string1: 'A'.repeat(33) }],
    ['phrase over 5 汉字', { phrase1: '办理已经完成' }],
    ['phrase with letters', { phrase1: 'done' }],
    ['an ISO time', { time1: '2026-11-23T15:01:00+08:00' }],
    ['an empty value', { thing1: ' ' }],
    ['an unknown key', { remark1: '好' }],
    ['a name over 10 汉字', { name1: '某'.repeat(11) }],
  ])('refuses %s with 47003 and names the field', async (_what, data: Record<string, string>) => {
    const answer = await send(await fresh(), message(data));
    expect(answer.body).toMatchObject({ errcode: 47003, errmsg: expect.stringContaining(Object.keys(data)[0]!) });
  });

  it.each(['15:01', '2026年11月23日 15:01', '2026年11月23日'])('takes the time %s', async (time1) => {
    expect((await send(await fresh(), message({ time1 }))).body).toMatchObject({ errcode: 0 });
  });

  it('answers the documented errors for token, user and template', async () => {
    const token = await fresh();
    const good = message({ thing1: '好' });
    expect((await send('unknown', good)).body).toMatchObject({ errcode: 40001 });
    expect((await send(token, { ...good, touser: 'nobody' })).body).toMatchObject({ errcode: 40003 });
    expect((await send(token, { ...good, template_id: 'tmpl-x' })).body).toMatchObject({ errcode: 40037 });
    expect((await send(token, { ...good, page: '/bad page' })).body).toMatchObject({ errcode: 41030 });
    expect((await send(token, { ...good, data: 'no' })).body).toMatchObject({ errcode: 47001 });
  });

  it('forgets tokens when told, as after a refresh elsewhere or after two hours', async () => {
    const revoked = await fresh();
    world.platforms.wechat.revokeTokens();
    expect((await send(revoked, message({ thing1: '好' }))).body).toMatchObject({ errcode: 40001 });
    const expired = await fresh();
    world.platforms.wechat.expireTokens();
    expect((await send(expired, message({ thing1: '好' }))).body).toMatchObject({ errcode: 42001 });
  });

  it('answers 43101 once the consent is used up', async () => {
    const openid = openidOf('demo-once');
    world.platforms.wechat.setConsent(openid, 1);
    const token = await fresh();
    expect((await send(token, message({ thing1: '好' }, openid))).body).toMatchObject({ errcode: 0 });
    expect((await send(token, message({ thing1: '好' }, openid))).body).toMatchObject({ errcode: 43101 });
  });

  it('fails as often as it is told to', async () => {
    const token = await fresh();
    world.platforms.wechat.failNext(2, -1);
    const answers = [];
    for (let i = 0; i < 3; i += 1) answers.push((await send(token, message({ thing1: '好' }))).body.errcode);
    expect(answers).toEqual([-1, -1, 0]);
  });
});

describe('msg_sec_check', () => {
  const check = (token: string, changes: Record<string, unknown> = {}) =>
    call('POST', `${world.platforms.url}/wxa/msg_sec_check?access_token=${token}`, {
      version: 2,
      scene: 3,
      openid: openidOf('demo-1'),
      content: '楼道堆放杂物',
      ...changes,
    });

  it('passes what nobody has told it to find, and finds what it was told', async () => {
    const token = await fresh();
    expect((await check(token)).body).toMatchObject({ errcode: 0, result: { suggest: 'pass', label: 100 } });
    const undo = world.platforms.wechat.content.judge('堆放', 'risky', 20006);
    expect((await check(token)).body).toMatchObject({ errcode: 0, result: { suggest: 'risky', label: 20006 } });
    expect((await check(token, { content: '好', title: '堆放' })).body.result.suggest).toBe('risky');
    undo();
    expect((await check(token)).body.result.suggest).toBe('pass');
  });

  it.each([
    ['a text over 2,500 characters', { content: '字'.repeat(2501) }, 45002],
    ['an openid that is none', { openid: 'nobody' }, 40003],
    ['no openid', { openid: undefined }, 47001],
    ['a scene that is none', { scene: 5 }, 40129],
    ['the first version', { version: 1 }, 47001],
  ])('refuses %s', async (_what, changes, errcode) => {
    expect((await check(await fresh(), changes)).body).toMatchObject({ errcode });
  });

  it('takes 2,500 characters, refuses who was away and a token that isn’t one', async () => {
    const token = await fresh();
    expect((await check(token, { content: '𠮷'.repeat(2500) })).body).toMatchObject({ errcode: 0 });
    world.platforms.wechat.content.sendAway(openidOf('demo-away'));
    expect((await check(token, { openid: openidOf('demo-away') })).body).toMatchObject({ errcode: 61010 });
    expect((await check('unknown')).body).toMatchObject({ errcode: 40001 });
  });
});

it('a fault may be of one path only', async () => {
  const token = await fresh();
  world.platforms.wechat.failNext(1, -1, '/wxa/msg_sec_check');
  expect((await send(token, message({ thing1: '好' }))).body).toMatchObject({ errcode: 0 });
  expect((await call('POST', `${world.platforms.url}/wxa/msg_sec_check?access_token=${token}`, {})).body).toMatchObject(
    {
      errcode: -1,
    },
  );
});
