/** How good answers are: per label, overall, and when the unsure ones are left to the desk. */
import type { Answer } from './calibration.ts';

export interface Verdict {
  readonly label: string;
  readonly answer: string;
  readonly probability: number;
}

export interface LabelFigures {
  readonly label: string;
  readonly examples: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface CurvePoint {
  /** Answers of at least this probability are given, the others left to the desk. */
  readonly threshold: number;
  /** Share of the messages that get an answer. */
  readonly coverage: number;
  /** Share of the given answers that are right; absent when none is given. */
  readonly precision?: number;
}

export interface Figures {
  readonly examples: number;
  readonly accuracy: number;
  readonly macroF1: number;
  readonly calibrationError: number;
  readonly labels: readonly LabelFigures[];
  /** Rows: right label; columns: answer; in the order of `labels`. */
  readonly confusion: readonly (readonly number[])[];
  readonly curve: readonly CurvePoint[];
  /** The largest coverage at which the precision is reached, looking back: an upper bound, no promise. */
  readonly bestCoverage: number;
}

export const CALIBRATION_BINS = 15;
const THRESHOLDS = [0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98];

export function figuresOf(verdicts: readonly Verdict[], names: readonly string[], precision: number): Figures {
  const positions = new Map(names.map((name, position) => [name, position]));
  const confusion = names.map(() => names.map(() => 0));
  for (const { label, answer } of verdicts) {
    const row = confusion[positions.get(label) ?? -1];
    const column = positions.get(answer) ?? -1;
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
  }
  const labels = names.map((label, position): LabelFigures => {
    const examples = sum(confusion[position] ?? []);
    const answered = sum(confusion.map((row) => row[position] ?? 0));
    const right = confusion[position]?.[position] ?? 0;
    return {
      label,
      examples,
      precision: share(right, answered),
      recall: share(right, examples),
      f1: share(2 * right, answered + examples),
    };
  });
  const answers = verdicts.map(({ label, answer, probability }) => ({ probability, right: label === answer }));
  // A label without an example can be neither hit nor missed.
  const present = labels.filter(({ examples }) => examples > 0);
  return {
    examples: verdicts.length,
    accuracy: share(answers.filter(({ right }) => right).length, answers.length),
    macroF1: share(sum(present.map(({ f1 }) => f1)), present.length),
    calibrationError: calibrationError(answers),
    labels,
    confusion,
    curve: THRESHOLDS.map((threshold) => curvePoint(answers, threshold)),
    bestCoverage: bestCoverage(answers, precision),
  };
}

/** Expected calibration error: |mean probability − share of right answers| in 15 equal bins, weighed by their answers. */
export function calibrationError(answers: readonly Answer[], bins = CALIBRATION_BINS): number {
  const counts = new Float64Array(bins);
  const gaps = new Float64Array(bins);
  for (const { probability, right } of answers) {
    const bin = Math.min(bins - 1, Math.floor(probability * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
    gaps[bin] = (gaps[bin] ?? 0) + probability - (right ? 1 : 0);
  }
  return share(sum(Array.from(gaps, Math.abs)), answers.length);
}

export function curvePoint(answers: readonly Answer[], threshold: number): CurvePoint {
  const given = answers.filter(({ probability }) => probability >= threshold);
  const right = given.filter((answer) => answer.right).length;
  return {
    threshold,
    coverage: share(given.length, answers.length),
    ...(given.length > 0 && { precision: right / given.length }),
  };
}

function bestCoverage(answers: readonly Answer[], precision: number): number {
  let right = 0;
  let covered = 0;
  const sorted = [...answers].sort((a, b) => b.probability - a.probability);
  for (const [index, answer] of sorted.entries()) {
    if (answer.right) right++;
    if (right / (index + 1) >= precision) covered = index + 1;
  }
  return share(covered, answers.length);
}

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
