/**
 * Two linear support vector machines per label against all others, averaged. One sees the vectors as they are; the other
 * sees each column multiplied by how strongly the run's presence speaks for the label (NB-SVM, Wang and Manning 2012).
 * Multiplied back, both are numbers per column, so the average is one linear machine. Alone each has the same F1; together
 * they know better when they are wrong.
 *
 * Squared hinge loss with L2 regularisation by dual coordinate descent (Hsieh et al. 2008, the method of LIBLINEAR).
 */
import { ln } from '../text-features.ts';
import { seeded, shuffle } from './random.ts';
import type { Vectors } from './vectors.ts';

/** What a mistake costs against large weights. */
const COST = 0.5;
const MOST_ROUNDS = 60;
/** Largest violation of the optimality condition at which the descent ends. */
const PRECISE_ENOUGH = 0.02;

export interface LinearModel {
  /** Per label: a number for each column. */
  readonly weights: readonly Float64Array[];
  readonly biases: Float64Array;
}

/** `labelOf`: per row; `labels`: how many there are. */
export function trainLinear(vectors: Vectors, labelOf: Int32Array, labels: number, seed: number): LinearModel {
  const biases = new Float64Array(labels);
  const weights = Array.from({ length: labels }, (_, label) => {
    const plain = descend(vectors, labelOf, label, seed);
    const factors = evidence(vectors, labelOf, label);
    const value = vectors.value.map((number, cell) => number * (factors[vectors.column[cell] ?? 0] ?? 0));
    const weighed = descend({ ...vectors, value }, labelOf, label, seed);
    biases[label] = (plain.bias + weighed.bias) / 2;
    return plain.weights.map((number, column) => {
      return (number + (weighed.weights[column] ?? 0) * (factors[column] ?? 0)) / 2;
    });
  });
  return { weights, biases };
}

/** Per column ±√|ln r|, r = its rate in the label's rows ÷ its rate in the others, one row added to each. */
function evidence({ rows, columns, start, column }: Vectors, labelOf: Int32Array, label: number): Float64Array {
  const counts = [new Float64Array(columns).fill(1), new Float64Array(columns).fill(1)] as const;
  const totals: [number, number] = [2, 2];
  for (let row = 0; row < rows; row++) {
    const side = labelOf[row] === label ? 1 : 0;
    totals[side]++;
    const seen = counts[side];
    for (let cell = start[row] ?? 0; cell < (start[row + 1] ?? 0); cell++) {
      const at = column[cell] ?? 0;
      seen[at] = (seen[at] ?? 0) + 1;
    }
  }
  const [others, own] = counts;
  return own.map((count, at) => {
    const ratio = ln(count / totals[1]) - ln((others[at] ?? 1) / totals[0]);
    return Math.sign(ratio) * Math.sqrt(Math.abs(ratio));
  });
}

function descend({ rows, columns, start, column, value }: Vectors, labelOf: Int32Array, label: number, seed: number) {
  const random = seeded(seed);
  const weights = new Float64Array(columns);
  const alpha = new Float64Array(rows);
  const order = Int32Array.from(alpha.keys());
  const diagonal = 0.5 / COST;
  // The bias is a column of ones.
  const curvature = new Float64Array(rows).fill(1 + diagonal);
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let cell = start[row] ?? 0; cell < (start[row + 1] ?? 0); cell++) {
      squares += (value[cell] ?? 0) * (value[cell] ?? 0);
    }
    curvature[row] = squares + 1 + diagonal;
  }
  let bias = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    shuffle(order, random);
    let worst = 0;
    for (const row of order) {
      const from = start[row] ?? 0;
      const to = start[row + 1] ?? 0;
      const sign = labelOf[row] === label ? 1 : -1;
      let sum = bias;
      for (let cell = from; cell < to; cell++) sum += (weights[column[cell] ?? 0] ?? 0) * (value[cell] ?? 0);
      const old = alpha[row] ?? 0;
      const gradient = sum * sign - 1 + old * diagonal;
      const violation = old === 0 ? Math.min(gradient, 0) : gradient;
      worst = Math.max(worst, Math.abs(violation));
      if (Math.abs(violation) < 1e-9) continue;
      const next = Math.max(0, old - gradient / (curvature[row] ?? 1));
      alpha[row] = next;
      const step = (next - old) * sign;
      bias += step;
      for (let cell = from; cell < to; cell++) {
        const at = column[cell] ?? 0;
        weights[at] = (weights[at] ?? 0) + step * (value[cell] ?? 0);
      }
    }
    if (worst < PRECISE_ENOUGH) break;
  }
  return { weights, bias };
}

/** Per row the sums of all labels, row by row. */
export function sumsOf(vectors: Vectors, { weights, biases }: LinearModel): Float64Array {
  const sums = new Float64Array(vectors.rows * biases.length);
  for (let row = 0; row < vectors.rows; row++) {
    for (const [label, numbers] of weights.entries()) {
      let sum = biases[label] ?? 0;
      for (let cell = vectors.start[row] ?? 0; cell < (vectors.start[row + 1] ?? 0); cell++) {
        sum += (numbers[vectors.column[cell] ?? 0] ?? 0) * (vectors.value[cell] ?? 0);
      }
      sums[row * biases.length + label] = sum;
    }
  }
  return sums;
}
