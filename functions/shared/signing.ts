/**
 * Standard Webhooks 1.0.0 over the bytes that travel. The `standardwebhooks` package turns the body into a string first,
 * so two different byte sequences can share a signature once one is invalid UTF-8; departments' and channels' bodies are
 * signed and checked here as bytes, and tests pin this file to that package.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds that a signature's timestamp may be away from real time, either way. Source: Standard Webhooks 1.0.0. */
export const TOLERANCE_SECONDS = 300;

/**
 * `v1` is the standard's. `v1sm3` is ours, for partners who must use 国密: the same bytes under the same key by HMAC-SM3
 * (GB/T 32905). The standard tells receivers to pass over versions that they don't know. A name of one letter more (`v1a` is
 * the standard's own, for Ed25519) could come to mean something else.
 */
const DIGESTS = { v1: 'sha256', v1sm3: 'sm3' } as const;
export type Scheme = keyof typeof DIGESTS;

/** What a unit without `sm3` in its secret gets and may send. */
export const STANDARD: readonly Scheme[] = ['v1'];
export const WITH_SM3: readonly Scheme[] = ['v1', 'v1sm3'];

export type SignatureFault = 'missingHeaders' | 'badTimestamp' | 'staleTimestamp' | 'noMatch';
export type Verified = { ok: true; id: string } | { ok: false; fault: SignatureFault };

export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

const bytesOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

/** `whsec_` and base64 of 24 to 64 bytes. */
export function isSigningKey(secret: string): boolean {
  const { length } = bytesOf(secret);
  return secret.startsWith('whsec_') && length >= 24 && length <= 64;
}

function keyOf(secret: string): Buffer {
  const key = bytesOf(secret);
  if (key.length < 24 || key.length > 64) throw new Error('a webhook secret is whsec_ + base64 of 24 to 64 bytes');
  return key;
}

function hmac(scheme: Scheme, secret: string, id: string, timestamp: string, body: Uint8Array): Buffer {
  return createHmac(DIGESTS[scheme], keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();
}

/**
 * Signs with every secret (two during a rotation), by every scheme; the standard's signatures come first. `nowMs` is real
 * time: partners check it against theirs.
 */
export function sign(
  secrets: readonly string[],
  id: string,
  body: Uint8Array,
  nowMs: number,
  schemes: readonly Scheme[] = STANDARD,
): SignatureHeaders {
  if (id.includes('.')) throw new Error('a webhook id must not hold a dot');
  const timestamp = String(Math.floor(nowMs / 1000));
  const signatures = schemes.flatMap((scheme) =>
    secrets.map((secret) => `${scheme},${hmac(scheme, secret, id, timestamp, body).toString('base64')}`),
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** `headers` with lower-case names. Any of `secrets` may have signed, by any of `schemes`; comparison takes constant time. */
export function verify(
  secrets: readonly string[],
  headers: Readonly<Record<string, string | undefined>>,
  body: Uint8Array,
  nowMs: number,
  schemes: readonly Scheme[] = STANDARD,
): Verified {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signature = headers['webhook-signature'];
  if (!id || id.length > 256 || !timestamp || !signature) return { ok: false, fault: 'missingHeaders' };
  if (!/^\d{1,12}$/.test(timestamp)) return { ok: false, fault: 'badTimestamp' };
  if (Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > TOLERANCE_SECONDS) {
    return { ok: false, fault: 'staleTimestamp' };
  }
  const given = signature.split(' ', 8);
  let match = false;
  for (const scheme of schemes) {
    const candidates = given
      .filter((part) => part.startsWith(`${scheme},`))
      .map((part) => Buffer.from(part.slice(scheme.length + 1), 'base64'));
    for (const secret of secrets) {
      const expected = hmac(scheme, secret, id, timestamp, body);
      for (const candidate of candidates) {
        if (candidate.length === expected.length && timingSafeEqual(candidate, expected)) match = true;
      }
    }
  }
  return match ? { ok: true, id } : { ok: false, fault: 'noMatch' };
}
