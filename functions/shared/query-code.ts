/**
 * 查询码 and the other keyed hashes of the query secret. A query code is derived from the ticket number, so that a replay
 * answers the same code and nothing readable is stored; the receipt only remembers which key it was derived with. Keys
 * therefore stay in the secret for as long as receipts do: a rotation puts a new one first and keeps the old.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { foundInSecret, type Secret } from '#functions/adapters/secrets.ts';
import { canonicalJson } from './canonical.ts';
import { crockford } from './crockford.ts';

export interface QueryKey {
  readonly kid: string;
  /** Base64 of 32 bytes. */
  readonly key: string;
}

const CODE_LENGTH = 10;

function hmac({ kid, key }: QueryKey, message: string): Buffer {
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== 32) throw new Error(`query key ${kid} is not base64 of 32 bytes`);
  return createHmac('sha256', bytes).update(message).digest();
}

/** The first 50 bits of HMAC-SHA-256(key, ticketNo) as ten characters of Crockford base32. */
export const queryCodeWith = (key: QueryKey, ticketNo: string): string => crockford(hmac(key, ticketNo), CODE_LENGTH);

/** Equality whose duration says nothing about where two texts differ. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Keyed hash of an E.164 number: finds a caller's tickets without reading anybody's number. */
export const phoneHashWith = (key: QueryKey, phone: string): string => hmac(key, `phone:${phone}`).toString('hex');

/** Keyed hash of a WeChat openid: lets the mini-program's session see its own tickets without reading identities. */
export const ownerHashWith = (key: QueryKey, openid: string): string => hmac(key, `openid:${openid}`).toString('hex');

/** How a caller's tickets are found: by openid on WeChat, else by phone number; nobody finds an anonymous caller's. */
export function callerHashOf(caller: { openid?: string | undefined; phone?: string | undefined }, key: QueryKey) {
  if (caller.openid !== undefined) return ownerHashWith(key, caller.openid);
  return caller.phone === undefined ? undefined : phoneHashWith(key, caller.phone);
}

/** The phone number's hash of a caller who is found by openid first: the agent on the phone knows only the number. */
export function otherHashOf(caller: { openid?: string | undefined; phone?: string | undefined }, key: QueryKey) {
  const { openid, phone } = caller;
  return openid === undefined || phone === undefined ? undefined : phoneHashWith(key, phone);
}

/**
 * Whose upload an object is, as a part of its key. Not the hash that finds tickets: storage and its logs must not tell which
 * anonymous pictures came from whom.
 */
export const uploaderHashWith = (key: QueryKey, openid: string): string =>
  hmac(key, `upload:${openid}`).toString('hex');

/**
 * Keyed hash of a whole canonical body. Keyed, because a plain hash of a body in which only an anonymous caller's phone
 * number is unknown would give that number away to anyone who can count.
 */
export const bodyHashWith = (key: QueryKey, body: unknown): string =>
  hmac(key, `body:${canonicalJson(body)}`).toString('hex');

type QueryKeys = Secret<'QUERY_SECRET'>['keys'];

/** The key that new receipts are made with. */
export function currentKey(keys: QueryKeys): QueryKey {
  const [first] = keys;
  if (first === undefined) throw new Error('the query secret has no key');
  return first;
}

/** The key that a receipt was made with. Throws when an operator removed it. */
export async function queryKeyNamed(kid: string): Promise<QueryKey> {
  const key = await foundInSecret('QUERY_SECRET', ({ keys }) => keys.find((candidate) => candidate.kid === kid));
  if (key === undefined) throw new Error(`the query secret no longer has key ${kid}; receipts still need it`);
  return key;
}

/** The query code of a receipt or ticket, for whoever tells the citizen. */
export async function queryCodeOf(ticketNo: string, queryKeyId: string): Promise<string> {
  return queryCodeWith(await queryKeyNamed(queryKeyId), ticketNo);
}
