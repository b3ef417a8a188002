/** 反馈: consumer of the Feedback queue; tells the citizen by the channel that the request came from, and records it. */
import { callerStore } from '#functions/adapters/caller-store.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { putReply } from '#functions/adapters/feedback-board.ts';
import { sendSms } from '#functions/adapters/feedback-phone.ts';
import { sendSubscribeMessage } from '#functions/adapters/feedback-wechat.ts';
import type { ChannelFeedback } from '#functions/ports/channel-feedback.ts';
import { consumer } from '#functions/shared/batch.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { log } from '#functions/shared/log.ts';
import { EventPointer } from '#schemas/event.ts';
import { type FeedbackRecord, tell } from './tell.ts';

const channels: ChannelFeedback = {
  wechat: (notice, openid) => sendSubscribeMessage(notice, openid, district().channels.wechat),
  sms: sendSms,
  website: putReply,
};

export const handler = consumer(EventPointer, async ({ ticketNo, seq }) => {
  const ports = { tickets: ticketStore(), callers: callerStore(), channels, district: district() };
  const record = await tell(ports, ticketNo, seq);
  if (record !== undefined) await write(ticketNo, record);
});

async function write(ticketNo: string, record: FeedbackRecord): Promise<void> {
  const facts = { ticketNo, seq: record.forSeq, notice: record.notice, channel: record.channel };
  if (record.outcome === 'rejected') log.error('feedback rejected', { ...facts, code: record.detail ?? '' }, undefined);
  const result = await changeTicket({
    ticketNo,
    command: record,
    actor: { kind: 'system', id: 'feedback' },
    // One record an event, whatever a second run of it came to.
    cause: { key: `feedback#${ticketNo}#${record.forSeq}`, fingerprint: 'feedback' },
  });
  if (result.outcome === 'changed' || result.outcome === 'replayed') return;
  throw new Error(`feedback not recorded: ${result.outcome}`);
}
