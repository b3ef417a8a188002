/**
 * The gazetteer (地名库) as terms to look for: towns, villages, zones, aliases, neighbours and the decoys that only sound
 * like a town. Built once per district; the strength of each term is the confidence that it alone gives in a place field.
 */
import type { District } from '#schemas/district.ts';
import { indexPhrases, normalise, type PhraseIndex } from '../catalogue/phrases.ts';

/** The part of a district that places are read from. */
export type PlaceBook = Pick<
  District,
  | 'code'
  | 'name'
  | 'shortName'
  | 'province'
  | 'city'
  | 'towns'
  | 'villages'
  | 'zones'
  | 'neighbours'
  | 'gazetteer'
  | 'boundaries'
>;

export type PlaceTarget =
  | { readonly kind: 'town'; readonly id: string; readonly name: string; readonly village?: string }
  | { readonly kind: 'zone'; readonly id: string; readonly name: string; readonly townCode?: string }
  | { readonly kind: 'outside'; readonly id: string; readonly name: string };

/** How a name was met; decides which context may raise or lower it. */
export type NameType = 'official' | 'village' | 'alias' | 'weak' | 'bare' | 'decoy';

export interface PlaceName {
  readonly text: string;
  readonly type: NameType;
  readonly strength: number;
  readonly target: PlaceTarget | undefined;
}

const STRENGTH: Record<NameType, number> = {
  official: 0.95,
  village: 0.85,
  alias: 0.85,
  weak: 0.4,
  bare: 0.6,
  decoy: 0,
};
/** A neighbour's or far city's name without 县/市: likely the place, yet also part of road and shop names. */
const BARE_OUTSIDE = 0.75;

export interface PlaceNames {
  readonly index: PhraseIndex;
  /** By term: one name may stand for several places (the same village name in two towns). */
  readonly names: readonly (readonly PlaceName[])[];
  /** 湖北省咸宁市咸安区, or the part of it that was said, at the end of what stands before a name. */
  readonly prefix: RegExp;
}

/** By gazetteer, with the book that the names came from: a district with another catalogue has the same places. */
const books = new WeakMap<PlaceBook['gazetteer'], { readonly book: PlaceBook; readonly names: PlaceNames }>();

/** What the names are made of; the rest of a book is looked up each time. */
const samePlaces = (one: PlaceBook, other: PlaceBook): boolean =>
  one.towns === other.towns &&
  one.villages === other.villages &&
  one.zones === other.zones &&
  one.neighbours === other.neighbours &&
  one.name === other.name &&
  one.shortName === other.shortName &&
  one.province === other.province &&
  one.city === other.city;

export function placeNamesOf(book: PlaceBook): PlaceNames {
  const known = books.get(book.gazetteer);
  if (known !== undefined && samePlaces(known.book, book)) return known.names;
  const byText = new Map<string, PlaceName[]>();
  for (const name of collect(book)) {
    const same = byText.get(name.text) ?? [];
    const duplicate = same.some((other) => other.target?.id === name.target?.id);
    if (!duplicate) same.push(name);
    byText.set(name.text, same);
  }
  const names = { index: indexPhrases([...byText.keys()]), names: [...byText.values()], prefix: prefixOf(book) };
  books.set(book.gazetteer, { book, names });
  return names;
}

function prefixOf({ province, city, name: district, shortName }: PlaceBook): RegExp {
  const bare = (text: string) => normalise(text).replace(/[省市]$/, '');
  return new RegExp(
    `(?:${bare(province)}省?)?(?:${bare(city)}市?)?(?:(?:${normalise(district)}|${normalise(shortName)})的?)?$`,
  );
}

function name(text: string, type: NameType, target?: PlaceTarget, strength = STRENGTH[type]): PlaceName {
  return { text: normalise(text), type, strength, target };
}

