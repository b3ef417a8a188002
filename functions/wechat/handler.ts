/** 微信小程序渠道: login, and the mini-program's form. */
import { secret } from '#functions/adapters/secrets.ts';
import { api, readJson, requireJson } from '#functions/shared/http.ts';
import { intake } from '#functions/shared/intake.ts';
import { parseBody } from '#functions/shared/problem.ts';
import { readSession } from '#functions/shared/session.ts';
import { WechatLogin, WechatRequest } from '#schemas/intake.ts';
import { login } from './login.ts';

export const handler = api({
  'POST /channels/wechat/sessions': async (request) => {
    const { code } = parseBody(WechatLogin, readJson(request));
    return { status: 200, body: await login(await secret('WECHAT_SECRET'), code, Date.now()) };
  },

  'POST /channels/wechat/requests': async (request) => {
    requireJson(request);
    const { sessionKeys } = await secret('WECHAT_SECRET');
    const openid = await readSession(sessionKeys, request.headers.authorization, Date.now());
    return intake({ channel: 'wechat', openid, body: parseBody(WechatRequest, readJson(request)) });
  },
});
