/**
 * Reading places out of one text: longest names first, then what stands around each name. Answers evidence per place,
 * not a verdict; `locate` weighs place field against content.
 */
import { coveredHits, findPhrases, type Hit, normalise } from '../catalogue/phrases.ts';
import { type PlaceBook, type PlaceName, type PlaceTarget, placeNamesOf } from './place-names.ts';

export type TextSource = 'placeText' | 'content';

export interface PlaceEvidence {
  readonly target: PlaceTarget;
  readonly score: number;
  /** The gazetteer's name that was met, never more of the citizen's text. */
  readonly name: string;
  readonly source: TextSource;
}

/** After a name these make it a road or a bridge: 永安大道, 桂花路, 马桥大桥; 街道, 街办, 街上 do not. */
const ROAD = /^(?:[东西南北中新老]|[一二三四五六]?)(?:大道|路|街(?![道办上])|巷|大桥|立交|高速)/;
/** After a weak name: people speak of the place and not of a thing that bears the name. */
const PLACE_AFTER =
  /^(?:这边|那边|这里|那里|境内|辖区|街上|镇上|集镇|老街|政府|乡|镇|的(?:.{0,4})(?:厂|工地|店|公司|村|小区))/;
const SITS_IN = /(?:在|位于|住|地址是?:?|地点是?:?|属于|就在)$/;
/** Around the name of another county these make it an origin or a person, not the place of the matter. */
const OTHER_AFTER =
  /^(?:人|户口|户籍|籍|牌|车牌|老板|方向|打工|回来|的?朋友|来的|到|至|过来|商人|客户|那边的老板|话|口音|市场价)/;
const OTHER_BEFORE = /(?:去|到|从|来自|往|开往|回|比|像|学|发往|寄到|户口在|户籍在)$/;

/** Content is about the matter, the place field about the place: its evidence weighs a little less. */
const CONTENT_FACTOR = 0.95;

export function readPlaces(text: string, source: TextSource, book: PlaceBook): PlaceEvidence[] {
  const { index, names } = placeNamesOf(book);
  const normal = normalise(text);
  const evidence: PlaceEvidence[] = [];
  const hits = withoutOverlaps(findPhrases(index, normal));
  const outsideEnds = hits.filter((hit) => names[hit.term]?.some(isOutside)).map((hit) => hit.end);
  for (const hit of hits) {
    // 上海马桥: a common name right behind another city is that city's.
    const elsewhere = outsideEnds.some((end) => end <= hit.start && hit.start - end <= 1);
    for (const place of names[hit.term] ?? []) {
      if (place.target === undefined || (elsewhere && (place.type === 'weak' || place.type === 'bare'))) continue;
      const base = inContext(place, place.target, hit, normal, source, book);
      const score = source === 'content' ? base * CONTENT_FACTOR : base;
      if (score > 0) evidence.push({ target: place.target, score, name: place.text, source });
    }
  }
  return evidence;
}

const isOutside = (place: PlaceName) => place.target?.kind === 'outside';

/** Longest match: a name inside a longer one says nothing, and of two that share characters the longer stays. */
function withoutOverlaps(hits: readonly Hit[]): Hit[] {
  const covered = coveredHits(hits);
  const kept: Hit[] = [];
  const byLength = hits.filter((hit) => !covered.has(hit)).sort((a, b) => b.end - b.start - (a.end - a.start));
  for (const hit of byLength) {
    if (kept.every((other) => hit.end <= other.start || hit.start >= other.end)) kept.push(hit);
  }
  return kept;
}

function inContext(
  place: PlaceName,
  target: PlaceTarget,
  hit: Hit,
  text: string,
  source: TextSource,
  book: PlaceBook,
): number {
  const before = text.slice(Math.max(0, hit.start - 6), hit.start);
  const after = text.slice(hit.end, hit.end + 10);
  const complete = place.type === 'official' || place.type === 'village';
  if (!complete && ROAD.test(after)) return 0;
  if (target.kind === 'outside') return outside(place, before, after, source);
  if (complete || place.type === 'alias') return place.strength;
  const alone = source === 'placeText' && hit.start === 0 && hit.end === text.length;
  const afterDistrict = before.endsWith(book.name) || before.endsWith(book.shortName);
  if (afterDistrict) return Math.max(place.strength, 0.8);
  if (alone || PLACE_AFTER.test(after)) return Math.max(place.strength, 0.75);
  return SITS_IN.test(before) ? place.strength + 0.15 : place.strength;
}

function outside(place: PlaceName, before: string, after: string, source: TextSource): number {
  if (OTHER_AFTER.test(after) || OTHER_BEFORE.test(before)) return place.strength * 0.3;
  if (source === 'placeText' || SITS_IN.test(before)) return place.strength;
  return place.strength * 0.5;
}
