import { describe, expect, test } from 'vitest';
import { locate } from '#domain/jurisdiction/locate.ts';
import { route } from '#domain/routing/route.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { box, districtWith, feature, GRID, inside, SIDE, SOUTH, square, WEST, whole, withRows } from './squares.ts';

const [WENQUAN, FUSHAN, YONGAN] = GRID;
const district = districtWith(whole());
const partial = districtWith({ ...whole(), features: [feature(WENQUAN, square(0)), feature(FUSHAN, square(1))] });
/** Metres of latitude, as a share of a square's side. */
const metres = (length: number) => length / 111_320 / SIDE;
const names = (place: Parameters<typeof locate>[0], content = '', of = district) =>
  locate(place, content, of)
    .candidates.filter(({ score }) => score >= 0.5)
    .map(({ name }) => name)
    .sort();

describe('a point', () => {
  test('in a square is that town', () => {
    for (const code of GRID) {
      expect(locate(inside(code), '', district)).toMatchObject({
        town: code,
        ambiguous: false,
        fields: ['coordinates'],
      });
    }
  });
  test('of GCJ-02 is converted before it is looked up', () => {
    // 420 m further east and 250 m south on the citizen's map: unconverted it would lie in the next square.
    const point = { ...inside(FUSHAN, 0.4), crs: 'GCJ-02' };
    expect(locate(point, '', district).town).toBe(FUSHAN);
    const beyond = { ...inside(YONGAN, -0.4), crs: 'GCJ-02' };
    expect(locate({ ...beyond, crs: 'WGS-84' }, '', district).town).toBe(YONGAN);
    expect(locate(beyond, '', district).town).toBe(FUSHAN);
  });
  test('within 30 m of a border is the desk’s to ask, beyond it not', () => {
    const near = inside(WENQUAN, 0, 0.5 - metres(25));
    expect(locate(near, '', district)).toMatchObject({ ambiguous: true, doubt: 'border' });
    expect(names(near)).toEqual(['温泉街道', '贺胜桥镇'].sort());
    expect(locate(inside(WENQUAN, 0, 0.5 - metres(35)), '', district)).toMatchObject({
      town: WENQUAN,
      ambiguous: false,
    });
  });
  test('where four towns meet', () => {
    expect(names(inside(WENQUAN, 0.5, 0.5))).toHaveLength(4);
  });
  test('on the district’s own border may be outside', () => {
    const edge = inside(FUSHAN, 0, -0.5);
    expect(locate(edge, '', district)).toMatchObject({ ambiguous: true, doubt: 'border' });
    expect(names(edge)).toEqual(['浮山街道', '辖区界外']);
  });
  test('in none of a whole map is outside', () => {
    const away = { lng: 114.1, lat: 29.5, crs: 'WGS-84' };
    expect(locate(away, '', district)).toMatchObject({ outside: { name: '辖区界外' }, ambiguous: false });
  });
  test('in none of a map with gaps says nothing', () => {
    expect(partial.boundaries?.whole).toBe(false);
    expect(locate({ lng: 114.1, lat: 29.5, crs: 'WGS-84' }, '在马桥镇', partial).town).toBe('421202106000');
    expect(locate(inside(FUSHAN, 0.5 + metres(10)), '', partial).candidates).toEqual([]);
    expect(locate(inside(FUSHAN), '', partial).town).toBe(FUSHAN);
  });
  test('in a zone stands beside the town; on its border a row for zones must ask', () => {
    expect(locate(inside(WENQUAN, -0.4), '', district)).toMatchObject({ town: WENQUAN, zone: 'dazhuhai' });
    const border = locate(inside(WENQUAN, -0.25 + metres(5)), '', district);
    expect(border).toMatchObject({ town: WENQUAN, zoneDoubt: 'dazhuhai', ambiguous: false });
    expect(border.zone).toBeUndefined();
    expect(locate(inside(WENQUAN, 0.25), '', district).zoneDoubt).toBeUndefined();
  });
  test('in a zone with ground of its own is not outside', () => {
    const east = box(WEST + 7 * SIDE, SOUTH, WEST + 8 * SIDE, SOUTH + SIDE);
    const own = districtWith({ ...whole(), features: [...whole().features, feature('shangmao', east)] });
    const point = { lng: WEST + 7.5 * SIDE, lat: SOUTH + SIDE / 2, crs: 'WGS-84' };
    expect(locate(point, '', own)).toMatchObject({ town: '421202451000', zone: 'shangmao', ambiguous: false });
  });
  test.each([
    ['without a system', { lng: 114.31, lat: 29.81 }],
    ['without a latitude', { lng: 114.31, crs: 'WGS-84' }],
    ['in another country', { lng: 2.3, lat: 48.9, crs: 'WGS-84' }],
    ['in an unknown system', { lng: 114.31, lat: 29.81, crs: 'EPSG:4490' }],
  ])('%s takes no part', (_, place) => {
    expect(locate(place, '', district)).toMatchObject({ candidates: [], fields: [] });
  });
  test('takes no part where the folder has no polygons', () => {
    expect(locate(inside(WENQUAN), '', compileDistrict('xianan'))).toMatchObject({ candidates: [], fields: [] });
  });
  test('in a hole of a town is not that town', () => {
    const [west = 0, south = 0] = square(1)[0] ?? [];
    const third = SIDE / 3;
    const hole = [
      [west + third, south + third],
      [west + 2 * third, south + third],
      [west + 2 * third, south + 2 * third],
      [west + third, south + 2 * third],
      [west + third, south + third],
    ] as [number, number][];
    const holed = districtWith({ ...whole(), features: [feature(FUSHAN, square(1), hole)] });
    expect(locate(inside(FUSHAN), '', holed).town).toBeUndefined();
    expect(locate(inside(FUSHAN, 0.4), '', holed).town).toBe(FUSHAN);
  });
});

