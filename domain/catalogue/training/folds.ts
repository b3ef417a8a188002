/** Stratified folds: each has the same share of every label, and near-duplicates lie in one of them. */
import type { Corpus } from './corpus.ts';
import { seeded, shuffle } from './random.ts';

export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Splits `members` (positions of examples) into `count` folds. */
export function foldsOf(corpus: Corpus, members: Int32Array, count: number, seed: number): Fold[] {
  const groups = new Map<number, number[]>();
  for (const member of members) {
    const group = corpus.groupOf[member] ?? member;
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [member]);
    else known.push(member);
  }
  const keys = [...groups.keys()];
  shuffle(keys, seeded(seed));
  // Large groups first: the small ones even out what they leave.
  keys.sort((a, b) => (groups.get(b)?.length ?? 0) - (groups.get(a)?.length ?? 0));
  const size = new Int32Array(count);
  const perLabel = Array.from({ length: count }, () => new Int32Array(corpus.labels.length));
  const foldOf = new Map<number, number>();
  for (const key of keys) {
    const group = groups.get(key) ?? [];
    const label = corpus.labelOf[group[0] ?? 0] ?? 0;
    let best = 0;
    for (let fold = 1; fold < count; fold++) {
      const fewer = (perLabel[fold]?.[label] ?? 0) - (perLabel[best]?.[label] ?? 0);
      if (fewer < 0 || (fewer === 0 && (size[fold] ?? 0) < (size[best] ?? 0))) best = fold;
    }
    for (const member of group) {
      foldOf.set(member, best);
      size[best] = (size[best] ?? 0) + 1;
      const counts = perLabel[best];
      const own = corpus.labelOf[member] ?? 0;
      if (counts !== undefined) counts[own] = (counts[own] ?? 0) + 1;
    }
  }
  return Array.from({ length: count }, (_, fold) => ({
    train: members.filter((member) => foldOf.get(member) !== fold),
    test: members.filter((member) => foldOf.get(member) === fold),
  }));
}
