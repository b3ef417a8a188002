/** SMS by the call centre's outbound interface: `POST {baseUrl}/notices`, idempotent by `noticeId`. */
import { smsParameter } from '#domain/feedback/wechat-fields.ts';
import type { FeedbackResult, ShortNotice } from '#functions/ports/channel-feedback.ts';
import { exchangeSigned, resultOf } from './feedback-http.ts';
import { secret } from './secrets.ts';

export async function sendSms(notice: ShortNotice, phone: string): Promise<FeedbackResult> {
  const { outbound } = await secret('PHONE_SECRET');
  const { status } = await exchangeSigned('phone', {
    url: `${outbound.baseUrl.replace(/\/$/, '')}/notices`,
    method: 'POST',
    id: notice.id,
    keys: outbound.keys,
    message: {
      noticeId: notice.id,
      kind: 'sms',
      phone,
      template: notice.notice,
      // An SMS template takes neither free text nor a link.
      params: {
        ticketNo: notice.ticketNo,
        status: smsParameter(notice.status),
        department: smsParameter(notice.department),
      },
    },
  });
  return resultOf('phone', status);
}
