/** What WeChat's answer to a login means for the mini-program. */
import type * as z from 'zod';
import type { Secret } from '#functions/adapters/secrets.ts';
import { wechatLogin } from '#functions/adapters/wechat-login.ts';
import { log } from '#functions/shared/log.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { openSession, SESSION_SECONDS } from '#functions/shared/session.ts';
import type { WechatSession } from '#schemas/intake.ts';

/**
 * @param nowMs real time.
 * @throws ProblemError 422 at `/code` (`bodyInvalid`, or `wechatUserBlocked` for 40226), 429 `tooManyRequests`, 502.
 */
export async function login(
  account: Secret<'WECHAT_SECRET'>,
  code: string,
  nowMs: number,
): Promise<z.infer<typeof WechatSession>> {
  const result = await wechatLogin(account, code);
  if (result.ok) {
    const token = await openSession(account.sessionKeys, { openid: result.openid }, nowMs);
    return { token, expiresInSeconds: SESSION_SECONDS };
  }
  const detail = `errcode ${result.errcode ?? 'none'}`;
  switch (result.fault) {
    case 'code':
      throw new ProblemError('bodyInvalid', {
        errors: [{ pointer: '/code', detail: 'WeChat does not take this code: unknown, used or expired' }],
      });
    case 'blocked':
      throw new ProblemError('bodyInvalid', {
        code: 'wechatUserBlocked',
        errors: [{ pointer: '/code', detail: 'WeChat refuses a login of this user (40226)' }],
      });
    case 'tooOften':
      throw new ProblemError('tooManyRequests', { detail });
    case 'unavailable':
      log.warn('wechat login unavailable', { code: 'wechatLoginUnavailable', outcome: detail });
      throw new ProblemError('upstreamUnavailable', { detail });
  }
}
