/**
 * Which catalogue row (目录小类) a citizen's words fall under: keyword scoring that works offline, says how sure it is
 * and abstains. A trained model may replace it behind the same answer.
 *
 * Score of a row = Σ over its keywords found: length^1.5 × place ÷ number of rows that share the keyword, where place is
 * 1.5 in the title, 1 in the content, and a quarter of that inside a longer keyword (垃圾 in 垃圾桶).
 * Confidence = strength × (½ + ½ × margin): strength = raw ÷ (raw + 1.5), raw being the score without the division by
 * sharing; margin = (best − rival) ÷ best. A tie is at most ½: with the usual threshold it abstains.
 */
import type { Kind } from '#schemas/common.ts';
import type { Catalogue, CatalogueRow } from '#schemas/district.ts';
import { coveredHits, findPhrases, indexPhrases, normalise, type PhraseIndex } from './phrases.ts';

export interface RequestText {
  readonly title: string;
  readonly content: string;
}

export interface RankedRow {
  readonly row: CatalogueRow;
  /** Shares of common keywords only; comparable between rows of one ranking. */
  readonly score: number;
  /** Strength of the evidence, whoever else shares it. */
  readonly raw: number;
  /** The catalogue's keywords that were found, longest first. */
  readonly keywords: readonly string[];
}

export interface ClassifyOptions {
  /** Rows made for other kinds of request are left out. */
  readonly kind?: Kind | undefined;
  /** Only rows of this category, e.g. `01`. */
  readonly within?: string | undefined;
  /** 0..1; below it the classifier abstains. */
  readonly threshold?: number | undefined;
}

export type Classification =
  | {
      readonly outcome: 'row';
      readonly code: string;
      readonly confidence: number;
      readonly runnersUp: readonly RankedRow[];
    }
  | { readonly outcome: 'abstain'; readonly confidence: number; readonly runnersUp: readonly RankedRow[] };

interface KeywordIndex {
  readonly phrases: PhraseIndex;
  /** Row positions by term. */
  readonly rows: readonly (readonly number[])[];
}

const indexes = new WeakMap<Catalogue, KeywordIndex>();

function keywordIndex(catalogue: Catalogue): KeywordIndex {
  const known = indexes.get(catalogue);
  if (known !== undefined) return known;
  const rowsByKeyword = new Map<string, Set<number>>();
  for (const [position, row] of catalogue.rows.entries()) {
    for (const keyword of row.keywords.map(normalise)) {
      rowsByKeyword.set(keyword, (rowsByKeyword.get(keyword) ?? new Set()).add(position));
    }
  }
  const index = {
    phrases: indexPhrases([...rowsByKeyword.keys()]),
    rows: [...rowsByKeyword.values()].map((rows) => [...rows]),
  };
  indexes.set(catalogue, index);
  return index;
}

/** The catalogue row with this code, e.g. `01.3`. */
export function findRow(code: string, catalogue: Catalogue): CatalogueRow | undefined {
  return catalogue.rows.find((row) => row.code === code);
}

/** The rows of a category (`01`) or the one row of a sub-class (`01.3`); empty when the code is in no row. */
export function rowsUnder(code: string, catalogue: Catalogue): CatalogueRow[] {
  return catalogue.rows.filter((row) => row.code === code || row.code.startsWith(`${code}.`));
}

/** All rows that any keyword speaks for, best first; equal scores in the order of their codes. */
export function rankRows(
  text: string | RequestText,
  catalogue: Catalogue,
  options: ClassifyOptions = {},
): readonly RankedRow[] {
  const { phrases, rows } = keywordIndex(catalogue);
  const parts = typeof text === 'string' ? [{ text, weight: 1 }] : weighted(text);
  const best = new Map<number, number>();
  for (const part of parts) {
    const hits = findPhrases(phrases, normalise(part.text));
    const covered = coveredHits(hits);
    for (const hit of hits) {
      const value = (hit.end - hit.start) ** 1.5 * part.weight * (covered.has(hit) ? 0.25 : 1);
      best.set(hit.term, Math.max(best.get(hit.term) ?? 0, value));
    }
  }
  const found = new Map<number, { score: number; raw: number; keywords: string[] }>();
  for (const [term, value] of best) {
    const sharing = rows[term] ?? [];
    for (const position of sharing) {
      const entry = found.get(position) ?? { score: 0, raw: 0, keywords: [] };
      entry.score += value / sharing.length;
      entry.raw += value;
      entry.keywords.push(phrases.terms[term] ?? '');
      found.set(position, entry);
    }
  }
  const ranked: RankedRow[] = [];
  for (const [position, { score, raw, keywords }] of found) {
    const row = catalogue.rows[position];
    if (row === undefined || !eligible(row, options)) continue;
    ranked.push({ row, score, raw, keywords: keywords.sort((a, b) => b.length - a.length || (a < b ? -1 : 1)) });
  }
  return ranked.sort((a, b) => b.score - a.score || (a.row.code < b.row.code ? -1 : 1));
}

function weighted(text: RequestText): { text: string; weight: number }[] {
  return [
    { text: text.title, weight: 1.5 },
    { text: text.content, weight: 1 },
  ];
}

function eligible(row: CatalogueRow, options: ClassifyOptions): boolean {
  if (options.within !== undefined && !row.code.startsWith(`${options.within}.`)) return false;
  return row.kinds.length === 0 || options.kind === undefined || row.kinds.includes(options.kind);
}

/** 0..1: how sure `best` is against `rival` (see the file's header for the formula). */
export function rankConfidence(best: RankedRow | undefined, rival: RankedRow | undefined): number {
  if (best === undefined) return 0;
  const strength = best.raw / (best.raw + 1.5);
  const margin = (best.score - (rival?.score ?? 0)) / best.score;
  return strength * (0.5 + 0.5 * margin);
}

/** The one row that the text falls under, or an abstention with what came close. */
export function classify(
  text: string | RequestText,
  catalogue: Catalogue,
  options: ClassifyOptions = {},
): Classification {
  const ranked = rankRows(text, catalogue, options);
  const [best, ...others] = ranked;
  const confidence = rankConfidence(best, others[0]);
  if (best === undefined || confidence < (options.threshold ?? 0.5)) {
    return { outcome: 'abstain', confidence, runnersUp: ranked.slice(0, 5) };
  }
  return { outcome: 'row', code: best.row.code, confidence, runnersUp: others.slice(0, 5) };
}
