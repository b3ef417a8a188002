/**
 * A point on the district's map → towns and zone. A point nearer to a border than the border and the point can be known says
 * both sides: that is for somebody to ask, not for the last decimal to decide.
 */
import booleanPointInPolygon from '@turf/boolean-point-in-polygon';
import type { Boundaries, BoundaryArea } from '#schemas/district.ts';
import { type Point, toWgs84 } from './coordinates.ts';
import type { PlaceInput } from './located.ts';
import type { PlaceBook } from './place-names.ts';

export interface Pin {
  /** Towns that it may lie in; a single one is sure, unless `outside`. */
  readonly towns: readonly string[];
  /** Whether it may, or without any town does, lie outside of the district. */
  readonly outside: boolean;
  readonly zones: readonly string[];
  /** Zones that it may lie in. */
  readonly zonesNear: readonly string[];
}

const METRES_PER_DEGREE = 111_320;

/** Undefined when the folder has no boundaries, or the point says nothing. */
export function pinpoint(place: PlaceInput, book: PlaceBook): Pin | undefined {
  const { boundaries } = book;
  const { lat, lng, crs } = place;
  if (boundaries === undefined || lat === undefined || lng === undefined || crs === undefined) return undefined;
  const point = toWgs84([lng, lat], crs);
  if (point === undefined) return undefined;
  return pin(point, boundaries, book);
}

function pin(point: Point, { areas, borderMetres, whole }: Boundaries, book: PlaceBook): Pin | undefined {
  const zoneIds = new Set(book.zones.map((zone) => zone.id));
  const found = areas.flatMap((area) => {
    const place = relation(point, area, borderMetres);
    return place === undefined ? [] : [{ id: area.id, zone: zoneIds.has(area.id), ...place }];
  });
  const towns = found.filter(({ zone }) => !zone);
  const zones = found.filter(({ zone }) => zone);
  const inside = towns.some((town) => town.inside);
  // Near a border that no other ground shares: the district's own, if the map is whole.
  const edge = whole && found.length === 1 && towns[0]?.near === true;
  const beyond = whole && found.length === 0;
  if (towns.length === 0 && zones.every(({ near }) => near) && !beyond) return undefined;
  const unsure = !inside && towns.length === 1 && !whole;
  return {
    towns: unsure ? [] : towns.map(({ id }) => id),
    outside: edge || beyond,
    zones: zones.filter(({ near }) => !near).map(({ id }) => id),
    zonesNear: zones.filter(({ near }) => near).map(({ id }) => id),
  };
}

/** Whether the point lies in the area and further than `metres` from its border. */
export function deepInside(point: Point, area: BoundaryArea, metres: number): boolean {
  const place = relation(point, area, metres);
  return place?.inside === true && !place.near;
}

/** Undefined when the point is neither inside nor near. */
function relation(
  point: Point,
  { bbox, polygons }: BoundaryArea,
  metres: number,
): { readonly inside: boolean; readonly near: boolean } | undefined {
  const [lng, lat] = point;
  const [west, south, east, north] = bbox;
  const degrees = metres / METRES_PER_DEGREE;
  const across = degrees / Math.cos((lat * Math.PI) / 180);
  if (lng < west - across || lng > east + across || lat < south - degrees || lat > north + degrees) return undefined;
  const inside = booleanPointInPolygon([lng, lat], { type: 'MultiPolygon', coordinates: polygons });
  const near = polygons.some((rings) => rings.some((ring) => touches(point, ring, metres)));
  return inside || near ? { inside, near } : undefined;
}

/** Whether an edge of the ring passes within `metres`; on so few of them the earth is flat. */
function touches([lng, lat]: Point, ring: readonly (readonly number[])[], metres: number): boolean {
  const perLng = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  let [fromX, fromY] = [0, 0];
  for (const [at, position] of ring.entries()) {
    const x = ((position[0] ?? 0) - lng) * perLng;
    const y = ((position[1] ?? 0) - lat) * METRES_PER_DEGREE;
    if (at > 0 && distanceToOrigin(fromX, fromY, x, y) <= metres) return true;
    [fromX, fromY] = [x, y];
  }
  return false;
}

/** Of the line between two points from the origin, in their own unit. */
function distanceToOrigin(fromX: number, fromY: number, toX: number, toY: number): number {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, -(fromX * dx + fromY * dy) / length));
  return Math.hypot(fromX + share * dx, fromY + share * dy);
}
