/**
 * WeChat's server API (微信服务端接口) behind one access token a container: who calls it gives a path and a message. As WeChat
 * documents it, every error is HTTP 200 with an `errcode`; only the codes that mean the token are dealt with here.
 */
import * as z from 'zod';
import { PlatformBusy } from '#functions/ports/channel-feedback.ts';
import { exchangeJson } from './feedback-http.ts';
import type { Secret } from './secrets.ts';

export type WechatAccount = Pick<Secret<'WECHAT_SECRET'>, 'appid' | 'appSecret' | 'apiBase'>;

/** 40001, 40014: invalid, usually because another server has fetched a newer one. 42001: its two hours are over. */
const TOKEN_SPENT: ReadonlySet<number | undefined> = new Set([40001, 40014, 42001]);
/** A token is dropped so long before its end that a call made with it still arrives in time (ms). */
const MARGIN_MS = 60_000;

interface Token {
  readonly value: string;
  /** Epoch ms. */
  readonly until: number;
}

/** One account's token, and the fetch that is under way: who comes meanwhile waits for it instead of fetching too. */
interface Kept {
  token?: Token;
  fetching?: Promise<Token> | undefined;
}
const kept = new Map<string, Kept>();

const TokenAnswer = z.object({
  access_token: z.string().min(1).optional(),
  expires_in: z.number().optional(),
  errcode: z.int().optional(),
});

/**
 * `POST {apiBase}{path}?access_token=…`; answers the body as `schema` reads it, its `errcode` with it. A spent token is
 * replaced and the call made once more; what that answers is the answer, also if it speaks of the token again.
 *
 * @param timeoutMs of each exchange; the default suits a queue, not a citizen who is waiting
 * @throws PlatformBusy no answer, no HTTP 200, a body that isn't as `schema` says, or no token to be had
 */
export async function callWithToken<S extends z.ZodType<{ errcode?: number | undefined }>>(
  account: WechatAccount,
  path: `/${string}`,
  message: unknown,
  schema: S,
  timeoutMs?: number,
): Promise<z.output<S>> {
  const call = (token: Token) => {
    const url = new URL(path, account.apiBase);
    url.searchParams.set('access_token', token.value);
    return post(url, message, schema, timeoutMs);
  };
  const token = await tokenOf(account, undefined, timeoutMs);
  const answer = await call(token);
  return TOKEN_SPENT.has(answer.errcode) ? call(await tokenOf(account, token.value, timeoutMs)) : answer;
}

/** `spent`: the value that was just refused. Many calls may find the same one spent; the first of them replaces it. */
function tokenOf(account: WechatAccount, spent: string | undefined, timeoutMs: number | undefined): Promise<Token> {
  const key = `${account.apiBase} ${account.appid}`;
  const mine = kept.get(key) ?? {};
  kept.set(key, mine);
  if (mine.fetching !== undefined) return mine.fetching;
  const { token } = mine;
  if (token !== undefined && token.value !== spent && token.until > Date.now()) return Promise.resolve(token);
  mine.fetching = fetchToken(account, spent, timeoutMs)
    .then((fresh) => {
      mine.token = fresh;
      return fresh;
    })
    .finally(() => {
      mine.fetching = undefined;
    });
  return mine.fetching;
}

/**
 * The normal mode hands every server the same token, and usually there is a newer one by now. It may also be the one that
 * was refused; only then is it asked with `force_refresh`, for that is allowed 20 times a day and not within 30 s, and it
 * takes the token away from this account's other servers in the middle of their calls.
 */
async function fetchToken(account: WechatAccount, spent?: string, timeoutMs?: number): Promise<Token> {
  const token = await askForToken(account, false, timeoutMs);
  return token.value === spent ? askForToken(account, true, timeoutMs) : token;
}

async function askForToken(account: WechatAccount, force: boolean, timeoutMs: number | undefined): Promise<Token> {
  const { appid, appSecret, apiBase } = account;
  const answer = await post(
    new URL('/cgi-bin/stable_token', apiBase),
    { grant_type: 'client_credential', appid, secret: appSecret, ...(force ? { force_refresh: true } : {}) },
    TokenAnswer,
    timeoutMs,
  );
  if (answer.access_token === undefined) throw new PlatformBusy(`wechatToken:${answer.errcode ?? 'none'}`);
  return { value: answer.access_token, until: Date.now() + (answer.expires_in ?? 0) * 1000 - MARGIN_MS };
}

async function post<S extends z.ZodType>(
  url: URL,
  message: unknown,
  schema: S,
  timeoutMs: number | undefined,
): Promise<z.output<S>> {
  const body = new TextEncoder().encode(JSON.stringify(message));
  const answer = await exchangeJson('wechat', { url: url.href, method: 'POST', body, timeoutMs });
  const parsed = schema.safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success) throw new PlatformBusy(`wechat:http${answer.status}`);
  return parsed.data;
}
