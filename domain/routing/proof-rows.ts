/** What catalogue rows do to each other: a code or a name twice, words that leave a row no request of its own. */
import { Kind } from '#schemas/common.ts';
import type { CatalogueRow } from '#schemas/district.ts';
import { normalise } from '../catalogue/phrases.ts';
import type { Finding } from './proof.ts';

export function proveRows(rows: readonly CatalogueRow[]): Finding[] {
  return [...checkCodes(rows), ...checkNames(rows), ...checkWords(rows)];
}

/** `01.01` is `01.1`: a spreadsheet writes either. */
const numbers = (code: string): string => code.split('.').map(Number).join('.');
const classOf = ({ code }: CatalogueRow): string => code.slice(0, 2);

/** Two rows of one code: whichever is met first would win. */
function checkCodes(rows: readonly CatalogueRow[]): Finding[] {
  const seen = new Map<string, string>();
  return rows.flatMap(({ code }, row) => {
    const earlier = seen.get(numbers(code));
    if (earlier === undefined) {
      seen.set(numbers(code), code);
      return [];
    }
    const problem = earlier === code ? `编码 ${code} 重复` : `编码 ${code} 与 ${earlier} 是同一个编码`;
    return [{ row, column: 'code', problem, remedy: '每个编码只能有一行:合并两行,或换一个未用的编码' }];
  });
}

/** One sub-class under two codes is one matter with two owners. */
function checkNames(rows: readonly CatalogueRow[]): Finding[] {
  const seen = new Map<string, CatalogueRow>();
  return rows.flatMap((row, position) => {
    const key = `${classOf(row)} ${normalise(row.name)}`;
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, row);
    // The same code twice is reported as such.
    if (earlier === undefined || numbers(earlier.code) === numbers(row.code)) return [];
    const problem = `小类「${row.name}」与 ${earlier.code} 同名`;
    return [{ row: position, column: 'name', problem, remedy: '合并两行,或写出两者的区别' }];
  });
}

/**
 * A row that has no words is only ever chosen by hand; one whose words all stand in another row, too, never wins against it.
 * Two rows with the very same words and different owners contradict each other.
 */
function checkWords(rows: readonly CatalogueRow[]): Finding[] {
  const words = rows.map(({ keywords }) => new Set(keywords.map(normalise)));
  const holders = new Map<string, Set<number>>();
  for (const [row, own] of words.entries()) {
    for (const word of own) holders.set(word, (holders.get(word) ?? new Set()).add(row));
  }
  return rows.flatMap((row, position): Finding[] => {
    const own = words[position] ?? new Set();
    const report = (problem: string, remedy: string): Finding[] => [
      { row: position, column: 'keywords', problem, remedy },
    ];
    if (own.size === 0) {
      return report('没有关键词,按文字永远识别不到', '写上群众的说法;只由话务员手工选用的,至少写上小类名称');
    }
    const rivals = holdersOfAll([...own], holders)
      .filter((other) => other !== position && rows[other]?.code !== row.code)
      // Of two rows with equal words and kinds only the later one is reported.
      .filter((other) => other < position || words[other]?.size !== own.size || !covers([position], other, rows));
    if (!covers(rivals, position, rows)) return [];
    const equals = rivals.filter((other) => words[other]?.size === own.size);
    const contrary = equals.find((other) => !sameOwner(row, rows[other]));
    if (contrary !== undefined) {
      return report(`与 ${rows[contrary]?.code} 关键词完全相同,承办单位却不同`, '写出两者的区别,或合并两行');
    }
    const codes = rivals.map((other) => rows[other]?.code).join('、');
    return report(`关键词全部包含在 ${codes} 中,按文字永远轮不到这一行`, '补上只属于这一行的说法,或并入该行');
  });
}

/** Positions of the rows that hold every one of these words. */
function holdersOfAll(own: readonly string[], holders: ReadonlyMap<string, ReadonlySet<number>>): number[] {
  const [first = new Set<number>(), ...rest] = own.map((word) => holders.get(word) ?? new Set<number>());
  return [...first].filter((other) => rest.every((set) => set.has(other)));
}

/** Whether for each kind of request that the row takes, one of the rivals takes it too. */
function covers(rivals: readonly number[], position: number, rows: readonly CatalogueRow[]): boolean {
  return kindsOf(rows[position]).every((kind) => rivals.some((rival) => kindsOf(rows[rival]).includes(kind)));
}
const kindsOf = (row: CatalogueRow | undefined): readonly Kind[] =>
  row === undefined || row.kinds.length === 0 ? Kind.options : row.kinds;

const sameOwner = (row: CatalogueRow, rival: CatalogueRow | undefined): boolean =>
  rival !== undefined && ownersOf(row) === ownersOf(rival);
/** The order in which a clerk wrote the exceptions means nothing. */
const ownersOf = ({ owner, ownerByKind, ownerByAttribute }: CatalogueRow): string =>
  JSON.stringify([owner, ...[ownerByKind, ownerByAttribute].map((owners) => Object.entries(owners).sort())]);
