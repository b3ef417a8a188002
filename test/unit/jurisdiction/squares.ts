/** A made-up map for tests: the district's towns as squares, seven by two, since no township polygons are public. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFolder } from '#infra/district-folder.ts';
import { POLYGONS_FILE } from '#infra/district-polygons.ts';
import type { CatalogueRow, District } from '#schemas/district.ts';

const XIANAN = fileURLToPath(new URL('../../../districts/xianan', import.meta.url));

export const WEST = 114.3;
export const SOUTH = 29.8;
export const SIDE = 0.02;
export const COLUMNS = 7;
/** Towns with ground of their own, in the order of the squares, from the south-west row by row. */
export const GRID = [
  '421202001000',
  '421202002000',
  '421202003000',
  '421202100000',
  '421202101000',
  '421202102000',
  '421202103000',
  '421202104000',
  '421202105000',
  '421202106000',
  '421202107000',
  '421202108000',
  '421202200000',
  '421202450000',
] as const;

type Ring = [number, number][];
export const box = (west: number, south: number, east: number, north: number): Ring => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
];
export function square(at: number): Ring {
  const west = WEST + (at % COLUMNS) * SIDE;
  const south = SOUTH + Math.floor(at / COLUMNS) * SIDE;
  return box(west, south, west + SIDE, south + SIDE);
}
/** The middle of a town's square, moved by parts of its side. */
export function inside(code: string, east = 0, north = 0): { lng: number; lat: number; crs: string } {
  const [west = 0, south = 0] = square(GRID.indexOf(code as (typeof GRID)[number]))[0] ?? [];
  return { lng: west + SIDE * (0.5 + east), lat: south + SIDE * (0.5 + north), crs: 'WGS-84' };
}

export const feature = (code: string, ...rings: Ring[]) => ({
  type: 'Feature',
  properties: { code },
  geometry: { type: 'Polygon', coordinates: rings },
});
/** The zone covers the western quarter of the first square; 大竹海 has no code. */
export const ZONE = feature('dazhuhai', box(WEST, SOUTH, WEST + SIDE / 4, SOUTH + SIDE));
export const whole = () => ({
  type: 'FeatureCollection',
  jiebanCrs: 'CGCS2000',
  features: [...GRID.map((code, at) => feature(code, square(at))), ZONE] as unknown[],
});

/** The district with these polygons in its folder. */
export function districtWith(polygons: unknown): District {
  const folder = mkdtempSync(join(tmpdir(), 'polygons-'));
  try {
    const file = join(folder, POLYGONS_FILE);
    writeFileSync(file, typeof polygons === 'string' ? polygons : JSON.stringify(polygons));
    return compileFolder(XIANAN, { instead: { [POLYGONS_FILE]: file } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Two rows of the place, whatever the district's own catalogue says: 98.1 is the town's or the zone's, 98.2 a department's. */
export function withRows(district: District, changes: Partial<CatalogueRow> = {}): District {
  const [first] = district.catalogue.rows;
  if (first === undefined) throw new Error('no catalogue');
  const plain = { ...first, kinds: [], ownerByKind: {}, ownerByAttribute: {}, keywords: ['暗物质晕'] };
  const rows: CatalogueRow[] = [
    { ...plain, code: '98.1', category: '试', dutyHolder: 'town', owner: '@town', placeRule: 'event', ...changes },
    { ...plain, code: '98.2', category: '试', dutyHolder: 'department', owner: 'minzheng', placeRule: 'household' },
  ];
  return { ...district, catalogue: { ...district.catalogue, rows } };
}
