/** SMS, and calls that read one out, by the call centre's outbound interface: `POST {baseUrl}/notices`, idempotent by `noticeId`. */
import type { FeedbackResult, ShortMessage } from '#functions/ports/channel-feedback.ts';
import { exchangeSigned, resultOf } from './feedback-http.ts';
import { secret } from './secrets.ts';

export async function sendSms(
  { id, template, params, by = 'sms' }: ShortMessage,
  phone: string,
): Promise<FeedbackResult> {
  const { outbound } = await secret('PHONE_SECRET');
  const { status } = await exchangeSigned('phone', {
    url: `${outbound.baseUrl.replace(/\/$/, '')}/notices`,
    method: 'POST',
    id,
    keys: outbound.keys,
    message: { noticeId: id, kind: by, phone, template, params },
  });
  return resultOf('phone', status);
}
