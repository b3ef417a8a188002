/**
 * From counted runs to vectors: which runs a model keeps, and how much each weighs. Looks at the training part only.
 *
 * Kept: the runs whose presence depends most on the label (chi², summed over labels). Weight: rarity × evenness^0.35, with
 * rarity = ln((N + 1) ÷ (messages with the run + 1)) + 1 and evenness = 1.05 − entropy ÷ ln(labels), the entropy of the
 * run's rate among labels: near 0 for a run that all labels use alike, near 1 for one that a single label uses.
 */
import { damped, exp, ln } from '../text-features.ts';
import type { Corpus } from './corpus.ts';

/** Added to a run's rate in each label, as a share of an average label's messages: a run seen five times proves little. */
const SMOOTHING = 0.2;
const SPREAD_POWER = 0.35;

export interface Weighting {
  /** Positions in the corpus, ascending by hash. */
  readonly grams: Int32Array;
  readonly weights: Float32Array;
}

/** Sparse rows of unit length. */
export interface Vectors {
  readonly rows: number;
  readonly columns: number;
  /** Row r is `column` and `value` from `start[r]` to `start[r + 1]`. */
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly value: Float64Array;
}

export function weigh(corpus: Corpus, train: Int32Array, most: number): Weighting {
  const { hashes, labels, labelOf, texts, minTexts } = corpus;
  const byLabel = labels.map((_, label) => train.filter((member) => labelOf[member] === label));
  const total = new Int32Array(hashes.length);
  for (const member of train) for (const gram of texts[member]?.grams ?? []) total[gram] = (total[gram] ?? 0) + 1;

  const chi = new Float64Array(hashes.length);
  const rates = new Float64Array(hashes.length);
  const rateLogs = new Float64Array(hashes.length);
  const own = new Int32Array(hashes.length);
  const smoothing = (SMOOTHING * labels.length) / train.length;
  for (const members of byLabel) {
    if (members.length === 0) continue;
    own.fill(0);
    for (const member of members) for (const gram of texts[member]?.grams ?? []) own[gram] = (own[gram] ?? 0) + 1;
    for (let gram = 0; gram < hashes.length; gram++) {
      const all = total[gram] ?? 0;
      if (all < minTexts) continue;
      const seen = own[gram] ?? 0;
      const expected = (all * members.length) / train.length;
      chi[gram] = (chi[gram] ?? 0) + ((seen - expected) * (seen - expected)) / expected;
      const rate = seen / members.length + smoothing;
      rates[gram] = (rates[gram] ?? 0) + rate;
      rateLogs[gram] = (rateLogs[gram] ?? 0) + rate * ln(rate);
    }
  }
  const candidates = Int32Array.from(hashes.keys()).filter((gram) => (total[gram] ?? 0) >= minTexts);
  const byHash = (a: number, b: number): number => (hashes[a] ?? 0) - (hashes[b] ?? 0);
  candidates.sort((a, b) => (chi[b] ?? 0) - (chi[a] ?? 0) || byHash(a, b));
  const grams = candidates.slice(0, most).sort(byHash);
  const weights = Float32Array.from(grams, (gram) => {
    const rarity = ln((train.length + 1) / ((total[gram] ?? 0) + 1)) + 1;
    const rate = rates[gram] ?? 1;
    const entropy = ln(rate) - (rateLogs[gram] ?? 0) / rate;
    return rarity * exp(SPREAD_POWER * Math.min(0, ln(Math.max(0.05, 1.05 - entropy / ln(labels.length)))));
  });
  return { grams, weights };
}

/** The vectors of `members`, row by row. */
export function vectorise(corpus: Corpus, members: Int32Array, { grams, weights }: Weighting): Vectors {
  const columnOf = new Int32Array(corpus.hashes.length).fill(-1);
  for (const [column, gram] of grams.entries()) columnOf[gram] = column;
  const start = new Int32Array(members.length + 1);
  for (const [row, member] of members.entries()) {
    let known = 0;
    for (const gram of corpus.texts[member]?.grams ?? []) if (columnOf[gram] !== -1) known++;
    start[row + 1] = (start[row] ?? 0) + known;
  }
  const size = start[members.length] ?? 0;
  const column = new Int32Array(size);
  const value = new Float64Array(size);
  let at = 0;
  for (const member of members) {
    const text = corpus.texts[member];
    const from = at;
    let squares = 0;
    for (const [index, gram] of (text?.grams ?? []).entries()) {
      const known = columnOf[gram] ?? -1;
      if (known === -1) continue;
      const weighed = damped(text?.counts[index] ?? 0) * (weights[known] ?? 0);
      column[at] = known;
      value[at] = weighed;
      squares += weighed * weighed;
      at++;
    }
    const length = Math.sqrt(squares);
    for (let cell = from; cell < at; cell++) value[cell] = (value[cell] ?? 0) / length;
  }
  return { rows: members.length, columns: grams.length, start, column, value };
}
