/** 附件链接: an address for each attachment, made at the moment when somebody is about to read it. */
import { attachmentStore } from '#functions/adapters/attachment-store.ts';
import type { KeptAttachment, LinkedAttachment } from '#schemas/attachment.ts';
import type { TicketText } from '#schemas/ticket.ts';

/** `names`: what the reader may know them by, in their order; their own names unless given. */
export const linkAttachments = (
  attachments: readonly KeptAttachment[],
  names: readonly string[] = [],
): Promise<LinkedAttachment[]> =>
  Promise.all(
    attachments.map(async (attachment, index) => {
      const name = names[index] ?? attachment.name;
      if ('url' in attachment) return { ...attachment, name };
      const { key, type, bytes } = attachment;
      return { name, url: await attachmentStore().link(key, { name, type }), bytes };
    }),
  );

/** A text as the desk reads it. */
export async function linkText(text: TicketText): Promise<TicketText> {
  if (text.kind === 'answer' || text.attachments === undefined) return text;
  return { ...text, attachments: await linkAttachments(text.attachments) };
}
