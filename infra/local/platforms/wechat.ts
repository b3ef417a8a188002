/**
 * A stand-in for api.weixin.qq.com: login, stable token, subscribe messages, phone numbers and content security, with the documented answers and error
 * codes. As there, every error is HTTP 200 with an `errcode`. Users have given long-term consent (长期订阅, which
 * government services may ask for) unless `setConsent` counts it down.
 */
import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type Answer, type Exchange, Faults, jsonOf, type Route } from './http.ts';
import { WechatContent } from './wechat-content.ts';
import { fieldProblem } from './wechat-fields.ts';
import { WechatPhones } from './wechat-phone.ts';

export interface WechatAccount {
  appid: string;
  appSecret: string;
  /** Template ids that this account has; others answer 40037. */
  templateIds: readonly string[];
}

/** One subscribe message (订阅消息) that a user's phone would have shown. */
export interface SubscribeMessage {
  at: number;
  msgid: number;
  openid: string;
  templateId: string;
  page: string | undefined;
  data: Record<string, string>;
}

const TOKEN_SECONDS = 7200;
const DEMO_CODE = /^demo-[\w-]{1,64}$/;

const ERRORS: Record<number, string> = {
  [-1]: 'system error',
  40001: 'invalid credential, access_token is invalid or not latest',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40013: 'invalid appid',
  40029: 'invalid code',
  40037: 'invalid template_id',
  40125: 'invalid appsecret',
  40129: 'invalid scene',
  40226: 'code blocked',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41008: 'missing code',
  41030: 'invalid page',
  42001: 'access_token expired',
  43101: 'user refuse to accept the msg',
  45002: 'content size out of limit',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  47001: 'data format error',
  47003: 'argument invalid!',
  61010: 'code is expired',
};

const TokenRequest = z.object({
  grant_type: z.string().optional(),
  appid: z.string().optional(),
  secret: z.string().optional(),
  force_refresh: z.boolean().optional(),
});
const PhoneRequest = z.object({ code: z.string() });
const SendRequest = z.object({
  touser: z.string(),
  template_id: z.string(),
  page: z.string().optional(),
  miniprogram_state: z.enum(['developer', 'trial', 'formal']).optional(),
  lang: z.enum(['zh_CN', 'en_US', 'zh_HK', 'zh_TW']).optional(),
  data: z.record(z.string(), z.object({ value: z.string() })),
});

const fail = (errcode: number, detail = ''): Answer => ({
  status: 200,
  body: { errcode, errmsg: `${ERRORS[errcode] ?? 'error'}${detail} rid: ${randomBytes(8).toString('hex')}` },
});

/** The openid that a login code of the demo (`demo-…`) always stands for; 28 characters, as WeChat's are. */
export function openidOf(code: string): string {
  return `o${createHash('sha256').update(`openid:${code}`).digest('base64url').slice(0, 27)}`;
}

export class WechatPlatform {
  readonly #account: WechatAccount;
  /** By path; '' is any. */
  readonly #faults = new Map<string, Faults<number>>();
  /** access_token → when it ends, epoch ms. */
  readonly #tokens = new Map<string, number>();
  readonly #openids = new Set<string>();
  readonly #consent = new Map<string, number>();
  readonly #messages: SubscribeMessage[] = [];
  /** Path → how often it was called. */
  readonly #calls = new Map<string, number>();
  /** openid → how often somebody tried to send to this user. */
  readonly #attempts = new Map<string, number>();
  /** 内容安全 */
  readonly content = new WechatContent();
  /** 手机号快速验证 */
  readonly phones: WechatPhones;
  #current: string | undefined;
  #tokenRequests = 0;

  constructor(account: WechatAccount) {
    this.#account = account;
    this.phones = new WechatPhones(account.appid);
  }

  /** Messages delivered so far, oldest first. */
  received(): readonly SubscribeMessage[] {
    return this.#messages;
  }

  /** How often a token was asked for: shows whether a client caches it. */
  tokenRequests(): number {
    return this.#tokenRequests;
  }

  /** How often a path was called, whatever it was answered. */
  calls(path: string): number {
    return this.#calls.get(path) ?? 0;
  }

  /** Calls of `subscribe/send` for this user, whatever they were answered (a spent token's are not counted: no user yet). */
  attempts(openid: string): number {
    return this.#attempts.get(openid) ?? 0;
  }

  /** Makes the next calls answer this `errcode`: of `path`, or of any. */
  failNext(times: number, errcode: number, path = ''): void {
    const faults = this.#faults.get(path) ?? new Faults<number>();
    this.#faults.set(path, faults);
    faults.failNext(times, errcode);
  }

  /** How many more messages this user accepts; every delivered one takes one away, 0 answers 43101. */
  setConsent(openid: string, messages: number): void {
    this.#consent.set(openid, messages);
  }

  /** As when another server fetched a new token: the ones handed out answer 40001 from now on. */
  revokeTokens(): void {
    this.#tokens.clear();
    this.#current = undefined;
  }

