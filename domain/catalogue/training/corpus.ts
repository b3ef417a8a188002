/**
 * The examples as counted runs of 汉字. Runs that too few messages have are never stored, so memory grows with the
 * messages' own length only: one number and one count for each different run of a message.
 */
import type { RequestText } from '../classify.ts';
import { visitGrams } from '../text-features.ts';
import { duplicateGroups } from './near-duplicates.ts';

export interface Example extends RequestText {
  readonly label: string;
}

/** What is wrong with the examples as a whole. */
export class TrainingError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'TrainingError';
  }
}

export interface CountedText {
  /** Positions in `Corpus.hashes`, ascending. */
  readonly grams: Int32Array;
  readonly counts: Uint16Array;
}

export interface Corpus {
  /** In the order of their names. */
  readonly labels: readonly string[];
  /** Per example: position of its label. */
  readonly labelOf: Int32Array;
  /** Per example: its group of near-duplicates. */
  readonly groupOf: Int32Array;
  readonly texts: readonly CountedText[];
  readonly hashes: Uint32Array;
  /** Fewer messages of a training part than this: the run is left out. */
  readonly minTexts: number;
}

/** A label with one example can't be learnt and tested. */
const LEAST_EXAMPLES = 2;
const SKETCH_BITS = 22;

/** @throws TrainingError when there are fewer than two labels, or a label has a single example */
export function readCorpus(examples: readonly Example[]): Corpus {
  const labels = [...new Set(examples.map(({ label }) => label))].sort();
  if (labels.length < 2) throw new TrainingError('there must be at least two different labels');
  const positions = new Map(labels.map((label, position) => [label, position]));
  const labelOf = Int32Array.from(examples, ({ label }) => positions.get(label) ?? 0);
  const perLabel = new Int32Array(labels.length);
  for (const label of labelOf) perLabel[label] = (perLabel[label] ?? 0) + 1;
  const rare = perLabel.filter((count) => count < LEAST_EXAMPLES).length;
  // Not by name: what one message has as its label may be that message's words.
  if (rare > 0) throw new TrainingError(`${rare} labels have fewer than ${LEAST_EXAMPLES} examples`);

  // A run must occur in several people's messages: it generalises, and gives no one away. Small sets can't afford much.
  const minTexts = Math.max(2, Math.min(5, Math.floor(examples.length / 400)));
  const sketch = new Uint8Array(2 ** SKETCH_BITS);
  for (const example of examples) {
    for (const { gram } of countGrams(example)) {
      const cell = gram >>> (32 - SKETCH_BITS);
      // Several runs share a cell, so it says "at most so many messages": enough to leave runs out.
      if ((sketch[cell] ?? 0) < 255) sketch[cell] = (sketch[cell] ?? 0) + 1;
    }
  }
  const ids = new Map<number, number>();
  const texts = examples.map((example) => {
    const kept = countGrams(example).filter(({ gram }) => (sketch[gram >>> (32 - SKETCH_BITS)] ?? 0) >= minTexts);
    for (const { gram } of kept) if (!ids.has(gram)) ids.set(gram, ids.size);
    const known = kept.map(({ gram, count }) => ({ id: ids.get(gram) ?? 0, count })).sort((a, b) => a.id - b.id);
    return {
      grams: Int32Array.from(known, ({ id }) => id),
      counts: Uint16Array.from(known, ({ count }) => count),
    };
  });
  const hashes = Uint32Array.from(ids.keys());
  return { labels, labelOf, groupOf: duplicateGroups(examples), texts, hashes, minTexts };
}

function countGrams(message: RequestText): { gram: number; count: number }[] {
  const counts = new Map<number, number>();
  visitGrams(message, (gram, times) => counts.set(gram, (counts.get(gram) ?? 0) + times));
  return Array.from(counts, ([gram, count]) => ({ gram, count }));
}
