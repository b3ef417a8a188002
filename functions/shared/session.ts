/**
 * The mini-program's session: an encrypted token (JWE, dir + A256GCM) that holds the openid, so that no session table is
 * needed and the client can't read or forge who it is. WeChat's own session_key never gets this far. Runs on real time.
 */
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import type { Secret } from '#functions/adapters/secrets.ts';
import { ProblemError } from './problem.ts';

/** Seconds that a session lasts; the mini-program logs in again silently. */
export const SESSION_SECONDS = 7200;
const AUDIENCE = 'jieban:wechat';

type SessionKeys = Secret<'WECHAT_SECRET'>['sessionKeys'];

function keyBytes({ kid, key }: SessionKeys[number]): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(key, 'base64'));
  if (bytes.length !== 32) throw new Error(`session key ${kid} is not base64 of 32 bytes`);
  return bytes;
}

/** Makes a token with the first key. `nowMs` is real time. */
export async function openSession(keys: SessionKeys, openid: string, nowMs: number): Promise<string> {
  const [key] = keys;
  if (key === undefined) throw new Error('the wechat secret has no session key');
  const now = Math.floor(nowMs / 1000);
  return new EncryptJWT({})
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: key.kid })
    .setSubject(openid)
    .setAudience(AUDIENCE)
    .setIssuedAt(now)
    .setExpirationTime(now + SESSION_SECONDS)
    .encrypt(keyBytes(key));
}

/**
 * The openid of an `Authorization: Bearer` header. Any of `keys` may have made the token (rotation).
 * @throws ProblemError 401 `tokenInvalid`, or `tokenExpired` when a new login will do.
 */
export async function readSession(keys: SessionKeys, header: string | undefined, nowMs: number): Promise<string> {
  const token = /^Bearer ([\w.-]{1,2048})$/i.exec(header ?? '')?.[1];
  if (token === undefined) throw new ProblemError('tokenInvalid');
  try {
    const { payload } = await jwtDecrypt(
      token,
      ({ kid }) => {
        const key = keys.find((candidate) => candidate.kid === kid);
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
    return payload.sub ?? '';
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new ProblemError('tokenInvalid', { code: 'tokenExpired' });
    if (error instanceof errors.JOSEError) throw new ProblemError('tokenInvalid');
    throw error;
  }
}
