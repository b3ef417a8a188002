/** 决定要素: which facts of the matter the citizen's words show, by the district's own list. */
import type { DecidingAttribute, District } from '#schemas/district.ts';
import { coveredHits, findPhrases, indexPhrases, normalise, type PhraseIndex } from '../catalogue/phrases.ts';

export interface ShownAttribute {
  readonly id: string;
  readonly name: string;
  /** The district's word that was met, never more of the citizen's text. */
  readonly word: string;
}

interface Index {
  readonly phrases: PhraseIndex;
  readonly owners: readonly DecidingAttribute[];
}

const indexes = new WeakMap<District['attributes'], Index>();

function indexOf(attributes: District['attributes']): Index {
  const known = indexes.get(attributes);
  if (known !== undefined) return known;
  const pairs = attributes.flatMap((attribute) => attribute.words.map((word) => ({ attribute, word })));
  const index = {
    phrases: indexPhrases(pairs.map(({ word }) => word)),
    owners: pairs.map(({ attribute }) => attribute),
  };
  indexes.set(attributes, index);
  return index;
}

/** Each attribute once, in the order of the text; a word inside a longer one (国道 in 某国道公司) counts only as the longer. */
export function readAttributes(text: string, { attributes }: Pick<District, 'attributes'>): ShownAttribute[] {
  const { phrases, owners } = indexOf(attributes);
  const hits = findPhrases(phrases, normalise(text));
  const covered = coveredHits(hits);
  const shown = new Map<string, ShownAttribute>();
  for (const hit of hits) {
    const attribute = owners[hit.term];
    if (attribute === undefined || covered.has(hit) || shown.has(attribute.id)) continue;
    shown.set(attribute.id, { id: attribute.id, name: attribute.name, word: phrases.terms[hit.term] ?? '' });
  }
  return [...shown.values()];
}
