import { expect, test } from 'vitest';
import { normalise, wordsOf } from '#domain/catalogue/phrases.ts';
import { detectDanger } from '#domain/routing/danger.ts';
import { compilePhrases, phraseHits } from '#domain/routing/phrase-set.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { CRIES, HARMLESS } from './look-alikes.ts';

const district = compileDistrict('xianan');
const { danger, dangerWords } = district;

const LISTS = /\{[^}]*\}/g;

/** The phrase said out loud, without gaps: once with each word of its longest list, the others keeping pace. */
function spoken(phrase: string): string[] {
  const lists = (phrase.match(LISTS) ?? []).map((list) => wordsOf(list, dangerWords));
  return Array.from({ length: Math.max(1, ...lists.map((list) => list.length)) }, (_, nth) =>
    say(
      phrase,
      lists.map((list) => list[nth % list.length] ?? ''),
    ),
  );
}

/** Whether it is so of the phrase with any choice of words. */
function holdsOne(phrase: string, isSo: (said: string) => boolean): boolean {
  const lists = (phrase.match(LISTS) ?? []).map((list) => wordsOf(list, dangerWords));
  const choices = lists.reduce((product, list) => product * list.length, 1);
  for (let nth = 0; nth < choices; nth++) {
    let rest = nth;
    const choice = lists.map((list) => {
      const word = list[rest % list.length] ?? '';
      rest = Math.floor(rest / list.length);
      return word;
    });
    if (isSo(say(phrase, choice))) return true;
  }
  return false;
}

function say(phrase: string, words: readonly string[]): string {
  let list = 0;
  return phrase.replaceAll('…', '').replace(LISTS, () => words[list++] ?? '');
}

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
  const deaf = danger.flatMap((rule) =>
    rule.phrases.flatMap((phrase) =>
      spoken(phrase)
        .filter((words) => !rule.numbers.every((number) => detectDanger(words, district)?.numbers.includes(number)))
        .map((words) => `${rule.id}: ${phrase} as ${words}`),
    ),
  );
  expect(deaf).toEqual([]);
});

test('the notice promises only what happens', () => {
  const { dangerNotice } = district.texts;
  expect(dangerNotice).toContain('请立即拨打 {numbers}');
  expect(dangerNotice).toContain('特急');
  expect(dangerNotice).toContain('{ticketNo}');
  expect(dangerNotice).not.toMatch(/提醒|通知|值班|转告/);
});

test('no exclusion is dead: each holds a phrase of its rule', () => {
  const dead = [...danger, ...district.statutoryRoutes].flatMap(({ id, phrases, exclude }) => {
    const set = compilePhrases([...phrases], [], { lists: dangerWords });
    return exclude
      .filter((word) => !holdsOne(word, (said) => phraseHits(set, normalise(said)).length > 0))
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
    unlessWith: [],
    stillWith: [],
  };
  const only = { danger: [rule], dangerWords: {} };
  expect(detectDanger('管道早就被埋', only)).toBeUndefined();
  expect(detectDanger('管道塌方工人被埋', only)?.phrase).toBe('被埋');
});
