/** 微信渠道: login and form of the mini-program, and the message push of WeChat's servers. */
import { secret } from '#functions/adapters/secrets.ts';
import { api, readJson, requireJson } from '#functions/shared/http.ts';
import { intake } from '#functions/shared/intake.ts';
import { parseBody } from '#functions/shared/problem.ts';
import { readSession } from '#functions/shared/session.ts';
import { WechatLogin, WechatRequest } from '#schemas/intake.ts';
import { login } from './login.ts';
import { receivePush, verifyUrl } from './push/receive.ts';
import { PUSH_REF_PREFIX } from './push/request.ts';

const Form = WechatRequest.refine(({ channelRef }) => !channelRef.startsWith(PUSH_REF_PREFIX), {
  path: ['channelRef'],
  error: `must not begin with ${PUSH_REF_PREFIX}, which is kept for messages`,
});

export const handler = api({
  'POST /channels/wechat/sessions': async (request) => {
    const { code } = parseBody(WechatLogin, readJson(request));
    return { status: 200, body: await login(await secret('WECHAT_SECRET'), code, Date.now()) };
  },

  'POST /channels/wechat/requests': async (request) => {
    requireJson(request);
    const { sessionKeys } = await secret('WECHAT_SECRET');
    const openid = await readSession(sessionKeys, request.headers.authorization, Date.now());
    return intake({ channel: 'wechat', openid, body: parseBody(Form, readJson(request)) });
  },

  'GET /channels/wechat/messages': async (request) => verifyUrl(await secret('WECHAT_SECRET'), request),

  'POST /channels/wechat/messages': async (request) => receivePush(await secret('WECHAT_SECRET'), request, Date.now()),
});
