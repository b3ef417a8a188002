/**
 * Trains the text classifier (`text-model.ts`) on labelled messages, and says honestly how good it is. Pure: examples in,
 * bytes and figures out; the same examples and seed give the same bytes on every machine.
 *
 * Messages → runs of 汉字 (`training/corpus.ts`) → chosen and weighed (`vectors.ts`) → one linear machine per label
 * (`svm.ts`) → sums to probabilities and a threshold, from folds inside the training part (`calibration.ts`) → cells of
 * one byte (`packModel`). Cross-validation does all of that anew for each fold, and asks the packed model.
 */

import { classifyText, readModel } from './text-model.ts';
import { modelSize, packModel } from './text-model-bytes.ts';
import { calibrate, type HeldOut } from './training/calibration.ts';
import { type Corpus, type Example, readCorpus, TrainingError } from './training/corpus.ts';
import { type CurvePoint, curvePoint, type Figures, figuresOf, type Verdict } from './training/figures.ts';
import { foldsOf } from './training/folds.ts';
import { type LinearModel, sumsOf, trainLinear } from './training/svm.ts';
import { vectorise, weigh } from './training/vectors.ts';

export { type Example, TrainingError } from './training/corpus.ts';

export interface TrainOptions {
  readonly seed: number;
  /** Folds inside the training part that calibration and threshold come from. */
  readonly innerFolds: number;
  /** Most runs that a model knows. */
  readonly grams: number;
  readonly maxBytes: number;
  /** Share of right answers that the threshold stands for. */
  readonly precision: number;
  /** What each label means in the catalogue at hand; without them a label speaks for whatever row has its code later. */
  readonly meanings?: ReadonlyMap<string, string> | undefined;
}

export const TRAIN_DEFAULTS: TrainOptions = {
  seed: 1,
  innerFolds: 5,
  grams: 15_000,
  maxBytes: 3_000_000,
  precision: 0.97,
};

export interface Trained {
  readonly bytes: Uint8Array;
  readonly labels: readonly string[];
  readonly grams: number;
  readonly threshold: number;
  readonly factor: number;
}

/** Called before each step. */
export type Progress = (step: string) => void;

/** @throws TrainingError when the examples can't be learnt from */
export function trainModel(
  examples: readonly Example[],
  options: Partial<TrainOptions> = {},
  progress: Progress = () => {},
): Trained {
  progress(`reading ${examples.length} examples`);
  const corpus = readCorpus(examples);
  return trainOn(corpus, everyone(corpus), { ...TRAIN_DEFAULTS, ...options }, progress);
}

const everyone = (corpus: Corpus): Int32Array => Int32Array.from(corpus.labelOf.keys());

function trainOn(corpus: Corpus, members: Int32Array, options: TrainOptions, progress: Progress): Trained {
  const count = corpus.labels.length;
  const room = Math.floor(
    (options.maxBytes - modelSize(count, 0) - headRoom(corpus.labels, options.meanings)) / (12 + count),
  );
  const most = Math.max(1, Math.min(options.grams, room));
  const learn = (part: Int32Array) => {
    const weighting = weigh(corpus, part, most);
    const machine = trainLinear(vectorise(corpus, part, weighting), labelsOf(corpus, part), count, options.seed);
    return { weighting, machine };
  };
  const inner = foldsOf(corpus, members, options.innerFolds, options.seed);
  const heldOut = inner.map(({ train, test }, fold) => {
    progress(`calibration ${fold + 1} of ${inner.length}`);
    const { weighting, machine } = learn(train);
    return { sums: sumsOf(vectorise(corpus, test, weighting), machine), labelOf: labelsOf(corpus, test) };
  });
  const { factor, threshold } = calibrate(joined(heldOut), count, options.precision);
  progress(`training on ${members.length} examples`);
  const { weighting, machine } = learn(members);
  if (weighting.grams.length === 0) throw new TrainingError(`no run of 汉字 occurs in ${corpus.minTexts} messages`);
  const bytes = packModel({
    labels: corpus.labels,
    ...(options.meanings === undefined
      ? {}
      : { meanings: corpus.labels.map((label) => options.meanings?.get(label) ?? '') }),
    threshold,
    precision: options.precision,
    biases: machine.biases.map((bias) => bias * factor),
    hashes: Uint32Array.from(weighting.grams, (gram) => corpus.hashes[gram] ?? 0),
    weights: weighting.weights,
    ...inBytes(machine, factor),
  });
  return { bytes, labels: corpus.labels, grams: weighting.grams.length, threshold, factor };
}

