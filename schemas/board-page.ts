/**
 * 留言轮询: what a message board answers to `GET {baseUrl}/messages`. Boards differ, so every field may come in the ways that
 * boards write it, unknown ones are passed over, and `functions/poller/message.ts` makes the canonical request of it.
 */
import * as z from 'zod';

/** How many messages are asked for at once. */
export const PAGE_LIMIT = 50;

/** One page, oldest message first. `next` is handed back as `after`; without one the same page is asked for again. */
export const BoardPage = z.object({
  messages: z.array(z.unknown()).max(1000),
  next: z.union([z.string().max(1000), z.number().transform(String)]).nullish(),
});
export type BoardPage = z.infer<typeof BoardPage>;

/** The fields that are read, as any board may fill them. */
export const PolledMessage = z.looseObject({
  messageId: z.unknown().optional(),
  kind: z.unknown().optional(),
  category: z.unknown().optional(),
  department: z.unknown().optional(),
  name: z.unknown().optional(),
  phone: z.unknown().optional(),
  title: z.unknown().optional(),
  content: z.unknown().optional(),
  attachments: z.unknown().optional(),
  isPublicConsent: z.unknown().optional(),
  anonymous: z.unknown().optional(),
  submitTime: z.unknown().optional(),
});
export type PolledMessage = z.infer<typeof PolledMessage>;
