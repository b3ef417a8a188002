/**
 * Past requests for a rehearsal: JSON Lines or CSV, one request each. Columns that aren't named here are passed over, so an
 * export may hold more than is needed. Mistakes name the line and the column, never what stands there: it may be a citizen's.
 */
import { readFileSync, statSync } from 'node:fs';
import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import type { RouteInput } from '#domain/routing/verdict.ts';
import { decodeText, ENCODING_PROBLEM, ENCODING_REMEDY, repeatedColumns } from '#infra/table-text.ts';
import { CategoryCode, Kind } from '#schemas/common.ts';
import { DivisionCode } from '#schemas/district.ts';
import { Failure, typed } from './words.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  咨询: 'consult',
  求助: 'help',
  投诉: 'complaint',
  举报: 'report',
  建议: 'suggestion',
  表扬: 'praise',
};

/** Other systems pad their cells; an empty one says nothing. */
const plain = (value: unknown): unknown => {
  const text = typeof value === 'string' ? value.trim() : value;
  return text === null || text === '' ? undefined : text;
};
const maybe = <T extends z.ZodType>(schema: T) => z.preprocess(plain, schema.optional());
const Coordinate = z.preprocess((value) => (typeof value === 'string' ? Number(value) : value), z.number());
const Yes = z.preprocess((value) => ['true', '1', '是', true].includes(value as string), z.boolean());
/** Twelve digits are exact as a number, too. */
const PlaceCode = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), DivisionCode);

const placeFields = {
  townCode: maybe(PlaceCode),
  villageCode: maybe(PlaceCode),
  lat: maybe(Coordinate),
  lng: maybe(Coordinate),
  crs: maybe(z.string()),
};
/** As the channels' body is written, or flat as a table has it. */
const PastRequest = z
  .object({
    kind: z.preprocess((value) => KINDS[String(value).trim()] ?? plain(value), Kind),
    title: maybe(z.string()),
    content: maybe(z.string()),
    /** The same as content: what `catalogue corrections` writes. */
    text: maybe(z.string()),
    place: maybe(z.object({ text: maybe(z.string()), ...placeFields })),
    placeText: maybe(z.string()),
    ...placeFields,
    category: maybe(CategoryCode),
    enterprise: maybe(Yes),
  })
  .refine(({ content, text }) => content !== undefined || text !== undefined, { path: ['content'], error: 'required' });

const CODE_REMEDY =
  '应为 12 位区划代码,不知道就留空。表格里显示成 4.21202E+11 的,先把这一列设成文本格式、重新填入,再导出';
const REMEDIES: Readonly<Record<string, string>> = {
  kind: `写 ${Object.keys(KINDS).join('、')} 之一`,
  content: '诉求内容必填',
  townCode: CODE_REMEDY,
  villageCode: CODE_REMEDY,
  category: '写 01 或 01.3 这样的编码,不知道就留空。数字格式会把 10.10 变成 10.1、把 01 变成 1,这一列要用文本格式',
  lat: '写度数,不知道就留空',
  lng: '写度数,不知道就留空',
};

const MOST_MISTAKES = 20;

/**
 * Each request with its line (JSON Lines) or its row as a spreadsheet counts (CSV).
 * @throws Failure naming up to twenty lines that can't be read
 */
export function* readHistory(file: string): Generator<{ line: number; input: RouteInput }> {
  const mistakes: string[] = [];
  const text = textOf(file);
  for (const { line, record } of /\.csv$/i.test(file) ? csvRecords(file, text) : jsonLines(file, text)) {
    const parsed = PastRequest.safeParse(record);
    if (parsed.success) yield { line, input: inputOf(parsed.data) };
    else mistakes.push(...parsed.error.issues.map(({ path }) => `第 ${line} 行${described(path)}`));
    if (mistakes.length >= MOST_MISTAKES) break;
  }
  if (mistakes.length > 0) throw new Failure(`${file} 读不了:\n  ${mistakes.slice(0, MOST_MISTAKES).join('\n  ')}`);
}

/** Names the field, never what stands there. */
function described(path: readonly PropertyKey[]): string {
  const remedy = REMEDIES[String(path.at(-1) ?? '')];
  return `「${path.join('.')}」缺少或写法不对${remedy === undefined ? '' : `:${remedy}`}`;
}

function* jsonLines(file: string, text: string): Generator<{ line: number; record: unknown }> {
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() !== '') yield { line: at + 1, record: json(line, file, at + 1) };
  }
}

function json(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`${file} 第 ${line} 行不是合法的 JSON`);
  }
}

function* csvRecords(file: string, text: string): Generator<{ line: number; record: unknown }> {
  const [first = [], ...rows] = cellsOf(file, text);
  const header = first.map((name) => name.trim());
  const [twice] = repeatedColumns(header);
  if (twice !== undefined) {
    const where = twice.columns.join('、');
    throw new Failure(`${file} 第 1 行:列名「${twice.name}」出现了两次(第 ${where} 列),只留一列`);
  }
  for (const [at, cells] of rows.entries()) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    yield { line: at + 2, record: Object.fromEntries(header.map((column, position) => [column, cells[position]])) };
  }
}

function cellsOf(file: string, text: string): string[][] {
  try {
    return parse(text, { relax_column_count: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new Failure(`${file} 第 ${Number(error.lines ?? 1)} 行读不出来(英文双引号不成对)`);
  }
}

/** Of any file with a clerk's or a citizen's words. @throws Failure when it isn't there or can't be decoded */
export function textOf(file: string): string {
  const text = decodeText(readFileSync(opened(file)));
  if (text === undefined) throw new Failure(`${file} ${ENCODING_PROBLEM}:${ENCODING_REMEDY}`);
  return text;
}

function opened(file: string): string {
  const path = typed(file);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new Failure(`打不开文件 ${file}`);
  return path;
}

function inputOf(request: z.infer<typeof PastRequest>): RouteInput {
  const { kind, title = '', content, text, place, placeText, category, enterprise } = request;
  const { townCode, villageCode, lat, lng, crs } = { ...request, ...place };
  return {
    kind,
    title,
    content: content ?? text ?? '',
    place: { text: place?.text ?? placeText, townCode, villageCode, lat, lng, crs },
    category,
    callerEnterprise: enterprise,
  };
}
