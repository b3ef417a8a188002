/** Makes clerks' links (办理链接): by the desk for a unit, or with a message to a unit that has no address. Runs on real time. */
import { randomBytes } from 'node:crypto';
import { fromIso, HOUR, toShanghai } from '#domain/calendar/shanghai.ts';
import { district } from '#functions/adapters/district.ts';
import { linkStore } from '#functions/adapters/link-store.ts';
import { secret } from '#functions/adapters/secrets.ts';
import type { ClerkLink } from '#schemas/clerk.ts';
import { linkCode, linkHash, linkKeyNamed, newestLinkKey } from './link-code.ts';
import { log } from './log.ts';

export interface CodedLink {
  readonly link: ClerkLink;
  readonly code: string;
}
type Wanted = Pick<ClerkLink, 'ticketNo' | 'unit' | 'by' | 'reason'>;

/** A fresh one each time. */
export const makeLink = (wanted: Wanted, now = Date.now()): Promise<CodedLink> =>
  linkNumbered(`h${randomBytes(4).toString('hex')}`, wanted, now);

/** Behind the number of a link that was made at an earlier attempt and has become too old. */
const LATER = [
  '',
  'b',
  'c',
  'd',
  'e',
  'f',
  'g',
  'h',
  'i',
  'j',
  'k',
  'l',
  'm',
  'n',
  'o',
  'p',
  'q',
  'r',
  's',
  't',
] as const;

/**
 * The link of a unit's n-th message: the same at each attempt to tell it, for as long as at least half of its life is left.
 * Attempts go on for three days, and a code that is about to expire helps nobody.
 */
export async function linkForMessage(
  { ticketNo, unit, n }: { ticketNo: string; unit: string; n: number },
  now = Date.now(),
): Promise<CodedLink> {
  const halfLife = (district().clerkLinks.hours * HOUR) / 2;
  for (const later of LATER) {
    const made = await linkNumbered(`d${n}${later}`, { ticketNo, unit, by: 'dispatcher' }, now);
    const { expiresAt, revoked } = made.link;
    if (made.code !== '' && revoked === undefined && fromIso(expiresAt) - now >= halfLife) return made;
  }
  throw new Error('a message used up its links');
}

/** `code` is empty when the link is of an earlier attempt and its key was taken out since. */
async function linkNumbered(number: string, wanted: Wanted, now: number): Promise<CodedLink> {
  const { keys } = await secret('LINK_SECRET');
  const key = newestLinkKey(keys);
  const expiresAt = toShanghai(now + district().clerkLinks.hours * HOUR);
  const link: ClerkLink = { ...wanted, number, kid: key.kid, madeAt: toShanghai(now), expiresAt };
  const kept = await linkStore().keep(link, linkHash(linkCode(key, link)));
  if (kept === link) {
    log.info('clerk link made', { ticketNo: link.ticketNo, department: link.unit, until: expiresAt });
  }
  const keptKey = linkKeyNamed(keys, kept.kid);
  return { link: kept, code: keptKey === undefined ? '' : linkCode(keptKey, kept) };
}
