/** A list of phrases with gaps, exclusions and light negation: what danger and statutory routes are both read with. */
import { findPhrases, gapExpression, indexPhrases, type PhraseIndex } from '../catalogue/phrases.ts';

export interface PhraseSet {
  readonly plain: PhraseIndex;
  readonly plainPhrases: readonly string[];
  readonly gapped: readonly { readonly phrase: string; readonly expression: RegExp }[];
  readonly exclude: PhraseIndex;
}

export interface PhraseHit {
  /** As the district folder writes it. */
  readonly phrase: string;
  readonly start: number;
  readonly end: number;
}

export function compilePhrases(phrases: readonly string[], exclude: readonly string[]): PhraseSet {
  const plainPhrases = phrases.filter((phrase) => !phrase.includes('…'));
  return {
    plain: indexPhrases(plainPhrases),
    plainPhrases,
    gapped: phrases
      .filter((phrase) => phrase.includes('…'))
      .map((phrase) => ({ phrase, expression: gapExpression(phrase) })),
    exclude: indexPhrases(exclude),
  };
}

/** Right before a phrase: it didn't happen. 有没有, 是不是 and 会不会 ask and don't deny. */
const NEGATED = /(?:(?<!有)没有?|未|(?<!是)不是|(?<!会)不会|无|预防|防止|避免|防范|杜绝|谨防|严防|以防)$/;

/** Hits in the order of the text. `text` must be normalised. */
export function phraseHits(set: PhraseSet, text: string): PhraseHit[] {
  const hits: PhraseHit[] = findPhrases(set.plain, text).map(({ term, start, end }) => ({
    phrase: set.plainPhrases[term] ?? '',
    start,
    end,
  }));
  for (const { phrase, expression } of set.gapped) {
    for (const match of text.matchAll(expression)) {
      hits.push({ phrase, start: match.index, end: match.index + match[0].length });
    }
  }
  if (hits.length === 0) return hits;
  const topics = findPhrases(set.exclude, text);
  return hits
    .filter((hit) => !topics.some((topic) => topic.start <= hit.start && hit.end <= topic.end))
    .filter((hit) => !NEGATED.test(text.slice(Math.max(0, hit.start - 4), hit.start)))
    .sort((a, b) => a.start - b.start || b.end - a.end);
}
