/** `catalogue simulate` (预演): past requests through the catalogue in use and through a new one. Prints no citizen's word. */
import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { reader, readModel } from '#domain/catalogue/text-model.ts';
import type { ReadText } from '#domain/routing/choose-row.ts';
import { layOver } from '#domain/routing/lay-over.ts';
import { proveCatalogue } from '#domain/routing/proof.ts';
import { type ChangedOwner, type Load, Rehearsal, type RehearsalReport } from '#domain/routing/rehearsal.ts';
import { RULE_NAMES } from '#domain/routing/rule-names.ts';
import { MODEL_FILE } from '#infra/district-folder.ts';
import type { District } from '#schemas/district.ts';
import type { RoutingRule } from '#schemas/routing.ts';
import { changedParts, modelOf } from './deployed-parts.ts';
import { readHistory } from './history.ts';
import { change, Failure, type FolderChoice, folderOf, number, openFolder, padded, required, typed } from './words.ts';

export interface SimulateOptions extends FolderChoice {
  readonly catalogue?: string | undefined;
  readonly history?: string | undefined;
  /** The whole new folder, as a deployment would bring it; else its rows and deciding attributes, as publishing does. */
  readonly deploy: boolean;
  readonly all: boolean;
  readonly json: boolean;
}

const PROGRESS_EVERY = 5000;
/** Changes that are listed unless all are asked for. */
const SHOWN = 30;

export function simulate(options: SimulateOptions): void {
  const catalogue = required(options.catalogue, 'catalogue');
  const history = required(options.history, 'history');
  const before = { district: openFolder(options), model: modelOf(folderOf(options)) };
  const given = openNew(catalogue, options);
  const after = options.deploy ? given : published(before, given);
  const rehearsal = new Rehearsal(before.district, after.district, {
    before: readerOf(before.model),
    after: readerOf(after.model),
  });
  let count = 0;
  for (const { line, input } of readHistory(history)) {
    rehearsal.add(line, input);
    count += 1;
    if (count % PROGRESS_EVERY === 0) console.error(`已预演 ${number(count)} 件`);
  }
  if (count === 0) throw new Failure(`${history} 里没有诉求`);
  const report = rehearsal.report();
  console.log(options.json ? JSON.stringify(report, undefined, 2) : describe(report, after.district, options));
}

interface Deployable {
  readonly district: District;
  readonly model: Uint8Array | undefined;
}

function readerOf(bytes: Uint8Array | undefined): ReadText | undefined {
  return bytes === undefined ? undefined : reader(readModel(bytes));
}

/** A whole folder, or a table that takes the place of the folder's own. */
function openNew(catalogue: string, { district, folder }: FolderChoice): Deployable {
  const path = typed(catalogue);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Failure(`打不开 ${catalogue}`);
  if (found.isDirectory()) return { district: openFolder({ district, folder: path }), model: modelOf(path) };
  const old = folderOf({ district, folder });
  const instead = { 'catalogue.csv': path };
  return { district: openFolder({ district, folder: old }, { instead }), model: modelOf(old) };
}

/**
 * What publishing makes of it: rows and deciding attributes over the old folder. Says on stderr what else is new.
 * @throws Failure with what a publication would be refused for
 */
function published(before: Deployable, { district, model }: Deployable): Deployable {
  const { catalogue, attributes } = district;
  const laid = layOver(before.district, { catalogue, attributes });
  const findings = proveCatalogue(catalogue.rows, laid);
  if (findings.length > 0) {
    const lines = findings.map(
      ({ row, column, problem }) => `  ✗ ${catalogue.rows[row]?.code ?? ''}「${column}」 ${problem}`,
    );
    throw new Failure(
      `与现行的单位、镇街、类别名单对不上,不能发布,要重新部署:\n${lines.join('\n')}\n加 --deploy 可以按重新部署预演`,
    );
  }
  const newModel = !isDeepStrictEqual(model, before.model);
  const parts = [...changedParts(before.district, district), ...(newModel ? [MODEL_FILE] : [])];
  if (parts.length > 0) {
    console.error(
      `提醒:新数据夹里 ${parts.join('、')} 也有改动,发布目录时不带去,重新部署才生效,这次预演没有算进去(加 --deploy 算进去)`,
    );
  }
  return { district: laid, model: before.model };
}

function describe(report: RehearsalReport, district: District, { all, deploy }: SimulateOptions): string {
  const names = new Map(district.departments.map(({ id, shortName }) => [id, shortName]));
  const unit = (id: string) => names.get(id) ?? id;
  const { versions, requests, changed, toDesk, fromDesk, recoded } = report;
  const shown = all ? changed : changed.slice(0, SHOWN);
  const share = `${((100 * changed.length) / requests).toFixed(1)}%`;
  return [
    `${deploy ? '按重新部署预演' : '预演'}:${versions.before} → ${versions.after},诉求 ${number(requests)} 件`,
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
