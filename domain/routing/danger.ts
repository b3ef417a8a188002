/**
 * 紧急情形: words that mean somebody may be hurt now. Recall comes first: a needless advice to call 119 costs little. A
 * hit is dropped only where a negation stands right before it, or where the district's data names it a topic or a fear.
 */
import type { DangerRule, District } from '#schemas/district.ts';
import type { Danger } from '#schemas/routing.ts';
import { normalise } from '../catalogue/phrases.ts';
import { compilePhrases, type PhraseHit, type PhraseSet, phraseHits } from './phrase-set.ts';

interface Compiled {
  readonly rule: DangerRule;
  readonly set: PhraseSet;
  readonly after: readonly string[];
  readonly before: readonly string[];
}

const compiled = new WeakMap<readonly DangerRule[], readonly Compiled[]>();

function compile(rules: readonly DangerRule[]): readonly Compiled[] {
  const known = compiled.get(rules);
  if (known !== undefined) return known;
  const made = rules.map((rule) => ({
    rule,
    set: compilePhrases(rule.phrases, rule.exclude),
    after: rule.unlessAfter.map(normalise),
    before: rule.unlessBefore.map(normalise),
  }));
  compiled.set(rules, made);
  return made;
}

/** The numbers to call and the first phrase that says so; undefined when nothing does. Pass title, content and place text. */
export function detectDanger(text: string, district: Pick<District, 'danger'>): Danger | undefined {
  const normal = normalise(text);
  const numbers = new Set<string>();
  let first: PhraseHit | undefined;
  for (const { rule, set, after, before } of compile(district.danger)) {
    const hit = phraseHits(set, normal).find((candidate) => !softened(candidate, normal, after, before));
    if (hit === undefined) continue;
    first ??= hit;
    for (const number of rule.numbers) numbers.add(number);
  }
  return first === undefined ? undefined : { numbers: [...numbers], phrase: first.phrase };
}

function softened(hit: PhraseHit, text: string, after: readonly string[], before: readonly string[]): boolean {
  const lead = text.slice(Math.max(0, hit.start - 6), hit.start);
  const rest = text.slice(hit.end, hit.end + 6);
  return after.some((word) => lead.endsWith(word)) || before.some((word) => rest.startsWith(word));
}
