/**
 * 事发地: which town of the district, or that it lies outside. Codes outrank text, the place field outranks the content;
 * several towns named are a fact to report (ambiguous), never a coin to toss.
 */
import type { PlaceBook, PlaceTarget } from './place-names.ts';
import { type PlaceEvidence, readPlaces } from './read-text.ts';

export interface PlaceInput {
  readonly text?: string | undefined;
  readonly townCode?: string | undefined;
  readonly villageCode?: string | undefined;
}

export type PlaceField = 'townCode' | 'villageCode' | 'placeText' | 'content';

export interface PlaceCandidate {
  readonly kind: PlaceTarget['kind'];
  readonly id: string;
  readonly name: string;
  readonly score: number;
  /** Chinese; quotes only names of the gazetteer and codes. */
  readonly evidence: string;
}

export interface Located {
  /** Town code; absent when unknown, ambiguous or outside. */
  readonly town?: string;
  readonly village?: string;
  /** Zone id; may stand beside a town. */
  readonly zone?: string;
  /** A neighbour with its county code, or another place with its name as id. */
  readonly outside?: { readonly id: string; readonly name: string };
  /** 0..1 of what is answered; of the best candidate when ambiguous. */
  readonly confidence: number;
  readonly ambiguous: boolean;
  readonly candidates: readonly PlaceCandidate[];
  readonly fields: readonly PlaceField[];
}

/** From here on a place field settles the matter without the content. */
const SETTLED = 0.7;
/** A rival this near to the best, and this likely by itself, makes the place ambiguous. */
const RIVAL_SHARE = 0.7;
const RIVAL_FLOOR = 0.5;

export function locate(place: PlaceInput, content: string, book: PlaceBook): Located {
  const coded = fromCodes(place, book);
  const evidence = place.text === undefined ? [] : readPlaces(place.text, 'placeText', book);
  const inPlace = weigh(evidence);
  if (coded !== undefined) return withText(coded, inPlace);
  const settled = (inPlace.find((candidate) => candidate.kind !== 'zone')?.score ?? 0) >= SETTLED;
  const inContent = readPlaces(content, 'content', book);
  const weighed = weigh(settled ? [...evidence, ...inContent.filter(isZone)] : [...evidence, ...inContent]);
  return verdict(weighed, book);
}

const isZone = (evidence: PlaceEvidence) => evidence.target.kind === 'zone';

interface Weighed extends PlaceCandidate {
  readonly target: PlaceTarget;
  readonly fields: readonly PlaceField[];
}

