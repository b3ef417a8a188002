/**
 * The text classifier on one core, on a model of 22 labels trained here on invented messages: random 汉字, a quarter of
 * them words of the label. Such messages are as long as real ones, and the model as large as a district's.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classifyText, readModel } from '#domain/catalogue/text-model.ts';
import { type Example, trainModel } from '#domain/catalogue/train-model.ts';
import { seeded } from '#domain/catalogue/training/random.ts';
import { coldLoadMs } from '../classifier/cold-load.ts';
import type { Figure } from './figure.ts';

const LABELS = 22;
const MESSAGES_PER_LABEL = 90;
const CHARACTERS = 227;
const LONG_CHARACTERS = 10_000;
const WORDS = 4000;
const SECONDS = 1;

function invent(): Example[] {
  const random = seeded(1);
  const below = (limit: number): number => Math.floor(random() * limit);
  const hanzi = (): string => String.fromCharCode(0x4e00 + below(3000));
  const words = Array.from({ length: WORDS }, () => hanzi() + hanzi());
  const own = Array.from({ length: LABELS }, () => Array.from({ length: 60 }, () => words[below(WORDS)] ?? ''));
  return Array.from({ length: LABELS * MESSAGES_PER_LABEL }, (_, index) => {
    const label = index % LABELS;
    let content = '';
    while (content.length < CHARACTERS) {
      const list = random() < 0.25 ? (own[label] ?? words) : words;
      content += (list[below(list.length)] ?? '') + (random() < 0.1 ? ',' : '');
    }
    return { title: '', content, label: String(label) };
  });
}

export function* classifier(): Iterable<Figure> {
  const examples = invent();
  const begin = performance.now();
  const trained = trainModel(examples, {}, (step) => console.error(`  ${step} …`));
  yield {
    name: 'classifier_training',
    value: Math.round(performance.now() - begin) / 1000,
    unit: 's',
    messages: examples.length,
    labels: LABELS,
  };
  yield { name: 'classifier_model', value: trained.bytes.length, unit: 'bytes', runs: trained.grams };

  const folder = mkdtempSync(join(tmpdir(), 'jieban-bench-'));
  try {
    const file = join(folder, 'model.bin');
    writeFileSync(file, trained.bytes);
    // The middle of five fresh processes: each pays for code that was never run before.
    const loads = Array.from({ length: 5 }, () => coldLoadMs(file)).sort((a, b) => a - b);
    yield { name: 'classifier_load', value: loads[2] ?? 0, unit: 'ms', worst_ms: loads.at(-1) ?? 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }

  const model = readModel(trained.bytes);
  yield {
    name: 'messages_classified',
    value: rate((round) => classifyText(model, examples[round % examples.length] ?? { title: '', content: '' })),
    unit: '1/s',
    characters: CHARACTERS,
  };
  const long = {
    title: '',
    content: examples
      .map(({ content }) => content)
      .join('')
      .slice(0, LONG_CHARACTERS),
  };
  yield {
    name: 'messages_classified',
    value: rate(() => classifyText(model, long)),
    unit: '1/s',
    characters: LONG_CHARACTERS,
  };
}

/** Calls `work` for about a second after warming up; calls/s. */
function rate(work: (round: number) => unknown): number {
  for (let round = 0; round < 200; round++) work(round);
  const start = performance.now();
  let round = 0;
  for (; performance.now() - start < SECONDS * 1000; round++) work(round);
  return Math.round(round / ((performance.now() - start) / 1000));
}
