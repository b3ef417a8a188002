/** 法定途径: matters that a court, an arbitrator or another lawful procedure already holds are not for the hotline. */
import type { District, StatutoryRoute } from '#schemas/district.ts';
import { normalise } from '../catalogue/phrases.ts';
import { compilePhrases, type PhraseSet, phraseHits } from './phrase-set.ts';

const compiled = new WeakMap<StatutoryRoute, PhraseSet>();

function setOf(route: StatutoryRoute): PhraseSet {
  const known = compiled.get(route);
  if (known !== undefined) return known;
  const made = compilePhrases(route.phrases, route.exclude);
  compiled.set(route, made);
  return made;
}

export interface StatutoryHit {
  readonly route: StatutoryRoute;
  readonly phrase: string;
}

/** The first route, in the folder's order, that the text names. */
export function statutoryRoute(text: string, district: Pick<District, 'statutoryRoutes'>): StatutoryHit | undefined {
  const normal = normalise(text);
  for (const route of district.statutoryRoutes) {
    const [hit] = phraseHits(setOf(route), normal);
    if (hit !== undefined) return { route, phrase: hit.phrase };
  }
  return undefined;
}
