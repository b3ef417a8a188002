/**
 * Whoever holds the code of a link. It comes in a header, never in an address: logs keep those. An unknown, forged or revoked
 * code answers the same, after the same steps. Real time decides about expiry.
 */
import { fromIso } from '#domain/calendar/shanghai.ts';
import { linkStore } from '#functions/adapters/link-store.ts';
import { foundInSecret, secret } from '#functions/adapters/secrets.ts';
import { foldTyped } from '#functions/shared/crockford.ts';
import type { Request } from '#functions/shared/http.ts';
import { linkCode, linkHash, linkKeyNamed, newestLinkKey } from '#functions/shared/link-code.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { sameText } from '#functions/shared/query-code.ts';
import { type ClerkLink, LinkCode } from '#schemas/clerk.ts';

export interface HeldLink {
  readonly link: ClerkLink;
  readonly hash: string;
}

/** What an unknown code is compared with. */
const NOBODY = { ticketNo: '', unit: '', number: '', expiresAt: '' };

/** @throws ProblemError 401 `linkInvalid`, or `linkExpired` when a new link will do */
export async function authenticateClerk({ headers }: Request): Promise<HeldLink> {
  const code = foldTyped(headers['x-clerk-code'] ?? '');
  if (!LinkCode.safeParse(code).success) throw new ProblemError('linkInvalid');
  const hash = linkHash(code);
  const link = await linkStore().find(hash);
  const key =
    link === undefined
      ? newestLinkKey((await secret('LINK_SECRET')).keys)
      : await foundInSecret('LINK_SECRET', ({ keys }) => linkKeyNamed(keys, link.kid));
  const genuine = key !== undefined && sameText(code, linkCode(key, link ?? NOBODY));
  if (link === undefined || !genuine || link.revoked !== undefined) throw new ProblemError('linkInvalid');
  if (fromIso(link.expiresAt) <= Date.now()) throw new ProblemError('linkInvalid', { code: 'linkExpired' });
  return { link, hash };
}
