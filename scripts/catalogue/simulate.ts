/** `catalogue simulate` (预演): past requests through the catalogue in use and through a new one. Prints no citizen's word. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { classifyText, readModel } from '#domain/catalogue/text-model.ts';
import type { ReadText } from '#domain/routing/choose-row.ts';
import { type ChangedOwner, type Load, Rehearsal, type RehearsalReport } from '#domain/routing/rehearsal.ts';
import { RULE_NAMES } from '#domain/routing/rule-names.ts';
import type { District } from '#schemas/district.ts';
import type { RoutingRule } from '#schemas/routing.ts';
import { readHistory } from './history.ts';
import { change, Failure, type FolderChoice, folderOf, number, openFolder, padded, required, typed } from './words.ts';

export interface SimulateOptions extends FolderChoice {
  readonly catalogue?: string | undefined;
  readonly history?: string | undefined;
  readonly all: boolean;
  readonly json: boolean;
}

const PROGRESS_EVERY = 5000;
/** Changes that are listed unless all are asked for. */
const SHOWN = 30;

export function simulate(options: SimulateOptions): void {
  const catalogue = required(options.catalogue, 'catalogue');
  const history = required(options.history, 'history');
  const before = openFolder(options);
  const after = openNew(catalogue, options);
  const rehearsal = new Rehearsal(before, after, readerOf(folderOf(options)));
  let count = 0;
  for (const { line, input } of readHistory(history)) {
    rehearsal.add(line, input);
    count += 1;
    if (count % PROGRESS_EVERY === 0) console.error(`已预演 ${number(count)} 件`);
  }
  if (count === 0) throw new Failure(`${history} 里没有诉求`);
  const report = rehearsal.report();
  console.log(options.json ? JSON.stringify(report, undefined, 2) : describe(report, after, options.all));
}

/** The folder's text model, as the deployed router has it; undefined without one. */
function readerOf(folder: string): ReadText | undefined {
  const file = join(folder, 'model.bin');
  if (!existsSync(file)) return undefined;
  const model = readModel(readFileSync(file));
  return (text) => classifyText(model, text).ranked;
}

/** A whole folder, or a table that takes the place of the folder's own. */
function openNew(catalogue: string, { district, folder }: FolderChoice): District {
  const path = typed(catalogue);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Failure(`打不开 ${catalogue}`);
  if (found.isDirectory()) return openFolder({ district, folder: path });
  return openFolder({ district, folder: folderOf({ district, folder }) }, { instead: { 'catalogue.csv': path } });
}

function describe(report: RehearsalReport, district: District, all: boolean): string {
  const names = new Map(district.departments.map(({ id, shortName }) => [id, shortName]));
  const unit = (id: string) => names.get(id) ?? id;
  const { versions, requests, changed, toDesk, fromDesk, recoded } = report;
  const shown = all ? changed : changed.slice(0, SHOWN);
  const share = `${((100 * changed.length) / requests).toFixed(1)}%`;
  return [
    `预演:${versions.before} → ${versions.after},诉求 ${number(requests)} 件`,
    `换承办单位 ${number(changed.length)} 件(${share}),其中转热线办研判 ${toDesk} 件,不再需要研判 ${fromDesk} 件;只换小类 ${recoded} 件`,
    '',
    '各单位承办量(现行 → 新目录)',
    ...loads(report.load, unit),
    '',
    '各规则件数(现行 → 新目录)',
    ...loads(report.rules, (rule) => RULE_NAMES[rule as RoutingRule] ?? rule),
    ...(changed.length === 0 ? [] : ['', '换承办单位的诉求(行号是历史文件的行)']),
    ...shown.flatMap((one) => moved(one, unit)),
    ...(shown.length < changed.length ? [`  …… 还有 ${changed.length - shown.length} 件,加 --all 全部列出`] : []),
  ].join('\n');
}

const loads = (list: readonly Load[], name: (id: string) => string): string[] =>
  list.map(({ id, before, after }) =>
    `  ${padded(name(id), 24)}${number(before).padStart(7)} → ${number(after).padStart(7)}  ${change(after - before)}`.trimEnd(),
  );

const moved = ({ line, before, after }: ChangedOwner, unit: (id: string) => string): string[] => [
  `  第 ${line} 行 ${unit(before.owner)} → ${unit(after.owner)}`,
  `    现行(${RULE_NAMES[before.rule]}):${before.sentence}`,
  `    新目录(${RULE_NAMES[after.rule]}):${after.sentence}`,
];
