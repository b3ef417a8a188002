/**
 * The proof of a district's tables: every catalogue row × town × zone × deciding attribute has exactly one disposition, and no
 * department's duty is sent to the grass roots (国办函〔2025〕66号). What rows do to each other is in `proof-rows.ts`. Answers every
 * mistake with its row, column and remedy; it throws nothing.
 */
import type { CatalogueRow, DecidingAttribute, Department, OwnerRef } from '#schemas/district.ts';
import { normalise } from '../catalogue/phrases.ts';
import { type DisposeBook, dispose } from './dispose.ts';
import { proveClasses } from './proof-classes.ts';
import { proveRows } from './proof-rows.ts';
import { proveAttributeWords, proveRowWords } from './proof-words.ts';

export interface Finding {
  /** Position in `rows`, from 0. */
  readonly row: number;
  readonly column: string;
  readonly problem: string;
  readonly remedy: string;
}

export type ProofBook = DisposeBook & {
  readonly attributes: readonly DecidingAttribute[];
  /** Names of the 大类 in the order of their numbers. */
  readonly classes: readonly string[];
};

/** Levels that a department's duty may not be pushed down to. */
const GRASS_ROOTS = new Set(['town', 'zone']);

export function proveCatalogue(rows: readonly CatalogueRow[], book: ProofBook): Finding[] {
  const units = new Map(book.departments.map((unit) => [unit.id, unit]));
  const findings: Finding[] = [];
  for (const [position, row] of rows.entries()) {
    const add: Add = (column, problem, remedy) => findings.push({ row: position, column, problem, remedy });
    checkUnits(row, units, add);
    checkLevel(row, units, add);
    checkExceptions(row, book, add);
    checkDuty(row, units, book, add);
  }
  const among = [...proveClasses(rows, book.classes), ...proveRows(rows), ...proveRowWords(rows)];
  return [...findings, ...among].sort((a, b) => a.row - b.row);
}

/** `row` is the position in `attributes`. */
export function proveAttributes(attributes: readonly DecidingAttribute[]): Finding[] {
  // Two attributes of one id: the exceptions that name it could mean either.
  const repeated = attributes.flatMap(({ id }, row) => {
    if (attributes.findIndex((attribute) => attribute.id === id) === row) return [];
    return [{ row, column: 'id', problem: `决定要素 ${id} 重复`, remedy: '删去一行或更正' }];
  });
  return [...repeated, ...proveAttributeWords(attributes)];
}

type Add = (column: string, problem: string, remedy: string) => void;
type Units = ReadonlyMap<string, Department>;

function checkUnits(row: CatalogueRow, units: Units, add: Add): void {
  const unknown = (unit: string) => !unit.startsWith('@') && !units.has(unit);
  const remedy = '改为 departments.csv 中的 id,或先在该表增加这个单位';
  if (unknown(row.owner)) add('owner', `单位 ${row.owner} 不存在`, remedy);
  for (const column of ['ownerByKind', 'ownerByAttribute'] as const) {
    for (const owner of Object.values<OwnerRef>(row[column])) {
      if (unknown(owner)) add(column, `单位 ${owner} 不存在`, remedy);
    }
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

/** Exceptions that nothing can reach, or that say what the row says anyway. */
function checkExceptions(row: CatalogueRow, { towns, attributes }: ProofBook, add: Add): void {
  for (const [kind, owner] of Object.entries(row.ownerByKind)) {
    if (!towns.some((town) => town.kind === kind)) add('ownerByKind', `本区没有「${kind}」,这一项用不到`, '删去这一项');
    if (owner === row.owner) add('ownerByKind', `「${kind}」的例外与 owner 相同`, '删去这一项');
  }
  for (const [id, owner] of Object.entries(row.ownerByAttribute)) {
    if (!attributes.some((attribute) => attribute.id === id)) {
      add('ownerByAttribute', `决定要素 ${id} 不存在`, '改为 attributes.csv 中的 id,或先在该表增加');
    }
    if (owner === row.owner && Object.keys(row.ownerByKind).length === 0) {
      add('ownerByAttribute', `要素 ${id} 的例外与 owner 相同`, '删去这一项');
    }
  }
  checkSharedWords(row, attributes, add);
}

/** One word that shows two attributes of a row with two owners: whoever says it always ends at the desk. */
function checkSharedWords(row: CatalogueRow, attributes: readonly DecidingAttribute[], add: Add): void {
  const shown = new Map<string, { id: string; owner: OwnerRef }>();
  for (const { id, words } of attributes) {
    const owner = row.ownerByAttribute[id];
    if (owner === undefined) continue;
    for (const word of words) {
      const other = shown.get(normalise(word));
      shown.set(normalise(word), other ?? { id, owner });
      if (other === undefined || other.id === id || other.owner === owner) continue;
      const problem = `「${word}」同属要素 ${other.id}(→ ${other.owner})和 ${id}(→ ${owner}),承办单位不一`;
      add('ownerByAttribute', problem, '在 attributes.csv 中把这个词只留给一个要素,或合并这两项');
      return;
    }
  }
}

/** Enumerates everything that the row can meet; one report per column is enough to mend it. */
function checkDuty(row: CatalogueRow, units: Units, book: ProofBook, add: Add): void {
  if (row.dutyBasis.trim() === '') add('dutyBasis', '职责主体没有依据', '写明条文,或注明「代拟」');
  const reported = new Set<string>();
  for (const { column, unit, where } of dispositionsOf(row, book)) {
    const level = units.get(unit)?.level;
    if (level === undefined || reported.has(column)) continue;
    if (row.dutyHolder === 'department' && GRASS_ROOTS.has(level)) {
      reported.add(column);
      const remedy = '承办单位改为主管部门;确属共同职责的,dutyHolder 改为 shared 并写明依据';
      add(column, `部门职责不得派给镇街或功能区(${where} → ${unit})`, remedy);
    }
    if (row.dutyHolder === 'town' && !GRASS_ROOTS.has(level) && level !== 'hotline' && level !== 'city') {
      reported.add(column);
      add(column, `镇街职责派给了部门(${where} → ${unit})`, '承办单位改为 @town,或更正 dutyHolder');
    }
  }
}

/** How many dispositions the proof looks at. */
export const dispositionCount = (rows: readonly CatalogueRow[], book: ProofBook): number =>
  rows.reduce((count, row) => count + [...dispositionsOf(row, book)].length, 0);

interface Case {
  readonly column: 'owner' | 'ownerByKind' | 'ownerByAttribute';
  readonly unit: string;
  readonly where: string;
}

/** Every town, also none, × every zone, also none, × every attribute that the row asks for, also none. */
function* dispositionsOf(row: CatalogueRow, book: ProofBook): Generator<Case> {
  const asked = book.attributes.filter(({ id }) => id in row.ownerByAttribute);
  for (const attribute of [undefined, ...asked]) {
    for (const town of [undefined, ...book.towns]) {
      for (const zone of [undefined, ...book.zones]) {
        const attributes = attribute === undefined ? [] : [attribute.id];
        const { unit, rule } = dispose(row, { town: town?.code, zone: zone?.id, attributes }, book);
        const byKind = rule === 'town-kind-duty' ? 'ownerByKind' : 'owner';
        const names = [town?.name, zone?.name, attribute?.name].filter((name) => name !== undefined);
        yield {
          column: attribute === undefined ? byKind : 'ownerByAttribute',
          unit,
          where: names.join('、') || '地点不明',
        };
      }
    }
  }
}
