/** The classifier's figures as tables of a terminal. */
import type { CrossValidation } from '#domain/catalogue/train-model.ts';
import { CALIBRATION_BINS, type Figures } from '#domain/catalogue/training/figures.ts';

const percent = (share: number | undefined): string => (share === undefined ? '–' : `${(share * 100).toFixed(1)} %`);
const three = (value: number): string => value.toFixed(3);

export function* crossValidationReport(figures: CrossValidation, precision: number): Iterable<string> {
  const { folds, macroF1Mean, macroF1Deviation, abstaining, nearDuplicates } = figures;
  yield `${figures.examples} messages, ${figures.labels.length} labels, ${folds.length} folds, stratified; ${nearDuplicates} near-duplicates kept with their like`;
  yield `macro-F1 ${macroF1Mean.toFixed(4)} ± ${macroF1Deviation.toFixed(4)} (mean ± sd of ${folds.map(({ macroF1 }) => three(macroF1)).join(', ')})`;
  yield `abstaining, each fold by the threshold of its own training part: precision ${percent(abstaining.precision)} (aim ${percent(precision)}) at coverage ${percent(abstaining.coverage)}`;
  yield* report(figures, precision);
}

export function* report(figures: Figures, precision: number): Iterable<string> {
  yield `accuracy ${percent(figures.accuracy)}, macro-F1 over all ${figures.macroF1.toFixed(4)}`;
  yield `expected calibration error ${figures.calibrationError.toFixed(4)} (${CALIBRATION_BINS} bins of equal width, the best label's probability)`;
  yield '';
  yield* table(
    ['label', 'messages', 'precision', 'recall', 'F1'],
    figures.labels.map((row) => [
      row.label,
      String(row.examples),
      three(row.precision),
      three(row.recall),
      three(row.f1),
    ]),
  );
  yield '';
  yield* confusion(figures);
  yield '';
  yield 'Left to the desk below a probability:';
  yield* table(
    ['probability', 'coverage', 'precision'],
    figures.curve.map((point) => [point.threshold.toFixed(2), percent(point.coverage), percent(point.precision)]),
  );
  yield `largest coverage with precision ${percent(precision)}, in hindsight: ${percent(figures.bestCoverage)}`;
}

/** A wide table helps no one: with many labels, what is mistaken for what most often. */
const WIDEST = 12;
const MOST_PAIRS = 25;

function* confusion({ labels, confusion: counts }: Figures): Iterable<string> {
  if (labels.length <= WIDEST) {
    yield 'Right label (row) and answer (column):';
    yield* table(
      ['', ...labels.map((_, column) => String(column + 1))],
      labels.map(({ label }, row) => [`${row + 1} ${label}`, ...(counts[row] ?? []).map(String)]),
    );
    return;
  }
  const pairs = labels.flatMap(({ label }, row) =>
    labels.map((answer, column) => ({
      label,
      answer: answer.label,
      count: row === column ? 0 : (counts[row]?.[column] ?? 0),
    })),
  );
  yield 'Most often mistaken:';
  yield* table(
    ['right label', 'answer', 'messages'],
    pairs
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
      .slice(0, MOST_PAIRS)
      .map(({ label, answer, count }) => [label, answer, String(count)]),
  );
}

/** Columns of a terminal: a Chinese character takes two. */
const width = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (/[\u2e80-\uffef]/.test(letter) ? 2 : 1), 0);

function* table(header: readonly string[], rows: readonly (readonly string[])[]): Iterable<string> {
  const widths = header.map((name, column) => Math.max(...[header, ...rows].map((row) => width(row[column] ?? name))));
  for (const row of [header, ...rows]) {
    yield row
      .map((cell, column) => {
        const blanks = ' '.repeat((widths[column] ?? 0) - width(cell));
        return column === 0 ? cell + blanks : blanks + cell;
      })
      .join('  ')
      .trimEnd();
  }
}
