/** What must hold for any text and any point, not only for those that somebody thought of. */
import fc from 'fast-check';
import gcoord from 'gcoord';
import { describe, expect, test } from 'vitest';
import { toWgs84 } from '#domain/jurisdiction/coordinates.ts';
import { type Asked, type Located, locate } from '#domain/jurisdiction/locate.ts';
import { readPlaces } from '#domain/jurisdiction/read-text.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { districtWith, GRID, SIDE, SOUTH, square, WEST, whole } from '../unit/jurisdiction/squares.ts';

const district = compileDistrict('xianan');
const asked = fc.constantFrom<Asked>('event', 'company', 'household');

const places = [
  ...district.towns.map(({ name }) => name),
  ...district.villages.map(({ name }) => name),
  ...district.zones.map(({ name }) => name),
  ...district.neighbours.map(({ name }) => name),
  ...district.gazetteer.aliases.map(({ alias }) => alias),
  ...district.gazetteer.elsewhere,
];
/** Everything that turns a name's part: glued at random it makes every sentence that nobody would think of. */
const cues = [
  ...[
    '在',
    '从',
    '到',
    '往',
    '不是',
    '是',
    '而是',
    '说错了',
    '家住',
    '户口在',
    '我是',
    '人',
    '的',
    '和',
    '、',
    '交界',
    '归',
    '管',
  ],
  ...[
    '方向',
    '附近',
    '的厂',
    '工地',
    '打工',
    '路',
    '大道',
    '小区',
    '村民',
    '事发地',
    ':',
    '吗',
    '?',
    ',',
    '。',
    '\n',
    ' ',
    '１',
    '咸安区',
  ],
];
const text = fc
  .array(
    fc.oneof(fc.constantFrom(...places), fc.constantFrom(...cues), fc.string({ unit: 'grapheme', maxLength: 5 })),
    {
      maxLength: 14,
    },
  )
  .map((parts) => parts.join(''));

const tiled = districtWith(whole());
const code = fc.constantFrom(
  ...district.towns.map((town) => town.code),
  '421202001005',
  '421221100000',
  '421202999000',
);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const request = fc
  .record({
    text: optional(text),
    townCode: optional(code),
    villageCode: optional(code),
    point: optional(fc.tuple(fc.double({ min: -1, max: 8, noNaN: true }), fc.double({ min: -1, max: 3, noNaN: true }))),
    crs: fc.constantFrom('GCJ-02', 'BD-09', 'WGS-84', 'CGCS2000'),
  })
  .map(({ point, ...rest }) => {
    const at = point === undefined ? {} : { lng: WEST + point[0] * SIDE, lat: SOUTH + point[1] * SIDE };
    return { ...rest, ...at };
  });

/** Without strings of anything: a blank inside a composed letter makes two of it. */
const words = fc.array(fc.constantFrom(...places, ...cues), { maxLength: 14 }).map((parts) => parts.join(''));

/** Sentences of other matters, with cue words and without places. */
const SENTENCES = [
  '请尽快处理',
  '我已经打过三次电话了,说错了再打',
  '家里老人身体不好,住在老房子里',
  '他们说不归他们管',
  '厂里的人在打工,老板不给钱',
  '从早到晚都在施工,往外冒烟',
  '不是我一个人这样说,是大家都这样说',
  '户口本还在办,难道不是吗?',
  '谢谢!',
  '麻烦问一下和邻居交界的地方归哪个管',
];
const unrelated = fc.constantFrom(...SENTENCES);

const answer = ({ town, village, zone, zoneDoubt, outside, ambiguous, confidence }: Located) => ({
  ...{ town, village, zone, zoneDoubt, outside: outside?.id, ambiguous, confidence },
});

