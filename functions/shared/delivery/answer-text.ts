/** An answer's bytes as text, and which words of a callback an answer must not bring back into our rows. */
import { CallbackEvent } from '#schemas/callback.ts';

/** In the answer's own charset (older servers write GBK); empty when it is no text. */
export function answerText(body: Uint8Array, contentType: string | undefined): string {
  const text = decoder(/charset\s*=\s*"?([\w-]+)/i.exec(contentType ?? '')?.[1]).decode(body);
  const unreadable = [...text].filter((character) => /[\0\uFFFD]/.test(character)).length;
  return unreadable > text.length / 4 ? '' : text;
}

function decoder(charset = 'utf-8'): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset);
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder();
    throw error;
  }
}

/** Names, and what people wrote. The rest of a callback is codes. What is no callback is people's words altogether. */
export function wordsSent(callback: Uint8Array): { names: string[]; texts: string[] } {
  const text = new TextDecoder().decode(callback);
  const parsed = CallbackEvent.safeParse(JSON.parse(text));
  if (!parsed.success) return { names: [], texts: [text] };
  const { appellant, request, additions = [], reason } = parsed.data.data;
  const given = (texts: readonly (string | undefined)[]) => texts.filter((one) => one !== undefined);
  const files = [...(request?.attachments ?? []), ...additions.flatMap(({ attachments }) => attachments)];
  return {
    names: given([appellant?.name]),
    texts: given([
      request?.title,
      request?.content,
      request?.place.text,
      reason,
      appellant?.phone,
      ...additions.map((addition) => addition.text),
      // Of the files' addresses the part that opens them.
      ...files.flatMap(({ name, url }) => [name, url.split('?')[1]]),
    ]),
  };
}
