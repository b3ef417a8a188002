/**
 * X-AKSK: `UsernameToken Username="…",PasswordDigest="…",Nonce="…",Created="…"` with
 * PasswordDigest = base64(HMAC-SHA256(secret, Nonce + Created)). It doesn't cover the body, so whoever reads one header
 * could send it again with another body: `Created` must be fresh and a nonce serves once.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { ProblemError } from '#functions/shared/problem.ts';

export interface AkskCredentials {
  readonly username: string;
  readonly secret: string;
}

/** Either way, of real time. */
const TOLERANCE_MS = 5 * 60_000;
const MAX_HEADER = 1024;

/**
 * @param useNonce false when the nonce was used before; asked last, so that nobody without the secret can fill the store.
 * @throws ProblemError 401 `signatureInvalid`, `timestampStale` or `nonceReused`.
 */
export async function requireAksk(
  header: string | undefined,
  { username, secret }: AkskCredentials,
  nowMs: number,
  useNonce: (nonce: string, until: number) => Promise<boolean>,
): Promise<void> {
  const token = usernameToken(header);
  if (token === undefined) throw refusal('header x-aksk is missing or not a UsernameToken');
  const digest = createHmac('sha256', secret).update(`${token.nonce}${token.created}`).digest('base64');
  const userOk = sameText(token.username, username);
  const digestOk = sameText(token.digest, digest);
  if (!(userOk && digestOk)) throw refusal('header x-aksk: Username or PasswordDigest does not match');
  const created = Date.parse(token.created);
  if (!(Math.abs(nowMs - created) <= TOLERANCE_MS)) {
    throw new ProblemError('timestampStale', { errors: [{ pointer: '', detail: 'header x-aksk: Created' }] });
  }
  if (!(await useNonce(token.nonce, created + TOLERANCE_MS))) {
    throw new ProblemError('signatureInvalid', { code: 'nonceReused', detail: 'header x-aksk: Nonce was used before' });
  }
}

const refusal = (detail: string) => new ProblemError('signatureInvalid', { errors: [{ pointer: '', detail }] });

/** The four fields, quoted or bare, in any order; undefined when one is missing, doubled or out of its alphabet. */
function usernameToken(header: string | undefined) {
  if (header === undefined || header.length > MAX_HEADER) return undefined;
  const [, list] = /^UsernameToken\s+(.+)$/i.exec(header.trim()) ?? [];
  if (list === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const part of list.split(',')) {
    const [, name = '', quoted, bare] = /^\s*([A-Za-z]+)\s*=\s*(?:"([^"]*)"|([^"\s]+))\s*$/.exec(part) ?? [];
    if (name === '' || fields.has(name.toLowerCase())) return undefined;
    fields.set(name.toLowerCase(), quoted ?? bare ?? '');
  }
  const [username, digest, nonce, created] = ['username', 'passworddigest', 'nonce', 'created'].map((name) =>
    fields.get(name),
  );
  if (username === undefined || digest === undefined || nonce === undefined || created === undefined) return undefined;
  if (!/^[\w+/=.-]{1,128}$/.test(nonce)) return undefined;
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/.test(created)) return undefined;
  return { username, digest, nonce, created };
}

/** In constant time; hashes have one length. */
const sameText = (a: string, b: string): boolean => timingSafeEqual(sha256(a), sha256(b));
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
