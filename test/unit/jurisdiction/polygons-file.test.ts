/** Each mistake in `polygons.geojson` must be named with its path and remedy, and stop the build. */
import { describe, expect, test } from 'vitest';
import { compileDistrict, DistrictFolderError, type Mistake } from '#infra/district-folder.ts';
import { box, districtWith, feature, GRID, SIDE, SOUTH, square, WEST, whole, ZONE } from './squares.ts';

function mistakes(polygons: unknown): readonly Mistake[] {
  try {
    districtWith(polygons);
  } catch (error) {
    if (error instanceof DistrictFolderError) return error.mistakes;
    throw error;
  }
  return [];
}
const [FIRST] = GRID;
const file = (...features: unknown[]) => ({ type: 'FeatureCollection', jiebanCrs: 'WGS-84', features });
const of = (geometry: unknown) => file({ type: 'Feature', properties: { code: FIRST }, geometry });

test.each([
  ['a code of nowhere', file(feature('421202999000', square(0))), 'features.0.properties.code', /不是本区/],
  ['no code', file({ ...feature(FIRST, square(0)), properties: {} }), 'features.0.properties.code', /写得不对/],
  ['a line', of({ type: 'LineString', coordinates: square(0) }), 'features.0.geometry.type', /不是面/],
  ['no geometry', of(null), 'features.0.geometry', /写得不对/],
  ['a ring too shallow', of({ type: 'Polygon', coordinates: square(0) }), 'features.0.geometry.coordinates', /层次/],
  ['a ring that is open', file(feature(FIRST, square(0).slice(0, 4))), 'features.0.geometry.coordinates.0', /闭合/],
  ['no points', file(feature(FIRST, [])), 'features.0.geometry.coordinates.0', /闭合/],
  ['no system', { ...whole(), jiebanCrs: undefined }, 'jiebanCrs', /坐标系/],
  ['an unknown system', { ...whole(), jiebanCrs: 'EPSG:4490' }, 'jiebanCrs', /./],
  ['no collection', { ...whole(), type: 'Feature' }, 'type', /FeatureCollection/],
  ['no features', file(), 'features', /至少/],
  [
    'axes swapped',
    file(feature(FIRST, box(SOUTH, WEST, SOUTH + 1, WEST + 1))),
    'features.0.geometry.coordinates.0.0',
    /经纬度写反/,
  ],
  [
    'metres of a projection',
    file(feature(FIRST, box(500_000, 3_300_000, 501_000, 3_301_000))),
    'features.0.geometry.coordinates.0.0',
    /不在中国/,
  ],
  ['another country', file(feature(FIRST, box(2, 48, 3, 49))), 'features.0.geometry.coordinates.0.0', /不在中国/],
  ['a town twice', file(feature(FIRST, square(0)), feature(FIRST, square(1))), 'features.1.properties.code', /重复/],
  [
    'a zone by its code and by its id',
    file(feature('jingkai', square(0)), feature('421202571000', square(1))),
    'features.1.properties.code',
    /features\.0 重复/,
  ],
  [
    'two towns on the same ground',
    file(feature(FIRST, square(0)), feature(GRID[1], square(0))),
    'features.1.geometry',
    /与 421202001000 重叠/,
  ],
  [
    'a town reaching into another',
    file(
      feature(FIRST, square(0)),
      feature(GRID[1], box(WEST + SIDE / 2, SOUTH - SIDE, WEST + SIDE, SOUTH + SIDE / 2)),
    ),
    'features.1.geometry',
    /重叠/,
  ],
  ['a border of a kilometre and more', { ...whole(), jiebanBorderMetres: 2000 }, 'jiebanBorderMetres', /./],
])('%s', (_, polygons, column, problem) => {
  const found = mistakes(polygons);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ file: 'polygons.geojson', column });
  expect(found[0]?.problem).toMatch(problem);
  expect(found[0]?.remedy).not.toBe('');
});

test('the wrong point of a MultiPolygon is named by its whole path', () => {
  const wrong = [square(0), box(SOUTH, WEST, SOUTH + 1, WEST + 1)].map((ring) => [ring]);
  expect(mistakes(of({ type: 'MultiPolygon', coordinates: wrong }))[0]?.column).toBe(
    'features.0.geometry.coordinates.1.0.0',
  );
});
test('what is no JSON', () => {
  expect(mistakes('{"type":')).toMatchObject([{ file: 'polygons.geojson' }]);
});
test('all mistakes come at once', () => {
  const polygons = { ...file(feature('x', square(0)), feature('y', square(1))), jiebanCrs: undefined };
  expect(mistakes(polygons)).toHaveLength(3);
});

test('a zone may lie on towns, and neighbours may differ by a few metres', () => {
  const sliver = box(WEST + SIDE - 0.0002, SOUTH, WEST + 2 * SIDE, SOUTH + SIDE);
  expect(mistakes(file(feature(FIRST, square(0)), feature(GRID[1], sliver), ZONE))).toEqual([]);
});

describe('what is kept', () => {
  test('is whole when every town that is no zone has its ground', () => {
    expect(districtWith(whole()).boundaries).toMatchObject({ whole: true, borderMetres: 30 });
    const features = whole().features.slice(1);
    expect(districtWith({ ...whole(), features }).boundaries?.whole).toBe(false);
  });
  test('is in WGS-84 to a tenth of a metre, with its own border', () => {
    const { boundaries } = districtWith({ ...file(ZONE), jiebanCrs: 'GCJ-02', jiebanBorderMetres: 80 });
    expect(boundaries).toMatchObject({ whole: false, borderMetres: 80, areas: [{ id: 'dazhuhai' }] });
    const [lng = 0, lat = 0] = boundaries?.areas[0]?.polygons[0]?.[0]?.[0] ?? [];
    expect(Math.abs(lng - WEST)).toBeGreaterThan(0.003);
    expect(String(lng).length + String(lat).length).toBeLessThanOrEqual(19);
    expect(boundaries?.areas[0]?.bbox.slice(0, 2)).toEqual([lng, lat].map((degrees) => expect.closeTo(degrees, 4)));
  });
  test('is nothing when the folder has no such file', () => {
    expect('boundaries' in compileDistrict('xianan')).toBe(false);
  });
});
