/** A list of phrases with gaps, exclusions and light negation: what danger and statutory routes are both read with. */
import {
  findPhrases,
  type Gaps,
  gapExpression,
  indexPhrases,
  isPattern,
  metPhrase,
  type PhraseIndex,
  partsOf,
  type WordLists,
} from '../catalogue/phrases.ts';

interface Gapped {
  readonly phrase: string;
  readonly expression: RegExp;
  /** The parts that the phrase is made of: a text without one of them can't hold it. */
  readonly parts: readonly number[];
}

/** Phrases of their own characters alone, found by the first of them, and those with gaps or lists of words. */
interface Compiled {
  readonly plain: PhraseIndex;
  readonly plainPhrases: readonly string[];
  readonly gapped: readonly Gapped[];
  /** Which parts a word may begin, by its first one or two characters. */
  readonly partsByHead: ReadonlyMap<string, readonly number[]>;
  readonly partCount: number;
}

export interface PhraseSet {
  readonly phrases: Compiled;
  readonly exclude: Compiled;
}

export interface PhraseHit {
  /** As the district folder writes it, with the word that was met for each list of words. */
  readonly phrase: string;
  readonly start: number;
  readonly end: number;
}

/** How a list of phrases is to be read; the exclusions by the same gaps unless they have their own. */
interface Reading {
  readonly lists?: WordLists;
  readonly gaps?: Gaps;
  readonly excludeGaps?: Gaps;
}

export function compilePhrases(
  phrases: readonly string[],
  exclude: readonly string[],
  { lists = {}, gaps = {}, excludeGaps = gaps }: Reading = {},
): PhraseSet {
  return { phrases: compile(phrases, lists, gaps), exclude: compile(exclude, lists, excludeGaps) };
}

function compile(phrases: readonly string[], lists: WordLists, gaps: Gaps): Compiled {
  const plainPhrases = phrases.filter((phrase) => !isPattern(phrase));
  const partsByHead = new Map<string, number[]>();
  const known = new Map<string, number>();
  const partOf = (words: readonly string[]): number => {
    const heads = [...new Set(words.map((word) => word.slice(0, 2)))];
    const key = heads.join('|');
    const part = known.get(key) ?? known.size;
    if (!known.has(key)) for (const head of heads) partsByHead.set(head, [...(partsByHead.get(head) ?? []), part]);
    known.set(key, part);
    return part;
  };
  const gapped = phrases.filter(isPattern).map((phrase) => ({
    phrase,
    expression: gapExpression(phrase, gaps, lists),
    parts: partsOf(phrase, lists).map(partOf),
  }));
  return { plain: indexPhrases(plainPhrases), plainPhrases, gapped, partsByHead, partCount: known.size };
}

/** Most texts hold hardly any of the parts, and running an expression costs more than looking that up. */
function partsIn(text: string, { partsByHead, partCount }: Compiled): Uint8Array {
  const found = new Uint8Array(partCount);
  for (let at = 0; at < text.length; at++) {
    for (const part of partsByHead.get(text.charAt(at)) ?? []) found[part] = 1;
    for (const part of partsByHead.get(text.slice(at, at + 2)) ?? []) found[part] = 1;
  }
  return found;
}

function occurrences(set: Compiled, text: string): PhraseHit[] {
  const hits: PhraseHit[] = findPhrases(set.plain, text).map(({ term, start, end }) => ({
    phrase: set.plainPhrases[term] ?? '',
    start,
    end,
  }));
  const found = partsIn(text, set);
  for (const { phrase, expression, parts } of set.gapped) {
    if (!parts.every((part) => found[part] === 1)) continue;
    for (const match of text.matchAll(expression)) {
      hits.push({ phrase: metPhrase(phrase, match.slice(1)), start: match.index, end: match.index + match[0].length });
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
