import { describe, expect, test } from 'vitest';
import { crossValidate, TrainingError } from '#domain/catalogue/train-model.ts';
import { calibrate, thresholdFor } from '#domain/catalogue/training/calibration.ts';
import { readCorpus } from '#domain/catalogue/training/corpus.ts';
import { calibrationError, curvePoint, figuresOf } from '#domain/catalogue/training/figures.ts';
import { foldsOf } from '#domain/catalogue/training/folds.ts';
import { duplicateGroups } from '#domain/catalogue/training/near-duplicates.ts';
import { seeded } from '#domain/catalogue/training/random.ts';
import { inventMessages } from './invented-messages.ts';

const LETTER =
  '您好,我们小区3栋B座自来水从上周三开始每天晚上停水,打了供水公司电话三次都说在抢修,一直没有修好,家里老人小孩没法洗澡做饭,希望有关部门尽快解决。';
const OTHER = '村口那条路坑坑洼洼好几年了,下雨就积水,孩子上学摔了好几回,村里说没有钱修,请领导派人来看看,给个说法。';

describe('near-duplicates', () => {
  test.each([
    ['the same words', LETTER, true],
    ['other punctuation and blanks', LETTER.replaceAll(',', ' , ').replaceAll('。', '!!!'), true],
    ['full-width', LETTER.replace('3栋B座', '3栋b座').replaceAll(',', ','), true],
    ['a word added', `${LETTER}谢谢!`, true],
    ['half of it', LETTER.slice(0, LETTER.length / 2), false],
    ['another matter', OTHER, false],
    ['nothing', '', false],
  ])('%s', (_, content, same) => {
    const [first, second] = duplicateGroups([
      { title: '', content: LETTER },
      { title: '再次反映', content },
    ]);
    expect(first === second).toBe(same);
  });
  test('chains are one group, named by their first', () => {
    const messages = [OTHER, LETTER, `${LETTER}谢谢`, `${LETTER}谢谢谢谢领导`].map((content) => ({
      title: '',
      content,
    }));
    expect([...duplicateGroups(messages)]).toEqual([0, 1, 1, 1]);
  });
  test('a short content is told apart by its title', () => {
    const messages = ['路灯不亮', '学校食堂', '路灯不亮'].map((title) => ({ title, content: '如题' }));
    expect([...duplicateGroups(messages)]).toEqual([0, 1, 0]);
  });
});

describe('folds', () => {
  const single = inventMessages(37, 4);
  // Every third message was sent again.
  const examples = [...single, ...single.filter((_, index) => index % 3 === 0)];
  const corpus = readCorpus(examples);
  const everyone = Int32Array.from(examples.keys());
  const folds = foldsOf(corpus, everyone, 5, 1);

  test('test each example once, train on the others', () => {
    expect(folds.flatMap(({ test: part }) => [...part]).sort((a, b) => a - b)).toEqual([...everyone]);
    for (const { train, test: part } of folds) {
      expect(new Set([...train, ...part]).size).toBe(examples.length);
      expect(train.length + part.length).toBe(examples.length);
    }
  });
  test('have the same share of every label', () => {
    for (const [label] of corpus.labels.entries()) {
      const counts = folds.map(({ test: part }) => part.filter((member) => corpus.labelOf[member] === label).length);
      // A pair of duplicates can't be divided.
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
    }
  });
  test('never divide near-duplicates', () => {
    expect(new Set(corpus.groupOf).size).toBeLessThan(examples.length);
    for (const { train, test: part } of folds) {
      const tested = new Set([...part].map((member) => corpus.groupOf[member]));
      expect([...train].filter((member) => tested.has(corpus.groupOf[member]))).toEqual([]);
    }
  });
  test('follow the seed', () => {
    expect(foldsOf(corpus, everyone, 5, 1)).toEqual(folds);
    expect(foldsOf(corpus, everyone, 5, 2)).not.toEqual(folds);
  });
});

const answers = (...list: readonly (readonly [number, boolean])[]) =>
  list.map(([probability, right]) => ({ probability, right }));

