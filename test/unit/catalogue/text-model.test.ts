import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { evidenceFor } from '#domain/catalogue/text-evidence.ts';
import { exp, hashOf, ln, READ_CHARACTERS, toProbabilities, visitGrams } from '#domain/catalogue/text-features.ts';
import { BrokenModelError, classifyText, readModel } from '#domain/catalogue/text-model.ts';
import { type ModelParts, packModel, unpackModel } from '#domain/catalogue/text-model-bytes.ts';
import { crossValidate, TrainingError, trainModel } from '#domain/catalogue/train-model.ts';
import { seeded } from '#domain/catalogue/training/random.ts';
import { inventMessages, LABELS } from './invented-messages.ts';

const examples = inventMessages(60, 7);
const trained = trainModel(examples);
const model = readModel(trained.bytes);
const classify = (content: string) => classifyText(model, { title: '', content });

describe('a trained model', () => {
  test('has learnt what it was taught', () => {
    const fresh = inventMessages(50, 8);
    const right = fresh.filter((message) => classifyText(model, message).ranked[0]?.label === message.label);
    expect(right.length / fresh.length).toBeGreaterThan(0.97);
    expect(classify('老板拖欠工资').ranked[0]?.label).toBe('欠薪');
  });
  test('is the same, byte by byte, from the same examples and seed, here and on every other machine', () => {
    expect(trainModel(inventMessages(60, 7)).bytes).toEqual(trained.bytes);
    expect(trainModel(examples, { seed: 2 }).bytes).not.toEqual(trained.bytes);
    // Changes with the method only. If it differs between machines, some arithmetic is not exact.
    expect(createHash('sha256').update(trained.bytes).digest('hex')).toBe(
      'cdd5072844e86985604440c074a7b263f19ce624dd12a36e4f21d618b2230b04',
    );
  });
  test('gives probabilities that sum to 1, best first', () => {
    for (const message of inventMessages(10, 9, 3)) {
      const { ranked } = classifyText(model, message);
      expect(ranked.map(({ label }) => label).sort()).toEqual(LABELS);
      expect(ranked.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
      expect(ranked.map(({ probability }) => probability)).toEqual(
        ranked.map(({ probability }) => probability).sort((a, b) => b - a),
      );
    }
  });
  test.each(['', '   ', 'Hello, world 12345!', '🙂🙂', '\ud842', '龘靐齉爩'])(
    'is unsure about %j, which says nothing',
    (text) => {
      const { ranked, known } = classify(text);
      expect(known).toBe(0);
      expect(ranked[0]!.probability).toBeLessThan(0.5);
      expect(ranked[0]!.probability).toBeLessThan(model.threshold);
    },
  );
  test('is less sure about a text that speaks for two labels', () => {
    const [best, rival] = classify('工资学校').ranked;
    expect(best!.probability).toBeLessThan(classify('工资拖欠').ranked[0]!.probability);
    expect([best!.label, rival!.label].sort()).toEqual(['教育', '欠薪']);
  });
  test('reads full-width, blanks and traditional line ends alike', () => {
    expect(classify('停 水,停\r\n电')).toEqual(classify('停水,停\n电'));
  });
  test('reads a bounded part of a long text', () => {
    const long = '停水漏水'.repeat(READ_CHARACTERS / 4);
    expect(classify(`${long}工资拖欠`.repeat(100))).toEqual(classify(long));
    // One character that normalises to eighteen must not make the text longer than the bound.
    let grams = 0;
    visitGrams({ title: '', content: '\ufdfa停'.repeat(READ_CHARACTERS) }, () => grams++);
    expect(grams).toBeLessThanOrEqual(3 * READ_CHARACTERS);
  });
  test('says which words spoke for a label', () => {
    const message = { title: '', content: '希望解决,老板拖欠工资' };
    const words = evidenceFor(model, message, '欠薪', 3).map((evidence) => evidence.words);
    expect(words).toHaveLength(3);
    for (const word of words) expect('老板拖欠工资').toContain(word);
    expect(evidenceFor(model, message, '没有这一类')).toEqual([]);
    expect(evidenceFor(model, { title: '', content: '' }, '欠薪')).toEqual([]);
  });
  test('holds no text of the examples', () => {
    const bytes = Buffer.from(trained.bytes);
    for (const encoding of ['utf8', 'utf16le'] as const) {
      expect(['停水', '工资', '广场舞', '学校'].filter((word) => bytes.includes(Buffer.from(word, encoding)))).toEqual(
        [],
      );
    }
  });
  test('ties go by label', () => {
    const even = packModel({ ...parts(), biases: new Float64Array(2) });
    expect(classifyText(readModel(even), { title: '', content: '' }).ranked).toEqual(
      [
        { label: '甲', probability: 0.5 },
        { label: '乙', probability: 0.5 },
      ].sort((a, b) => (a.label < b.label ? -1 : 1)),
    );
  });
  test('keeps to the bytes it may take, and to the runs', () => {
    expect(trainModel(examples, { maxBytes: 4000 }).bytes.length).toBeLessThanOrEqual(4000);
    expect(trainModel(examples, { grams: 30 }).grams).toBe(30);
  });
});

function parts(): ModelParts {
  return {
    labels: ['甲', '乙'],
    threshold: 0.9,
    precision: 0.97,
    biases: Float64Array.of(0.5, -0.5),
    hashes: Uint32Array.of(3, 77),
    weights: Float32Array.of(1, 2),
    scales: Float32Array.of(0.5, 0),
    cells: Int8Array.of(127, -127, 0, 5),
  };
}

describe('the formula', () => {
  const run = (text: string) =>
    hashOf(...([0, 0, ...Array.from(text, (letter) => letter.charCodeAt(0))].slice(-3) as [number, number, number]));
  // Runs in the order of their hashes, each with weight, scale and cells.
  const rows = [
    { text: '停', weight: 1, scale: 0.5, cells: [10, -20] },
    { text: '停水', weight: 3, scale: 0.25, cells: [40, 0] },
    { text: '水停水', weight: 2, scale: 1, cells: [-8, 3] },
  ].sort((a, b) => run(a.text) - run(b.text));
  const known = readModel(
    packModel({
      ...parts(),
      hashes: Uint32Array.from(rows, ({ text }) => run(text)),
      weights: Float32Array.from(rows, ({ weight }) => weight),
      scales: Float32Array.from(rows, ({ scale }) => scale),
      cells: Int8Array.from(rows.flatMap(({ cells }) => cells)),
    }),
  );
  test.each([
    // How often each run counts: in the title twice, never across what is no 汉字.
    ['', '停', { 停: 1 }],
    ['', '停,水', { 停: 1 }],
    ['', '停水停水', { 停: 2, 停水: 2, 水停水: 1 }],
    ['停水', '停', { 停: 3, 停水: 2 }],
    ['停', '水', { 停: 2 }],
  ] as const)('title %j, content %j', (title, content, counts: Readonly<Record<string, number>>) => {
    const values = rows.map(({ text, weight }) => (text in counts ? (1 + Math.log(counts[text]!)) * weight : 0));
    const length = Math.hypot(...values);
    const [first, second] = [0, 1].map((label) =>
      rows.reduce(
        (sum, { scale, cells }, at) => sum + (values[at]! / length) * scale * cells[label]!,
        label === 0 ? 0.5 : -0.5,
      ),
    );
    const expected = 1 / (1 + Math.exp(second! - first!));
    const answer = classifyText(known, { title, content });
    expect(answer.known).toBe(Object.keys(counts).length);
    expect(answer.ranked.find(({ label }) => label === '甲')?.probability).toBeCloseTo(expected, 12);
  });
});

describe('the model file', () => {
  test('comes back as it was written, also from the middle of a buffer', () => {
    expect(unpackModel(packModel(parts()))).toEqual(parts());
    const inside = Buffer.concat([Buffer.alloc(5, 1), packModel(parts()), Buffer.alloc(9, 1)]).subarray(5, -9);
    expect(unpackModel(inside)).toEqual(parts());
  });
  test('is refused when cut short or made longer', () => {
    const small = packModel(parts());
    for (let length = 0; length < small.length; length++) {
      expect(() => readModel(small.subarray(0, length))).toThrow(BrokenModelError);
    }
    expect(() => readModel(Uint8Array.of(...small, 0))).toThrow(BrokenModelError);
    const random = seeded(3);
    for (let round = 0; round < 50; round++) {
      const length = Math.floor(random() * trained.bytes.length);
      expect(() => readModel(trained.bytes.subarray(0, length))).toThrow(BrokenModelError);
    }
  });
  test('is refused with any bit flipped', () => {
    const small = packModel(parts());
    for (let bit = 0; bit < small.length * 8; bit++) {
      const flipped = small.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => readModel(flipped)).toThrow(BrokenModelError);
    }
  });
  test.each([
    ['no labels', { labels: [], biases: new Float64Array(0), cells: new Int8Array(0) }],
    ['a label twice', { labels: ['甲', '甲'] }],
    ['an empty label', { labels: ['甲', ''] }],
    ['a label that is no string', { labels: ['甲', 1] as unknown as string[] }],
    ['no threshold', { threshold: Number.NaN }],
    ['a threshold above 1', { threshold: 1.5 }],
    ['a bias that is no number', { biases: Float64Array.of(0, Number.NaN) }],
    ['a weight of zero', { weights: Float32Array.of(0, 1) }],
    ['an infinite scale', { scales: Float32Array.of(1, Number.POSITIVE_INFINITY) }],
    ['runs out of order', { hashes: Uint32Array.of(77, 3) }],
    ['a run twice', { hashes: Uint32Array.of(3, 3) }],
    [
      'no runs',
      {
        hashes: new Uint32Array(0),
        weights: new Float32Array(0),
        scales: new Float32Array(0),
        cells: new Int8Array(0),
      },
    ],
    ['too few cells', { cells: Int8Array.of(1, 2, 3), biases: Float64Array.of(1) }],
  ])('is refused with %s, though the checksum is right', (_, wrong) => {
    expect(() => readModel(packModel({ ...parts(), ...wrong }))).toThrow(BrokenModelError);
  });
});