/** One candidate per place: different names for it strengthen each other, a repeated name doesn't. */
function weigh(evidence: readonly PlaceEvidence[]): Weighed[] {
  const groups = new Map<string, Map<string, PlaceEvidence>>();
  for (const item of evidence) {
    const key = `${item.target.kind}:${item.target.id}`;
    const group = groups.get(key) ?? new Map<string, PlaceEvidence>();
    const known = group.get(item.name);
    if (known === undefined || known.score < item.score) group.set(item.name, item);
    groups.set(key, group);
  }
  const weighed = [...groups.values()].map((group): Weighed => {
    const items = [...group.values()].sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
    const first = items[0] as PlaceEvidence;
    const target = items.find((item) => 'village' in item.target)?.target ?? first.target;
    const score = Math.min(0.99, 1 - items.reduce((doubt, item) => doubt * (1 - item.score), 1));
    const quoted = items
      .map((item) => `${item.source === 'placeText' ? '地址' : '内容'}提到「${item.name}」`)
      .join(',');
    const fields = [...new Set(items.map((item) => item.source))];
    return { kind: target.kind, id: target.id, name: target.name, score, evidence: quoted, target, fields };
  });
  return weighed.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

function verdict(weighed: readonly Weighed[], book: PlaceBook): Located {
  const candidates = weighed.map(plain);
  const zone = weighed.find((candidate) => candidate.kind === 'zone' && candidate.score >= SETTLED);
  const [best, rival] = weighed.filter((candidate) => candidate.kind !== 'zone');
  const zoneAnswer = zone === undefined ? {} : { zone: zone.id };
  if (best === undefined || (zone !== undefined && best.score < RIVAL_FLOOR)) {
    if (zone === undefined) return { confidence: 0, ambiguous: false, candidates, fields: [] };
    const town = zone.target.kind === 'zone' ? book.towns.find((t) => t.code === zoneCode(zone.target)) : undefined;
    const townAnswer = town === undefined ? {} : { town: town.code };
    return { ...townAnswer, ...zoneAnswer, confidence: zone.score, ambiguous: false, candidates, fields: zone.fields };
  }
  if (rival !== undefined && rival.score >= RIVAL_FLOOR && rival.score >= best.score * RIVAL_SHARE) {
    return { ...zoneAnswer, confidence: best.score, ambiguous: true, candidates, fields: best.fields };
  }
  if (best.target.kind === 'outside') {
    const outside = { id: best.id, name: best.name };
    return { outside, confidence: best.score, ambiguous: false, candidates, fields: best.fields };
  }
  const village = best.target.kind === 'town' ? best.target.village : undefined;
  const villageAnswer = village === undefined ? {} : { village };
  const answer = { town: best.id, ...villageAnswer, ...zoneAnswer };
  return { ...answer, confidence: best.score, ambiguous: false, candidates, fields: best.fields };
}

const zoneCode = (target: PlaceTarget) => (target.kind === 'zone' ? target.townCode : undefined);

function plain({ kind, id, name, score, evidence }: Weighed): PlaceCandidate {
  return { kind, id, name, score, evidence };
}

/** What the codes say; undefined when there are none that help (an unknown code of our own: the tables change yearly). */
function fromCodes(place: PlaceInput, book: PlaceBook): Located | undefined {
  const village = book.villages.find((row) => row.code === place.villageCode);
  const fields: PlaceField[] = [];
  const named: string[] = [];
  for (const [field, code] of [['townCode', place.townCode] as const, ['villageCode', place.villageCode] as const]) {
    if (code === undefined) continue;
    if (!code.startsWith(book.code)) return elsewhere(code, field, book);
    const ofVillage = field === 'villageCode' ? (village?.townCode ?? `${code.slice(0, 9)}000`) : code;
    if (!book.towns.some((town) => town.code === ofVillage)) continue;
    fields.push(field);
    if (!named.includes(ofVillage)) named.push(ofVillage);
  }
  const candidates = named.map((code): PlaceCandidate => {
    const name = book.towns.find((town) => town.code === code)?.name ?? code;
    return { kind: 'town', id: code, name, score: 1, evidence: `代码 ${code}` };
  });
  const [town, second] = named;
  if (town === undefined) return undefined;
  if (second !== undefined) return { confidence: 1, ambiguous: true, candidates, fields };
  const zone = book.zones.find((row) => row.code === town);
  const extras = { ...(village && { village: village.code }), ...(zone && { zone: zone.id }) };
  return { town, ...extras, confidence: 1, ambiguous: false, candidates, fields };
}

function elsewhere(code: string, field: PlaceField, book: PlaceBook): Located {
  const neighbour = book.neighbours.find((row) => code.startsWith(row.code));
  const outside = { id: neighbour?.code ?? code.slice(0, 6), name: neighbour?.name ?? `区划代码 ${code.slice(0, 6)}` };
  const candidate: PlaceCandidate = { kind: 'outside', ...outside, score: 1, evidence: `代码 ${code}` };
  return { outside, confidence: 1, ambiguous: false, candidates: [candidate], fields: [field] };
}

/** A code says where; the place field may add a zone, or contradict it so plainly that somebody must look. */
function withText(coded: Located, inPlace: readonly Weighed[]): Located {
  const answer = coded.town ?? coded.outside?.id;
  const contrary = inPlace.find((item) => item.kind !== 'zone' && item.id !== answer && item.score >= 0.85);
  const agreeing = inPlace.some((item) => item.id === answer && item.score >= RIVAL_FLOOR);
  const candidates = [...coded.candidates, ...inPlace.filter((item) => item.id !== answer).map(plain)];
  if (!coded.ambiguous && contrary !== undefined && !agreeing && !(coded.zone && coded.outside === undefined)) {
    const fields: PlaceField[] = [...coded.fields, 'placeText'];
    return { confidence: contrary.score, ambiguous: true, candidates, fields };
  }
  const zone = inPlace.find((item) => item.kind === 'zone' && item.score >= SETTLED);
  return { ...coded, ...(zone !== undefined && coded.town !== undefined && { zone: zone.id }), candidates };
}
