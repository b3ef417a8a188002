/**
 * The text classifier: which label (a category or a catalogue row's code) a citizen's words fall under, with a probability
 * that can be taken at its word. Pure; the model is trained by `train-model.ts` on a district's own history.
 *
 * A message becomes a vector of unit length: for each run of one to three 汉字 that the model knows, (1 + ln count) ×
 * weight of the run. Each label has a bias and a number for every run; their sum over the vector goes through softmax.
 */
import type { RequestText } from './classify.ts';
import { damped, toProbabilities, visitGrams } from './text-features.ts';
import { type ModelParts, unpackModel } from './text-model-bytes.ts';

export { BrokenModelError } from './text-model-bytes.ts';

export interface TextModel extends ModelParts {
  /** Open addressing over `hashes`: position of the run, or −1. A power of two, at most half full. */
  readonly slots: Int32Array;
}

export interface RankedLabel {
  readonly label: string;
  /** 0..1; over all labels they sum to 1. */
  readonly probability: number;
  /** What the label meant when the model was trained; absent where the model doesn't say. */
  readonly meaning?: string | undefined;
}

/** Who was taught a row by these words must not speak for another row that has its code now: codes are only numbers. */
export const meaningOf = ({ category, name }: { readonly category: string; readonly name: string }): string =>
  `${category}/${name}`;

/** A message of which the model knows fewer different runs says nothing to it. */
const FEWEST_RUNS = 4;

/** The model as the router asks it: no opinion at all on a text that says nothing to it. */
export const reader =
  (model: TextModel) =>
  (message: RequestText): readonly RankedLabel[] => {
    const { ranked, known } = classifyText(model, message);
    return known < FEWEST_RUNS ? [] : ranked;
  };

export interface TextClassification {
  /** All labels of the model, most probable first; equal ones in the order of their names. */
  readonly ranked: readonly RankedLabel[];
  /** How many different runs of the message the model knows: with none, the probabilities are those of an empty text. */
  readonly known: number;
}

/** @throws BrokenModelError when the bytes are no model, or a damaged one */
export function readModel(bytes: Uint8Array): TextModel {
  const parts = unpackModel(bytes);
  let size = 4;
  while (size < parts.hashes.length * 2) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  for (let gram = 0; gram < parts.hashes.length; gram++) {
    let slot = (parts.hashes[gram] ?? 0) & (size - 1);
    while (slots[slot] !== -1) slot = (slot + 1) & (size - 1);
    slots[slot] = gram;
  }
  return { ...parts, slots };
}

/** Position of a run in the model, or −1. */
export function find({ slots, hashes }: TextModel, hash: number): number {
  for (let slot = hash & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
    const gram = slots[slot] ?? -1;
    if (gram === -1 || hashes[gram] === hash) return gram;
  }
}

export interface KnownGrams {
  /** Positions in the model, in the order of the message. */
  readonly grams: readonly number[];
  /** Their values; the vector has unit length. */
  readonly values: Float64Array;
}

export function vectorOf(model: TextModel, message: RequestText): KnownGrams {
  const counts = new Uint16Array(model.hashes.length);
  const grams: number[] = [];
  visitGrams(message, (hash, times) => {
    const gram = find(model, hash);
    if (gram === -1) return;
    const count = counts[gram] ?? 0;
    if (count === 0) grams.push(gram);
    counts[gram] = count + times;
  });
  const values = new Float64Array(grams.length);
  let squares = 0;
  for (const [index, gram] of grams.entries()) {
    const value = damped(counts[gram] ?? 0) * (model.weights[gram] ?? 0);
    values[index] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares);
  for (const [index, value] of values.entries()) values[index] = value / length;
  return { grams, values };
}

/** Reads the first 10,000 characters of title and content each. */
export function classifyText(model: TextModel, message: RequestText): TextClassification {
  const { labels, meanings, cells, scales } = model;
  const { grams, values } = vectorOf(model, message);
  const sums = model.biases.slice();
  for (const [index, gram] of grams.entries()) {
    const value = (values[index] ?? 0) * (scales[gram] ?? 0);
    const row = gram * labels.length;
    for (let label = 0; label < labels.length; label++)
      sums[label] = (sums[label] ?? 0) + value * (cells[row + label] ?? 0);
  }
  toProbabilities(sums);
  const ranked = labels.map((label, index) => ({
    label,
    probability: sums[index] ?? 0,
    ...(meanings === undefined ? {} : { meaning: meanings[index] }),
  }));
  ranked.sort((a, b) => b.probability - a.probability || (a.label < b.label ? -1 : 1));
  return { ranked, known: grams.length };
}
