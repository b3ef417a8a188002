/**
 * Where the caller or the seat put the matter by hand: codes chosen from a list, a point on a map. Both are about the same
 * thing and neither is surer: who clicks beside the map's border picks the right town, who picks the wrong line of a list
 * clicks the right spot. So they confirm each other, a border yields to the code, and a contradiction is the desk's.
 */
import type { Located, PlaceCandidate, PlaceField, PlaceInput } from './located.ts';
import { type Pin, pinpoint } from './pinpoint.ts';
import type { PlaceBook } from './place-names.ts';
import { merged } from './weigh.ts';

/** Sure of the point; that the caller pinned the matter and not the phone is another thing. */
const PINNED = 0.95;
const EITHER_SIDE = 0.6;
const BEYOND = { id: 'beyond', name: '辖区界外' } as const;

/** Undefined when neither codes nor coordinates say anything. */
export function declaredPlace(place: PlaceInput, book: PlaceBook): Located | undefined {
  const coded = fromCodes(place, book);
  const pin = pinpoint(place, book);
  if (pin === undefined) return coded;
  const pinned = fromPin(pin, book);
  if (coded === undefined) return pinned;
  const candidates = merged(coded.candidates, pinned.candidates);
  const fields: PlaceField[] = [...coded.fields, 'coordinates'];
  if (coded.ambiguous) return { ...coded, candidates, fields };
  if (!agree(coded, pin, book)) {
    return { confidence: EITHER_SIDE, ambiguous: true, doubt: 'contradiction', candidates, fields };
  }
  const { zone = coded.zone, zoneDoubt } = pinned;
  const zones = { ...(zone !== undefined && { zone }), ...(zoneDoubt !== undefined && { zoneDoubt }) };
  return { ...coded, ...(coded.zone === undefined && coded.outside === undefined && zones), candidates, fields };
}

function agree({ town, zone, outside }: Located, pin: Pin, book: PlaceBook): boolean {
  if (outside !== undefined) return pin.outside;
  if (town !== undefined && pin.towns.includes(town)) return true;
  // A zone's statistical code lies across towns: only the zone's own ground can contradict it.
  const drawn = book.boundaries?.areas.some(({ id }) => id === (zone ?? town)) === true;
  if (zone !== undefined) return !drawn || pin.zones.includes(zone) || pin.zonesNear.includes(zone);
  return !drawn && pin.towns.length === 0 && !pin.outside;
}

function fromPin(pin: Pin, book: PlaceBook): Located {
  const names = new Map([
    ...book.towns.map((t) => [t.code, t.name] as const),
    ...book.zones.map((z) => [z.id, z.name] as const),
  ]);
  const several = pin.towns.length + (pin.outside ? 1 : 0) > 1;
  const score = several ? EITHER_SIDE : PINNED;
  const evidence = several ? '坐标在边界附近' : '坐标在界内';
  const towns = pin.towns.map(
    (id): PlaceCandidate => ({ kind: 'town', id, name: names.get(id) ?? id, score, evidence }),
  );
  const zones = [...pin.zones, ...pin.zonesNear].map((id): PlaceCandidate => {
    const sure = pin.zones.includes(id) && pin.zones.length === 1;
    const text = pin.zones.includes(id) ? '坐标在界内' : '坐标在边界附近';
    return { kind: 'zone', id, name: names.get(id) ?? id, score: sure ? PINNED : EITHER_SIDE, evidence: text };
  });
  const beyond: PlaceCandidate = { kind: 'outside', ...BEYOND, score, evidence: several ? evidence : '坐标在辖区界外' };
  const candidates = [...towns, ...(pin.outside ? [beyond] : []), ...zones].sort(
    (a, b) => b.score - a.score || (a.id < b.id ? -1 : 1),
  );
  const fields: PlaceField[] = ['coordinates'];
  const [zone, ...more] = pin.zones;
  const doubtful = more.length > 0 ? zone : pin.zonesNear[0];
  const zoned = {
    ...(zone !== undefined && more.length === 0 && { zone }),
    ...(doubtful !== undefined && { zoneDoubt: doubtful }),
  };
  if (several) return { ...zoned, confidence: score, ambiguous: true, doubt: 'border', candidates, fields };
  if (pin.outside) return { outside: BEYOND, confidence: score, ambiguous: false, candidates, fields };
  const town = pin.towns[0] ?? book.zones.find((row) => row.id === zoned.zone)?.code;
  return { ...(town !== undefined && { town }), ...zoned, confidence: score, ambiguous: false, candidates, fields };
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
  if (second !== undefined) return { confidence: 1, ambiguous: true, doubt: 'codes', candidates, fields };
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
