/** Replies on the website's message board: `PUT {baseUrl}/messages/{messageId}/replies/{version}`, idempotent by version. */
import * as z from 'zod';
import type { BoardReply } from '#domain/feedback/board-reply.ts';
import type { FeedbackResult } from '#functions/ports/channel-feedback.ts';
import { exchangeSigned, resultOf } from './feedback-http.ts';
import { secret } from './secrets.ts';

const Refusal = z.object({ error: z.string() });

export async function putReply(reply: BoardReply): Promise<FeedbackResult> {
  const { outbound } = await secret('WEBSITE_SECRET');
  const { status, body } = await exchangeSigned('board', {
    url: `${outbound.baseUrl.replace(/\/$/, '')}/messages/${encodeURIComponent(reply.messageId)}/replies/${reply.version}`,
    method: 'PUT',
    id: `${reply.ticketNo}-${reply.version}-reply`,
    keys: outbound.keys,
    message: reply,
  });
  // Messages may overtake each other on the queue; a newer version there says what this one would have said, and more.
  if (status === 409 && Refusal.safeParse(body).data?.error === 'stale') return { kind: 'sent', detail: 'superseded' };
  return resultOf('board', status);
}