describe('any text', () => {
  test('gives the same answer twice, ranked without a tie', () => {
    let found = 0;
    fc.assert(
      fc.property(request, text, asked, (place, content, of) => {
        const located = locate(place, content, tiled, of);
        expect(locate(structuredClone(place), content, { ...tiled }, of)).toEqual(located);
        expect(located.ambiguous).toBe(located.doubt !== undefined);
        if (located.ambiguous) expect([located.town, located.outside]).toEqual([undefined, undefined]);
        const keys = located.candidates.map(({ kind, id }) => `${kind}:${id}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const [at, { score, id }] of located.candidates.entries()) {
          expect(score).toBeGreaterThan(0);
          expect(score).toBeLessThanOrEqual(1);
          const next = located.candidates[at + 1];
          if (next !== undefined) expect(next.score < score || (next.score === score && next.id >= id)).toBe(true);
        }
        if (located.town !== undefined) found += 1;
      }),
      { numRuns: 1500 },
    );
    expect(found).toBeGreaterThan(50);
  });

  test('never throws, however strange', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), asked, (any, of) => {
        locate({ text: any, townCode: any, villageCode: any, crs: any }, any, district, of);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps its place when a sentence about something else is added', () => {
    for (const sentence of SENTENCES) expect(readPlaces(sentence, 'content', district)).toEqual([]);
    fc.assert(
      fc.property(fc.option(text, { nil: undefined }), text, unrelated, asked, (place, content, sentence, of) => {
        const plain = answer(locate({ text: place }, `${content}。`, district, of));
        expect(answer(locate({ text: place }, `${content}。${sentence}。`, district, of))).toEqual(plain);
        expect(answer(locate({ text: place }, `${sentence}。${content}。`, district, of))).toEqual(plain);
      }),
      { numRuns: 1000 },
    );
  });

  test('reads the same with blanks and full-width letters', () => {
    fc.assert(
      fc.property(words, asked, (content, of) => {
        const spaced = [...content].join(' ').replaceAll('1', '１');
        expect(answer(locate({}, spaced, district, of))).toEqual(answer(locate({}, content, district, of)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('any point', () => {
  const METRES = 111_320;
  // As in `coordinates.ts`: the types describe another build than the one that Node loads.
  const library = gcoord as unknown as typeof gcoord.default;
  const degrees = (min: number, max: number) => fc.double({ min, max, noNaN: true });

  test('of China comes back from GCJ-02 and BD-09 within a metre', () => {
    fc.assert(
      fc.property(degrees(73.6, 135), degrees(3.6, 53.5), fc.constantFrom('GCJ-02', 'BD-09'), (lng, lat, crs) => {
        const to = crs === 'GCJ-02' ? library.GCJ02 : library.BD09;
        const [x, y] = library.transform([lng, lat], library.WGS84, to);
        const [a, b] = toWgs84([x, y], crs) ?? [0, 0];
        expect(Math.hypot((a - lng) * METRES * Math.cos((lat * Math.PI) / 180), (b - lat) * METRES)).toBeLessThan(1);
      }),
      { numRuns: 1000 },
    );
  });

  test('of the earth says something or nothing, and ends', () => {
    fc.assert(
      fc.property(
        degrees(-180, 180),
        degrees(-90, 90),
        fc.constantFrom('GCJ-02', 'BD-09', 'WGS-84'),
        (lng, lat, crs) => {
          const point = toWgs84([lng, lat], crs);
          expect(point === undefined || point.every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('of a tiling lies in exactly one town, or near several and then nobody tosses', () => {
    const near = 30 / METRES / Math.cos((SOUTH * Math.PI) / 180);
    fc.assert(
      fc.property(degrees(0, 7), degrees(0, 2), (x, y) => {
        const [lng, lat] = [WEST + x * SIDE, SOUTH + y * SIDE];
        const located = locate({ lng, lat, crs: 'WGS-84' }, '', tiled);
        const at = Math.min(6, Math.floor(x)) + 7 * Math.min(1, Math.floor(y));
        const [west = 0, south = 0] = square(at)[0] ?? [];
        const toBorder = Math.min(lng - west, west + SIDE - lng, lat - south, south + SIDE - lat);
        if (toBorder > near) expect(located).toMatchObject({ town: GRID[at], ambiguous: false });
        else if (located.ambiguous) expect(located.candidates.map(({ id }) => id)).toContain(GRID[at]);
        else expect(located.town).toBe(GRID[at]);
      }),
      { numRuns: 2000 },
    );
  });
});
