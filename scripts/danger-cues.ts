/**
 * `npm run danger-cues -- --district xianan`: learns `danger-cues.json` from the folder's `danger-examples.csv` (cries and
 * harmless sentences) and `examples.csv` (ordinary requests, without those in which a phrase hears danger). Prints what five
 * folds gave; `--check` only says whether the file is up to date. Only + − × ÷ and the square root, in a fixed order: every machine writes the same file.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import { normalise } from '#domain/catalogue/phrases.ts';
import { detectDanger } from '#domain/routing/danger.ts';
import { runsOf, sentencesOf } from '#domain/routing/danger-cues.ts';
import { compileDistrict } from '#infra/district-folder.ts';

const { district: id, check } = parseArgs({
  options: { district: { type: 'string', default: 'xianan' }, check: { type: 'boolean', default: false } },
}).values;
const folder = new URL(`../districts/${id}/`, import.meta.url);

/** A run in fewer sentences than this says nothing. */
const LEAST_SENTENCES = 2;
/** So many runs are kept, those that tell the two kinds apart best. */
const KEPT = 9000;
const ROUNDS = 30;
const FOLDS = 5;
/** A cry weighs as much as this many times its share. */
const CRY_FACTOR = 0.5;
/** So many of the harmless sentences may be heard as danger, in folds that were not learned from. */
const FALSE_ALARMS = 0.004;
/** Weights are written as whole numbers. */
const SCALE = 100;

interface Sentence {
  readonly runs: readonly string[];
  readonly cry: boolean;
}

const table = (file: string): unknown =>
  parse(readFileSync(new URL(file, folder), 'utf8'), { columns: true, bom: true });
const DangerExamples = z.array(z.strictObject({ danger: z.enum(['是', '否']), text: z.string().trim().min(2) }));
const Requests = z.array(z.strictObject({ code: z.string(), text: z.string().trim().min(2) }));

/** As many ordinary requests as keep the two kinds in proportion; the later ones of a sub-class hold scenes of danger, too. */
const ORDINARY_PER_CODE = 13;

function firstOfEach(requests: z.output<typeof Requests>): z.output<typeof Requests> {
  const counts = new Map<string, number>();
  return requests.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= ORDINARY_PER_CODE;
  });
}

function sentences(): Sentence[] {
  // Only the phrases may say which ordinary requests are left out, or a bad file would keep itself alive.
  const { dangerCues: _, ...phrasesOnly } = compileDistrict(id);
  const examples = DangerExamples.parse(table('danger-examples.csv'));
  const ordinary = firstOfEach(Requests.parse(table('examples.csv'))).filter(
    ({ text }) => !detectDanger(text, phrasesOnly),
  );
  return [
    ...examples.map(({ danger, text }) => ({ text, cry: danger === '是' })),
    ...ordinary.map(({ text }) => ({ text, cry: false })),
  ].map(({ text, cry }) => ({ cry, runs: [...runsOf(sentencesOf(normalise(text)).join(''))] }));
}

interface Cues {
  readonly weights: ReadonlyMap<string, number>;
  readonly bias: number;
}

/** Which runs are worth a weight: by how much oftener they stand in one kind than in the other. */
function vocabulary(data: readonly Sentence[]): Set<string> {
  const counts = new Map<string, [number, number]>();
  for (const { runs, cry } of data) {
    for (const run of runs) {
      const count = counts.get(run) ?? [0, 0];
      count[cry ? 1 : 0]++;
      counts.set(run, count);
    }
  }
  const cries = data.filter(({ cry }) => cry).length;
  const calm = data.length - cries;
  return new Set(
    [...counts]
      .filter(([, [no, yes]]) => no + yes >= LEAST_SENTENCES)
      .map(([run, [no, yes]]) => ({ run, tells: (yes / cries - no / calm) ** 2 / ((no + yes) / data.length) }))
      .sort((a, b) => b.tells - a.tells || (a.run < b.run ? -1 : 1))
      .slice(0, KEPT)
      .map(({ run }) => run),
  );
}

