/** `catalogue corrections` and `report`: what persons changed of the router's decisions, for training and for the table. */
import { writeFileSync } from 'node:fs';
import * as z from 'zod';
import { type CorrectedRow, correctionReport, standing } from '#domain/routing/correction-report.ts';
import { RULE_NAMES } from '#domain/routing/rule-names.ts';
import { type CorrectionEntry, CorrectionPage } from '#schemas/catalogue.ts';
import type { RoutingRule } from '#schemas/routing.ts';
import { textOf } from './history.ts';
import { connect, type RemoteOptions, successful } from './remote.ts';
import { Failure, type FolderChoice, number, openFolder, required, typed } from './words.ts';

/** A line of the file: `text` and `category` are what `classifier train --data` reads. Words are masked. */
const Line = CorrectionPage.shape.corrections.element
  .omit({ content: true })
  .extend({ text: z.string().optional(), category: z.string().optional(), owner: z.string() });
type Line = z.infer<typeof Line>;

export async function exportCorrections(options: RemoteOptions & { readonly out?: string | undefined }): Promise<void> {
  const out = required(options.out, 'out');
  const call = await connect(options);
  const all: CorrectionEntry[] = [];
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? '' : `?cursor=${cursor}`;
    const page = CorrectionPage.parse(successful(await call('GET', `/hotline/corrections${query}`)));
    all.push(...page.corrections);
    cursor = page.cursor;
  } while (cursor !== undefined);
  const lines = standing(all).map(lineOf);
  writeFileSync(typed(out), lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
  const labelled = lines.filter(({ text, category }) => text !== undefined && category !== undefined).length;
  console.log(`${out}:纠正 ${number(lines.length)} 件,其中有文字和小类、可用于训练的 ${number(labelled)} 件`);
}

function lineOf({ content, title, ...correction }: CorrectionEntry): Line {
  const { owner, categoryCode } = correction.to;
  return {
    ...(title === undefined ? {} : { title }),
    ...(content === undefined ? {} : { text: content }),
    ...(categoryCode === undefined ? {} : { category: categoryCode }),
    owner,
    ...correction,
  };
}

export function reportCorrections(
  options: FolderChoice & { readonly corrections?: string | undefined; readonly json: boolean },
): void {
  const file = required(options.corrections, 'corrections');
  const report = correctionReport(readLines(file));
  if (options.json) {
    console.log(JSON.stringify(report, undefined, 2));
    return;
  }
  const { catalogue, departments } = openFolder(options);
  const rows = new Map(catalogue.rows.map(({ code, name }) => [code, name]));
  const units = new Map(departments.map(({ id, shortName }) => [id, shortName]));
  console.log(`纠正 ${number(report.reduce((sum, { times }) => sum + times, 0))} 件,涉及 ${report.length} 个小类`);
  for (const row of report) console.log(describe(row, rows, units));
}

function describe(row: CorrectedRow, rows: ReadonlyMap<string, string>, units: ReadonlyMap<string, string>): string {
  const title = row.code === undefined ? '类别不明' : `${row.code} ${rows.get(row.code) ?? '(现行目录没有)'}`;
  const to = row.to.map(
    ({ owner, categoryCode, times }) =>
      `${units.get(owner) ?? owner}${categoryCode ? ` ${categoryCode}` : ''} ${times} 次`,
  );
  const rules = row.rules.map(({ rule, times }) => `${RULE_NAMES[rule as RoutingRule] ?? rule} ${times}`);
  return `\n${title}:纠正 ${row.times} 次\n  改到:${to.join('、')}\n  原规则:${rules.join('、')}\n  建议:${row.suggestion}`;
}

function readLines(file: string): Line[] {
  return textOf(file)
    .split('\n')
    .flatMap((line, at) => {
      if (line.trim() === '') return [];
      const parsed = Line.safeParse(json(line));
      if (parsed.success) return [parsed.data];
      throw new Failure(`${file} 第 ${at + 1} 行不是 catalogue corrections 写出的内容`);
    });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
