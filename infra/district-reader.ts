/** Reads the files of a district folder and gathers what is wrong with them, cell by cell. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import type * as z from 'zod';
import { decodeText, ENCODING_PROBLEM, ENCODING_REMEDY, repeatedColumns } from './table-text.ts';

export interface Mistake {
  readonly file: string;
  /** As a spreadsheet counts: the header is row 1. Absent for JSON files. */
  readonly row?: number;
  /** Column of a table, or path inside a JSON file. */
  readonly column?: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Thrown once with everything that is wrong with a folder. */
export class DistrictFolderError extends Error {
  readonly mistakes: readonly Mistake[];

  constructor(id: string, mistakes: readonly Mistake[]) {
    super(`districts/${id}: ${mistakes.length} mistake(s)\n${mistakes.map(line).join('\n')}`);
    this.name = 'DistrictFolderError';
    this.mistakes = mistakes;
  }
}

function line({ file, row, column, problem, remedy }: Mistake): string {
  const where = [
    file,
    row === undefined ? undefined : `第 ${row} 行`,
    column === undefined ? undefined : `「${column}」`,
  ];
  return `  ${where.filter((part) => part !== undefined).join(' ')}: ${problem}。${remedy}`;
}

const listColumns = new Set(['aliases', 'kinds', 'attributes', 'keywords', 'words', 'coHandlers']);
/** Columns of pairs, with what each is decided by. */
/** `2026-12-01/2026-12-05` */
const spanColumns = new Set(['leaveA']);
const pairColumns = new Map([
  ['ownerByKind', '每类镇街'],
  ['ownerByAttribute', '每个决定要素'],
]);
export interface Line<T> {
  readonly row: number;
  readonly value: T;
}
/** One district folder being read; gathers mistakes instead of stopping at the first. */
export class FolderReader {
  readonly mistakes: Mistake[] = [];
  readonly #path: string;
  readonly #instead: Readonly<Record<string, string>>;

  /** `instead`: files that are read from another place, by name. */
  constructor(path: string, instead: Readonly<Record<string, string>> = {}) {
    this.#path = path;
    this.#instead = instead;
  }

  add(file: string, row: number | undefined, column: string | undefined, problem: string, remedy: string): void {
    this.mistakes.push({ file, ...(row !== undefined && { row }), ...(column && { column }), problem, remedy });
  }

  error(id: string): DistrictFolderError {
    return new DistrictFolderError(id, this.mistakes);
  }

  /** A file that the folder may have; undefined without it. */
  bytes(file: string): Uint8Array | undefined {
    const path = this.#instead[file] ?? join(this.#path, file);
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  /** `described`: the file of ours that describes it. */
  json<S extends z.ZodType>(file: string, schema: S, described = 'schemas/district.ts'): z.output<S> | undefined {
    const text = this.#read(file);
    if (text === undefined) return undefined;
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch (error) {
      this.add(file, undefined, undefined, `不是合法的 JSON(${(error as Error).message})`, '检查逗号、引号和括号');
      return undefined;
    }
    const parsed = schema.safeParse(data);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      this.add(file, undefined, issue.path.join('.'), issue.message, `按 ${described} 的说明更正`);
    }
    return undefined;
  }

