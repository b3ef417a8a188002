/** Which requests a person's wish is about, and what hangs on the person and not on a request. */
import { callerStore } from '#functions/adapters/caller-store.ts';
import { removeConsents } from '#functions/adapters/consent-store.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { receiptStore } from '#functions/adapters/receipt-store.ts';
import { secret } from '#functions/adapters/secrets.ts';
import type { Receipt } from '#functions/ports/receipt-store.ts';
import { diallable } from '#functions/shared/intake-request.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { phoneHashWith } from '#functions/shared/query-code.ts';
import { relatedTickets } from '#functions/shared/related.ts';

/** More than this under one number is no person's; and an answer has to fit into one. */
const MOST = 200;

/** @throws ProblemError 404 for a number that finds nothing; 422 for a phone number that is none, or with too many requests. */
export async function receiptsOf(subject: {
  readonly phone?: string | undefined;
  readonly ticketNo?: string | undefined;
}): Promise<Receipt[]> {
  const { phone, ticketNo = '' } = subject;
  if (phone === undefined) {
    const receipt = await receiptStore().findByTicketNo(ticketNo);
    if (receipt === undefined) throw new ProblemError('notFound');
    return [receipt];
  }
  const number = dialled(phone, '/phone');
  const { keys } = await secret('QUERY_SECRET');
  const lists = await Promise.all(keys.map((key) => receiptStore().findByCaller(phoneHashWith(key, number), MOST)));
  const found = [...new Map(lists.flat().map((receipt) => [receipt.ticketNo, receipt])).values()];
  if (found.length === 0) throw new ProblemError('notFound');
  if (found.length >= MOST) throw refused(`${MOST} requests or more: name them by ticketNo`);
  return found.sort((one, other) => one.receivedAt.localeCompare(other.receivedAt));
}

/** E.164. @throws ProblemError 422 naming the field. */
export function dialled(phone: string, pointer: string): string {
  const number = diallable(phone);
  if (number === undefined) throw refused('not a complete phone number', pointer);
  return number;
}

/** 拆单: a request and its parts have one caller. */
export async function sharing(ticketNo: string, callerToken: string): Promise<string[]> {
  const ticket = await ticketStore().load(ticketNo);
  const related = ticket === undefined ? [] : await relatedTickets(ticket, ticketStore());
  return [ticketNo, ...related.filter((one) => one.callerToken === callerToken).map((one) => one.ticketNo)];
}

/** Before the caller's row goes, which alone leads to them. What the purge takes away a year later has expired by itself. */
export async function forgetConsents(callerToken: string): Promise<number> {
  const openid = (await callerStore().get(callerToken))?.openid;
  if (openid === undefined) return 0;
  const { templates } = await secret('WECHAT_SECRET');
  return removeConsents(openid, Object.values(templates));
}

const refused = (detail: string, pointer = '/phone') =>
  new ProblemError('bodyInvalid', { errors: [{ pointer, detail }] });
