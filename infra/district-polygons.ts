/**
 * Reads `polygons.geojson` (镇街、功能区边界), which a district may have: checks what a map tool gets wrong (axis order, missing
 * system, a town twice) and keeps the ground in WGS-84, so that a request converts one point and not the map.
 */
import * as z from 'zod';
import { insideChina, type Point, toWgs84 } from '#domain/jurisdiction/coordinates.ts';
import { deepInside } from '#domain/jurisdiction/pinpoint.ts';
import type { Boundaries, BoundaryArea, Town, Zone } from '#schemas/district.ts';
import { Crs } from '#schemas/intake.ts';
import type { FolderReader } from './district-reader.ts';

export const POLYGONS_FILE = 'polygons.geojson';

/** A map click, a phone's position and a border drawn from a paper map each err by ten or twenty metres. */
const BORDER_METRES = 30;
/** A millionth of a degree is a tenth of a metre; more digits only make the bundle larger. */
const rounded = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/** What GeoJSON asks for, read leniently: each feature is then checked by itself and named by its path. */
const PolygonsFile = z.looseObject({
  type: z.literal('FeatureCollection', { error: '应为 FeatureCollection' }),
  jiebanCrs: Crs.optional(),
  jiebanBorderMetres: z.number().min(1).max(1000).default(BORDER_METRES),
  features: z.array(z.unknown()).min(1, '至少要有一个区域'),
});
const Feature = z.looseObject({
  type: z.literal('Feature'),
  properties: z.looseObject({ code: z.coerce.string() }),
  geometry: z.looseObject({ type: z.string(), coordinates: z.unknown() }),
});
const Rings = z.array(z.array(z.array(z.number()).min(2)));

/** Undefined when something is wrong with the file; then the reader knows the mistakes. */
export function readPolygons(
  folder: FolderReader,
  towns: readonly Town[],
  zones: readonly Zone[],
): Boundaries | undefined {
  const before = folder.mistakes.length;
  const file = folder.json(POLYGONS_FILE, PolygonsFile, 'GeoJSON(RFC 7946)');
  if (file === undefined) return undefined;
  const add = (column: string, problem: string, remedy: string) =>
    folder.add(POLYGONS_FILE, undefined, column, problem, remedy);
  if (file.jiebanCrs === undefined) {
    add('jiebanCrs', '没有写明坐标系', `在最外层加上 "jiebanCrs",取 ${Crs.options.join('、')} 之一`);
  }
  const ids = new Map<string, string>();
  for (const town of towns) ids.set(town.code, town.code);
  for (const zone of zones) {
    ids.set(zone.id, zone.id);
    // A zone's statistical code is the zone.
    if (zone.code !== undefined) ids.set(zone.code, zone.id);
  }
  const seen = new Map<string, number>();
  const areas = file.features.flatMap((feature, at): BoundaryArea[] => {
    const parsed = Feature.safeParse(feature);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const column = ['features', at, ...(issue?.path ?? [])].join('.');
      add(column, `区域写得不对(${issue?.message ?? ''})`, '每个区域写 type、properties.code 和 geometry');
      return [];
    }
    const { properties, geometry } = parsed.data;
    const id = ids.get(properties.code);
    const code = `features.${at}.properties.code`;
    const earlier = id === undefined ? undefined : seen.get(id);
    if (id === undefined) {
      add(code, `${properties.code} 不是本区的镇街或功能区`, '改为 towns.csv 的代码或 zones.csv 的 id');
    } else if (earlier !== undefined) {
      add(code, `${properties.code} 与 features.${earlier} 重复`, '合并为一个 MultiPolygon,或删去一个');
    } else {
      seen.set(id, at);
    }
    const ground = polygonsOf(geometry, `features.${at}.geometry`, file.jiebanCrs ?? 'WGS-84', add);
    return id === undefined || ground === undefined ? [] : [{ id, ...ground }];
  });
  if (folder.mistakes.length > before) return undefined;
  const grounds = areas.filter(({ id }) => !zones.some((zone) => zone.id === id));
  for (const { of, by } of overlaps(grounds, file.jiebanBorderMetres)) {
    add(
      `features.${seen.get(of)}.geometry`,
      `${of} 与 ${by} 重叠`,
      '一处只能属于一个镇街:改正边界,功能区用 zones.csv 的 id',
    );
  }
  if (folder.mistakes.length > before) return undefined;
  const zoneCodes = new Set(zones.map((zone) => zone.code));
  const whole = towns.every((town) => zoneCodes.has(town.code) || seen.has(town.code));
  return { borderMetres: file.jiebanBorderMetres, whole, areas };
}

