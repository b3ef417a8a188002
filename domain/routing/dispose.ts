/**
 * 去向: catalogue row × town × zone × deciding attribute → exactly one unit. Total by construction (every branch answers, the
 * last resort is the desk), so the folder's proof can enumerate it and the router can't meet a case that the proof has not seen.
 */
import type { CatalogueRow, District, OwnerRef } from '#schemas/district.ts';
import type { Disposition, RoutingRule } from '#schemas/routing.ts';

export interface Disposed {
  readonly unit: string;
  readonly rule: RoutingRule;
  /** Whether the town or zone took part: then the place's confidence counts. */
  readonly byPlace: boolean;
}

/** What is known of a matter beside its row. */
export interface Circumstances {
  readonly town?: string | undefined;
  readonly zone?: string | undefined;
  /** Ids of the deciding attributes that were found. */
  readonly attributes?: readonly string[] | undefined;
}

export type DisposeBook = Pick<District, 'towns' | 'zones' | 'departments' | 'cityPlatform' | 'desk'>;

export function dispose(
  row: CatalogueRow,
  { town: townCode, zone: zoneId, attributes = [] }: Circumstances,
  book: DisposeBook,
): Disposed {
  const town = book.towns.find((candidate) => candidate.code === townCode);
  const zone = book.zones.find((candidate) => candidate.id === zoneId);
  const place = { townUnit: town?.unit, zoneUnit: zone?.unit };
  const shown = Object.entries(row.ownerByAttribute).filter(([id]) => attributes.includes(id));
  const [exception, ...others] = shown.map(([, owner]) => byOwner(owner, place, book));
  if (exception !== undefined) {
    if (others.every(({ unit }) => unit === exception.unit)) {
      // An attribute may lead back to the place; then the place's own rule says how.
      return exception.byPlace ? exception : { ...exception, rule: 'attribute-duty' };
    }
    return { unit: book.desk, rule: 'attribute-ambiguous', byPlace: false };
  }
  if (row.owner === '@zone' && zone !== undefined) return byOwner(row.owner, place, book);
  if (Object.keys(row.ownerByKind).length === 0) return byOwner(row.owner, place, book);
  if (town === undefined) return { unit: book.desk, rule: 'place-unsure', byPlace: true };
  const ofKind = row.ownerByKind[town.kind];
  const disposed = byOwner(ofKind ?? row.owner, place, book);
  return { ...disposed, rule: ofKind === undefined ? disposed.rule : 'town-kind-duty', byPlace: true };
}

interface PlaceUnits {
  readonly townUnit: string | undefined;
  readonly zoneUnit: string | undefined;
}

function byOwner(owner: OwnerRef, { townUnit, zoneUnit }: PlaceUnits, book: DisposeBook): Disposed {
  switch (owner) {
    case '@city':
      return { unit: book.cityPlatform, rule: 'city-duty', byPlace: false };
    case '@desk':
      return { unit: book.desk, rule: 'desk-duty', byPlace: false };
    case '@town':
    case '@zone':
      if (owner === '@zone' && zoneUnit !== undefined) return { unit: zoneUnit, rule: 'zone-override', byPlace: true };
      if (townUnit === undefined) return { unit: book.desk, rule: 'place-unsure', byPlace: true };
      if (townUnit === book.desk) return { unit: townUnit, rule: 'place-without-government', byPlace: true };
      return { unit: townUnit, rule: townUnit === book.cityPlatform ? 'city-duty' : 'town-duty', byPlace: true };
    default:
      if (owner === book.desk) return { unit: owner, rule: 'desk-duty', byPlace: false };
      return { unit: owner, rule: owner === book.cityPlatform ? 'city-duty' : 'department-duty', byPlace: false };
  }
}

/** 协办 of a row at a place: never the owner again, never the desk or the city. */
export function coHandlersOf(
  row: CatalogueRow,
  townCode: string | undefined,
  owner: string,
  book: DisposeBook,
): string[] {
  const townUnit = book.towns.find((town) => town.code === townCode)?.unit;
  const units = row.coHandlers.map((unit) => (unit === '@town' ? townUnit : unit));
  const fit = units.filter(
    (unit): unit is string => unit !== undefined && unit !== owner && unit !== book.desk && unit !== book.cityPlatform,
  );
  return [...new Set(fit)];
}

export function dispositionOf(unit: string, book: Pick<DisposeBook, 'desk' | 'cityPlatform'>): Disposition {
  if (unit === book.desk) return 'desk';
  return unit === book.cityPlatform ? 'city' : 'unit';
}
