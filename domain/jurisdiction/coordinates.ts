/**
 * 坐标换算 to WGS-84, in which the district's boundaries are kept. GCJ-02 and BD-09 have no official inverse; the approximation
 * comes back to the point within a quarter of a metre. CGCS2000 differs from today's WGS-84 by less than a metre (the drift of
 * the plate since 2000), far less than a map click or a phone's position errs, and is taken as it is.
 */
import module from 'gcoord';

// Its types describe the ESM build; Node, like the bundler's default export, hands over the library itself.
const gcoord = module as unknown as typeof module.default;

/** Longitude, latitude; as in GeoJSON. */
export type Point = readonly [lng: number, lat: number];

/** 中国范围, generously. The conversion never ends where the shift of GCJ-02 does, a degree beyond. */
export const CHINA = { west: 73, east: 136, south: 3, north: 54 } as const;

export const insideChina = ([lng, lat]: Point): boolean =>
  lng >= CHINA.west && lng <= CHINA.east && lat >= CHINA.south && lat <= CHINA.north;

const NAMES = { 'GCJ-02': gcoord.GCJ02, 'BD-09': gcoord.BD09 } as const;

/** Undefined for a point outside China and for a system that nobody knows. */
export function toWgs84(point: Point, crs: string): Point | undefined {
  if (!insideChina(point)) return undefined;
  if (crs === 'WGS-84' || crs === 'CGCS2000') return point;
  if (crs !== 'GCJ-02' && crs !== 'BD-09') return undefined;
  const [lng, lat] = gcoord.transform([point[0], point[1]], NAMES[crs], gcoord.WGS84);
  return [lng, lat];
}