const scoreOf = (runs: readonly string[], { weights, bias }: Cues): number => {
  let sum = 0;
  let known = 0;
  for (const run of runs) {
    const weight = weights.get(run);
    if (weight === undefined) continue;
    sum += weight;
    known++;
  }
  return known === 0 ? Number.NEGATIVE_INFINITY : bias + sum / Math.sqrt(known);
};

/** A linear machine with squared hinge loss; the mean over all steps, which is steadier than the last. */
function learn(data: readonly Sentence[]): Cues {
  const known = vocabulary(data);
  const order: Sentence[] = data
    .map(({ runs, cry }) => ({ runs: runs.filter((run) => known.has(run)), cry }))
    .filter(({ runs }) => runs.length > 0);
  const cries = order.filter(({ cry }) => cry).length;
  const cryWeight = ((order.length - cries) / cries) * CRY_FACTOR;
  const weights = new Map([...known].map((run) => [run, 0]));
  const total = new Map(weights);
  let bias = 0;
  let biasTotal = 0;
  let seed = 1;
  for (let round = 1; round <= ROUNDS; round++) {
    for (let left = order.length - 1; left > 0; left--) {
      seed = (seed * 16807) % 2147483647;
      const other = seed % (left + 1);
      [order[left], order[other]] = [order[other] as Sentence, order[left] as Sentence];
    }
    const rate = 0.4 / (1 + round * 0.3);
    for (const { runs, cry } of order) {
      const sign = cry ? 1 : -1;
      const lacking = 1 - sign * scoreOf(runs, { weights, bias });
      if (lacking <= 0) continue;
      const step = sign * Math.min(0.5, rate * lacking * (cry ? cryWeight : 1));
      const each = step / Math.sqrt(runs.length);
      for (const run of runs) weights.set(run, (weights.get(run) ?? 0) + each);
      bias += step * 0.1;
    }
    for (const [run, weight] of weights) total.set(run, (total.get(run) ?? 0) + weight);
    biasTotal += bias;
  }
  return { weights: new Map([...total].map(([run, sum]) => [run, sum / ROUNDS])), bias: biasTotal / ROUNDS };
}

const all = sentences();
const scored = Array.from({ length: FOLDS }, (_, fold) => {
  const cues = learn(all.filter((_, nth) => nth % FOLDS !== fold));
  return all.filter((_, nth) => nth % FOLDS === fold).map(({ runs, cry }) => ({ cry, score: scoreOf(runs, cues) }));
}).flat();
const calm = scored.filter(({ cry }) => !cry).map(({ score }) => score);
calm.sort((a, b) => b - a);
const threshold = Math.round((calm[Math.floor(calm.length * FALSE_ALARMS)] ?? 0) * SCALE);
const cries = scored.filter(({ cry }) => cry);
const heard = cries.filter(({ score }) => score * SCALE >= threshold).length;

const learned = learn(all);
const weights = [...learned.weights]
  .map(([run, weight]) => [run, Math.round(weight * SCALE)] as const)
  .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
const cues = {
  about: 'Written by npm run danger-cues from danger-examples.csv and examples.csv; edit those instead.',
  numbers: ['110', '119', '120'],
  threshold,
  bias: Math.round(learned.bias * SCALE),
  weights: Object.fromEntries(weights),
};
const file = new URL('danger-cues.json', folder);
const text = `${JSON.stringify(cues)}\n`;
if (check && readFileSync(file, 'utf8') !== text) {
  console.error('danger-cues.json is older than its sentences or phrases: npm run danger-cues');
  process.exit(1);
}
if (!check) writeFileSync(file, text);
console.log(
  `${all.length} sentences, ${cries.length} cries; in folds ${((heard / cries.length) * 100).toFixed(1)} % of the cries heard ` +
    `at ${(FALSE_ALARMS * 100).toFixed(1)} % false alarms; ${weights.length} cues, threshold ${threshold}`,
);
