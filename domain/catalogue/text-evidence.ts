/** What in a message spoke for a label, in the message's own words: for the desk, which has to believe or correct it. */
import type { RequestText } from './classify.ts';
import { visitGrams } from './text-features.ts';
import { find, type TextModel, vectorOf } from './text-model.ts';

export interface Evidence {
  readonly words: string;
  /** Added to the label's sum, compared with the mean of all labels. */
  readonly weight: number;
}

/** The `most` strongest runs for the label, strongest first; one inside a stronger one is left out. */
export function evidenceFor(model: TextModel, message: RequestText, label: string, most = 5): Evidence[] {
  const { labels, cells, scales } = model;
  const column = labels.indexOf(label);
  if (column === -1) return [];
  const { grams, values } = vectorOf(model, message);
  const weights = new Map<number, number>();
  for (const [index, gram] of grams.entries()) {
    const row = cells.subarray(gram * labels.length, (gram + 1) * labels.length);
    const mean = row.reduce((sum, cell) => sum + cell, 0) / labels.length;
    const weight = (values[index] ?? 0) * (scales[gram] ?? 0) * ((row[column] ?? 0) - mean);
    if (weight > 0) weights.set(gram, weight);
  }
  const words = new Map<number, string>();
  visitGrams(message, (hash, _times, text, start, end) => {
    const gram = find(model, hash);
    if (weights.has(gram) && !words.has(gram)) words.set(gram, text.slice(start, end));
  });
  const chosen: Evidence[] = [];
  for (const [gram, weight] of [...weights].sort((a, b) => b[1] - a[1] || a[0] - b[0])) {
    const own = words.get(gram) ?? '';
    if (chosen.length === most) break;
    if (!chosen.some((other) => other.words.includes(own))) chosen.push({ words: own, weight });
  }
  return chosen;
}
