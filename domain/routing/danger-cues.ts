/**
 * 紧急线索: how a sentence sounds, for cries that no phrase foresaw. Each run of one to three characters that the district's
 * `danger-cues.json` knows has a weight; their sum over the square root of their number is the sentence's score, and the
 * highest score of the message counts. The weights are learned from `danger-examples.csv` (`npm run danger-cues`).
 */
import type { DangerCues } from '#schemas/district.ts';

/** Where a sentence ends; a comma doesn't end it. */
const SENTENCE_END = /[。!?;\n]+/;
/** Anything but letters, digits and 汉字 stands for a pause. */
const PAUSE = /[^\p{L}\p{N}]+/gu;
const LONGEST_RUN = 3;
/** How many cues are named as the reason. */
const NAMED = 3;

/** The sentences of a normalised text, as runs are taken from them: a pause at both ends and wherever something stands between. */
export function sentencesOf(text: string): string[] {
  return text
    .split(SENTENCE_END)
    .filter((sentence) => sentence !== '')
    .map((sentence) => `·${sentence.replace(PAUSE, '·')}·`.replace(/·+/g, '·'));
}

/** Every different run of a sentence. */
export function runsOf(sentence: string): Set<string> {
  const runs = new Set<string>();
  for (let length = 1; length <= LONGEST_RUN; length++) {
    for (let start = 0; start + length <= sentence.length; start++) runs.add(sentence.slice(start, start + length));
  }
  return runs;
}

const tables = new WeakMap<DangerCues, ReadonlyMap<string, number>>();

function tableOf(cues: DangerCues): ReadonlyMap<string, number> {
  const known = tables.get(cues);
  if (known !== undefined) return known;
  const table = new Map(Object.entries(cues.weights));
  tables.set(cues, table);
  return table;
}

/** The cues of the first sentence that reaches the threshold, the weightiest ones; undefined when none does. */
export function cuesHeard(text: string, cues: DangerCues): readonly string[] | undefined {
  const table = tableOf(cues);
  for (const sentence of sentencesOf(text)) {
    const heard = [...runsOf(sentence)].flatMap((run) => {
      const weight = table.get(run);
      return weight === undefined ? [] : [{ run, weight }];
    });
    const sum = heard.reduce((total, { weight }) => total + weight, 0);
    if (heard.length === 0 || cues.bias + sum / Math.sqrt(heard.length) < cues.threshold) continue;
    return heard
      .filter(({ run }) => run.length > 1 && !run.includes('·'))
      .sort((a, b) => b.weight - a.weight || (a.run < b.run ? -1 : 1))
      .slice(0, NAMED)
      .map(({ run }) => run);
  }
  return undefined;
}
