/**
 * The mini-program's session: an encrypted token (JWE, dir + A256GCM) that holds the openid, and the phone number once the
 * citizen gave it, so that no session table is needed and the client can't read or forge who it is. WeChat's own
 * session_key never gets this far. Runs on real time.
 */
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { foundInSecret, type Secret } from '#functions/adapters/secrets.ts';
import { ProblemError } from './problem.ts';

/** Seconds that a session lasts; the mini-program logs in again silently. */
export const SESSION_SECONDS = 7200;
const AUDIENCE = 'jieban:wechat';

/** Who the session belongs to. */
export interface SessionUser {
  readonly openid: string;
  /** E.164; only after the citizen let WeChat hand it over (手机号快速验证). */
  readonly phone?: string;
}

type SessionKeys = Secret<'WECHAT_SECRET'>['sessionKeys'];

function keyBytes({ kid, key }: SessionKeys[number]): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(key, 'base64'));
  if (bytes.length !== 32) throw new Error(`session key ${kid} is not base64 of 32 bytes`);
  return bytes;
}

/** Makes a token with the first key. `nowMs` is real time. */
export async function openSession(keys: SessionKeys, { openid, phone }: SessionUser, nowMs: number): Promise<string> {
  const [key] = keys;
  if (key === undefined) throw new Error('the wechat secret has no session key');
  const now = Math.floor(nowMs / 1000);
  return new EncryptJWT(phone === undefined ? {} : { phone })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: key.kid })
    .setSubject(openid)
    .setAudience(AUDIENCE)
    .setIssuedAt(now)
    .setExpirationTime(now + SESSION_SECONDS)
    .encrypt(keyBytes(key));
}

/** Finds the key that sealed a session. */
export type FindSessionKey = (kid: string | undefined) => Promise<SessionKeys[number] | undefined>;

const inSecret: FindSessionKey = (kid) =>
  foundInSecret('WECHAT_SECRET', ({ sessionKeys }) => sessionKeys.find((candidate) => candidate.kid === kid));

/**
 * Who an `Authorization: Bearer` header speaks for. Any key of the secret may have made the token (rotation).
 * @throws ProblemError 401 `tokenInvalid`, or `tokenExpired` when a new login will do.
 */
export async function readSession(
  header: string | undefined,
  nowMs: number,
  find: FindSessionKey = inSecret,
): Promise<SessionUser> {
  const token = /^Bearer ([\w.-]{1,2048})$/i.exec(header ?? '')?.[1];
  if (token === undefined) throw new ProblemError('tokenInvalid');
  try {
    const { payload } = await jwtDecrypt(
      token,
      async ({ kid }) => {
        const key = await find(kid);
        if (key === undefined) throw new errors.JWKSNoMatchingKey();
        return keyBytes(key);
      },
      {
        audience: AUDIENCE,
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(nowMs),
      },
    );
    const { sub = '', phone } = payload;
    return { openid: sub, ...(typeof phone === 'string' ? { phone } : {}) };
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new ProblemError('tokenInvalid', { code: 'tokenExpired' });
    if (error instanceof errors.JOSEError) throw new ProblemError('tokenInvalid');
    throw error;
  }
}