/** Enough points of each ring to notice a town on another's ground; what is left is met when a point lies in two. */
const PROBES = 200;

function* overlaps(areas: readonly BoundaryArea[], metres: number): Generator<{ of: string; by: string }> {
  for (const [at, area] of areas.entries()) {
    const by = areas.slice(0, at).find((other) => reaches(area, other, metres) || reaches(other, area, metres));
    if (by !== undefined) yield { of: area.id, by: by.id };
  }
}

/** By its corners or its middle: two that lie on each other have all their corners on a border. */
function reaches({ polygons }: BoundaryArea, other: BoundaryArea, metres: number): boolean {
  const rings = polygons.flatMap(([outer]) => (outer === undefined ? [] : [outer]));
  return rings.some((ring) => {
    const sum = ring.slice(1).reduce<[number, number]>(([x, y], [lng, lat]) => [x + lng, y + lat], [0, 0]);
    const middle: Point = [sum[0] / (ring.length - 1), sum[1] / (ring.length - 1)];
    const step = Math.ceil(ring.length / PROBES);
    const probes = ring.filter((_, at) => at % step === 0);
    // The middle of a crescent lies outside of it.
    const own = liesIn(middle, ring) ? [middle] : [];
    return [...probes, ...own].some((point) => deepInside(point, other, metres));
  });
}

const liesIn = (point: Point, ring: [number, number][]): boolean =>
  deepInside(point, { id: '', bbox: [-180, -90, 180, 90], polygons: [[ring]] }, 1);

type Add = (column: string, problem: string, remedy: string) => void;

function polygonsOf(
  geometry: { type: string; coordinates: unknown },
  path: string,
  crs: string,
  add: Add,
): Omit<BoundaryArea, 'id'> | undefined {
  if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') {
    add(`${path}.type`, `${geometry.type} 不是面`, '区域应为 Polygon 或 MultiPolygon');
    return undefined;
  }
  const several = geometry.type === 'MultiPolygon';
  const parsed = z
    .array(Rings.min(1))
    .min(1)
    .safeParse(several ? geometry.coordinates : [geometry.coordinates]);
  if (!parsed.success) {
    add(`${path}.coordinates`, '坐标的层次不对', `${geometry.type} 应为${several ? '面、' : ''}环、点三层以内的数组`);
    return undefined;
  }
  const bbox: BoundaryArea['bbox'] = [180, 90, -180, -90];
  const polygons: BoundaryArea['polygons'] = [];
  for (const [at, rings] of parsed.data.entries()) {
    const polygon: BoundaryArea['polygons'][number] = [];
    for (const [of, ring] of rings.entries()) {
      const where = `${path}.coordinates${several ? `.${at}` : ''}.${of}`;
      const converted = ringOf(ring, where, crs, add);
      if (converted === undefined) return undefined;
      for (const [lng, lat] of converted) {
        bbox[0] = Math.min(bbox[0], lng);
        bbox[1] = Math.min(bbox[1], lat);
        bbox[2] = Math.max(bbox[2], lng);
        bbox[3] = Math.max(bbox[3], lat);
      }
      polygon.push(converted);
    }
    polygons.push(polygon);
  }
  return { bbox, polygons };
}

/** One mistake a ring: its first wrong point tells what is wrong with the others. */
function ringOf(ring: readonly number[][], where: string, crs: string, add: Add): [number, number][] | undefined {
  const converted: [number, number][] = [];
  for (const [at, [lng = 0, lat = 0]] of ring.entries()) {
    const point: Point = [lng, lat];
    if (!insideChina(point)) {
      const swapped = insideChina([lat, lng]);
      const problem = swapped ? `经纬度写反了(${lng}, ${lat})` : `坐标不在中国境内(${lng}, ${lat})`;
      add(`${where}.${at}`, problem, swapped ? 'GeoJSON 先写经度,后写纬度' : '检查单位(度)和投影,应为经纬度');
      return undefined;
    }
    const [x, y] = toWgs84(point, crs) ?? point;
    converted.push([rounded(x), rounded(y)]);
  }
  const [first, last] = [ring[0], ring.at(-1)];
  if (ring.length < 4 || first?.[0] !== last?.[0] || first?.[1] !== last?.[1]) {
    add(where, '环没有闭合或不足四点', '最后一点重复第一点,至少四点');
    return undefined;
  }
  return converted;
}
