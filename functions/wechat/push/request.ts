/** From a citizen's message to the form that the mini-program would have posted. */
import { Attachment } from '#schemas/attachment.ts';
import { WechatRequest } from '#schemas/intake.ts';
import type { Push } from './parse.ts';

/**
 * Of the idempotency keys that pushes make. The mini-program's form may not use it: whoever posted a message's number
 * first would keep that message out.
 */
export const PUSH_REF_PREFIX = 'mp:';

/** Characters of the message that stand as its title. */
const TITLE_CHARACTERS = 30;
/** The contract's limit; WeChat's own is far lower. */
const MAX_CONTENT = 10_000;
const IMAGE_TEXT = '[图片消息]';

/** undefined for a text message without a visible character: there is nothing in it to work on. */
export function toForm(message: Extract<Push, { kind: 'text' | 'image' }>): WechatRequest | undefined {
  const content = message.kind === 'image' ? IMAGE_TEXT : acceptable(message.content);
  if (content === '') return undefined;
  const picture = message.kind === 'image' ? pictureOf(message.picUrl) : undefined;
  return WechatRequest.parse({
    channelRef: `${PUSH_REF_PREFIX}${message.msgId}`,
    // What a message asks for shows when somebody reads it: 求助 fits most and promises least.
    kind: 'help',
    title: [...content.replaceAll(/\s+/g, ' ')].slice(0, TITLE_CHARACTERS).join(''),
    content,
    ...(picture === undefined ? {} : { attachments: [picture] }),
  });
}

/** A message is mended where a form would be refused: nobody is there to type it again. */
const acceptable = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\p{Noncharacter_Code_Point}/gu, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the contract refuses
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '')
    .trim()
    .slice(0, MAX_CONTENT)
    .toWellFormed()
    .trim();

/** Only addresses with TLS become attachments; WeChat's own picture host, which has it, is often named with http. */
function pictureOf(picUrl: string | undefined): Attachment | undefined {
  const url = picUrl?.replace(/^http:(?=\/\/[\w.-]+\.qpic\.cn\/)/, 'https:');
  const attachment = Attachment.safeParse({ name: '图片', url });
  return attachment.success ? attachment.data : undefined;
}
