/**
 * Standard Webhooks 1.0.0 over the bytes that travel. The `standardwebhooks` package turns the body into a string first,
 * so two different byte sequences can share a signature once one is invalid UTF-8; departments' and channels' bodies are
 * signed and checked here as bytes, and tests pin this file to that package.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds that a signature's timestamp may be away from real time, either way. Source: Standard Webhooks 1.0.0. */
export const TOLERANCE_SECONDS = 300;

export type SignatureFault = 'missingHeaders' | 'badTimestamp' | 'staleTimestamp' | 'noMatch';
export type Verified = { ok: true; id: string } | { ok: false; fault: SignatureFault };

export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  if (key.length < 24 || key.length > 64) throw new Error('a webhook secret is whsec_ + base64 of 24 to 64 bytes');
  return key;
}

function hmac(secret: string, id: string, timestamp: string, body: Uint8Array): Buffer {
  return createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();
}

/** Signs with every secret (two during a rotation). `nowMs` is real time: partners check it against theirs. */
export function sign(secrets: readonly string[], id: string, body: Uint8Array, nowMs: number): SignatureHeaders {
  if (id.includes('.')) throw new Error('a webhook id must not hold a dot');
  const timestamp = String(Math.floor(nowMs / 1000));
  const signatures = secrets.map((secret) => `v1,${hmac(secret, id, timestamp, body).toString('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** `headers` with lower-case names. Any of `secrets` may have signed; comparison takes constant time. */
export function verify(
  secrets: readonly string[],
  headers: Readonly<Record<string, string | undefined>>,
  body: Uint8Array,
  nowMs: number,
): Verified {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signature = headers['webhook-signature'];
  if (!id || id.length > 256 || !timestamp || !signature) return { ok: false, fault: 'missingHeaders' };
  if (!/^\d{1,12}$/.test(timestamp)) return { ok: false, fault: 'badTimestamp' };
  if (Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > TOLERANCE_SECONDS) {
    return { ok: false, fault: 'staleTimestamp' };
  }
  const given = signature
    .split(' ', 8)
    .filter((part) => part.startsWith('v1,'))
    .map((part) => Buffer.from(part.slice(3), 'base64'));
  let match = false;
  for (const secret of secrets) {
    const expected = hmac(secret, id, timestamp, body);
    for (const candidate of given) {
      if (candidate.length === expected.length && timingSafeEqual(candidate, expected)) match = true;
    }
  }
  return match ? { ok: true, id } : { ok: false, fault: 'noMatch' };
}
