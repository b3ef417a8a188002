/**
 * How sure a sum of weights is. Both numbers come from messages that the machines had not seen (folds inside the training
 * part): the factor by which sums go into softmax, and the probability from which on enough of the answers were right.
 */
import { toProbabilities } from '../text-features.ts';

export interface Calibration {
  readonly factor: number;
  /** 1 when no probability reaches the precision. */
  readonly threshold: number;
}

/** Sums of all labels, row by row, with each row's right label. */
export interface HeldOut {
  readonly sums: Float64Array;
  readonly labelOf: Int32Array;
}

const LARGEST_FACTOR = 50;

export function calibrate({ sums, labelOf }: HeldOut, labels: number, precision: number): Calibration {
  const factor = bestFactor({ sums, labelOf }, labels);
  const answers = Array.from(labelOf, (label, row) => {
    const row0 = probabilities(sums, row, labels, factor);
    const best = indexOfLargest(row0);
    return { probability: row0[best] ?? 0, right: best === label };
  });
  return { factor, threshold: thresholdFor(answers, precision) };
}

/**
 * The factor of greatest likelihood (Guo et al. 2017, temperature scaling): where the slope crosses zero. Each answer
 * counts a little for the other labels too, so that a handful of easily separated examples don't prove certainty.
 */
function bestFactor({ sums, labelOf }: HeldOut, labels: number): number {
  const doubt = 1 / (labelOf.length + 2);
  const slope = (factor: number): number => {
    let total = 0;
    for (const [row, label] of labelOf.entries()) {
      const shares = probabilities(sums, row, labels, factor);
      for (let other = 0; other < labels; other++) {
        const wanted = (other === label ? 1 - doubt : 0) + doubt / labels;
        total += ((shares[other] ?? 0) - wanted) * (sums[row * labels + other] ?? 0);
      }
    }
    return total;
  };
  let low = 0;
  let high = LARGEST_FACTOR;
  for (let halving = 0; halving < 40; halving++) {
    const middle = (low + high) / 2;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function probabilities(sums: Float64Array, row: number, labels: number, factor: number): Float64Array {
  const shares = sums.slice(row * labels, (row + 1) * labels).map((sum) => sum * factor);
  toProbabilities(shares);
  return shares;
}

function indexOfLargest(values: Float64Array): number {
  let best = 0;
  for (const [index, value] of values.entries()) if (value > (values[best] ?? 0)) best = index;
  return best;
}

export interface Answer {
  readonly probability: number;
  readonly right: boolean;
}

/**
 * The lowest probability such that, of the answers with at least that, `precision` are right; 1 if there is none. One
 * standard error is taken off the share that was seen: the best of many thresholds is partly luck.
 */
export function thresholdFor(answers: readonly Answer[], precision: number): number {
  const sorted = [...answers].sort((a, b) => b.probability - a.probability);
  let right = 0;
  let threshold = 1;
  for (const [index, answer] of sorted.entries()) {
    if (answer.right) right++;
    // Equal probabilities are all in or all out.
    if (sorted[index + 1]?.probability === answer.probability) continue;
    const given = index + 1;
    // As if one more answer had been right and one wrong: a run of hits at the top proves nothing yet.
    const share = (right + 1) / (given + 2);
    if (share - Math.sqrt((share * (1 - share)) / given) >= precision) threshold = answer.probability;
  }
  return threshold;
}
