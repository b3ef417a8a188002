/**
 * What the text classifier sees of a message, and the arithmetic that must come out the same on every machine.
 *
 * Only 汉字 count, in runs of one, two and three; digits, letters and punctuation separate runs. A run is known by a hash
 * of 32 bits, so that a model holds no legible piece of a citizen's text. (Two of a model's 15,000 runs share a hash about
 * once in forty models, and then count as one.)
 */
import type { RequestText } from './classify.ts';
import { normalise } from './phrases.ts';

/** So many characters of title and of content are read, each: bounds the time a message can take. */
export const READ_CHARACTERS = 10_000;

/** A title says in a few words what the content says in many: its runs count twice. */
const TITLE_COUNTS = 2;

const FIRST_HANZI = 0x4e00;
const LAST_HANZI = 0x9fff;

/** Gets each run's hash, how often to count it, and where it stands in the normalised text. */
export type Visit = (gram: number, times: number, text: string, start: number, end: number) => void;

/** Calls `visit` for every run of one to three 汉字, in the order of the message. */
export function visitGrams({ title, content }: RequestText, visit: Visit): void {
  visitPart(title, TITLE_COUNTS, visit);
  visitPart(content, 1, visit);
}

function visitPart(part: string, times: number, visit: Visit): void {
  // Cut before and after: normalising takes time, and may make one character many.
  const text = normalise(part.slice(0, READ_CHARACTERS)).slice(0, READ_CHARACTERS);
  let before = 0;
  let beforeThat = 0;
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (code < FIRST_HANZI || code > LAST_HANZI) {
      before = 0;
      beforeThat = 0;
      continue;
    }
    const end = position + 1;
    visit(hashOf(0, 0, code), times, text, position, end);
    if (before !== 0) visit(hashOf(0, before, code), times, text, position - 1, end);
    if (beforeThat !== 0) visit(hashOf(beforeThat, before, code), times, text, position - 2, end);
    beforeThat = before;
    before = code;
  }
}

/** Unsigned 32 bits of three numbers. */
export function hashOf(a: number, b: number, c: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + b, 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 13)) + c, 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 16), 0x9e3779b1);
  return (hash ^ (hash >>> 15)) >>> 0;
}

// Math.exp and Math.log may differ in the last bit between processors; + - × ÷ and the square root may not.

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** e^x for x ≤ 0, to about 1e-15 of its value; 0 below −700. */
export function exp(x: number): number {
  if (x < -700) return 0;
  const halvings = Math.round(-x / (LN2_HIGH + LN2_LOW));
  const rest = x + halvings * LN2_HIGH + halvings * LN2_LOW;
  let sum = 1;
  for (let term = 15; term > 0; term--) sum = 1 + (sum * rest) / term;
  for (let left = halvings; left > 0; left--) sum /= 2;
  return sum;
}

/** Natural logarithm of x > 0. */
export function ln(x: number): number {
  let mantissa = x;
  let doublings = 0;
  for (; mantissa > Math.SQRT2; doublings++) mantissa /= 2;
  for (; mantissa < Math.SQRT1_2; doublings--) mantissa *= 2;
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let power = 25; power > 0; power -= 2) sum = sum * square + 1 / power;
  return doublings * LN2_HIGH + (doublings * LN2_LOW + 2 * ratio * sum);
}

/** softmax of `logits`, in place. */
export function toProbabilities(logits: Float64Array): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > highest) highest = logit;
  let total = 0;
  for (const [label, logit] of logits.entries()) {
    const value = exp(logit - highest);
    logits[label] = value;
    total += value;
  }
  for (const [label, value] of logits.entries()) logits[label] = value / total;
}

/** How much a run counts that occurs so often: the tenth time says less than the first. */
export const damped = (count: number): number => DAMPED[count] ?? 1 + ln(count);
const DAMPED = Float64Array.from({ length: 256 }, (_, count) => (count === 0 ? 0 : 1 + ln(count)));
