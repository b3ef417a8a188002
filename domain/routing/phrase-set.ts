/** A list of phrases with gaps, exclusions and light negation: what danger and statutory routes are both read with. */
import { findPhrases, gapExpression, indexPhrases, type PhraseIndex } from '../catalogue/phrases.ts';

interface Gapped {
  readonly phrase: string;
  readonly expression: RegExp;
}

/** Phrases without a gap, found by their first characters, and those with one. */
interface Compiled {
  readonly plain: PhraseIndex;
  readonly plainPhrases: readonly string[];
  readonly gapped: readonly Gapped[];
}

export interface PhraseSet {
  readonly phrases: Compiled;
  readonly exclude: Compiled;
}

export interface PhraseHit {
  /** As the district folder writes it. */
  readonly phrase: string;
  readonly start: number;
  readonly end: number;
}

/** @param excludeGap what `…` stands for in the exclusions, as the source of an expression; as in the phrases by default */
export function compilePhrases(
  phrases: readonly string[],
  exclude: readonly string[],
  excludeGap?: string | undefined,
): PhraseSet {
  return { phrases: compile(phrases), exclude: compile(exclude, excludeGap) };
}

function compile(phrases: readonly string[], gap?: string | undefined): Compiled {
  const plainPhrases = phrases.filter((phrase) => !phrase.includes('…'));
  return {
    plain: indexPhrases(plainPhrases),
    plainPhrases,
    gapped: phrases
      .filter((phrase) => phrase.includes('…'))
      .map((phrase) => ({ phrase, expression: gapExpression(phrase, gap) })),
  };
}

function occurrences({ plain, plainPhrases, gapped }: Compiled, text: string): PhraseHit[] {
  const hits: PhraseHit[] = findPhrases(plain, text).map(({ term, start, end }) => ({
    phrase: plainPhrases[term] ?? '',
    start,
    end,
  }));
  for (const { phrase, expression } of gapped) {
    for (const match of text.matchAll(expression)) {
      hits.push({ phrase, start: match.index, end: match.index + match[0].length });
    }
  }
  return hits;
}

/**
 * Right before a phrase: it didn't happen. 有没有, 是不是 and 会不会 ask and don't deny. Between 没有 and the phrase may stand
 * who or how much (没有任何人落水, 未造成人员被困) and nothing else: 没站稳落水 and 没人管着火了 deny no danger.
 */
const DENIED =
  '(?:发生|出现|造成|引起|引发|导致|申请|提起|提出)?(?:任何|什么|一个|再|真的?|大的?)?(?:人员|老人|小孩|孩子|工人|居民|村民|学生|乘客|[人谁])?(?:正在?|[被要在])?';
const NEGATED = new RegExp(
  `(?:(?:(?<!有)没有?|未)(?:${DENIED}|发现|看到|听说)|(?<!是)不是|(?<!会)不会|无人?|预防|防止|避免|防范|杜绝|谨防|严防|以防)$`,
);
/** The longest that NEGATED reads back: a negation and up to three words. */
const NEGATION_REACH = 8;

/** Hits in the order of the text. `text` must be normalised. */
export function phraseHits({ phrases, exclude }: PhraseSet, text: string): PhraseHit[] {
  const hits = occurrences(phrases, text);
  if (hits.length === 0) return hits;
  const topics = occurrences(exclude, text);
  return hits
    .filter((hit) => !topics.some((topic) => topic.start <= hit.start && hit.end <= topic.end))
    .filter((hit) => !NEGATED.test(text.slice(Math.max(0, hit.start - NEGATION_REACH), hit.start)))
    .sort((a, b) => a.start - b.start || b.end - a.end);
}
