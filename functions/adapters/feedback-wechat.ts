/**
 * 订阅消息: `POST /cgi-bin/message/subscribe/send` with a stable token. As WeChat documents it, every error is HTTP 200 with an
 * `errcode`; which codes mean what is listed here and nowhere else.
 */
import * as z from 'zod';
import { chinaTime } from '#domain/feedback/notice.ts';
import { messageData } from '#domain/feedback/wechat-fields.ts';
import { type FeedbackResult, PlatformBusy, type ShortNotice } from '#functions/ports/channel-feedback.ts';
import type { District } from '#schemas/district.ts';
import { exchangeJson } from './feedback-http.ts';
import { type Secret, secret } from './secrets.ts';

/** The token is used up or another server fetched a new one: fetch one and try once more. */
const TOKEN_SPENT = new Set([40001, 40014, 42001]);
/** 用户拒收或未订阅 */
const NO_CONSENT = 43101;
/** openid, template, page or a value is wrong: our bug or a wrong setting; trying again can't help. */
const REJECTED = new Set([40003, 40037, 41030, 47001, 47003]);

const SendAnswer = z.object({ errcode: z.int() });
const TokenAnswer = z.object({
  access_token: z.string().min(1).optional(),
  expires_in: z.number().optional(),
  errcode: z.int().optional(),
});

/** A token is dropped so long before its end that a message sent with it still arrives in time (ms). */
const MARGIN_MS = 60_000;
/** Per container; the stable interface hands every server the same token, so nothing is lost by several. */
let cached: { appid: string; token: string; until: number } | undefined;

type Account = Secret<'WECHAT_SECRET'>;

export async function sendSubscribeMessage(
  notice: ShortNotice,
  openid: string,
  settings: District['channels']['wechat'],
): Promise<FeedbackResult> {
  const account = await secret('WECHAT_SECRET');
  const message = {
    touser: openid,
    template_id: account.templates[notice.notice],
    page: `${settings.page}?ticketNo=${notice.ticketNo}`,
    miniprogram_state: settings.miniprogramState,
    lang: settings.lang,
    data: messageData({ ...notice, time: chinaTime(notice.at) }),
  };
  let errcode = await send(account, message);
  if (TOKEN_SPENT.has(errcode)) {
    cached = undefined;
    errcode = await send(account, message);
  }
  if (errcode === 0) return { kind: 'sent' };
  if (errcode === NO_CONSENT) return { kind: 'noConsent' };
  if (REJECTED.has(errcode)) return { kind: 'rejected', detail: `wechat:${errcode}` };
  throw new PlatformBusy(`wechat:${errcode}`);
}

async function send(account: Account, message: unknown): Promise<number> {
  const url = new URL('/cgi-bin/message/subscribe/send', account.apiBase);
  url.searchParams.set('access_token', await accessToken(account));
  return (await call(url, message, SendAnswer)).errcode;
}

async function accessToken(account: Account): Promise<string> {
  const { appid, appSecret, apiBase } = account;
  if (cached !== undefined && cached.appid === appid && cached.until > Date.now()) return cached.token;
  const answer = await call(
    new URL('/cgi-bin/stable_token', apiBase),
    { grant_type: 'client_credential', appid, secret: appSecret },
    TokenAnswer,
  );
  if (answer.access_token === undefined) throw new PlatformBusy(`wechatToken:${answer.errcode ?? 'none'}`);
  cached = { appid, token: answer.access_token, until: Date.now() + (answer.expires_in ?? 0) * 1000 - MARGIN_MS };
  return cached.token;
}

async function call<S extends z.ZodType>(url: URL, message: unknown, schema: S): Promise<z.output<S>> {
  const body = new TextEncoder().encode(JSON.stringify(message));
  const answer = await exchangeJson('wechat', { url: url.href, method: 'POST', body });
  const parsed = schema.safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success) throw new PlatformBusy(`wechat:http${answer.status}`);
  return parsed.data;
}
