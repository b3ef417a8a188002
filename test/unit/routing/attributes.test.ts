/** 决定要素 in citizens' words: what is said of the matter counts, what is denied or only stands near by doesn't. */
import { describe, expect, test } from 'vitest';
import { readAttributes } from '#domain/routing/attributes.ts';
import { loadDistrict } from '#infra/district.ts';

const district = loadDistrict('xianan');
const shown = (text: string) => readAttributes(text, district).map(({ id }) => id);

describe('a deciding attribute', () => {
  test.each([
    ['这段国道路面破了', 'road-national'],
    ['107国道的护栏倒了', 'road-national'],
    ['高速公路上有碎玻璃', 'road-expressway'],
    ['县道塌了半边', 'road-county'],
    ['难道不是国道吗', 'road-national'],
    ['就是国道,不是县道', 'road-national'],
  ])('is shown by 「%s」', (text, id) => {
    expect(shown(text)).toContain(id);
  });

  test.each([
    ['这条路不是国道,坑坑洼洼', 'road-national'],
    ['就是国道,不是县道', 'road-county'],
    ['离高速路口三公里的村里路面破了', 'road-expressway'],
    ['国道旁边的巷子没有灯', 'road-national'],
    ['高速口附近的小区停水', 'road-expressway'],
    ['某国道边上的厂子冒烟', 'road-national'],
  ])('is not shown by 「%s」', (text, id) => {
    expect(shown(text)).not.toContain(id);
  });
});
