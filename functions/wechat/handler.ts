/** 微信渠道: login and form of the mini-program, and the message push of WeChat's servers. */
import { secret } from '#functions/adapters/secrets.ts';
import { api, readJson, requireJson } from '#functions/shared/http.ts';
import { intake } from '#functions/shared/intake.ts';
import { parseBody } from '#functions/shared/problem.ts';
import { readSession } from '#functions/shared/session.ts';
import { keepUploads, permitUpload } from '#functions/shared/uploads.ts';
import { UploadRequest } from '#schemas/attachment.ts';
import { WechatLogin, WechatPhoneCode, WechatRequest } from '#schemas/intake.ts';
import { mayFile, mayUpload } from './limit.ts';
import { login } from './login.ts';
import { givePhone } from './phone.ts';
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

  /** 手机号快速验证: the same session with the citizen's number in it. */
  'POST /channels/wechat/sessions/phone': async (request) => {
    requireJson(request);
    const account = await secret('WECHAT_SECRET');
    const now = Date.now();
    const user = await readSession(request.headers.authorization, now);
    const { code } = parseBody(WechatPhoneCode, readJson(request));
    return { status: 200, body: await givePhone(account, user, code, now) };
  },

  'POST /channels/wechat/requests': async (request) => {
    requireJson(request);
    const user = await readSession(request.headers.authorization, Date.now());
    const body = parseBody(Form, readJson(request));
    return intake(
      { channel: 'wechat', ...user, body, keep: keepUploads(user.openid) },
      { mayEnter: () => mayFile(user.openid, body.caller?.anonymous ? body.channelRef : undefined) },
    );
  },

  'POST /channels/wechat/attachments': async (request) => {
    requireJson(request);
    const { openid } = await readSession(request.headers.authorization, Date.now());
    const upload = parseBody(UploadRequest, readJson(request));
    await mayUpload(openid);
    return { status: 200, body: await permitUpload(openid, upload) };
  },

  'GET /channels/wechat/messages': async (request) => verifyUrl(await secret('WECHAT_SECRET'), request),

  'POST /channels/wechat/messages': async (request) => receivePush(await secret('WECHAT_SECRET'), request, Date.now()),
});