describe('beside other sources', () => {
  test('a code confirms it, and settles a border', () => {
    expect(locate({ ...inside(WENQUAN), townCode: WENQUAN }, '', district)).toMatchObject({
      town: WENQUAN,
      confidence: 1,
      fields: ['townCode', 'coordinates'],
    });
    expect(locate({ ...inside(WENQUAN, 0.5), townCode: FUSHAN }, '', district)).toMatchObject({
      town: FUSHAN,
      ambiguous: false,
    });
  });
  test('a code of another town contradicts it', () => {
    const located = locate({ ...inside(WENQUAN), townCode: YONGAN }, '', district);
    expect(located).toMatchObject({ ambiguous: true, doubt: 'contradiction' });
    expect(located.candidates.map(({ name }) => name)).toEqual(['永安街道', '温泉街道']);
  });
  test('the code of a zone whose ground nobody drew can’t be contradicted', () => {
    expect(locate({ ...inside(WENQUAN), townCode: '421202571000' }, '', district)).toMatchObject({
      town: '421202571000',
      zone: 'jingkai',
      ambiguous: false,
    });
  });
  test('a foreign code and a point beyond the border agree, with a point of ours not', () => {
    const away = { lng: 114.1, lat: 29.5, crs: 'WGS-84', townCode: '421221100000' };
    expect(locate(away, '', district)).toMatchObject({ outside: { id: '421221' }, ambiguous: false });
    expect(locate({ ...inside(WENQUAN), townCode: '421221100000' }, '', district).doubt).toBe('contradiction');
  });
  test('an address that names another town contradicts it; one that says less does not', () => {
    expect(locate({ ...inside(WENQUAN), text: '马桥镇街上' }, '', district).doubt).toBe('contradiction');
    expect(locate({ ...inside(WENQUAN), text: '桂花路 3 号' }, '', district).town).toBe(WENQUAN);
    expect(locate({ ...inside(WENQUAN), text: '温泉街道,靠近马桥镇' }, '', district).town).toBe(WENQUAN);
  });
  test('what is told in passing does not', () => {
    expect(locate(inside(WENQUAN), '我是马桥镇人', district)).toMatchObject({ town: WENQUAN, ambiguous: false });
  });
  test('on a border the words decide, if they name one of its sides', () => {
    const border = inside(WENQUAN, 0.5);
    expect(locate({ ...border, text: '浮山街道大畈社区' }, '', district)).toMatchObject({
      town: FUSHAN,
      fields: ['coordinates', 'placeText'],
    });
    expect(locate(border, '在温泉街道的路上', district).town).toBe(WENQUAN);
    expect(locate({ ...border, text: '马桥镇' }, '', district).ambiguous).toBe(true);
    expect(locate({ ...border, text: '温泉街道和浮山街道交界' }, '', district).ambiguous).toBe(true);
  });
  test('a household told in words is not the point’s to say, on a border neither', () => {
    const told = '户口在大幕乡,低保停了';
    expect(locate(inside(WENQUAN), told, district, 'household').town).toBe('421202200000');
    expect(locate(inside(WENQUAN, 0.5), told, district, 'household').town).toBe('421202200000');
    expect(locate(inside(WENQUAN), told, district).town).toBe(WENQUAN);
  });
  test('beyond the border a neighbour’s name agrees', () => {
    const away = { lng: 114.1, lat: 29.5, crs: 'WGS-84', text: '嘉鱼县' };
    expect(locate(away, '', district)).toMatchObject({ ambiguous: false, outside: { name: '辖区界外' } });
  });
});

describe('in the decision', () => {
  const request = { kind: 'complaint', title: '请处理', content: '请处理', category: '98.1' } as const;
  const drawn = withRows(district);
  test('names the field and says how', () => {
    const { owner, trace } = route({ ...request, place: inside('421202108000') }, drawn);
    expect(owner).toBe('gaoqiao');
    expect(trace.inputs).toContain('coordinates');
    expect(trace.sentence).toContain('事发地高桥镇(坐标匹配)');
  });
  test('a border is the desk’s, with the question', () => {
    const { owner, trace } = route({ ...request, place: inside('421202107000', 0.5) }, drawn);
    expect([owner, trace.rule]).toEqual(['hotline', 'place-ambiguous']);
    expect(trace.evidence).toContain('待核实:事发地是桂花镇还是高桥镇(坐标在边界附近)');
    expect(trace.sentence).toContain('事发地不唯一(桂花镇、高桥镇)');
  });
  test('a point in none of a whole map is the city’s', () => {
    const away = { lng: 114.1, lat: 29.5, crs: 'WGS-84' };
    const { owner, trace } = route({ ...request, place: away }, drawn);
    expect([owner, trace.rule]).toEqual([drawn.cityPlatform, 'outside-district']);
  });
  test('a row that asks for the zone goes to the desk on the zone’s border, and only then', () => {
    const zoned = withRows(district, { owner: '@zone' });
    const decided = route({ ...request, place: inside(WENQUAN, -0.25 + metres(5)) }, zoned);
    expect([decided.owner, decided.trace.rule]).toEqual(['hotline', 'place-ambiguous']);
    expect(decided.trace.evidence).toContain('待核实:是否在鄂南大竹海生态风景区范围内');
    expect(route({ ...request, place: inside(WENQUAN, 0.25) }, zoned).owner).toBe('wenquan');
    expect(route({ ...request, place: inside(WENQUAN, -0.25 + metres(5)) }, drawn).owner).toBe('wenquan');
  });
});
