/**
 * 属地: which town of the district a request belongs to, or that it lies outside. Codes and coordinates outrank text, the place
 * field outranks the content; what contradicts (several towns named alike, a click beside the code) is a fact to report,
 * never a coin to toss. What "the place" is depends on the catalogue row: the event's, the company's or the household's.
 */
import type { Asked, Role } from './cues.ts';
import { declaredPlace } from './declared.ts';
import type { Located, PlaceField, PlaceInput } from './located.ts';
import type { PlaceBook } from './place-names.ts';
import { type PlaceEvidence, readPlaces } from './read-text.ts';
import { merged, RIVAL_FLOOR, SETTLED, verdict, type Weighed, weigh } from './weigh.ts';

export type { Asked } from './cues.ts';
export type { Located, PlaceCandidate, PlaceDoubt, PlaceField, PlaceInput } from './located.ts';

export function locate(place: PlaceInput, content: string, book: PlaceBook, asked: Asked = 'event'): Located {
  return placesOf(place, content, book)(asked);
}

/** Reads everything once; answers for what a catalogue row asks. */
export function placesOf(place: PlaceInput, content: string, book: PlaceBook): (asked: Asked) => Located {
  const reading: Reading = {
    declared: declaredPlace(place, book),
    inPlace: place.text === undefined ? [] : readPlaces(place.text, 'placeText', book),
    inContent: readPlaces(content, 'content', book),
    book,
  };
  const known = new Map<Asked, Located>();
  return (asked) => {
    const located = known.get(asked) ?? answer(reading, asked);
    known.set(asked, located);
    return located;
  };
}

interface Reading {
  readonly declared: Located | undefined;
  readonly inPlace: readonly PlaceEvidence[];
  readonly inContent: readonly PlaceEvidence[];
  readonly book: PlaceBook;
}

function answer(reading: Reading, asked: Asked): Located {
  const { declared, inPlace, inContent, book } = reading;
  const placed = weigh(inPlace, asked);
  if (declared !== undefined) return withCue(withText(declared, placed, reading, asked), reading, asked);
  if (!placed.some(({ kind, score }) => kind !== 'zone' && score >= SETTLED)) {
    return verdict(weigh([...inPlace, ...inContent], asked), book);
  }
  const zones = inContent.filter(({ target }) => target.kind === 'zone');
  return withCue(verdict(weigh([...inPlace, ...zones], asked), book), reading, asked);
}

/** A text that names another town as plainly as this contradicts a code or a point. */
const CONTRARY = 0.85;
/** What an address field says of the caller, or in passing, claims nothing. */
const OF_PERSONS: ReadonlySet<Role> = new Set<Role>(['resident', 'native', 'registered', 'passing']);

/** A code or a point says where; the place field may add a zone, or contradict it so plainly that somebody must look. */
function withText(declared: Located, placed: readonly Weighed[], reading: Reading, asked: Asked): Located {
  if (declared.doubt === 'border') return besideBorder(declared, reading, asked);
  const settled = declared.town ?? declared.outside?.id;
  const claimed = weigh(
    reading.inPlace.filter(({ role }) => !OF_PERSONS.has(role)),
    asked,
  );
  const contrary = claimed.find(({ kind, id, score }) => kind !== 'zone' && id !== settled && score >= CONTRARY);
  const agreeing = placed.some(
    ({ id, kind, score }) => (id === settled || sameSide(declared, kind)) && score >= RIVAL_FLOOR,
  );
  const candidates = merged(declared.candidates, placed);
  const overZone = declared.zone !== undefined && reading.book.zones.some((zone) => zone.code === declared.town);
  if (!declared.ambiguous && contrary !== undefined && !agreeing && !overZone) {
    const fields: PlaceField[] = [...declared.fields, 'placeText'];
    return { confidence: contrary.score, ambiguous: true, doubt: 'contradiction', candidates, fields };
  }
  const named = placed.find(({ kind, score }) => kind === 'zone' && score >= SETTLED);
  if (named === undefined || declared.town === undefined || named.id === declared.zone)
    return { ...declared, candidates };
  const drawn =
    declared.fields.includes('coordinates') && reading.book.boundaries?.areas.some(({ id }) => id === named.id);
  return { ...declared, ...(drawn === true ? { zoneDoubt: named.id } : { zone: named.id }), candidates };
}

/** A point beyond the border knows no name for it; a text that names any place beyond agrees. */
const sameSide = (declared: Located, kind: Weighed['kind']): boolean =>
  declared.outside !== undefined && declared.fields.includes('coordinates') && kind === 'outside';

/** On a border the words decide, if they name one side of it and nothing else. */
function besideBorder(declared: Located, { inPlace, inContent, book }: Reading, asked: Asked): Located {
  const told = weigh([...inPlace, ...inContent], asked);
  const candidates = merged(told, declared.candidates);
  const said = verdict(told, book);
  const id = said.town ?? said.outside?.id;
  const side = declared.candidates.some(
    (one) => one.id === id || (one.kind === 'outside' && said.outside !== undefined),
  );
  if (said.ambiguous || said.confidence < SETTLED || !side) return { ...declared, candidates };
  const { zone = said.zone, zoneDoubt } = declared;
  const zones = { ...(zone !== undefined && { zone }), ...(zoneDoubt !== undefined && { zoneDoubt }) };
  return { ...said, ...zones, candidates, fields: [...declared.fields, ...said.fields] };
}

/** What in the content speaks up against, or for a household beside, the place that was filled in. */
const CUED: Record<Asked, ReadonlySet<Role>> = {
  event: new Set<Role>(['stated']),
  company: new Set<Role>(['stated', 'company', 'employer', 'site', 'work']),
  household: new Set<Role>(['registered', 'native', 'resident']),
};

/** What the place of the event keeps as a candidate for the household. */
const BESIDE = 0.3;

/**
 * The place that was filled in is where it happened, or where the caller is. 户籍 is another matter, so the words win; an
 * employer elsewhere (地址填了家里) or a 事发地 told otherwise is a contradiction.
 */
function withCue(located: Located, { inContent, book }: Reading, asked: Asked): Located {
  if (located.ambiguous && asked !== 'household') return located;
  const cued = weigh(
    inContent.filter(({ role, target }) => CUED[asked].has(role) && target.kind !== 'zone'),
    asked,
  );
  const told = verdict(cued, book);
  const [best] = cued;
  const settled = located.town ?? located.outside?.id;
  if (best === undefined || best.score < SETTLED || best.id === settled) return located;
  if (told.ambiguous && (located.ambiguous || cued.some(({ id }) => id === settled))) return located;
  if (located.outside !== undefined && told.outside !== undefined) return located;
  if (asked === 'household') {
    const beside = located.candidates.map((one) => ({ ...one, score: one.score * BESIDE }));
    return { ...told, candidates: merged(cued, beside) };
  }
  const candidates = merged(located.candidates, cued);
  const fields: PlaceField[] = [...located.fields, 'content'];
  return { confidence: located.confidence, ambiguous: true, doubt: 'contradiction', candidates, fields };
}
