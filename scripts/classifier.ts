/**
 * Trains and tests the text classifier on a district's own history of labelled messages.
 *
 *     npm run classifier -- train --data FILE [--out FOLDER] [--folds 5]   figures, then model.bin and model.json
 *     npm run classifier -- train --district xianan                        the starting model, from the folder's own words
 *     npm run classifier -- evaluate --data FILE --model FILE              figures of a model on other messages
 *     npm run classifier -- evaluate --data FILE [--folds 5]               cross-validation only, nothing is written
 *
 * FILE is JSONL or CSV. Progress goes to stderr. No text of a message is printed or stored: a model holds hashes.
 */
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BrokenModelError, classifyText, readModel, type TextModel } from '#domain/catalogue/text-model.ts';
import {
  type CrossValidation,
  crossValidate,
  type Example,
  TRAIN_DEFAULTS,
  TrainingError,
  type TrainOptions,
  trainModel,
} from '#domain/catalogue/train-model.ts';
import { figuresOf } from '#domain/catalogue/training/figures.ts';
import { DistrictFolderError } from '#infra/district-reader.ts';
import { coldLoadMs } from './classifier/cold-load.ts';
import { describeLines, labelFault } from './classifier/labels.ts';
import {
  assertLearnable,
  DataError,
  describeMistakes,
  type LabelledData,
  readExamples,
} from './classifier/read-data.ts';
import { crossValidationReport, report } from './classifier/report.ts';
import { meaningsOf, starterExamples } from './classifier/starter.ts';

const USAGE = `usage: npm run classifier -- train --data FILE [--out FOLDER] [--folds 5]
       npm run classifier -- train --district xianan [--folds 5]
       npm run classifier -- evaluate --data FILE [--model FILE | --folds 5]
  --text, --title, --label NAME   fields or columns, else the usual names (text, content; title; label, category, code)
  --skip                          leave wrong lines out instead of refusing the file
  --least N                       leave labels with fewer than N messages out (else a label with one is refused)
  --seed N, --precision 0.97      train: order of the folds; what the threshold stands for
  --folds 0                       train: no cross-validation`;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** npm runs scripts in the project's folder; a path means the folder that the command was typed in. */
const pathOf = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path);
const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', default: false },
        data: { type: 'string' },
        district: { type: 'string' },
        out: { type: 'string' },
        model: { type: 'string' },
        folds: { type: 'string', default: '5' },
        text: { type: 'string' },
        title: { type: 'string' },
        label: { type: 'string' },
        skip: { type: 'boolean', default: false },
        least: { type: 'string', default: '0' },
        seed: { type: 'string', default: String(TRAIN_DEFAULTS.seed) },
        precision: { type: 'string', default: String(TRAIN_DEFAULTS.precision) },
      },
    });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

const { values, positionals } = readOptions();

function numberOf(option: 'folds' | 'least' | 'seed' | 'precision', low: number, high: number, whole = true): number {
  const number = Number(values[option]);
  if ((whole ? Number.isInteger(number) : Number.isFinite(number)) && number >= low && number <= high) return number;
  return fail(`--${option} is a${whole ? ' whole' : ''} number from ${low} to ${high}`);
}

const progress = (step: string): void => console.error(`  ${(performance.now() / 1000).toFixed(1)} s  ${step} …`);

function readData(file: string): LabelledData {
  const data = readExamples(file, values, values.skip);
  if (data.leftOut.length > 0) {
    console.error(`${data.leftOut.length} lines left out:\n${describeMistakes(file, data.leftOut)}`);
  }
  const counts = countLabels(data.examples);
  const least = numberOf('least', 0, 1_000_000);
  const rare = new Set(Object.keys(counts).filter((label) => (counts[label] ?? 0) < least));
  if (rare.size === 0) return data;
  const all = data.examples.map((example, at) => ({ example, line: data.lines[at] ?? 0 }));
  const left = all.filter(({ example }) => rare.has(example.label)).map(({ line }) => line);
  console.error(`${rare.size} labels with fewer than ${least} messages left out: ${describeLines(left)}`);
  const kept = all.filter(({ example }) => !rare.has(example.label));
  return { ...data, examples: kept.map(({ example }) => example), lines: kept.map(({ line }) => line) };
}

