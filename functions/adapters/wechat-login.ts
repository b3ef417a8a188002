/** WeChat's login (小程序登录): a code of the mini-program becomes an openid. The session_key is dropped right here. */
import * as z from 'zod';
import type { Secret } from './secrets.ts';

/** Milliseconds for all attempts together: a citizen is waiting for the form to open. */
const TIMEOUT_MS = 4000;
/** −1 (系统繁忙) is answered in bursts; one more try usually passes. */
const BUSY = -1;

/** A success may carry no errcode, so the openid is what tells. */
const Answer = z.object({ openid: z.string().min(1).optional(), errcode: z.int().optional() });

export type LoginResult =
  | { readonly ok: true; readonly openid: string }
  /** `code`: unknown, used or expired. `blocked`: WeChat's risk control. `tooOften`: per-minute quota. `unavailable`: the rest. */
  | {
      readonly ok: false;
      readonly fault: 'code' | 'blocked' | 'tooOften' | 'unavailable';
      readonly errcode: number | undefined;
    };

const faults: Readonly<Record<number, 'code' | 'blocked' | 'tooOften'>> = {
  40029: 'code',
  40163: 'code',
  41008: 'code',
  40226: 'blocked',
  45011: 'tooOften',
};

/** `GET {apiBase}/sns/jscode2session`, documented by WeChat as 小程序登录 code2Session. Never throws for what WeChat does. */
export async function wechatLogin(account: Secret<'WECHAT_SECRET'>, code: string): Promise<LoginResult> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const first = await ask(account, code, signal);
  return !first.ok && first.errcode === BUSY ? ask(account, code, signal) : first;
}

async function ask(account: Secret<'WECHAT_SECRET'>, code: string, signal: AbortSignal): Promise<LoginResult> {
  const url = new URL('/sns/jscode2session', account.apiBase);
  url.search = new URLSearchParams({
    appid: account.appid,
    secret: account.appSecret,
    js_code: code,
    grant_type: 'authorization_code',
  }).toString();
  let answer: z.output<typeof Answer>;
  try {
    // The URL holds our secret: it must not follow a redirect to another host.
    const response = await fetch(url, { signal, redirect: 'error' });
    answer = Answer.parse(JSON.parse(await response.text()));
  } catch {
    // Time-out, refused connection, an HTML page of a proxy: all the same to the citizen.
    return { ok: false, fault: 'unavailable', errcode: undefined };
  }
  if (answer.openid !== undefined) return { ok: true, openid: answer.openid };
  return { ok: false, fault: faults[answer.errcode ?? 0] ?? 'unavailable', errcode: answer.errcode };
}