describe('figures', () => {
  test('of a known table', () => {
    const said = (label: string, answer: string, probability: number) => ({ label, answer, probability });
    const figures = figuresOf(
      [
        said('甲', '甲', 0.9),
        said('甲', '甲', 0.9),
        said('甲', '乙', 0.6),
        said('乙', '乙', 0.8),
        said('乙', '丙', 0.4),
      ],
      ['甲', '乙', '丙'],
      1,
    );
    expect(figures.confusion).toEqual([
      [2, 1, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]);
    expect(figures.accuracy).toBe(0.6);
    expect(figures.labels.map(({ precision, recall, f1 }) => [precision, recall, f1])).toEqual([
      [1, 2 / 3, 0.8],
      [0.5, 0.5, 0.5],
      [0, 0, 0],
    ]);
    // 丙 never occurs: it has no recall to be averaged.
    expect(figures.macroF1).toBeCloseTo(0.65, 12);
    expect(figures.bestCoverage).toBe(0.6);
  });
  test.each([
    ['nothing asked', [], 0],
    ['sure and right', answers([1, true], [1, true]), 0],
    ['sure and wrong', answers([1, false]), 1],
    ['as often right as it says', answers([0.75, true], [0.75, true], [0.75, true], [0.75, false]), 0],
    // Bin of 0.9: mean 0.9, half right; bin of 0.5: mean 0.5, none right.
    ['two bins', answers([0.9, true], [0.9, false], [0.5, false], [0.5, false]), 0.45],
  ])('calibration error: %s', (_, given, expected) => {
    expect(calibrationError(given, 10)).toBeCloseTo(expected, 12);
  });
  test('abstaining', () => {
    const given = answers([0.9, true], [0.8, true], [0.7, false], [0.6, true]);
    expect(curvePoint(given, 0)).toEqual({ threshold: 0, coverage: 1, precision: 0.75 });
    expect(curvePoint(given, 0.8)).toEqual({ threshold: 0.8, coverage: 0.5, precision: 1 });
    expect(curvePoint(given, 0.95)).toEqual({ threshold: 0.95, coverage: 0 });
  });
});

describe('calibration', () => {
  test('undoes exaggeration', () => {
    // Two labels; label 0 is right with probability 1 ÷ (1 + e^−2x): the true factor is 2 for sums of ±x ÷ 2.
    const random = seeded(6);
    const rows = 4000;
    const labelOf = new Int32Array(rows);
    const sums = new Float64Array(rows * 2);
    for (let row = 0; row < rows; row++) {
      const x = random() * 4 - 2;
      sums[row * 2] = x / 2;
      sums[row * 2 + 1] = -x / 2;
      labelOf[row] = random() < 1 / (1 + Math.exp(-2 * x)) ? 0 : 1;
    }
    expect(calibrate({ sums, labelOf }, 2, 0.9).factor).toBeGreaterThan(1.8);
    expect(calibrate({ sums, labelOf }, 2, 0.9).factor).toBeLessThan(2.2);
    const louder = sums.map((sum) => sum * 10);
    expect(calibrate({ sums: louder, labelOf }, 2, 0.9).factor).toBeCloseTo(
      calibrate({ sums, labelOf }, 2, 0.9).factor / 10,
      6,
    );
  });
  test('the threshold is the lowest that keeps the precision, with a margin for luck', () => {
    const list = answers(...Array.from({ length: 1000 }, (_, index) => [1 - index / 1000, index < 800] as const));
    const threshold = thresholdFor(list, 0.97);
    const { coverage, precision } = curvePoint(list, threshold);
    expect(precision).toBeGreaterThanOrEqual(0.97);
    expect(coverage).toBeGreaterThan(0.75);
    expect(curvePoint(list, threshold - 0.02).precision).toBeLessThan(0.97);
  });
  test.each([
    ['no answers', [], 1],
    ['too few to tell', answers([0.9, true], [0.8, true]), 1],
    ['always wrong', answers(...Array.from({ length: 500 }, () => [0.9, false] as const)), 1],
    [
      'equal probabilities, half of them right',
      answers(...Array.from({ length: 500 }, (_, i) => [0.9, i < 250] as const)),
      1,
    ],
  ])('no threshold: %s', (_, list, expected) => {
    expect(thresholdFor(list, 0.97)).toBe(expected);
  });
});

describe('cross-validation', () => {
  const examples = inventMessages(3, 8);
  test('refuses more folds than there are different messages: an empty one would count as all wrong', () => {
    const groups = new Set(duplicateGroups(examples)).size;
    expect(() => crossValidate(examples, groups + 1)).toThrow(TrainingError);
    expect(() => crossValidate(examples, groups + 1)).toThrow(`only ${groups}`);
  });
  test('every fold tests something when there are as many', () => {
    const groups = new Set(duplicateGroups(examples)).size;
    const { folds } = crossValidate(examples, groups);
    expect(folds.every(({ examples: tested }) => tested > 0)).toBe(true);
  });
});
