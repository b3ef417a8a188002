/**
 * 会话: people don't write forms, they write 「你好」, then what it is about, then send a picture. What one citizen writes within the
 * district's window is one request: the first message becomes it, the others are added to it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { district } from '#functions/adapters/district.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { receiptStore } from '#functions/adapters/receipt-store.ts';
import { secret } from '#functions/adapters/secrets.ts';
import type { Conversation } from '#functions/ports/receipt-store.ts';
import { ConversationMoved, enqueue, intake } from '#functions/shared/intake.ts';
import { log } from '#functions/shared/log.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { currentKey, ownerHashWith } from '#functions/shared/query-code.ts';
import type { Addition, WechatRequest } from '#schemas/intake.ts';

/** Messages of one citizen at the same moment: each round settles at least one of them. */
const MAX_ATTEMPTS = 10;
const BACKOFF_MS = 20;
const MINUTE_MS = 60_000;
/** Of one request. Each is read again with every later one, so that who writes without end begins another. */
const MOST_MESSAGES = 100;

/**
 * Durable when it resolves; the same message again changes nothing. The window begins anew with each message (office time).
 * @throws ProblemError 503 `busy`.
 */
export async function say(openid: string, message: WechatRequest): Promise<void> {
  const { keys } = await secret('QUERY_SECRET');
  const callerHash = ownerHashWith(currentKey(keys), openid);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    // WeChat's second and third try.
    if ((await receiptStore().find('wechat', message.channelRef)) !== undefined) return;
    const now = officeNow();
    const seen = await receiptStore().conversation(callerHash);
    const current = seen !== undefined && now < seen.until && seen.messages < MOST_MESSAGES ? seen : undefined;
    const step = {
      callerHash,
      until: now + district().channels.wechat.messageWindowMinutes * MINUTE_MS,
      messages: (current?.messages ?? 0) + 1,
      seen,
    };
    if (current !== undefined) {
      if (await added(current, message, now, step)) return;
    } else {
      try {
        await intake({ channel: 'wechat', openid, body: message }, { conversation: step });
        return;
      } catch (error) {
        if (!(error instanceof ConversationMoved)) throw error;
      }
    }
    await delay(Math.random() * BACKOFF_MS * 2 ** Math.min(attempt, 4));
  }
  throw new ProblemError('busy');
}

/** False when another message was quicker, or the store is busy: look again. */
async function added(
  { ticketNo }: Conversation,
  { channelRef, content, attachments }: WechatRequest,
  now: number,
  step: Parameters<ReturnType<typeof receiptStore>['add']>[2],
): Promise<boolean> {
  const addition: Addition = {
    addition: 1,
    ticketNo,
    channel: 'wechat',
    channelRef,
    receivedAt: toShanghai(now),
    text: content,
    ...(attachments === undefined ? {} : { attachments: attachments.flatMap((one) => ('url' in one ? [one] : [])) }),
  };
  const outcome = await receiptStore().add(addition, now, step);
  if (outcome === 'exists') return true;
  if (outcome !== 'created') return false;
  log.info('addition received', { ticketNo, channel: 'wechat' });
  await enqueue(addition);
  return true;
}
