/**
 * Who may see a ticket: whoever holds its query code, or the mini-program's session of the one who asked. Everybody else
 * gets the same 404, whether the number is wrong, malformed, or right with a wrong code.
 *
 * Guessing is hopeless by size (50 bits of code per number, behind the API's throttling of this route), so nothing is
 * counted here: a counter per ticket would let anybody lock a citizen out.
 */
import { receiptStore } from '#functions/adapters/receipt-store.ts';
import { secret } from '#functions/adapters/secrets.ts';
import type { Receipt } from '#functions/ports/receipt-store.ts';
import { foldTyped } from '#functions/shared/crockford.ts';
import type { Request } from '#functions/shared/http.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import {
  currentKey,
  ownerHashWith,
  type QueryKey,
  queryCodeWith,
  queryKeyNamed,
  sameText,
} from '#functions/shared/query-code.ts';
import { readSession } from '#functions/shared/session.ts';
import { isTicketNo } from '#functions/shared/ticket-no.ts';

/** @throws ProblemError 404 `notFound`; 401 `tokenInvalid` for a session that isn't one of ours, whatever the ticket. */
export async function admit({ params, headers }: Request): Promise<Receipt> {
  const prove = await proof(headers);
  const ticketNo = params.ticketNo ?? '';
  if (!isTicketNo(ticketNo)) throw new ProblemError('notFound');
  const { keys } = await secret('QUERY_SECRET');
  const receipt = await receiptStore().findByTicketNo(ticketNo);
  // A wrong number is put through the same steps as a right one: no stopwatch tells which numbers exist.
  const key = receipt === undefined ? currentKey(keys) : await queryKeyNamed(receipt.queryKeyId);
  const proven = prove(key, ticketNo, receipt);
  if (receipt === undefined || !proven) throw new ProblemError('notFound');
  return receipt;
}

type Proof = (key: QueryKey, ticketNo: string, receipt: Receipt | undefined) => boolean;

/** The query code counts when both are given: it names the ticket, the session only the person. */
async function proof(headers: Request['headers']): Promise<Proof> {
  const typed = headers['x-query-code'];
  if (typed !== undefined) {
    const code = foldTyped(typed);
    return (key, ticketNo) => sameText(code, queryCodeWith(key, ticketNo));
  }
  if (headers.authorization === undefined) return () => false;
  const { openid } = await readSession(headers.authorization, Date.now());
  return (key, _ticketNo, receipt) => sameText(ownerHashWith(key, openid), receipt?.callerHash ?? '');
}
