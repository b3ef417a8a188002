import { describe, expect, test } from 'vitest';
import { CHINA, type Point, toWgs84 } from '#domain/jurisdiction/coordinates.ts';

const METRES = 111_320;
const apart = ([x, y]: Point, [a, b]: Point) =>
  Math.hypot((x - a) * METRES * Math.cos((y * Math.PI) / 180), (y - b) * METRES);

describe('conversion', () => {
  // Published examples of another library's for one point; its inverse of GCJ-02 is a single step, good to a metre or two.
  test.each([
    ['GCJ-02', [116.404, 39.915], [116.39775550083061, 39.91359571849836]],
    ['GCJ-02', [116.41024449916938, 39.91640428150164], [116.404, 39.915]],
    ['BD-09', [116.404, 39.915], [116.39138369954496, 39.90725321448524]],
    ['WGS-84', [116.404, 39.915], [116.404, 39.915]],
    // Within a metre of WGS-84 everywhere: taken as it is.
    ['CGCS2000', [114.3, 29.85], [114.3, 29.85]],
  ] as const)('%s %j → %j', (crs, point, expected) => {
    expect(apart(toWgs84(point, crs) as Point, expected)).toBeLessThan(3);
  });
  test('GCJ-02 is hundreds of metres off: forgetting to convert would be seen', () => {
    const point = [114.3, 29.85] as const;
    expect(apart(toWgs84(point, 'GCJ-02') as Point, point)).toBeGreaterThan(300);
    expect(apart(toWgs84(point, 'BD-09') as Point, toWgs84(point, 'GCJ-02') as Point)).toBeGreaterThan(300);
  });
});

describe('says nothing', () => {
  test.each([
    ['a system that nobody knows', [114.3, 29.85], 'EPSG:3857'],
    ['a point at sea off Africa', [0, 0], 'WGS-84'],
    ['axes swapped', [29.85, 114.3], 'GCJ-02'],
    ['not a number', [Number.NaN, 29.85], 'GCJ-02'],
  ] as const)('%s', (_, point, crs) => {
    expect(toWgs84(point, crs)).toBeUndefined();
  });
});

// The library's inverse searches step by step and would never end where its shift begins: nobody may reach that edge.
test.each([
  [72.0041, 30],
  [137.8346, 30],
  [100, 0.8294],
  [100, 55.827],
  [CHINA.west, CHINA.south],
  [CHINA.east, CHINA.north],
])('at the edge of the country %d, %d it ends', (lng, lat) => {
  for (const crs of ['GCJ-02', 'BD-09']) {
    const converted = toWgs84([lng, lat], crs);
    if (converted !== undefined) expect(apart(converted, [lng, lat])).toBeLessThan(3000);
    expect(converted === undefined).toBe(
      lng < CHINA.west || lng > CHINA.east || lat < CHINA.south || lat > CHINA.north,
    );
  }
});
