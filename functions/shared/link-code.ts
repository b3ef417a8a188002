/**
 * 办理码 of a clerk's link: derived from what the link says and a key of its own, so that a message that is sent again carries
 * the same code and nothing readable is kept. Its row is found by the code's hash. Whoever could write rows, but has no key,
 * makes no link: the code is derived again from the row and compared.
 */
import { createHash, createHmac } from 'node:crypto';
import type { Secret } from '#functions/adapters/secrets.ts';
import type { ClerkLink } from '#schemas/clerk.ts';
import { crockford } from './crockford.ts';

type LinkKeys = Secret<'LINK_SECRET'>['keys'];
type LinkKey = LinkKeys[number];

const CODE_LENGTH = 20;

/** The first 100 bits of HMAC-SHA-256 over ticket, unit, number and expiry. */
export function linkCode(
  { kid, key }: LinkKey,
  { ticketNo, unit, number, expiresAt }: Pick<ClerkLink, 'ticketNo' | 'unit' | 'number' | 'expiresAt'>,
): string {
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== 32) throw new Error(`link key ${kid} is not base64 of 32 bytes`);
  const message = `link:${ticketNo}:${unit}:${number}:${expiresAt}`;
  return crockford(createHmac('sha256', bytes).update(message).digest(), CODE_LENGTH);
}

/** Under which the row is kept. A plain hash will do: nobody counts through 100 bits. */
export const linkHash = (code: string): string => createHash('sha256').update(`link:${code}`).digest('hex');

/** The key that new links are made with. */
export function newestLinkKey(keys: LinkKeys): LinkKey {
  const [first] = keys;
  if (first === undefined) throw new Error('the link secret has no key');
  return first;
}

/** Undefined when an operator took the key out: its links are no longer good. */
export const linkKeyNamed = (keys: LinkKeys, kid: string): LinkKey | undefined => keys.find((key) => key.kid === kid);
