/**
 * 消息推送: WeChat's servers call here. Nothing slow and nothing outbound happens before the answer: a citizen's message
 * becomes a durable receipt, and `success` says so; without it WeChat tries again, three times in all.
 */
import { isUtf8 } from 'node:buffer';
import { endOf } from '#domain/retention/term.ts';
import { saveConsent } from '#functions/adapters/consent-store.ts';
import { district } from '#functions/adapters/district.ts';
import type { Secret } from '#functions/adapters/secrets.ts';
import type { Reply, Request } from '#functions/shared/http.ts';
import { log } from '#functions/shared/log.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { TOLERANCE_SECONDS } from '#functions/shared/signing.ts';
import { say } from './conversation.ts';
import { open, signatureMatches, WechatPushError } from './crypto.ts';
import { type Push, PushParseError, readEnvelope, readPush } from './parse.ts';
import { toForm } from './request.ts';

type Account = Secret<'WECHAT_SECRET'>;
type Settings = NonNullable<Account['push']>;

const text = (body: string): Reply => ({
  status: 200,
  body,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
});
const SUCCESS = text('success');

/** An account that has no message push has no such address. */
function settingsOf({ push }: Account): Settings {
  if (push === undefined) throw new ProblemError('notFound');
  return push;
}

/**
 * URL 校验: the raw echostr and nothing else, in every mode.
 * @throws ProblemError 404, 401 `signatureInvalid`.
 */
export function verifyUrl(account: Account, { query }: Request): Reply {
  const { token } = settingsOf(account);
  const { signature = '', echostr = '' } = query;
  // Nothing signs the echostr: it is held to visible ASCII, so that no one can make this address say anything else.
  if (!/^[\x21-\x7e]{1,256}$/.test(echostr) || !signatureMatches(signature, { ...partsOf(query), token })) {
    throw new ProblemError('signatureInvalid');
  }
  return text(echostr);
}

/**
 * @param nowMs real time.
 * @throws ProblemError 404, 401 `signatureInvalid` or `timestampStale`, 422 for a signed message that can't be read,
 * 503 `busy`.
 */
export async function receivePush(account: Account, request: Request, nowMs: number): Promise<Reply> {
  const settings = settingsOf(account);
  const message =
    settings.mode === 'plain' ? plainMessage(settings, request, nowMs) : sealedMessage(account, settings, request);
  await take(understood(message));
  return SUCCESS;
}

const partsOf = ({ timestamp = '', nonce = '' }: Request['query']) => ({ timestamp, nonce });

/** 明文模式. The signature covers no body, so without a limit of time one that leaked would be good for ever. */
function plainMessage({ token }: Settings, { query, body }: Request, nowMs: number): string {
  if (!signatureMatches(query.signature ?? '', { ...partsOf(query), token })) {
    throw new ProblemError('signatureInvalid');
  }
  if (Math.abs(nowMs / 1000 - Number(query.timestamp)) > TOLERANCE_SECONDS) throw new ProblemError('timestampStale');
  return utf8(body) ?? unreadable();
}

/**
 * 兼容模式 and 安全模式: only the sealed part counts, and `signature` proves nothing. No limit of time: the signature covers
 * the message, and the receipt of a message that comes again is found for ever. All faults answer alike.
 */
function sealedMessage({ appid }: Account, { token, encodingAESKey }: Settings, { query, body }: Request): string {
  try {
    const encrypt = readEnvelope(utf8(body) ?? '');
    const sealed = { ...partsOf(query), encrypt, msgSignature: query.msg_signature ?? '' };
    return open({ token, encodingAESKey, appid }, sealed);
  } catch (error) {
    if (!(error instanceof WechatPushError || error instanceof PushParseError)) throw error;
    // Signed with our token and still not to be opened: the key or the appid in the secret isn't the console's.
    if (error instanceof WechatPushError && error.fault !== 'signature') {
      log.warn('wechat push not opened', { channel: 'wechat', code: 'wechatPushNotOpened', outcome: error.fault });
    }
    throw new ProblemError('signatureInvalid');
  }
}

const utf8 = (body: Buffer): string | undefined => (isUtf8(body) ? body.toString() : undefined);

function understood(message: string): Push {
  try {
    return readPush(message);
  } catch (error) {
    if (error instanceof PushParseError) return unreadable();
    throw error;
  }
}

/** Not `success`: a citizen may have written it, so it has to show in WeChat's own error rate and in our log. */
function unreadable(): never {
  log.warn('wechat push not understood', { channel: 'wechat', code: 'wechatPushUnreadable' });
  throw new ProblemError('bodyInvalid', { errors: [{ pointer: '', detail: 'not a message push that we know' }] });
}

async function take(push: Push): Promise<void> {
  if (push.kind === 'event') {
    // Saved before `success`: an answer that we failed to keep comes again.
    // No ticket ends them, so they go as long after they were said as identity does after a ticket.
    const { keep } = district().retention.identity;
    await Promise.all(
      push.consents.map(({ openid, templateId, ...said }) =>
        saveConsent(openid, templateId, said, endOf(keep, said.at * 1000)),
      ),
    );
    const outcome = push.verdict ?? (push.wellFormed ? 'acknowledged' : 'unexpectedShape');
    log.info('wechat event', { channel: 'wechat', code: push.event, outcome });
    return;
  }
  const body = push.kind === 'other' ? undefined : toForm(push);
  if (push.kind === 'other' || body === undefined) {
    log.info('wechat message without a request', { channel: 'wechat', code: push.kind });
    return;
  }
  try {
    await say(push.openid, body);
  } catch (error) {
    // Only a push can have left a receipt of this number, so the citizen's message is durable already.
    if (!(error instanceof ProblemError) || error.problem.code !== 'referenceConflict') throw error;
    log.warn('wechat message came again, changed', { channel: 'wechat', code: 'wechatPushConflict' });
  }
}
