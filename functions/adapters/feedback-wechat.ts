/** 订阅消息: `POST /cgi-bin/message/subscribe/send`. */
import * as z from 'zod';
import { type FeedbackResult, PlatformBusy, type SubscribeMessage } from '#functions/ports/channel-feedback.ts';
import type { District } from '#schemas/district.ts';
import { isRefusal, readConsent } from './consent-store.ts';
import { secret } from './secrets.ts';
import { classOf } from './wechat-errors.ts';
import { callWithToken } from './wechat-token.ts';

const SendAnswer = z.object({ errcode: z.int() });

export async function sendSubscribeMessage(
  message: SubscribeMessage,
  openid: string,
  settings: District['channels']['wechat'],
): Promise<FeedbackResult> {
  const account = await secret('WECHAT_SECRET');
  const templateId = account.templates[message.template];
  if (templateId === undefined) return { kind: 'rejected', detail: 'wechat:noTemplate' };
  if (isRefusal(await readConsent(openid, templateId))) return { kind: 'noConsent' };
  const body = {
    touser: openid,
    template_id: templateId,
    page: message.page,
    miniprogram_state: settings.miniprogramState,
    lang: settings.lang,
    data: message.data,
  };
  const { errcode } = await callWithToken(account, '/cgi-bin/message/subscribe/send', body, SendAnswer);
  if (errcode === 0) return { kind: 'sent' };
  switch (classOf(errcode)) {
    case 'noConsent':
      return { kind: 'noConsent' };
    case 'rejected':
      return { kind: 'rejected', detail: `wechat:${errcode}` };
    case 'busy':
    case 'account':
      throw new PlatformBusy(`wechat:${errcode}`);
  }
}
