/**
 * 每人限量: how many new forms and uploads one user of the mini-program may send within an hour. What is counted are the receipts
 * that are there anyway. Anonymous forms and permits to upload leave nothing that could be counted, so they are remembered in
 * this container's memory and nowhere else: gone with the container, and enough against a flood. Office time.
 */
import { randomUUID } from 'node:crypto';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { district } from '#functions/adapters/district.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { receiptStore } from '#functions/adapters/receipt-store.ts';
import { secret } from '#functions/adapters/secrets.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { currentKey, ownerHashWith } from '#functions/shared/query-code.ts';
import { MAX_ATTACHMENTS } from '#schemas/attachment.ts';
import { PUSH_REF_PREFIX } from './push/request.ts';

const WINDOW_MS = 3_600_000;
/** Files of one form. */
const UPLOADS_PER_FORM = MAX_ATTACHMENTS;

/** Keyed hash of the openid → what came → when (epoch ms, office). */
type Memory = Map<string, Map<string, number>>;
const anonymousForms: Memory = new Map();
const permits: Memory = new Map();

/**
 * Forms that arrive in the same second may pass together: the index follows the table a moment later. After a change of
 * the query key the count begins anew.
 * @param anonymousRef of an anonymous form; let in once, it is let in again when it has to be repeated.
 * @throws ProblemError 429 `tooManyRequests`, with the seconds until one more may come.
 */
export async function mayFile(openid: string, anonymousRef?: string): Promise<void> {
  const hash = await hashOf(openid);
  const most = district().channels.wechat.requestsPerHour;
  const now = officeNow();
  const unnamed = lately(anonymousForms, hash, now);
  if (anonymousRef !== undefined && unnamed.has(anonymousRef)) return;
  const forms = { channel: 'wechat', except: PUSH_REF_PREFIX } as const;
  const named = await receiptStore().receivedSince(hash, toShanghai(now - WINDOW_MS), forms, most);
  refuseBeyond(most, [...named.map((time) => Date.parse(time)), ...unnamed.values()], now, 'new requests');
  if (anonymousRef !== undefined) anonymousForms.set(hash, unnamed.set(anonymousRef, now));
}

/**
 * Permits to upload: as many as the hour's forms can hold files.
 * @throws ProblemError 429 `tooManyRequests`.
 */
export async function mayUpload(openid: string): Promise<void> {
  const hash = await hashOf(openid);
  const now = officeNow();
  const given = lately(permits, hash, now);
  refuseBeyond(district().channels.wechat.requestsPerHour * UPLOADS_PER_FORM, [...given.values()], now, 'uploads');
  permits.set(hash, given.set(randomUUID(), now));
}

async function hashOf(openid: string): Promise<string> {
  const { keys } = await secret('QUERY_SECRET');
  return ownerHashWith(currentKey(keys), openid);
}

function refuseBeyond(most: number, times: readonly number[], now: number, what: string): void {
  // The one that has to leave the hour before another may come.
  const last = times.toSorted((a, b) => b - a)[most - 1];
  if (last === undefined) return;
  throw new ProblemError('tooManyRequests', {
    detail: `at most ${most} ${what} an hour; the hotline ${district().channels.phone.hotline} takes calls all the time`,
    retryAfter: Math.max(1, Math.ceil((last + WINDOW_MS - now) / 1000)),
  });
}

/** What this user did within the hour; everybody's older deeds are forgotten. */
function lately(memory: Memory, hash: string, now: number): Map<string, number> {
  for (const [user, deeds] of memory) {
    for (const [what, time] of deeds) if (time < now - WINDOW_MS) deeds.delete(what);
    if (deeds.size === 0) memory.delete(user);
  }
  return memory.get(hash) ?? new Map<string, number>();
}
