/**
 * A district's own history: one labelled message per line (JSONL) or row (CSV). Every mistake names the file, the line
 * and the field, all of them at once; nothing of a message's text is ever repeated.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import type { Example } from '#domain/catalogue/train-model.ts';
import { decodeText, repeatedColumns } from '#infra/table-text.ts';
import { isCode, labelFault } from './labels.ts';

/** Names of fields or columns; those left out are found among the usual ones. */
export interface FieldNames {
  readonly text?: string | undefined;
  readonly title?: string | undefined;
  readonly label?: string | undefined;
}

export interface Mistake {
  /** As an editor or a spreadsheet counts, from 1. */
  readonly line: number;
  readonly field?: string;
  readonly problem: string;
}

export interface LabelledData {
  readonly examples: readonly Example[];
  /** Where each example stands. */
  readonly lines: readonly number[];
  readonly labelField: string;
  /** Lines that were wrong and left out; only when asked to. */
  readonly leftOut: readonly Mistake[];
}

export class DataError extends Error {
  constructor(file: string, mistakes: readonly Mistake[]) {
    super(describeMistakes(file, mistakes));
    this.name = 'DataError';
  }
}

const USUAL = {
  text: ['text', 'content', '内容', '诉求内容'],
  title: ['title', '标题', '诉求标题'],
  label: ['label', 'category', 'code', '类别', '分类'],
} as const;
const MOST_SHOWN = 20;
/** From so many different names on, a field that differs in most lines is the text, and not the label. */
const MANY_NAMES = 10;

export function describeMistakes(file: string, mistakes: readonly Mistake[]): string {
  const lines = mistakes.slice(0, MOST_SHOWN).map(({ line, field, problem }) => {
    return `${basename(file)}:${line}${field === undefined ? '' : ` field "${field}"`}: ${problem}`;
  });
  if (mistakes.length > MOST_SHOWN) lines.push(`… and ${mistakes.length - MOST_SHOWN} more`);
  return lines.join('\n');
}

/**
 * @param skip leave wrong lines out instead of refusing the file
 * @throws DataError
 */
export function readExamples(file: string, names: FieldNames, skip: boolean): LabelledData {
  const mistakes: Mistake[] = [];
  const refuse: Refuse = (line, problem, field) => {
    throw new DataError(file, [{ line, problem, ...(field !== undefined && { field }) }]);
  };
  const text = decodeText(readFileSync(file)) ?? refuse(1, 'is neither UTF-8 nor GB 18030: save it as UTF-8');
  const records = /\.csv$/i.test(file) ? csvRecords(text, refuse) : jsonRecords(text, mistakes);
  const examples: Example[] = [];
  const lines: number[] = [];
  const fields = fieldNames(names, records, refuse);
  for (const { line, fields: record } of records) {
    const problem = (field: string, what: string): void => void mistakes.push({ line, field, problem: what });
    const content = record[fields.text] ?? '';
    const title = (fields.title === undefined ? undefined : record[fields.title]) ?? '';
    const label = labelOf(record[fields.label]);
    const fault = label === undefined ? 'is empty or no string' : labelFault(label);
    if (typeof content !== 'string') problem(fields.text, 'is no string');
    else if (typeof title !== 'string') problem(fields.title ?? 'title', 'is no string');
    else if (content.trim() === '' && title.trim() === '') problem(fields.text, 'is empty');
    else if (label === undefined || fault !== undefined) problem(fields.label, fault ?? 'is no label');
    else {
      examples.push({ title, content, label });
      lines.push(line);
    }
  }
  if (mistakes.length > 0 && !skip)
    throw new DataError(
      file,
      mistakes.toSorted((a, b) => a.line - b.line),
    );
  if (examples.length === 0) refuse(1, 'has no message');
  const different = new Set(examples.map(({ label }) => label).filter((label) => !isCode(label))).size;
  if (different > MANY_NAMES && different > examples.length / 2) {
    refuse(1, 'differs in nearly every line: no label', fields.label);
  }
  return { examples, lines, labelField: fields.label, leftOut: mistakes };
}

/** @throws DataError naming the lines of labels that only one message has: they can't be learnt, and may be none */
export function assertLearnable(file: string, { examples, lines, labelField: field }: LabelledData): void {
  const counts = new Map<string, number>();
  for (const { label } of examples) counts.set(label, (counts.get(label) ?? 0) + 1);
  const single = examples.flatMap(({ label }, at) => (counts.get(label) === 1 ? [lines[at] ?? 0] : []));
  const problem = 'is the only message of its label: add more, or leave such labels out with --least 2';
  if (single.length > 0) {
    throw new DataError(
      file,
      single.map((line) => ({ line, field, problem })),
    );
  }
}

interface LineRecord {
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

function jsonRecords(text: string, mistakes: Mistake[]): LineRecord[] {
  return text.split('\n').flatMap((source, index) => {
    if (source.trim() === '') return [];
    try {
      const fields: unknown = JSON.parse(source);
      if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
        return [{ line: index + 1, fields: fields as Record<string, unknown> }];
      }
    } catch {
      // The parser's own message quotes the line, which is a citizen's.
    }
    mistakes.push({ line: index + 1, problem: 'is no JSON object' });
    return [];
  });
}

type Refuse = (line: number, problem: string, field?: string) => never;

function csvRecords(text: string, refuse: Refuse): LineRecord[] {
  try {
    const records: unknown = parse(text, { info: true, skip_empty_lines: true, trim: true });
    // With `info`, each record comes with where it ended: the types of csv-parse don't know.
    const [head, ...rows] = records as { info: { lines: number }; record: string[] }[];
    const header = head?.record ?? [];
    const [twice] = repeatedColumns(header);
    // Without a header the first line is a message: its words are not to be repeated.
    if (twice !== undefined) refuse(1, `columns ${twice.columns.join(' and ')} have the same name`);
    return rows.map(({ info, record }) => ({
      line: info.lines,
      fields: Object.fromEntries(header.map((name, at) => [name, record[at]])),
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return refuse(Number(error.lines ?? 1), `is no CSV (${error.code}): check quotes and the number of cells`);
  }
}

function fieldNames(
  names: FieldNames,
  records: readonly LineRecord[],
  refuse: Refuse,
): { text: string; title: string | undefined; label: string } {
  const first = records[0];
  if (first === undefined) return refuse(1, 'has no message');
  const present = new Set(records.slice(0, 1000).flatMap(({ fields }) => Object.keys(fields)));
  const find = (asked: string | undefined, usual: readonly string[]): string | undefined => {
    if (asked !== undefined && !present.has(asked)) refuse(first.line, 'there is no such field', asked);
    return asked ?? usual.find((name) => present.has(name));
  };
  const missing = (option: string, usual: readonly string[]): never =>
    refuse(first.line, `none of these is there; name yours with --${option}`, usual.join('", "'));
  return {
    text: find(names.text, USUAL.text) ?? missing('text', USUAL.text),
    title: find(names.title, USUAL.title),
    label: find(names.label, USUAL.label) ?? missing('label', USUAL.label),
  };
}

function labelOf(value: unknown): string | undefined {
  const label = typeof value === 'number' ? String(value) : value;
  return typeof label === 'string' && label.trim() !== '' ? label.trim() : undefined;
}