  /** Ends the tokens' two hours now: the ones handed out answer 42001. */
  expireTokens(): void {
    for (const token of this.#tokens.keys()) this.#tokens.set(token, 0);
    this.#current = undefined;
  }

  routes(): Route[] {
    const orFault = (handle: (exchange: Exchange) => Answer) => (exchange: Exchange) => {
      const { pathname } = exchange.url;
      this.#calls.set(pathname, this.calls(pathname) + 1);
      const fault = this.#faults.get(pathname)?.take() ?? this.#faults.get('')?.take();
      return fault === undefined ? handle(exchange) : fail(fault);
    };
    return [
      { method: 'GET', path: /^\/sns\/jscode2session$/, handle: orFault((e) => this.#login(e)) },
      { method: 'POST', path: /^\/cgi-bin\/stable_token$/, handle: orFault((e) => this.#token(e)) },
      { method: 'POST', path: /^\/cgi-bin\/message\/subscribe\/send$/, handle: orFault((e) => this.#send(e)) },
      { method: 'POST', path: /^\/wxa\/msg_sec_check$/, handle: orFault((e) => this.#check(e)) },
      { method: 'POST', path: /^\/wxa\/business\/getuserphonenumber$/, handle: orFault((e) => this.#phone(e)) },
    ];
  }

  #wrongAccount(appid: string | undefined | null, secret: string | undefined | null): Answer | undefined {
    if (!appid) return fail(41002);
    if (!secret) return fail(41004);
    if (appid !== this.#account.appid) return fail(40013);
    if (secret !== this.#account.appSecret) return fail(40125);
    return undefined;
  }

  #login({ url }: Exchange): Answer {
    const query = url.searchParams;
    const wrong = this.#wrongAccount(query.get('appid'), query.get('secret'));
    if (wrong) return wrong;
    if (query.get('grant_type') !== 'authorization_code') return fail(40002);
    const code = query.get('js_code');
    if (!code) return fail(41008);
    if (!DEMO_CODE.test(code)) return fail(40029);
    const openid = openidOf(code);
    this.#openids.add(openid);
    // A success carries no errcode, as in the documentation's example.
    return { status: 200, body: { openid, session_key: randomBytes(16).toString('base64') } };
  }

  #token({ raw }: Exchange): Answer {
    this.#tokenRequests += 1;
    const request = TokenRequest.safeParse(jsonOf(raw));
    if (!request.success) return fail(47001);
    const { appid, secret, grant_type, force_refresh } = request.data;
    const wrong = this.#wrongAccount(appid, secret);
    if (wrong) return wrong;
    if (grant_type !== 'client_credential') return fail(40002);
    const now = Date.now();
    const ends = this.#current === undefined ? 0 : (this.#tokens.get(this.#current) ?? 0);
    if (this.#current !== undefined && !force_refresh && ends > now) {
      return { status: 200, body: { access_token: this.#current, expires_in: Math.ceil((ends - now) / 1000) } };
    }
    this.#current = `tok_${randomBytes(48).toString('base64url')}`;
    this.#tokens.set(this.#current, now + TOKEN_SECONDS * 1000);
    return { status: 200, body: { access_token: this.#current, expires_in: TOKEN_SECONDS } };
  }

  #wrongToken({ url }: Exchange): Answer | undefined {
    const ends = this.#tokens.get(url.searchParams.get('access_token') ?? '');
    if (ends === undefined) return fail(40001);
    return ends <= Date.now() ? fail(42001) : undefined;
  }

  #phone(exchange: Exchange): Answer {
    const wrong = this.#wrongToken(exchange);
    if (wrong) return wrong;
    const request = PhoneRequest.safeParse(jsonOf(exchange.raw));
    if (!request.success) return fail(47001);
    const phone_info = this.phones.redeem(request.data.code, Date.now());
    return phone_info === undefined ? fail(40029) : { status: 200, body: { errcode: 0, errmsg: 'ok', phone_info } };
  }

  #send(exchange: Exchange): Answer {
    const wrong = this.#wrongToken(exchange);
    if (wrong) return wrong;
    const { raw } = exchange;
    const request = SendRequest.safeParse(jsonOf(raw));
    if (!request.success) return fail(47001);
    const { touser, template_id, page, data } = request.data;
    this.#attempts.set(touser, this.attempts(touser) + 1);
    if (!this.#knows(touser)) return fail(40003);
    if (!this.#account.templateIds.includes(template_id)) return fail(40037);
    if (page !== undefined && !/^[\w-]+(\/[\w-]+)*(\?.*)?$/.test(page)) return fail(41030);
    const problem = fieldProblem(data);
    if (problem) return fail(47003, ` ${problem}`);
    const consent = this.#consent.get(touser);
    if (consent !== undefined) {
      if (consent <= 0) return fail(43101);
      this.#consent.set(touser, consent - 1);
    }
    const msgid = 3_000_000_000_000_000 + this.#messages.length;
    const values = Object.fromEntries(Object.entries(data).map(([key, field]) => [key, field.value]));
    this.#messages.push({ at: Date.now(), msgid, openid: touser, templateId: template_id, page, data: values });
    return { status: 200, body: { errcode: 0, errmsg: 'ok', msgid } };
  }

  #check(exchange: Exchange): Answer {
    const wrong = this.#wrongToken(exchange);
    if (wrong) return wrong;
    const answer = this.content.check(jsonOf(exchange.raw), (openid) => this.#knows(openid));
    return 'errcode' in answer ? fail(answer.errcode) : { status: 200, body: answer.body };
  }

  /** Users outlive this process on the other side, so a well-formed openid from before a restart is known too. */
  #knows(openid: string): boolean {
    return this.#openids.has(openid) || /^o[\w-]{27}$/.test(openid);
  }
}
