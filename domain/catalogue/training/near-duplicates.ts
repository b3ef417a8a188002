/**
 * Messages that say nearly the same: one citizen writes three times, a campaign copies one letter. Split between training
 * and test they would flatter the figures, so they stay together.
 *
 * Two messages are near-duplicates when four fifths of their four-character shingles are common (Jaccard ≥ 0.8). Candidates
 * come from MinHash in 16 bands of 4; each candidate pair is compared in full.
 */
import type { RequestText } from '../classify.ts';
import { normalise } from '../phrases.ts';
import { hashOf, READ_CHARACTERS } from '../text-features.ts';

const SHINGLE = 4;
const BANDS = 16;
const ROWS = 4;
const SAME = 0.8;
/** Below it the content says too little by itself (见标题). */
const SHORT_CONTENT = 20;
/** Groups compared per bucket: a bound for boilerplate that thousands share. */
const MOST_COMPARED = 20;

/** Per message: the position of the first message of its group. */
export function duplicateGroups(messages: readonly RequestText[]): Int32Array {
  const first = Int32Array.from(messages, (_, position) => position);
  const groupOf = (position: number): number => {
    let root = position;
    while ((first[root] ?? root) !== root) root = first[root] ?? root;
    first[position] = root;
    return root;
  };
  const buckets = new Map<string, number[]>();
  for (const [position, message] of messages.entries()) {
    const shingles = shinglesOf(message);
    if (shingles.size === 0) continue;
    const signature = signatureOf(shingles);
    for (let band = 0; band < BANDS; band++) {
      const key = `${band}:${signature.subarray(band * ROWS, (band + 1) * ROWS).join()}`;
      const bucket = buckets.get(key);
      if (bucket === undefined) {
        buckets.set(key, [position]);
        continue;
      }
      const alike = bucket.find((other) => {
        if (groupOf(other) === groupOf(position)) return true;
        return similarity(shingles, shinglesOf(messages[other] ?? message)) >= SAME;
      });
      if (alike === undefined) {
        if (bucket.length < MOST_COMPARED) bucket.push(position);
        continue;
      }
      const [low, high] = [groupOf(alike), groupOf(position)].sort((a, b) => a - b);
      if (low !== undefined && high !== undefined) first[high] = low;
    }
  }
  return Int32Array.from(messages, (_, position) => groupOf(position));
}

function shinglesOf({ title, content }: RequestText): Set<number> {
  const letters = (text: string): string => normalise(text.slice(0, READ_CHARACTERS)).replace(/[^\p{L}\p{N}]+/gu, '');
  const body = letters(content);
  const text = body.length < SHORT_CONTENT ? letters(title) + body : body;
  const shingles = new Set<number>();
  for (let start = 0; start < Math.max(1, text.length - SHINGLE + 1) && text !== ''; start++) {
    let hash = 0;
    for (const letter of text.slice(start, start + SHINGLE)) hash = hashOf(hash, 0, letter.charCodeAt(0));
    shingles.add(hash);
  }
  return shingles;
}

function signatureOf(shingles: ReadonlySet<number>): Uint32Array {
  const signature = new Uint32Array(BANDS * ROWS).fill(0xffffffff);
  for (const shingle of shingles) {
    for (let row = 0; row < signature.length; row++) {
      const hash = hashOf(shingle, row, 1);
      if (hash < (signature[row] ?? 0)) signature[row] = hash;
    }
  }
  return signature;
}

/** Jaccard: common ÷ all. */
function similarity(one: ReadonlySet<number>, other: ReadonlySet<number>): number {
  let common = 0;
  for (const shingle of one) if (other.has(shingle)) common++;
  return common / (one.size + other.size - common);
}
