/**
 * What is kept of a department's answer to a failed attempt, so that its operator can be told why. Such pages love to quote
 * what they were sent; so our own words are taken out of them, and whatever looks like personal data or a key.
 */
import { maskPersonalData } from '#domain/feedback/mask.ts';
import { ANSWER_KEPT_BYTES } from '#schemas/delivery.ts';

const HIDDEN = '***';
/** A quotation of so many characters of our message is one; shorter ones are words that anybody uses. */
const QUOTED = 6;
const CREDENTIAL =
  /whsec_[\w+/=-]+|\b(?:v1\w*,)[A-Za-z0-9+/=]{20,}|\b(?:Bearer|Basic)\s+[\w.~+/=-]+|\b(?:password|passwd|pwd|secret|token|cookie|authorization|access_?key)["']?\s*[:=]\s*["']?(?:(?:Bearer|Basic)\s+)?[^\s"',;<>&]+/gi;

/**
 * @param answer as it came, decoded
 * @param sent texts of people in the message that was answered: their names, and everything that was written freely
 */
export function keptAnswer(
  answer: string,
  sent: { readonly names: readonly string[]; readonly texts: readonly string[] },
) {
  const plain = unescaped(answer)
    .replace(/\p{Cc}+|\s+/gu, ' ')
    .trim();
  // Masks first: what a quotation leaves of a number would not look like one any more.
  const masked = maskPersonalData(plain.replace(CREDENTIAL, HIDDEN), sent.names, 'nothing');
  return cut(hideQuotations(masked, sent.texts));
}

/** JSON, HTML and addresses write Chinese in escapes, which no mask would recognise. */
function unescaped(text: string): string {
  return text
    .replace(/\\{1,4}u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/&#(x[0-9a-f]{1,6}|\d{1,7});/gi, (whole, number: string) => {
      const code = Number(number.replace(/^x/i, '0x'));
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/(?:%[0-9a-f]{2})+/gi, (whole) => {
      try {
        return decodeURIComponent(whole);
      } catch (error) {
        if (error instanceof URIError) return whole;
        throw error;
      }
    });
}

/** Every stretch of `answer` that stands in one of `texts`. */
function hideQuotations(answer: string, texts: readonly string[]): string {
  const pieces = new Set<string>();
  for (const text of texts.map((one) => one.replace(/\p{Cc}+|\s+/gu, ' '))) {
    for (let at = 0; at + QUOTED <= text.length; at++) pieces.add(text.slice(at, at + QUOTED));
  }
  if (pieces.size === 0) return answer;
  let result = '';
  let hiddenUntil = 0;
  for (let at = 0; at < answer.length; at++) {
    if (pieces.has(answer.slice(at, at + QUOTED))) {
      if (hiddenUntil < at || at === 0) result += HIDDEN;
      hiddenUntil = at + QUOTED;
    }
    if (at >= hiddenUntil) result += answer[at];
  }
  return result;
}

/** At a character's end. */
function cut(text: string): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > ANSWER_KEPT_BYTES) break;
    end += character.length;
  }
  return text.slice(0, end);
}
