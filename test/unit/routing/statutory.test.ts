import { describe, expect, test } from 'vitest';
import { statutoryRoute } from '#domain/routing/statutory.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { LOOK_ALIKES } from './statutory-look-alikes.ts';

const district = compileDistrict('xianan');
const phrases = district.statutoryRoutes.flatMap((route) => route.phrases.map((phrase) => [phrase, route.id] as const));

describe('matters that another procedure holds', () => {
  test.each(phrases)('「%s」 → %s', (phrase, id) => {
    const text = `我的事${phrase.replaceAll('…', '')}。`;
    expect(statutoryRoute(text, district)?.route.phrases).toContain(phrase);
    expect(district.statutoryRoutes.map((route) => route.id)).toContain(id);
  });

  test.each([
    '一审判了,我不服',
    '统一审批的事已经一审判决',
    '劳动仲裁委裁决书下来了老板不给钱',
    '法院判决了对方不执行',
    '信访局已受理三个月没答复',
    '对行政复议决定不服',
  ])('「%s」', (text) => {
    expect(statutoryRoute(text, district)).toBeDefined();
  });
});

describe('what only sounds like one', () => {
  test('every phrase has its look-alike', () => {
    expect(Object.keys(LOOK_ALIKES).sort()).toEqual(phrases.map(([phrase]) => phrase).sort());
  });

  test.each(Object.values(LOOK_ALIKES).flat())('「%s」', (text) => {
    expect(statutoryRoute(text, district)?.phrase).toBeUndefined();
  });
});
