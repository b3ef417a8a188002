/**
 * 反馈: consumer of the Feedback queue; tells the citizen by the channel that the request came from, and records it. What
 * came through WeChat is also shown to its content check.
 */
import type { SystemCommand } from '#domain/ticket/command.ts';
import { callerStore } from '#functions/adapters/caller-store.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { putReply } from '#functions/adapters/feedback-board.ts';
import { sendSms } from '#functions/adapters/feedback-phone.ts';
import { sendSubscribeMessage } from '#functions/adapters/feedback-wechat.ts';
import { checkContent } from '#functions/adapters/wechat-content.ts';
import type { ChannelFeedback } from '#functions/ports/channel-feedback.ts';
import { consumer } from '#functions/shared/batch.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { log } from '#functions/shared/log.ts';
import { readOnce } from '#functions/shared/read-once.ts';
import { EventPointer } from '#schemas/event.ts';
import { checkRequest } from './content-check.ts';
import { tellMerged } from './merged.ts';
import { noticeStaff } from './staff-notice.ts';
import { tell } from './tell.ts';

const channels: ChannelFeedback = {
  wechat: (message, openid) => sendSubscribeMessage(message, openid, district().channels.wechat),
  sms: sendSms,
  website: putReply,
};

export const handler = consumer(EventPointer, async ({ ticketNo, seq, type }) => {
  const stores = { tickets: readOnce(ticketStore()), callers: callerStore() };
  if (type === 'registered') {
    const checked = await checkRequest({ ...stores, check: checkContent }, ticketNo, seq);
    if (checked === undefined) return;
    if (checked.outcome !== 'passed') {
      log.warn('content not passed', { ticketNo, outcome: checked.outcome, code: checked.label ?? '' });
    }
    await write(ticketNo, checked, `content#${ticketNo}`);
    return;
  }
  if (type === 'deliveryLate' || type === 'warned') {
    await noticeStaff(stores.tickets, ticketNo, seq);
    return;
  }
  await tellMerged(stores, ticketNo, seq);
  const told = await tell({ ...stores, channels, district: district() }, ticketNo, seq);
  if (told === undefined) return;
  if (told.outcome === 'rejected') {
    const { forSeq, notice, channel, detail = '' } = told;
    log.error('feedback rejected', { ticketNo, seq: forSeq, notice, channel, code: detail }, undefined);
  }
  await write(ticketNo, told, `feedback#${ticketNo}#${told.forSeq}`);
});

/** `key`: one record of a kind, whatever a second run of it came to. */
async function write(ticketNo: string, command: SystemCommand, key: string): Promise<void> {
  const result = await changeTicket({
    ticketNo,
    command,
    actor: { kind: 'system', id: 'feedback' },
    cause: { key, fingerprint: 'feedback' },
  });
  if (result.outcome === 'changed' || result.outcome === 'replayed') return;
  throw new Error(`feedback not recorded: ${result.outcome}`);
}
