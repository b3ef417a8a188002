/** The catalogue row says whose place counts; the decision must follow it and say so. */
import { describe, expect, test } from 'vitest';
import { route } from '#domain/routing/route.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import type { CatalogueRow } from '#schemas/district.ts';
import { withRows } from './squares.ts';

const district = compileDistrict('xianan');
const decide = (content: string, changes: Partial<CatalogueRow>, place: { text?: string; townCode?: string } = {}) =>
  route({ kind: 'complaint', title: '反映', content, category: '98.1', place }, withRows(district, changes));
const twoPlaces = '我家住马桥镇,在官埠桥镇的厂里上班,楼下太吵,厂里也不发工资';

describe('one text, three rows', () => {
  test.each([
    ['company', '我户口在大幕乡,在官埠桥镇的厂里上班', 'guanbuqiao', '用工地官埠桥镇'],
    ['household', '我户口在大幕乡,在官埠桥镇的厂里上班', 'damu', '户籍地大幕乡'],
    ['event', '我户口在大幕乡,在官埠桥镇的厂里上班', 'guanbuqiao', '事发地官埠桥镇'],
    ['event', twoPlaces, 'hotline', '事发地不唯一(官埠桥镇、马桥镇)'],
    ['company', twoPlaces, 'guanbuqiao', '用工地官埠桥镇'],
    ['household', twoPlaces, 'maqiao', '户籍地马桥镇'],
  ] as const)('%s: %s → %s', (placeRule, content, owner, says) => {
    const decided = decide(content, { placeRule });
    expect(decided.owner, decided.trace.sentence).toBe(owner);
    expect(decided.trace.sentence).toContain(says);
  });
});

describe('the desk is told what to ask', () => {
  test.each([
    ['several towns', '官埠桥镇和马桥镇都没路灯', {}, '待核实:事发地是官埠桥镇还是马桥镇(提到多处,分不出主次)'],
    [
      'an address against a code',
      '没路灯',
      { townCode: '421202102000', text: '马桥镇街上' },
      '待核实:事发地是官埠桥镇还是马桥镇(代码、坐标、地址或内容互相矛盾)',
    ],
    [
      'an event told against the address',
      '事发地在马桥镇',
      { text: '官埠桥镇' },
      '待核实:事发地是官埠桥镇还是马桥镇(代码、坐标、地址或内容互相矛盾)',
    ],
  ])('%s', (_, content, place, asked) => {
    const decided = decide(content, {}, place);
    expect([decided.owner, decided.trace.rule]).toEqual(['hotline', 'place-ambiguous']);
    expect(decided.trace.evidence).toContain(asked);
    expect(decided.townCode).toBeUndefined();
  });
  test('about two zones', () => {
    const decided = decide('高新区和咸安经济开发区都有厂排污', { owner: '@zone' });
    expect([decided.owner, decided.trace.rule]).toEqual(['hotline', 'place-ambiguous']);
    expect(decided.trace.evidence).toContain('待核实:事发地是咸安经济开发区还是咸宁高新区(提到多处,分不出主次)');
    expect(decided.zone).toBeUndefined();
  });
  test('about a zone and a town that pass it to each other', () => {
    const blamed = '横沟桥镇政府说归高新区管,高新区说归横沟桥镇管';
    const decided = decide(blamed, { owner: '@zone' });
    expect([decided.owner, decided.trace.rule]).toEqual(['hotline', 'place-ambiguous']);
    expect(decided.trace.evidence).toContain('待核实:是否在咸宁高新区范围内');
    expect(decide(blamed, { owner: '@town' }).owner).toBe('henggouqiao');
  });
  test('nothing where the place is sure', () => {
    expect(decide('马桥镇没路灯', {}).trace.evidence.filter((line) => line.startsWith('待核实'))).toEqual([]);
  });
});

test('evidence quotes names of the gazetteer, never the citizen’s other words', () => {
  const content = '我叫赵钱孙,手机 13800000000,家住温泉街道滨河社区,在官埠桥镇那家黑心砖厂打工,说错了,是横沟桥镇';
  const names = [
    ...district.towns.map(({ name }) => name),
    ...district.villages.flatMap(({ name }) => [name, name.replace(/社区.*/, '社区')]),
    ...district.gazetteer.aliases.map(({ alias }) => alias),
  ];
  for (const placeRule of ['event', 'company', 'household'] as const) {
    const { trace } = decide(content, { placeRule });
    expect(JSON.stringify(trace)).not.toMatch(/赵|138|砖厂|黑心/);
    const quoted = trace.evidence.flatMap((line) => [...line.matchAll(/提到「(.+?)」/g)].map((match) => match[1]));
    expect(quoted.length).toBeGreaterThan(0);
    for (const name of quoted) expect(names).toContain(name);
  }
});