  /** Rows that are right; each wrong cell is a mistake. `optional` columns are left out of the row when empty. */
  table<S extends z.ZodObject>(file: string, schema: S, optional: readonly string[]): Line<z.output<S>>[] {
    const text = this.#read(file);
    if (text === undefined) return [];
    const records = this.#records(file, text);
    const [first, ...body] = records ?? [];
    if (first === undefined) {
      if (records !== undefined) this.add(file, 1, undefined, '文件是空的', '第一行应为列名');
      return [];
    }
    const header = first.cells.map((cell) => cell.trim());
    const columns = Object.keys(schema.shape);
    const missing = columns.filter((column) => !header.includes(column));
    const unknown = header.filter((column) => !columns.includes(column));
    const repeated = repeatedColumns(header);
    for (const column of missing) this.add(file, 1, column, '缺少这一列', `列名应为 ${columns.join(',')}`);
    for (const column of unknown) this.add(file, 1, column, '不认识的列', '改正列名或删去这一列');
    for (const { name, columns: places } of repeated) {
      this.add(file, 1, name, `这一列出现了两次(第 ${places.join('、')} 列)`, '只留一列,其余删去或改正列名');
    }
    if (missing.length > 0 || unknown.length > 0 || repeated.length > 0) return [];
    return body.flatMap(({ row, cells }) => {
      if (cells.length !== header.length) {
        const remedy = '含逗号的内容要用英文双引号括起来';
        this.add(file, row, undefined, `有 ${cells.length} 格,应为 ${header.length} 格`, remedy);
        return [];
      }
      const record = Object.fromEntries(
        header.flatMap((column, at) => this.#cell(file, row, column, (cells[at] ?? '').trim(), optional)),
      );
      const parsed = schema.safeParse(record);
      if (parsed.success) return [{ row, value: parsed.data }];
      for (const issue of parsed.error.issues) {
        const column = String(issue.path[0] ?? '');
        const cell = record[column];
        const wrong = Array.isArray(cell) ? cell[Number(issue.path[1])] : cells[header.indexOf(column)];
        this.add(file, row, column, `「${wrong ?? ''}」不合要求:${issue.message}`, '更正这一格');
      }
      return [];
    });
  }

  #cell(file: string, row: number, column: string, text: string, optional: readonly string[]): [string, unknown][] {
    if (text === '' && optional.includes(column)) return [];
    if (spanColumns.has(column)) {
      const [from = '', until = ''] = text.split('/').map((part) => part.trim());
      return [[column, { from, until }]];
    }
    if (pairColumns.has(column)) return [[column, this.#pairs(file, row, column, text)]];
    if (!listColumns.has(column)) return [[column, text]];
    const items = text === '' ? [] : text.split('|').map((item) => item.trim());
    const repeated = items.filter((item, at) => items.indexOf(item) !== at);
    for (const item of new Set(repeated)) this.add(file, row, column, `「${item}」写了两遍`, '删去一个');
    return [[column, items]];
  }

  /** `街道=chengguan|镇=@town` */
  #pairs(file: string, row: number, column: string, text: string): Record<string, string> {
    const pairs: Record<string, string> = {};
    for (const item of text === '' ? [] : text.split('|')) {
      const [kind = '', owner, ...more] = item.split('=').map((part) => part.trim());
      if (owner === undefined || more.length > 0) {
        this.add(file, row, column, `「${item}」看不懂`, '写作 街道=单位id(或 要素id=单位id),多项用 | 隔开');
      } else if (kind in pairs) {
        this.add(
          file,
          row,
          column,
          `${kind} 有两个承办单位:${pairs[kind]} 和 ${owner}`,
          `${pairColumns.get(column)}只能有一个承办单位`,
        );
      } else {
        pairs[kind] = owner;
      }
    }
    return pairs;
  }

  #records(file: string, text: string): { row: number; cells: string[] }[] | undefined {
    try {
      const parsed = parse(text, {
        bom: true,
        relax_column_count: true,
        skip_empty_lines: false,
      });
      // A spreadsheet's row is the record's place in the file, blank lines included; a blank line is one empty cell.
      return parsed
        .map((cells, at) => ({ row: at + 1, cells }))
        .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      this.add(file, Number(error.lines ?? 1), undefined, '表格读不出来(引号不成对)', '检查这一行的英文双引号');
      return undefined;
    }
  }

  /** Whether the folder holds that file. */
  has(file: string): boolean {
    return existsSync(this.#instead[file] ?? join(this.#path, file));
  }

  #read(file: string): string | undefined {
    const path = this.#instead[file] ?? join(this.#path, file);
    if (!this.has(file)) {
      this.add(file, undefined, undefined, '文件不存在', '参照 districts/xianan 补上这个文件');
      return undefined;
    }
    const text = decodeText(readFileSync(path));
    if (text === undefined) this.add(file, undefined, undefined, ENCODING_PROBLEM, ENCODING_REMEDY);
    return text;
  }
}