/** At most four bytes a character, and the head's own words. */
const headRoom = (labels: readonly string[], meanings: TrainOptions['meanings']): number =>
  JSON.stringify([...labels, ...labels.map((label) => meanings?.get(label) ?? '')]).length * 4 + 200;

const labelsOf = (corpus: Corpus, members: Int32Array): Int32Array =>
  members.map((member) => corpus.labelOf[member] ?? 0);

function joined(parts: readonly HeldOut[]): HeldOut {
  return {
    sums: Float64Array.from(parts.flatMap(({ sums }) => [...sums])),
    labelOf: Int32Array.from(parts.flatMap(({ labelOf }) => [...labelOf])),
  };
}

/** Each run's numbers as whole 127ths of the largest of them. */
function inBytes({ weights }: LinearModel, factor: number): { scales: Float32Array; cells: Int8Array } {
  const columns = weights[0]?.length ?? 0;
  const scales = new Float32Array(columns);
  const cells = new Int8Array(columns * weights.length);
  for (let column = 0; column < columns; column++) {
    let largest = 0;
    for (const numbers of weights) largest = Math.max(largest, Math.abs(numbers[column] ?? 0));
    if (largest === 0) continue;
    scales[column] = (largest * factor) / 127;
    for (const [label, numbers] of weights.entries()) {
      cells[column * weights.length + label] = Math.round(((numbers[column] ?? 0) / largest) * 127);
    }
  }
  return { scales, cells };
}

export interface FoldFigures {
  readonly examples: number;
  readonly macroF1: number;
  readonly accuracy: number;
  /** At the threshold that the fold's own training part chose. */
  readonly abstaining: CurvePoint;
}

export interface CrossValidation extends Figures {
  readonly folds: readonly FoldFigures[];
  /** Mean and standard deviation over the folds; `Figures.macroF1` pools them. */
  readonly macroF1Mean: number;
  readonly macroF1Deviation: number;
  /** Each fold abstained by its own threshold: what a district may expect. */
  readonly abstaining: Omit<CurvePoint, 'threshold'>;
  readonly nearDuplicates: number;
}

/** @throws TrainingError */
export function crossValidate(
  examples: readonly Example[],
  folds: number,
  options: Partial<TrainOptions> = {},
  progress: Progress = () => {},
): CrossValidation {
  const complete = { ...TRAIN_DEFAULTS, ...options };
  progress(`reading ${examples.length} examples`);
  const corpus = readCorpus(examples);
  const groups = new Set(corpus.groupOf).size;
  // Near-duplicates stay together: with fewer groups than folds some fold tests nothing, and nothing right is F1 0.
  if (groups < folds) {
    throw new TrainingError(`${folds} folds, but only ${groups} messages that differ: choose fewer folds`);
  }
  const verdicts: Verdict[] = [];
  let given = 0;
  let right = 0;
  const perFold = foldsOf(corpus, everyone(corpus), folds, complete.seed + 1).map(({ train, test }, fold) => {
    const trained = trainOn(corpus, train, complete, (step) => progress(`fold ${fold + 1} of ${folds}: ${step}`));
    const model = readModel(trained.bytes);
    const own = judge(examples, test, (example) => classifyText(model, example).ranked[0]);
    verdicts.push(...own);
    const { examples: size, macroF1, accuracy } = figuresOf(own, corpus.labels, complete.precision);
    const answers = own.map(({ label, answer, probability }) => ({ probability, right: label === answer }));
    const abstaining = curvePoint(answers, trained.threshold);
    given += Math.round(abstaining.coverage * own.length);
    right += Math.round(abstaining.coverage * own.length * (abstaining.precision ?? 0));
    return { examples: size, macroF1, accuracy, abstaining };
  });
  const mean = perFold.reduce((sum, { macroF1 }) => sum + macroF1, 0) / folds;
  const squares = perFold.reduce((sum, { macroF1 }) => sum + (macroF1 - mean) * (macroF1 - mean), 0);
  return {
    ...figuresOf(verdicts, corpus.labels, complete.precision),
    folds: perFold,
    macroF1Mean: mean,
    macroF1Deviation: Math.sqrt(squares / Math.max(1, folds - 1)),
    abstaining: { coverage: given / examples.length, ...(given > 0 && { precision: right / given }) },
    nearDuplicates: corpus.groupOf.filter((group, member) => group !== member).length,
  };
}

function judge(
  examples: readonly Example[],
  members: Int32Array,
  ask: (example: Example) => { label: string; probability: number } | undefined,
): Verdict[] {
  return Array.from(members, (member) => {
    const example = examples[member];
    const best = example === undefined ? undefined : ask(example);
    return { label: example?.label ?? '', answer: best?.label ?? '', probability: best?.probability ?? 0 };
  });
}
