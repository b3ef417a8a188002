/** What the catalogue's commands share: a folder with its findings. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileDistrict, compileFolder, DistrictFolderError, type FolderOptions } from '#infra/district-folder.ts';
import type { Mistake } from '#infra/district-reader.ts';
import type { District } from '#schemas/district.ts';
import { Failure, number, typed } from '../shared/words.ts';

export { Failure, number, padded, required, typed, UsageError } from '../shared/words.ts';

export interface FolderChoice {
  readonly district: string;
  readonly folder?: string | undefined;
}

export const finding = ({ file, row, column, problem, remedy }: Mistake): string =>
  `${file}${row === undefined ? '' : ` 第 ${row} 行`}${column === undefined ? '' : `「${column}」`}\n` +
  `    问题:${problem}\n    改法:${remedy}`;

/** @throws Failure with every finding */
export function openFolder({ district, folder }: FolderChoice, options: FolderOptions = {}): District {
  try {
    if (folder === undefined && options.instead === undefined) return compileDistrict(district);
    return compileFolder(folderOf({ district, folder }), options);
  } catch (error) {
    if (!(error instanceof DistrictFolderError)) throw error;
    throw new Failure(`${error.mistakes.map((one) => `✗ ${finding(one)}`).join('\n')}\n共 ${error.mistakes.length} 处`);
  }
}

/** @throws Failure when there is no such folder */
export function folderOf({ district, folder }: FolderChoice): string {
  const path =
    folder === undefined ? fileURLToPath(new URL(`../../districts/${district}`, import.meta.url)) : typed(folder);
  if (!existsSync(path)) throw new Failure(`没有这个数据夹:${folder ?? `districts/${district}`}`);
  return path;
}

export const change = (difference: number): string =>
  difference === 0 ? '' : `(${difference > 0 ? '+' : '−'}${number(Math.abs(difference))})`;
