/** HTTP Basic (RFC 7617), or no authentication where the hotline wrote down that it wants none. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from '#functions/shared/http.ts';
import { ProblemError } from '#functions/shared/problem.ts';

export interface BasicDoor {
  readonly basic?: { readonly user: string; readonly password: string } | undefined;
  /** Must be said; a forgotten password is no open door. */
  readonly auth?: 'none' | undefined;
}

/** Undefined when neither is configured. A password wins over `none`. */
export const basicDoor = (door: BasicDoor | undefined): BasicDoor | undefined =>
  door?.basic === undefined && door?.auth === undefined ? undefined : door;

/** @throws ProblemError 401 `credentialsInvalid`, the same for a wrong user, a wrong password and no header. */
export function requireBasic({ headers }: Request, { basic }: BasicDoor): void {
  if (basic === undefined) return;
  const [, token = ''] = /^Basic +([A-Za-z0-9+/=]{1,1024})$/i.exec(headers.authorization ?? '') ?? [];
  // Hashes have one length, so that the comparison tells nothing of the password's.
  if (timingSafeEqual(sha256(Buffer.from(token, 'base64')), sha256(`${basic.user}:${basic.password}`))) return;
  throw new ProblemError('tokenInvalid', { code: 'credentialsInvalid', detail: 'header authorization (HTTP Basic)' });
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