function countLabels(examples: readonly Example[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of examples) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function print(lines: Iterable<string>): void {
  for (const line of lines) console.log(line);
}

interface Speed {
  readonly loadMs: number;
  readonly messagesPerSecond: number;
}

function speedOf(file: string, examples: readonly Example[]): Speed {
  const model = readModel(readFileSync(file));
  const begin = performance.now();
  let done = 0;
  for (; performance.now() - begin < 1000; done++) {
    const example = examples[done % examples.length];
    if (example !== undefined) classifyText(model, example);
  }
  const messagesPerSecond = Math.round(done / ((performance.now() - begin) / 1000));
  return { loadMs: coldLoadMs(file), messagesPerSecond };
}

function crossValidated(examples: readonly Example[], folds: number, options: Partial<TrainOptions>): CrossValidation {
  const figures = crossValidate(examples, folds, options, progress);
  print(crossValidationReport(figures, options.precision ?? TRAIN_DEFAULTS.precision));
  return figures;
}

/** Which code made a model: its version, and a hash of the sources that decide. */
function codeVersion() {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const patterns = ['text-*.ts', 'phrases.ts', 'train-model.ts', 'training/*.ts'];
  const files = patterns.flatMap((pattern) => globSync(`domain/catalogue/${pattern}`, { cwd: ROOT })).sort();
  return { version, sourcesSha256: sha256(files.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\0')) };
}

function train(file: string): void {
  const data = readData(file);
  const { examples, leftOut } = data;
  assertLearnable(file, data);
  learn(examples, { file: basename(file), sha256: sha256(readFileSync(file)), leftOut: leftOut.length });
}

/** 初始模型: from what a district folder says of its catalogue, before the district has a history of its own. */
function trainStarter(district: string): void {
  const examples = starterExamples(district);
  learn(examples, {
    file: `districts/${district}: catalogue.csv, examples.csv`,
    sha256: sha256(JSON.stringify(examples)),
    leftOut: 0,
  });
}

interface Provenance {
  readonly file: string;
  readonly sha256: string;
  readonly leftOut: number;
}

/** A history whose labels are all codes of the catalogue teaches the router's rows; any other a taxonomy of its own. */
function meaningsFor(examples: readonly Example[]): ReadonlyMap<string, string> | undefined {
  const meanings = meaningsOf(values.district ?? 'xianan');
  return examples.every(({ label }) => meanings.has(label)) ? meanings : undefined;
}

function learn(examples: readonly Example[], data: Provenance): void {
  const folds = numberOf('folds', 0, 20);
  if (folds === 1) fail('--folds is 0 or from 2 to 20');
  const options = {
    ...TRAIN_DEFAULTS,
    seed: numberOf('seed', 0, 2 ** 31),
    precision: numberOf('precision', 0.5, 1, false),
    meanings: meaningsFor(examples),
  };
  const figures = folds === 0 ? undefined : crossValidated(examples, folds, options);
  const { bytes, labels, grams, threshold, factor } = trainModel(examples, options, progress);
  const ofDistrict = values.district === undefined ? undefined : join(ROOT, 'districts', values.district);
  const out = values.out === undefined ? (ofDistrict ?? pathOf('.jieban/classifier')) : pathOf(values.out);
  mkdirSync(out, { recursive: true });
  const modelFile = join(out, 'model.bin');
  writeFileSync(modelFile, bytes);
  const speed = speedOf(modelFile, examples);
  const about = {
    model: { sha256: sha256(bytes), bytes: bytes.length, labels: labels.length, grams, threshold, factor },
    data: {
      ...data,
      messages: examples.length,
      perLabel: countLabels(examples),
    },
    made: new Date().toISOString(),
    options: { ...options, meanings: options.meanings !== undefined, folds },
    code: codeVersion(),
    figures: { ...figures, ...speed },
  };
  writeFileSync(join(out, 'model.json'), `${JSON.stringify(about, null, 2)}\n`);
  console.log('');
  console.log(
    `model.bin ${(bytes.length / 1e6).toFixed(2)} MB, ${grams} runs of 汉字, answers from probability ${threshold.toFixed(3)}`,
  );
  console.log(`loads in ${speed.loadMs} ms, classifies ${speed.messagesPerSecond} messages/s on one core`);
  console.log(`written to ${out}`);
}

function evaluate(file: string): void {
  const data = readData(file);
  if (values.model === undefined) {
    assertLearnable(file, data);
    const precision = numberOf('precision', 0.5, 1, false);
    crossValidated(data.examples, numberOf('folds', 2, 20), { seed: numberOf('seed', 0, 2 ** 31), precision });
    return;
  }
  const modelFile = pathOf(values.model);
  const model = readModel(readFileSync(modelFile));
  if (model.labels.some((label) => labelFault(label) !== undefined))
    fail(`${basename(modelFile)} holds what is no label`);
  const examples = withoutStrangers(model, data);
  const verdicts = examples.map((example) => {
    const best = classifyText(model, example).ranked[0];
    return { label: example.label, answer: best?.label ?? '', probability: best?.probability ?? 0 };
  });
  const names = [...new Set([...model.labels, ...examples.map(({ label }) => label)])].sort();
  console.log(
    `${examples.length} messages, ${model.labels.length} labels; training messages among them flatter the figures`,
  );
  print(report(figuresOf(verdicts, names, model.precision), model.precision));
  const given = verdicts.filter(({ probability }) => probability >= model.threshold);
  const right = given.filter(({ label, answer }) => label === answer).length;
  const share = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);
  console.log(
    `by the model's own threshold ${model.threshold.toFixed(3)}: precision ${share(right, given.length)} at coverage ${share(given.length, examples.length)}`,
  );
  const speed = speedOf(modelFile, examples);
  console.log(`loads in ${speed.loadMs} ms, classifies ${speed.messagesPerSecond} messages/s on one core`);
}

/** Labels that the model doesn't know may be anything: the report numbers them. */
function withoutStrangers(model: TextModel, { examples, lines }: LabelledData): readonly Example[] {
  const known = new Set(model.labels);
  const strange = [...new Set(examples.map(({ label }) => label).filter((label) => !known.has(label)))];
  if (strange.length === 0) return examples;
  const at = lines.filter((_, position) => !known.has(examples[position]?.label ?? ''));
  console.error(
    `${strange.length} labels that the model doesn't know, always wrong: ${at.length} messages, ${describeLines(at)}`,
  );
  const numbered = new Map(strange.map((label, position) => [label, `(unknown ${position + 1})`]));
  return examples.map((example) => ({ ...example, label: numbered.get(example.label) ?? example.label }));
}

const commands: Readonly<Record<string, (file: string) => void>> = { train, evaluate };
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const command = commands[positionals[0] ?? ''];
const starter = positionals[0] === 'train' && values.district !== undefined && values.data === undefined;
if (command === undefined || positionals.length !== 1 || (values.data === undefined && !starter)) fail(USAGE);
try {
  if (values.data === undefined) trainStarter(values.district ?? '');
  else command(pathOf(values.data));
} catch (error) {
  const expected =
    error instanceof DataError ||
    error instanceof TrainingError ||
    error instanceof BrokenModelError ||
    error instanceof DistrictFolderError ||
    (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'));
  if (!expected) throw error;
  fail(error.message);
}
