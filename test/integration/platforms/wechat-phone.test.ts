/** 手机号快速验证 of WeChat's stand-in: documented answers and errors of `getuserphonenumber`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, call, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const token = async () =>
  (
    await call('POST', `${world.platforms.url}/cgi-bin/stable_token`, {
      grant_type: 'client_credential',
      appid: ACCOUNT.appid,
      secret: ACCOUNT.appSecret,
    })
  ).body.access_token as string;
const ask = (accessToken: string, body: unknown) =>
  call('POST', `${world.platforms.url}/wxa/business/getuserphonenumber?access_token=${accessToken}`, body);
const issue = (number: string, at = Date.now()) => world.platforms.wechat.phones.issue(number, at);

describe('getuserphonenumber', () => {
  it("answers the number with its country and the account's watermark, like the documentation's example", async () => {
    const answer = await ask(await token(), { code: issue('13800000001') });
    expect(answer).toEqual({
      status: 200,
      body: {
        errcode: 0,
        errmsg: 'ok',
        phone_info: {
          phoneNumber: '13800000001',
          purePhoneNumber: '13800000001',
          countryCode: 86,
          watermark: { timestamp: expect.any(Number), appid: ACCOUNT.appid },
        },
      },
    });
    const abroad = await ask(await token(), { code: issue('85291234567') });
    expect(abroad.body.phone_info).toMatchObject({
      phoneNumber: '+85291234567',
      purePhoneNumber: '91234567',
      countryCode: '852',
    });
  });

  it('takes a code once, for five minutes, and none that it did not give', async () => {
    const good = await token();
    const code = issue('13800000001');
    expect((await ask(good, { code })).body.errcode).toBe(0);
    for (const bad of [code, issue('13800000001', Date.now() - 301_000), 'e31968a7f94cc5ee', 'phone-12']) {
      expect((await ask(good, { code: bad })).body).toMatchObject({ errcode: 40029 });
    }
    expect((await ask(good, 'no')).body).toMatchObject({ errcode: 47001 });
  });

  it('wants a token, and refuses a spent one without using up the code', async () => {
    const code = issue('13800000001');
    expect((await ask('unknown', { code })).body).toMatchObject({ errcode: 40001 });
    const spent = await token();
    world.platforms.wechat.expireTokens();
    expect((await ask(spent, { code })).body).toMatchObject({ errcode: 42001 });
    expect((await ask(await token(), { code })).body).toMatchObject({ errcode: 0 });
  });
});
