import { describe, expect, test } from 'vitest';
import { locate } from '#domain/jurisdiction/locate.ts';
import { compileDistrict } from '#infra/district-folder.ts';

const district = compileDistrict('xianan');
const at = (text: string, content = '') => locate({ text }, content, district);
const said = (content: string) => locate({}, content, district);
const name = (code?: string) => district.towns.find((town) => town.code === code)?.name;

describe('from codes', () => {
  test('a town code is certain', () => {
    expect(locate({ townCode: '421202102000' }, '', district)).toMatchObject({
      town: '421202102000',
      confidence: 1,
      ambiguous: false,
      fields: ['townCode'],
    });
  });
  test('a village code gives its town', () => {
    const located = locate({ villageCode: '421202001005' }, '', district);
    expect(located).toMatchObject({ town: '421202001000', village: '421202001005' });
  });
  test('a village code of a newer table still gives its town', () => {
    expect(locate({ villageCode: '421202107999' }, '', district).town).toBe('421202107000');
  });
  test('the code of a zone gives the zone too', () => {
    expect(locate({ townCode: '421202571000' }, '', district)).toMatchObject({ zone: 'jingkai', town: '421202571000' });
  });
  test('codes that disagree are ambiguous', () => {
    const located = locate({ townCode: '421202102000', villageCode: '421202001005' }, '', district);
    expect(located).toMatchObject({ ambiguous: true });
    expect(located.town).toBeUndefined();
  });
  test('a code and a text that plainly disagree are ambiguous', () => {
    expect(locate({ townCode: '421202102000', text: '双溪桥镇' }, '', district).ambiguous).toBe(true);
    expect(locate({ townCode: '421202102000', text: '官埠桥镇,靠双溪桥镇' }, '', district).ambiguous).toBe(false);
  });
  test('a code beside a text that names a zone', () => {
    expect(locate({ townCode: '421202002000', text: '商贸物流区' }, '', district)).toMatchObject({
      town: '421202002000',
      zone: 'shangmao',
    });
  });
  test.each([
    ['421221100000', '421221', '嘉鱼县'],
    ['421281001000', '421281', '赤壁市'],
    ['420115000000', '420115', '区划代码 420115'],
  ])('%s lies outside', (townCode, id, place) => {
    expect(locate({ townCode }, '', district)).toMatchObject({ outside: { id, name: place }, confidence: 1 });
  });
  test('an unknown code of the district leaves it to the text', () => {
    expect(locate({ townCode: '421202999000', text: '高桥镇' }, '', district).town).toBe('421202108000');
  });
});

describe('from the place field', () => {
  test.each([
    ['官埠桥', '官埠桥镇'],
    ['官埠桥的那个厂', '官埠桥镇'],
    ['官阜桥', '官埠桥镇'],
    ['温泉办事处', '温泉街道'],
    ['桂花路社区', '温泉街道'],
    ['黄畈居委会', '温泉街道'],
    ['渡船村', '官埠桥镇'],
    ['渡船村村委会', '官埠桥镇'],
    ['湖北省咸宁市咸安区永安街道', '永安街道'],
    ['咸安区永安', '永安街道'],
    ['永安', '永安街道'],
    ['马桥', '马桥镇'],
    ['马桥镇上', '马桥镇'],
    ['高桥这边', '高桥镇'],
    ['四门楼村', '马桥镇'],
    ['大幕乡石桥村', '大幕乡'],
    ['林场生活区', '汀泗桥镇'],
    ['柏墩', '桂花镇'],
    ['横沟桥镇高新社区', '横沟桥镇'],
    ['官埠桥镇 10 栋', '官埠桥镇'],
    ['向阳湖奶牛良种场', '向阳湖奶牛良种场'],
  ])('%s → %s', (text, town) => {
    const located = at(text);
    expect(name(located.town)).toBe(town);
    expect(located.confidence).toBeGreaterThanOrEqual(0.7);
    expect(located.ambiguous).toBe(false);
  });

  test.each([
    '温泉路',
    '永安大道',
    '桂花路',
    '马桥大桥',
    '高桥路',
    '浮山大道',
    '温泉中学',
    '嘉鱼街',
    '武汉路',
    '咸宁大道 88 号',
  ])('%s is a road or a thing, no place of ours or others', (text) => {
    const located = at(text);
    expect(located.town).toBeUndefined();
    expect(located.outside).toBeUndefined();
  });

  test('two towns are reported, not tossed for', () => {
    const located = at('官埠桥镇与横沟桥镇交界');
    expect(located).toMatchObject({ ambiguous: true });
    expect(located.town).toBeUndefined();
    expect(located.candidates.map((candidate) => candidate.name)).toEqual(['官埠桥镇', '横沟桥镇']);
  });
  test('a village of one town and the name of another are two towns', () => {
    expect(at('横沟桥镇渡船村').ambiguous).toBe(true);
  });
  test('town and its own village strengthen each other', () => {
    const both = at('官埠桥镇渡船村');
    expect(both.village).toBe('421202102225');
    expect(both.confidence).toBeGreaterThan(at('官埠桥镇').confidence);
  });
  test('a place field outranks the content', () => {
    expect(name(at('马桥镇', '我家住双溪桥镇').town)).toBe('马桥镇');
  });
  test('a place field that says nothing lets the content speak', () => {
    expect(name(at('厂门口', '就在双溪桥镇').town)).toBe('双溪桥镇');
  });
  test('a bare village name of three characters needs more than itself', () => {
    expect(at('金鸡山').confidence).toBeGreaterThanOrEqual(0.7);
    expect(said('我们去金鸡山看看').confidence).toBeLessThan(0.7);
  });
});

describe('zones', () => {
  test('a zone with a code gives its statistical unit', () => {
    expect(at('咸安经济开发区')).toMatchObject({ zone: 'jingkai', town: '421202571000' });
  });
  test('a zone without a code gives no town', () => {
    const located = at('大竹海');
    expect(located.zone).toBe('dazhuhai');
    expect(located.town).toBeUndefined();
  });
  test('a zone stands beside a town', () => {
    expect(at('横沟桥镇', '高新区的厂')).toMatchObject({ town: '421202103000', zone: 'gaoxin' });
  });
});

describe('outside', () => {
  test.each([
    ['嘉鱼县', '421221'],
    ['通城', '421222'],
    ['武汉市', '武汉'],
  ])('%s', (text, id) => {
    expect(at(text).outside?.id).toBe(id);
  });
  test('in the content only with a word that puts the matter there', () => {
    expect(said('我在崇阳县做事').confidence).toBeGreaterThanOrEqual(0.7);
    expect(said('听说崇阳县也这样').confidence).toBeLessThan(0.7);
    expect(said('武汉人开的店').confidence).toBeLessThan(0.3);
  });
  test('both sides of the border are ambiguous', () => {
    expect(at('赤壁市与汀泗桥镇交界').ambiguous).toBe(true);
  });
  test('a common name behind another city is that city’s', () => {
    expect(said('上海马桥的厂').town).toBeUndefined();
  });
});

test('a bridge in passing is weak evidence', () => {
  expect(said('从马桥过去的时候').confidence).toBeLessThan(0.5);
  expect(said('住在马桥').confidence).toBeLessThan(0.7);
  expect(said('什么都没说').candidates).toEqual([]);
});
