/**
 * Finding many terms in a citizen's text at once. Everything that reads free text (places, keywords, danger, statutory
 * routes) goes through here, so that all of them see the same normalised text.
 */

/** Full-width letters and digits become half-width, Latin lower case; blanks go, since agents and phones sprinkle them. */
export function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('\r', '\n')
    .replace(/[^\S\n]+/g, '');
}

/** One occurrence of `terms[term]` in the text, `start` inclusive, `end` exclusive. */
export interface Hit {
  readonly term: number;
  readonly start: number;
  readonly end: number;
}

export interface PhraseIndex {
  readonly terms: readonly string[];
  readonly byHead: ReadonlyMap<string, readonly number[]>;
}

/** Terms must have two characters or more: they are found by their first two. */
export function indexPhrases(terms: readonly string[]): PhraseIndex {
  const normal = terms.map(normalise);
  const byHead = new Map<string, number[]>();
  for (const [position, term] of normal.entries()) {
    const head = term.slice(0, 2);
    const bucket = byHead.get(head);
    if (bucket === undefined) byHead.set(head, [position]);
    else bucket.push(position);
  }
  return { terms: normal, byHead };
}

/** Every occurrence of every term, overlapping ones too, in the order of the text. `text` must be normalised. */
export function findPhrases(index: PhraseIndex, text: string): Hit[] {
  const hits: Hit[] = [];
  for (let start = 0; start + 1 < text.length; start++) {
    for (const term of index.byHead.get(text.slice(start, start + 2)) ?? []) {
      const word = index.terms[term] ?? '';
      if (text.startsWith(word, start)) hits.push({ term, start, end: start + word.length });
    }
  }
  return hits;
}

/** Which hits lie strictly inside a longer one: 垃圾 in 垃圾桶 says less than 垃圾桶. */
export function coveredHits(hits: readonly Hit[]): Set<Hit> {
  const covered = new Set<Hit>();
  // Hits come ordered by start, so the furthest end of the earlier starts decides; equal starts need the longest of them.
  const longestAt = new Map<number, number>();
  for (const hit of hits) longestAt.set(hit.start, Math.max(longestAt.get(hit.start) ?? 0, hit.end));
  let reach = 0;
  let reachStart = -1;
  for (const hit of hits) {
    const longest = longestAt.get(hit.start) ?? hit.end;
    if (hit.end < longest || (reachStart < hit.start && hit.end <= reach)) covered.add(hit);
    if (longest > reach) {
      reach = longest;
      reachStart = hit.start;
    }
  }
  return covered;
}

/** What ends a clause after normalisation (full-width commas have become half-width). */
export const CLAUSE_END = ',。!?;\n';
const GAP = `[^${CLAUSE_END.replace('\n', '\\n')}]{0,8}?`;
/** `……` runs over commas, not over the end of the sentence. */
const WIDE_GAP = '[^。!?;\\n]{0,16}?';
const literally = (text: string) => normalise(text).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What `…` and `……` stand for, as the source of an expression. */
export interface Gaps {
  readonly gap?: string;
  readonly wide?: string;
}

/** Named lists of words that phrases refer to as `{name}`. */
export type WordLists = Readonly<Record<string, readonly string[]>>;

/** Whether a phrase is more than its own characters. */
export const isPattern = (phrase: string): boolean => /[…{]/.test(phrase);

/**
 * A phrase as a global expression: `…` stands for up to eight characters of the same clause,
 * `……` for up to sixteen of the same sentence, `{跌|摔}` for one of the words and `{人}` for one of that list.
 */
export function gapExpression(phrase: string, gaps: Gaps = {}, lists: WordLists = {}): RegExp {
  return new RegExp(gapPattern(phrase, gaps, lists), 'g');
}

/** The source of that expression, for those who anchor it or join several. Every `{…}` is a group. */
export function gapPattern(phrase: string, { gap = GAP, wide = WIDE_GAP }: Gaps, lists: WordLists = {}): string {
  return phrase
    .split(/(……|…|\{[^}]*\})/)
    .map((part) => {
      if (part === '……') return wide;
      if (part === '…') return gap;
      return part.startsWith('{') ? `(${wordsOf(part, lists).map(literally).join('|')})` : literally(part);
    })
    .join('');
}

/** The words that `{…}` stands for: those written in it, or those of the list that it names. */
export function wordsOf(braced: string, lists: WordLists): readonly string[] {
  const within = braced.slice(1, -1);
  if (within.includes('|')) return within.split('|');
  const list = lists[within];
  if (list === undefined) throw new Error(`no list of words is called ${within}`);
  return list;
}

/** What every text with the phrase holds: one word of each of these, in this order. */
export function partsOf(phrase: string, lists: WordLists): (readonly string[])[] {
  return phrase
    .split(/(…+|\{[^}]*\})/)
    .filter((part) => part !== '' && !part.startsWith('…'))
    .map((part) => (part.startsWith('{') ? wordsOf(part, lists) : [part]).map(normalise))
    .filter((words) => !words.includes(''));
}

/** The phrase with the words that were met instead of its lists; the citizen's words in the gaps stay out. */
export function metPhrase(phrase: string, groups: readonly (string | undefined)[]): string {
  let met = 0;
  return phrase.replace(/\{[^}]*\}/g, () => groups[met++] ?? '');
}