function* collect(book: PlaceBook): Generator<PlaceName> {
  const zoneTargets = new Map<string, PlaceTarget>();
  for (const zone of book.zones) {
    const target: PlaceTarget = {
      kind: 'zone',
      id: zone.id,
      name: zone.name,
      ...(zone.code && { townCode: zone.code }),
    };
    zoneTargets.set(zone.id, target);
    if (zone.code !== undefined) zoneTargets.set(zone.code, target);
    yield name(zone.name, 'official', target);
  }
  const townTargets = new Map<string, PlaceTarget>();
  for (const town of book.towns) {
    // A zone's statistical code is the zone: naming it beside a real town is no contradiction.
    const target = zoneTargets.get(town.code) ?? { kind: 'town', id: town.code, name: town.name };
    townTargets.set(town.code, target);
    yield name(town.name, 'official', target);
  }
  yield* wrongKinds(book, townTargets);
  const aliased = new Set(book.gazetteer.aliases.map((alias) => normalise(alias.alias)));
  const villageTargets = new Map<string, PlaceTarget>();
  for (const village of book.villages) {
    const town = townTargets.get(village.townCode);
    if (town?.kind !== 'town') continue;
    const target: PlaceTarget = { ...town, village: village.code };
    villageTargets.set(village.code, target);
    yield* villageNames(village.name, target, aliased);
  }
  yield* newCommunities(book, villageTargets);
  for (const { alias, target, strength } of book.gazetteer.aliases) {
    const place = zoneTargets.get(target) ?? townTargets.get(target) ?? villageTargets.get(target);
    if (strength === 'decoy' || place === undefined) yield name(alias, 'decoy');
    else yield name(alias, strength === 'weak' ? 'weak' : 'alias', place);
  }
  for (const neighbour of book.neighbours) {
    const target: PlaceTarget = { kind: 'outside', id: neighbour.code, name: neighbour.name };
    yield name(neighbour.name, 'official', target);
    const bare = neighbour.name.replace(/[县市区]$/, '');
    if (bare.length >= 2) yield name(bare, 'bare', target, BARE_OUTSIDE);
  }
  for (const place of book.gazetteer.elsewhere) {
    yield name(place, 'bare', { kind: 'outside', id: place, name: place }, BARE_OUTSIDE);
  }
}

/** 永安镇, 大幕镇, 马桥街道: towns change their kind and people keep or mistake it. */
function* wrongKinds(book: PlaceBook, targets: ReadonlyMap<string, PlaceTarget>): Generator<PlaceName> {
  const official = new Set(book.towns.map((town) => town.name));
  for (const town of book.towns) {
    const base = /^(.{2,})(?:街道|镇|乡)$/.exec(town.name)?.[1];
    if (base === undefined) continue;
    for (const kind of ['街道', '镇', '乡']) {
      if (!official.has(base + kind)) yield name(base + kind, 'alias', targets.get(town.code));
    }
  }
}

/** 太乙社区 of 太乙村: villages become communities sooner than the code table says. */
function* newCommunities(book: PlaceBook, targets: ReadonlyMap<string, PlaceTarget>): Generator<PlaceName> {
  const known = new Set(book.villages.map((village) => village.name.replace(/社区.*$/, '社区')));
  for (const village of book.villages) {
    const base = /^(.{2,}?)村?村委会$/.exec(village.name)?.[1];
    const target = targets.get(village.code);
    if (base !== undefined && target !== undefined && !known.has(`${base}社区`))
      yield name(`${base}社区`, 'alias', target);
  }
}

/** 渡船村委会 → 渡船村, 渡船村委会; 黄畈社区居民委员会 → 黄畈社区, 黄畈居委会; and the bare name when it is distinctive. */
function* villageNames(official: string, target: PlaceTarget, aliased: ReadonlySet<string>): Generator<PlaceName> {
  const village = /^(.+?)村?村委会$/.exec(official)?.[1];
  const community = /^(.+?)社区(居民委员会|居委会)?$/.exec(official)?.[1];
  if (village !== undefined) {
    for (const ending of ['村', '村委会', '村村委会', '村民委员会']) yield name(village + ending, 'village', target);
  } else if (community !== undefined) {
    for (const ending of ['社区', '居委会', '社区居委会', '社区居民委员会'])
      yield name(community + ending, 'village', target);
  } else {
    yield name(official, 'village', target);
  }
  const bare = village ?? community ?? '';
  // Two characters are too common, and 万年路 or 西大街 alone is a road that leaves its community.
  if (bare.length >= 3 && !/[路街区口]$/.test(bare) && !aliased.has(normalise(bare))) yield name(bare, 'bare', target);
}
