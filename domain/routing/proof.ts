/**
 * The proof of a district's tables: every catalogue row × town × zone has exactly one disposition, and no department's duty
 * is sent to the grass roots (国办函〔2025〕66号). Answers every mistake with its row, column and remedy; it throws nothing.
 */
import type { CatalogueRow, Department } from '#schemas/district.ts';
import { type DisposeBook, dispose } from './dispose.ts';

export interface Finding {
  /** Position in `rows`, from 0. */
  readonly row: number;
  readonly column: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Levels that a department's duty may not be pushed down to. */
const GRASS_ROOTS = new Set(['town', 'zone']);

export function proveCatalogue(rows: readonly CatalogueRow[], book: DisposeBook): Finding[] {
  const units = new Map(book.departments.map((unit) => [unit.id, unit]));
  const findings: Finding[] = [];
  const seen = new Map<string, number>();
  for (const [position, row] of rows.entries()) {
    const add = (column: string, problem: string, remedy: string) =>
      findings.push({ row: position, column, problem, remedy });
    const earlier = seen.get(row.code);
    if (earlier !== undefined) add('code', `编码 ${row.code} 重复`, '每个编码只能有一行:合并两行,或换一个未用的编码');
    seen.set(row.code, position);
    checkUnits(row, units, add);
    checkLevel(row, units, add);
    checkDuty(row, units, book, add);
  }
  checkCategoryNames(rows, findings);
  return findings;
}

type Add = (column: string, problem: string, remedy: string) => void;
type Units = ReadonlyMap<string, Department>;

function checkUnits(row: CatalogueRow, units: Units, add: Add): void {
  const unknown = (unit: string) => !unit.startsWith('@') && !units.has(unit);
  const remedy = '改为 departments.csv 中的 id,或先在该表增加这个单位';
  if (unknown(row.owner)) add('owner', `单位 ${row.owner} 不存在`, remedy);
  for (const owner of Object.values(row.ownerByKind)) {
    if (unknown(owner)) add('ownerByKind', `单位 ${owner} 不存在`, remedy);
  }
  for (const unit of row.coHandlers) {
    if (unknown(unit)) add('coHandlers', `单位 ${unit} 不存在`, remedy);
    if (unit === row.owner) add('coHandlers', `${unit} 既是主办又是协办`, '从协办中删去');
  }
}

function checkLevel(row: CatalogueRow, units: Units, add: Add): void {
  const byToken = { '@town': 'town', '@zone': 'town', '@city': 'city', '@desk': 'hotline' } as const;
  const byKind = Object.keys(row.ownerByKind).length > 0;
  const owner = row.owner;
  const ofOwner =
    owner === '@town' || owner === '@zone' || owner === '@city' || owner === '@desk'
      ? byToken[owner]
      : units.get(owner)?.level;
  const expected = byKind ? 'byPlace' : ofOwner;
  if (expected !== undefined && expected !== row.level) {
    add('level', `层级写作 ${row.level},而承办单位 ${owner} 属 ${expected}`, `改为 ${expected},或更正承办单位`);
  }
}

/** Enumerates every place that the row can meet; one report per column is enough to mend it. */
function checkDuty(row: CatalogueRow, units: Units, book: DisposeBook, add: Add): void {
  if (row.dutyBasis.trim() === '') add('dutyBasis', '职责主体没有依据', '写明条文,或注明「代拟」');
  const reported = new Set<string>();
  for (const town of [undefined, ...book.towns]) {
    for (const zone of [undefined, ...book.zones]) {
      const { unit, rule } = dispose(row, town?.code, zone?.id, book);
      const level = units.get(unit)?.level;
      if (level === undefined) continue;
      const column = rule === 'town-kind-duty' ? 'ownerByKind' : 'owner';
      const where = [town?.name, zone?.name].filter((name) => name !== undefined).join('、') || '地点不明';
      if (row.dutyHolder === 'department' && GRASS_ROOTS.has(level) && !reported.has(column)) {
        reported.add(column);
        const remedy = '承办单位改为主管部门;确属共同职责的,dutyHolder 改为 shared 并写明依据';
        add(column, `部门职责不得派给镇街或功能区(${where} → ${unit})`, remedy);
      }
      if (
        row.dutyHolder === 'town' &&
        !GRASS_ROOTS.has(level) &&
        level !== 'hotline' &&
        level !== 'city' &&
        !reported.has(column)
      ) {
        reported.add(column);
        add(column, `镇街职责派给了部门(${where} → ${unit})`, '承办单位改为 @town,或更正 dutyHolder');
      }
    }
  }
}

function checkCategoryNames(rows: readonly CatalogueRow[], findings: Finding[]): void {
  const names = new Map<string, string>();
  for (const [position, row] of rows.entries()) {
    const prefix = row.code.slice(0, 2);
    const name = names.get(prefix) ?? row.category;
    names.set(prefix, name);
    if (name !== row.category) {
      const problem = `类别 ${prefix} 前面叫「${name}」,这里叫「${row.category}」`;
      findings.push({ row: position, column: 'category', problem, remedy: '同一类别用同一名称' });
    }
  }
}
