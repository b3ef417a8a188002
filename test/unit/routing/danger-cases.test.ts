/** How well danger is heard: in the sentences that were learned from, and in those that weren't. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { detectDanger } from '#domain/routing/danger.ts';
import { cuesHeard } from '#domain/routing/danger-cues.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { CRIES_LATER, CRIES_UNSEEN, HARMLESS_LATER, HARMLESS_UNSEEN } from './danger-cases.ts';

const root = new URL('../../../', import.meta.url);
const district = compileDistrict('xianan');
const { dangerCues: _, ...phrasesOnly } = district;
const rows = (file: string) =>
  parse(readFileSync(new URL(`districts/xianan/${file}`, root), 'utf8'), { columns: true }) as Record<string, string>[];
const learned = rows('danger-examples.csv');
const learnedAs = (danger: string) => learned.filter((row) => row.danger === danger).map(({ text }) => text ?? '');
/** The first dozen of each sub-class; among the later ones are scenes of danger. */
const ordinary = Object.values(Object.groupBy(rows('examples.csv'), ({ code }) => code ?? '')).flatMap((of = []) =>
  of.slice(0, 13).map(({ text }) => text ?? ''),
);

const heard = (text: string) => detectDanger(text, district) !== undefined;
const share = (texts: readonly string[]) => texts.filter(heard).length / texts.length;

test('every cry that was learned is heard', () => {
  expect(learnedAs('是').length).toBeGreaterThan(400);
  expect(learnedAs('是').filter((text) => !heard(text))).toEqual([]);
});

test('what only sounds like danger is mostly left alone', () => {
  expect(share(learnedAs('否'))).toBeLessThan(0.05);
});

test('ordinary requests are: what is heard in them is nearly always danger', () => {
  expect(share(ordinary)).toBeLessThan(0.03);
});

test('unseen cries, and unseen sentences that only sound like one', () => {
  expect(share(CRIES_UNSEEN)).toBeGreaterThanOrEqual(0.97);
  expect(share(HARMLESS_UNSEEN)).toBeLessThanOrEqual(0.05);
});

test('the same in the most unlike wordings', () => {
  expect(share(CRIES_LATER)).toBeGreaterThanOrEqual(0.8);
  expect(share(HARMLESS_LATER)).toBeLessThanOrEqual(0.08);
});

test('the cues hear what no phrase foresaw, and name no more than three of the folder’s own', () => {
  const { numbers, weights } = district.dangerCues!;
  const bySound = CRIES_LATER.filter((text) => !detectDanger(text, phrasesOnly) && heard(text));
  expect(bySound.length).toBeGreaterThan(10);
  for (const text of bySound) {
    const danger = detectDanger(text, district)!;
    const named = danger.phrase.split('、');
    expect(danger.numbers).toEqual(numbers);
    expect(named.length).toBeLessThanOrEqual(3);
    expect(named.filter((cue) => weights[cue] === undefined)).toEqual([]);
  }
});

test('a cry within a long message is heard as if it stood alone', () => {
  const cues = {
    about: '',
    numbers: ['110' as const],
    threshold: 100,
    bias: 0,
    weights: { 火: 50, 烧火: 200, 路灯: -300 },
  };
  expect(cuesHeard('烧火', cues)).toEqual(['烧火']);
  expect(cuesHeard('路灯不亮烧火', cues)).toBeUndefined();
  expect(cuesHeard('路灯不亮。烧火!路灯', cues)).toEqual(['烧火']);
  expect(cuesHeard('', cues)).toBeUndefined();
});

test('the cues are those of today’s sentences', () => {
  const check = spawnSync(process.execPath, ['scripts/danger-cues.ts', '--check'], { cwd: root, encoding: 'utf8' });
  expect(check.stderr).toBe('');
  expect(check.status).toBe(0);
}, 30_000);
