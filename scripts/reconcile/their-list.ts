/** What a department exported from its own system: ticket numbers and, if it keeps them, versions, as CSV or JSON. */
import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import type { TheirTicket } from '#domain/delivery/reconcile.ts';
import { TicketNo } from '#schemas/common.ts';

/** The file can't be compared; the message says where. */
export class UnreadableList extends Error {}

const NUMBER_NAMES = ['ticketNo', '工单编号', '编号'];
const VERSION_NAMES = ['version', 'ticketVersion', '版本', '工单版本'];
/** So many mistakes are named; the first few show what is wrong with the rest. */
const MISTAKES_NAMED = 5;

const Version = z.union([
  z.int().min(1),
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number),
]);
const Row = z.record(z.string(), z.unknown());
const Rows = z.union([z.array(Row), z.object({ tickets: z.array(Row) }).transform(({ tickets }) => tickets)]);

/** @throws UnreadableList */
export function readTheirList(bytes: Uint8Array): TheirTicket[] {
  const text = decoded(bytes).replace(/^\ufeff/, '');
  const rows = /^\s*[[{]/.test(text) ? jsonRows(text) : csvRows(text);
  const mistakes: string[] = [];
  const tickets = rows.flatMap((row, at) => {
    const ticketNo = TicketNo.safeParse(field(row, NUMBER_NAMES));
    const given = field(row, VERSION_NAMES);
    const version = given === undefined ? undefined : Version.safeParse(given);
    if (!ticketNo.success) mistakes.push(`第 ${at + 1} 件:工单编号应是两个字母加十六位数字`);
    else if (version?.success === false) mistakes.push(`第 ${at + 1} 件(${ticketNo.data}):版本应是正整数`);
    else return [{ ticketNo: ticketNo.data, ...(version === undefined ? {} : { version: version.data }) }];
    return [];
  });
  if (mistakes.length === 0) return tickets;
  const more = mistakes.length > MISTAKES_NAMED ? `\n  …共 ${mistakes.length} 处` : '';
  throw new UnreadableList(`对方清单有误:\n  ${mistakes.slice(0, MISTAKES_NAMED).join('\n  ')}${more}`);
}

/** A spreadsheet in China saves CSV as GBK unless told otherwise. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

function field(row: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  const name = names.find((one) => one in row);
  const value = name === undefined ? undefined : row[name];
  const text = typeof value === 'string' ? value.trim() : value;
  return text === '' || text === null ? undefined : text;
}

function jsonRows(text: string): Record<string, unknown>[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new UnreadableList(`对方清单不是合格的 JSON:${error instanceof Error ? error.message : String(error)}`);
  }
  const rows = Rows.safeParse(parsed);
  if (rows.success) return rows.data;
  throw new UnreadableList('JSON 应是 [{"ticketNo": "…", "version": 3}, …],或放在 tickets 里');
}

function csvRows(text: string): Record<string, unknown>[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(text, {
      columns: (titles: string[]) => titles.map((title) => title.trim()),
      delimiter: [',', ';', '\t'],
      skip_empty_lines: true,
      relax_column_count: true,
    });
  } catch (error) {
    throw new UnreadableList(`对方清单不是合格的 CSV:${error instanceof Error ? error.message : String(error)}`);
  }
  const [first] = rows;
  if (first !== undefined && !NUMBER_NAMES.some((name) => name in first)) {
    throw new UnreadableList(`CSV 第一行要有列名:${NUMBER_NAMES.join(' 或 ')};版本列:${VERSION_NAMES.join(' 或 ')}`);
  }
  return rows;
}
