import { expect, test } from 'vitest';
import { normalise } from '#domain/catalogue/phrases.ts';
import { detectDanger } from '#domain/routing/danger.ts';
import { compilePhrases, phraseHits } from '#domain/routing/phrase-set.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { CRIES, HARMLESS } from './look-alikes.ts';

const district = compileDistrict('xianan');

test('there are enough of both to mean something', () => {
  expect(CRIES.length).toBeGreaterThanOrEqual(40);
  expect(HARMLESS.length).toBeGreaterThanOrEqual(40);
});

test.each(CRIES)('「%s」 → %s', (text, number) => {
  expect(detectDanger(text, district)?.numbers).toContain(number);
});

test.each(HARMLESS)('「%s」 only sounds like danger', (text) => {
  expect(detectDanger(text, district)).toBeUndefined();
});

test('a cry between harmless words is still heard, a harmless word beside a cry takes nothing away', () => {
  for (const [cry, number] of CRIES) {
    expect(detectDanger(`楼上吊顶漏水,${cry},落水管坏了`, district)?.numbers, cry).toContain(number);
  }
});

test('every phrase of the folder is heard on its own', () => {
  for (const rule of district.danger) {
    for (const phrase of rule.phrases) {
      expect(detectDanger(phrase.replaceAll('…', ''), district)?.numbers, phrase).toEqual(
        expect.arrayContaining(rule.numbers),
      );
    }
  }
});

test('the notice promises only what happens', () => {
  const { dangerNotice } = district.texts;
  expect(dangerNotice).toContain('请立即拨打 {numbers}');
  expect(dangerNotice).toContain('特急');
  expect(dangerNotice).toContain('{ticketNo}');
  expect(dangerNotice).not.toMatch(/提醒|通知|值班|转告/);
});

test('no exclusion is dead: each holds a phrase of its rule', () => {
  const dead = [...district.danger, ...district.statutoryRoutes].flatMap(({ id, phrases, exclude }) => {
    const set = compilePhrases([...phrases], []);
    return exclude
      .filter((word) => phraseHits(set, normalise(word.replaceAll('…', ''))).length === 0)
      .map((word) => `${id}: ${word}`);
  });
  expect(dead.filter((word) => !/[没不未无]/.test(word))).toEqual([]);
});

test('an exclusion’s gap runs across no person', () => {
  const rule = {
    ...district.danger[0]!,
    phrases: ['被埋'],
    exclude: ['管道…被埋'],
    unlessAfter: [],
    fearAfter: [],
    unlessBefore: [],
  };
  const danger = [rule];
  expect(detectDanger('管道早就被埋', { danger })).toBeUndefined();
  expect(detectDanger('管道塌方工人被埋', { danger })?.phrase).toBe('被埋');
});
