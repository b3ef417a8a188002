/** The citizen's number, given by WeChat, put into a new session: so that an SMS can reach whom no message reaches. */
import type * as z from 'zod';
import type { Secret } from '#functions/adapters/secrets.ts';
import { wechatPhone } from '#functions/adapters/wechat-phone.ts';
import { diallable } from '#functions/shared/intake-request.ts';
import { log } from '#functions/shared/log.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { openSession, SESSION_SECONDS, type SessionUser } from '#functions/shared/session.ts';
import type { WechatPhoneSession } from '#schemas/intake.ts';

/**
 * Nothing is stored: the number travels in the token, sealed. Requests that were sent before stay without it.
 * @param nowMs real time.
 * @throws ProblemError 422 at `/code` (`bodyInvalid`, or `phoneUnusable` for a number that can't be dialled from here), 429
 * `tooManyRequests`, 502 `upstreamUnavailable`.
 */
export async function givePhone(
  account: Secret<'WECHAT_SECRET'>,
  { openid }: SessionUser,
  code: string,
  nowMs: number,
): Promise<z.infer<typeof WechatPhoneSession>> {
  const result = await wechatPhone(account, code);
  if (result.ok) {
    const phone = diallable(result.number);
    if (phone === undefined) {
      throw new ProblemError('bodyInvalid', {
        code: 'phoneUnusable',
        errors: [{ pointer: '/code', detail: 'the number behind this code is none that can be dialled' }],
      });
    }
    const token = await openSession(account.sessionKeys, { openid, phone }, nowMs);
    return { token, expiresInSeconds: SESSION_SECONDS, phone: masked(phone) };
  }
  const { fault, detail } = result;
  switch (fault) {
    case 'code':
      throw new ProblemError('bodyInvalid', {
        errors: [{ pointer: '/code', detail: 'WeChat does not take this code: unknown, used or expired' }],
      });
    case 'tooOften':
      throw new ProblemError('tooManyRequests', { detail });
    case 'unavailable':
      log.warn('wechat phone number unavailable', { code: 'wechatPhoneUnavailable', outcome: detail });
      throw new ProblemError('upstreamUnavailable', { detail });
  }
}

/** +8613800005678 → 138****5678; any other number keeps its country: +85291234567 → +852****4567. */
function masked(phone: string): string {
  const number = phone.replace(/^\+86(?=1\d{10}$)/, '');
  return `${number.slice(0, number.startsWith('+') ? 4 : 3)}****${number.slice(-4)}`;
}
