/**
 * Past requests for a rehearsal: JSON Lines or CSV, one request each. Columns that aren't named here are passed over, so an
 * export may hold more than is needed. Mistakes name the line and the column, never what stands there: it may be a citizen's.
 */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import type { RouteInput } from '#domain/routing/verdict.ts';
import { CategoryCode, Kind } from '#schemas/common.ts';
import { Failure, typed } from './words.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  咨询: 'consult',
  求助: 'help',
  投诉: 'complaint',
  举报: 'report',
  建议: 'suggestion',
  表扬: 'praise',
};

const empty = (value: unknown): unknown =>
  value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
const maybe = <T extends z.ZodType>(schema: T) => z.preprocess(empty, schema.optional());
const Coordinate = z.preprocess((value) => (typeof value === 'string' ? Number(value) : value), z.number());
const Yes = z.preprocess((value) => ['true', '1', '是', true].includes(value as string), z.boolean());

const placeFields = {
  townCode: maybe(z.string()),
  villageCode: maybe(z.string()),
  lat: maybe(Coordinate),
  lng: maybe(Coordinate),
  crs: maybe(z.string()),
};
/** As the channels' body is written, or flat as a table has it. */
const PastRequest = z
  .object({
    kind: z.preprocess((value) => KINDS[String(value)] ?? value, Kind),
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

const MOST_MISTAKES = 20;

/**
 * Each request with its line (JSON Lines) or its row as a spreadsheet counts (CSV).
 * @throws Failure naming up to twenty lines that can't be read
 */
export async function* readHistory(file: string): AsyncGenerator<{ line: number; input: RouteInput }> {
  const mistakes: string[] = [];
  for await (const { line, record } of file.endsWith('.csv') ? csvRecords(file) : jsonLines(file)) {
    const parsed = PastRequest.safeParse(record);
    if (parsed.success) yield { line, input: inputOf(parsed.data) };
    else mistakes.push(...parsed.error.issues.map(({ path }) => `第 ${line} 行「${path.join('.')}」缺少或写法不对`));
    if (mistakes.length >= MOST_MISTAKES) break;
  }
  if (mistakes.length > 0) throw new Failure(`${file} 读不了:\n  ${mistakes.slice(0, MOST_MISTAKES).join('\n  ')}`);
}

async function* jsonLines(file: string): AsyncGenerator<{ line: number; record: unknown }> {
  let line = 0;
  const lines = createInterface({ input: createReadStream(opened(file)), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const text of lines) {
    line += 1;
    const plain = text.replace(/^\ufeff/, '').trim();
    if (plain !== '') yield { line, record: json(plain, file, line) };
  }
}

function json(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`${file} 第 ${line} 行不是合法的 JSON`);
  }
}

function* csvRecords(file: string): Generator<{ line: number; record: unknown }> {
  try {
    const [header = [], ...rows] = parse(readFileSync(opened(file), 'utf8'), { bom: true, relax_column_count: true });
    for (const [at, cells] of rows.entries()) {
      if (cells.every((cell) => cell.trim() === '')) continue;
      yield { line: at + 2, record: Object.fromEntries(header.map((column, position) => [column, cells[position]])) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new Failure(`${file} 第 ${Number(error.lines ?? 1)} 行读不出来(英文双引号不成对)`);
  }
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
