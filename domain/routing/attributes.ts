/** 决定要素: which facts of the matter the citizen's words show, by the district's own list. */
import type { DecidingAttribute, District } from '#schemas/district.ts';
import { coveredHits, findPhrases, type Hit, indexPhrases, normalise, type PhraseIndex } from '../catalogue/phrases.ts';
import { denied } from '../jurisdiction/cues.ts';

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

/** 离国道两公里, 医院旁边: where something else lies says nothing of what it is. */
const NEAR_BEFORE = /(?:距离?|离|靠近?|挨着|临近|毗邻|紧邻|邻近|不像)$/;
const NEAR_AFTER =
  /^(?:[口站院内]|那?边)?(?:旁边?|附近|边上|对面|隔壁|方向|以外|之外|[一二两三四五六七八九十\d]+(?:多)?(?:公里|里路?|米))/;
/** 去医院看病时才发现: on the way, or what the speaker did besides. */
const BESIDES = /(?:我|去|到|在)$/;
const BESIDES_AFTER = /^[^,。!?;\n]{0,6}?(?:时|的时候|回来|路上)/;
const LOOK_AROUND = 14;

function isBesides(text: string, { start, end }: Hit): boolean {
  const before = text.slice(Math.max(0, start - LOOK_AROUND), start);
  const after = text.slice(end, end + LOOK_AROUND);
  return (
    denied(before, text.slice(end, end + 40)) ||
    NEAR_BEFORE.test(before) ||
    NEAR_AFTER.test(after) ||
    (BESIDES.test(before) && BESIDES_AFTER.test(after))
  );
}

/**
 * Each attribute once, in the order of the text; a word inside a longer one (国道 in 某国道公司) counts only as the longer, and
 * one that is denied (不是国道) or only stands near by doesn't count.
 */
export function readAttributes(text: string, { attributes }: Pick<District, 'attributes'>): ShownAttribute[] {
  const { phrases, owners } = indexOf(attributes);
  const normal = normalise(text);
  const hits = findPhrases(phrases, normal);
  const covered = coveredHits(hits);
  const shown = new Map<string, ShownAttribute>();
  for (const hit of hits) {
    const attribute = owners[hit.term];
    if (attribute === undefined || covered.has(hit) || shown.has(attribute.id) || isBesides(normal, hit)) continue;
    shown.set(attribute.id, { id: attribute.id, name: attribute.name, word: phrases.terms[hit.term] ?? '' });
  }
  return [...shown.values()];
}
