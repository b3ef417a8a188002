/**
 * Text out of what a message board stores, which is often HTML. Words are never lost: only what is certainly markup goes, and
 * `气压<0.1` or `<某某路>` stay as they were written. A board that escapes twice is unescaped twice: this repeats until nothing
 * changes any more, so that its own output passes through unchanged.
 */
import { Tokenizer } from 'htmlparser2';

/** HTML's elements, those of its past too: boards were written over twenty years. Anything else in angle brackets is text. */
const INLINE =
  'a abbr acronym applet area audio b base basefont bdi bdo bgsound big blink canvas cite code col colgroup data datalist del dfn em embed font frame frameset head html i iframe ins kbd label link map mark marquee meta meter nobr noembed noframes noscript object optgroup option output param picture progress q rp rt ruby s samp script select slot small source span strike strong style sub sup svg template textarea time title track tt u var video wbr path g';
const BLOCK =
  'address article aside blockquote body br button caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol p plaintext pre search section summary table tbody tfoot thead tr ul xmp';
const words = (text: string): readonly string[] => text.split(' ');
/** What stands in an element's place. */
const INSTEAD = new Map([
  ...words(INLINE).map((name) => [name, ''] as const),
  ...words(BLOCK).map((name) => [name, '\n'] as const),
  ['td', ' '] as const,
  ['th', ' '] as const,
  ['input', ' '] as const,
  ['img', '[图片]'] as const,
  ['image', '[图片]'] as const,
]);
/** Word's own elements, as they come with a paste: `<o:p>`. */
const OFFICE = /^(?:o|v|w|m|x|st1):[a-z]/;
/** Elements whose inside nobody ever read. */
const HIDDEN = new Set(['script', 'style']);

/** Boards that escape more often than this don't exist; without a bound, a text of `&amp;amp;amp;…` would take a minute. */
const MAX_PASSES = 6;

/** Plain text without tags, entities and control characters; lines are kept. Never throws; '' when there are no words. */
export function textOf(markup: string): string {
  let text = tidy(markup);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const next = tidy(withoutTags(text));
    if (next === text) return text;
    text = next;
  }
  return tidy(text.replaceAll('<', '＜').replaceAll('&', '＆'));
}

/** The same on one line. */
export const lineOf = (markup: string): string => textOf(markup).replace(/\s+/g, ' ');

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const UNWANTED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f]|\p{Noncharacter_Code_Point}/gu;

function tidy(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(UNWANTED, '')
    .replaceAll('\u00a0', ' ')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The part of an open tag that is judged before it is believed. */
interface OpenTag {
  readonly name: string;
  odd: boolean;
}

/** One pass. `at` is the end of what is settled, so that whatever no callback claimed is found and kept as text. */
function withoutTags(source: string): string {
  let out = '';
  let at = 0;
  let tag: OpenTag | undefined;
  /** Inside of an element that isn't shown: where its inside begins, should it never end. */
  let hidden: { readonly name: string; readonly from: number; readonly kept: number } | undefined;

  const say = (text: string): void => {
    if (hidden === undefined) out += text;
  };
  /** Settles the source up to `end` and says `text` in its place; what was left unclaimed before `start` was text. */
  const settle = (end: number, text: string): void => {
    say(text);
    at = Math.max(at, end);
  };
  const asWritten = (end: number): void => settle(end, unclaimed(source.slice(at, end)));
  const endOfTag = (from: number): number => {
    const bracket = source.indexOf('>', from);
    return bracket === -1 ? source.length : bracket + 1;
  };

  function openTag(end: number, selfClosed: boolean): void {
    const { name, odd } = tag ?? { name: '', odd: true };
    tag = undefined;
    const instead = insteadOf(name);
    if (odd || instead === undefined) {
      asWritten(end);
      return;
    }
    settle(end, instead);
    if (HIDDEN.has(name) && !selfClosed && hidden === undefined) hidden = { name, from: end, kept: out.length };
  }

  const tokenizer = new Tokenizer(
    {},
    {
      ontext(start, end) {
        if (start > at) asWritten(start);
        // Inside of `<style 路>` the tokenizer sees no tags any more.
        settle(end, unclaimed(source.slice(start, end)));
      },
      ontextentity(code, end) {
        // `&copy=1` in an address is no ©: an entity ends with its semicolon.
        if (end > at && source[end - 1] !== ';') asWritten(end);
        else settle(end, String.fromCodePoint(code));
      },
      onopentagname(start, end) {
        tag = { name: source.slice(start, end).toLowerCase(), odd: false };
      },
      onattribname(start, end) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: anything that isn't ASCII
        if (tag !== undefined && /[^\u0000-\u007f]/.test(source.slice(start, end))) tag.odd = true;
      },
      onopentagend: (end) => openTag(end + 1, false),
      onselfclosingtag: (end) => openTag(end + 1, true),
      onclosetag(start, nameEnd) {
        const name = source.slice(start, nameEnd).toLowerCase();
        const end = endOfTag(nameEnd);
        if (hidden?.name === name) hidden = undefined;
        const instead = insteadOf(name);
        if (instead === undefined) asWritten(end);
        else settle(end, instead === '\n' ? instead : '');
      },
      oncomment(start, dataEnd) {
        const end = source[dataEnd] === '>' ? dataEnd + 1 : source.length;
        const opening = source.slice(at, at + 4);
        if (opening === '<!--') settle(end, source[dataEnd] === '>' ? '' : source.slice(start));
        else if (source[dataEnd] === '>' && /^<(?:\?[a-z]|!\[)/i.test(opening)) settle(end, '');
        else asWritten(end);
      },
      ondeclaration: (_start, dataEnd) => settle(endOfTag(dataEnd), ''),
      onprocessinginstruction: (_start, dataEnd) => settle(endOfTag(dataEnd), ''),
      oncdata: (start, dataEnd, offset) => settle(endOfTag(dataEnd), source.slice(start, dataEnd - offset)),
      onattribdata() {},
      onattribentity() {},
      onattribend() {},
      onend() {},
    },
  );
  tokenizer.write(source);
  tokenizer.end();
  // Never ended: what it hid may have been the message.
  if (hidden !== undefined) return out.slice(0, hidden.kept) + source.slice(hidden.from);
  const rest = source.slice(at);
  return isBrokenTag(rest) ? out : out + unclaimed(rest);
}

/** What is no tag as a whole may hold one: `<某<b>`, or a quote that never ended. */
const unclaimed = (text: string): string =>
  text
    .split(/(?=<)/)
    .map((piece) => {
      const [tag, name = ''] = WHOLE_TAG.exec(piece) ?? [];
      const instead = tag === undefined ? undefined : insteadOf(name.toLowerCase());
      return tag === undefined || instead === undefined ? piece : instead + piece.slice(tag.length);
    })
    .join('');
const WHOLE_TAG = /^<\/?([a-z][a-z\d:]*)(?:\s[^<>\u0080-\uffff]*)?\/?>/i;

const insteadOf = (name: string): string | undefined => INSTEAD.get(name) ?? (OFFICE.test(name) ? '' : undefined);

/** A tag that the board cut off with its text, and no words that happen to follow a bracket. */
const isBrokenTag = (rest: string): boolean => {
  const name = /^<\/?([a-z][a-z\d:]*)(?:\s+[a-z:-]+\s*=|\s*$)/i.exec(rest)?.[1];
  return name !== undefined && insteadOf(name.toLowerCase()) !== undefined && !/\p{Script=Han}/u.test(rest);
};