describe('training', () => {
  test.each([
    ['a single label', [{ title: '', content: '停水', label: '水' }]],
    ['nothing', []],
    ['a label with one example', [...examples, { title: '', content: '停水', label: '孤例' }]],
    ['no 汉字', ['a', 'b', 'a', 'b'].map((label) => ({ title: '', content: `text ${label}`, label }))],
  ])('refuses %s', (_, few) => {
    expect(() => trainModel(few)).toThrow(TrainingError);
  });
  test('makes do with two examples a label', () => {
    const few = ['停水了', '停水两天', '欠工资', '拖欠工资'].map((content, index) => ({
      title: '',
      content,
      label: index < 2 ? '水' : '薪',
    }));
    const tiny = readModel(trainModel(few).bytes);
    expect(classifyText(tiny, few[3]!).ranked[0]?.label).toBe('薪');
    // Four examples prove nothing: it may answer, but never at the precision that was asked for.
    expect(tiny.threshold).toBe(1);
  });
});

describe('cross-validation', () => {
  test('finds what can be learnt, and says how sure the answers are', () => {
    const figures = crossValidate(examples, 4, { seed: 3 });
    expect(figures.macroF1Mean).toBeGreaterThan(0.95);
    expect(figures.folds).toHaveLength(4);
    expect(figures.folds.reduce((sum, fold) => sum + fold.examples, 0)).toBe(examples.length);
    expect(figures.confusion.flat().reduce((sum, count) => sum + count)).toBe(examples.length);
    expect(figures.calibrationError).toBeLessThan(0.1);
  });
  test('finds nothing where there is nothing, though each message was sent three times', () => {
    const random = seeded(5);
    const copies = inventMessages(25, 11, 40).flatMap((message, index) => {
      const label = `无关${Math.floor(random() * 4)}`;
      return [
        message,
        { ...message, content: `${message.content}!` },
        { ...message, content: `${message.content}谢谢` },
      ].map((copy) => ({ ...copy, label: index < 4 ? `无关${index}` : label }));
    });
    const figures = crossValidate(copies, 5);
    expect(figures.nearDuplicates).toBe((copies.length * 2) / 3);
    // Chance is 0.25; copies on both sides of a fold would make it nearly 1.
    expect(figures.macroF1Mean).toBeLessThan(0.45);
    expect(figures.abstaining.coverage).toBeLessThan(0.2);
  });
});

describe('arithmetic', () => {
  test('exp and ln are those of mathematics', () => {
    for (let x = -700; x <= 0; x += 0.37) expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
    expect(exp(0)).toBe(1);
    expect(exp(-701)).toBe(0);
    for (let x = 1e-6; x < 1e6; x *= 1.37)
      expect(Math.abs(ln(x) - Math.log(x))).toBeLessThan(1e-14 * Math.max(1, Math.abs(ln(x))));
    expect(ln(1)).toBe(0);
  });
  test('softmax of large numbers neither overflows nor loses its sum', () => {
    const logits = Float64Array.of(1e6, 1e6, -1e6);
    toProbabilities(logits);
    expect([...logits]).toEqual([0.5, 0.5, 0]);
  });
  test('different runs have different hashes', () => {
    const seen = new Set<number>();
    let runs = 0;
    for (let a = 0; a < 60; a++)
      for (let b = 0; b < 60; b++)
        for (let c = 0; c < 60; c++, runs++) seen.add(hashOf(0x4e00 + a, 0x4e00 + b, 0x4e00 + c));
    // 216,000 of 2³²: about five pairs collide by chance.
    expect(runs - seen.size).toBeLessThan(30);
  });
});
