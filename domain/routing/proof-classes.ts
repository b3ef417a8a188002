/**
 * 大类 against the folder's list of them, both ways. Only the list knows that a table which ends early has lost something, and
 * a citizen's list shows names, not numbers: each class has the one that stands there.
 */
import type { CatalogueRow } from '#schemas/district.ts';
import type { Finding } from './proof.ts';

type Classed = Pick<CatalogueRow, 'code' | 'category'>;

const classOf = ({ code }: Classed): string => code.slice(0, 2);
const prefixOf = (position: number): string => String(position + 1).padStart(2, '0');

/** @param classes names in the order of their numbers, from 01 */
export function proveClasses(rows: readonly Classed[], classes: readonly string[]): Finding[] {
  return [...checkKnown(rows, classes), ...checkGaps(rows, classes)];
}

function checkKnown(rows: readonly Classed[], classes: readonly string[]): Finding[] {
  const strange = new Set<string>();
  return rows.flatMap((row, position): Finding[] => {
    const prefix = classOf(row);
    const name = classes[Number(prefix) - 1];
    if (name === row.category || strange.has(prefix)) return [];
    if (name !== undefined) {
      const remedy = `改为「${name}」;确要改名,先改 district.json 的 catalogue.classes,再重新部署`;
      const problem = `类别 ${prefix} 叫「${name}」,这里叫「${row.category}」`;
      return [{ row: position, column: 'category', problem, remedy }];
    }
    strange.add(prefix);
    if (prefix === '00') return [{ row: position, column: 'code', problem: '没有类别 00', remedy: '类别从 01 编起' }];
    const remedy = `更正编码(类别到 ${prefixOf(classes.length - 1)} 为止);确要增加类别,先写进 district.json 的 catalogue.classes,再重新部署`;
    return [{ row: position, column: 'code', problem: `类别 ${prefix} 不在类别名单里`, remedy }];
  });
}

/**
 * A class of the list without a row is one that somebody lost. Holes among the sub-classes are right: the code of one that was
 * abolished is not used again, because old tickets carry it.
 */
function checkGaps(rows: readonly Classed[], classes: readonly string[]): Finding[] {
  const present = new Set(rows.map(classOf));
  return classes.flatMap((name, position): Finding[] => {
    const prefix = prefixOf(position);
    if (present.has(prefix)) return [];
    // Reported at the row behind the hole, where the spreadsheet shows it; behind a lost tail there is none.
    const behind = rows.findIndex((row) => classOf(row) > prefix);
    const remedy =
      behind === -1
        ? `文件在这一行以后可能被截断:用完整的目录重新导出,或补上 ${prefix}.1「${name}」`
        : `补上 ${prefix}.1「${name}」,或更正编码`;
    const row = behind === -1 ? Math.max(0, rows.length - 1) : behind;
    return [{ row, column: 'code', problem: `缺少类别 ${prefix},该类诉求无人承办`, remedy }];
  });
}
