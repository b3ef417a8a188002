/** What the catalogue's commands share: paths as typed, a folder with its findings, numbers and lists for people. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileDistrict, compileFolder, DistrictFolderError, type FolderOptions } from '#infra/district-folder.ts';
import type { Mistake } from '#infra/district-reader.ts';
import type { District } from '#schemas/district.ts';

/** The command line is wrong. */
export class UsageError extends Error {}
/** What was asked for is refused; the message says why, and what to do. */
export class Failure extends Error {}

export interface FolderChoice {
  readonly district: string;
  readonly folder?: string | undefined;
}

/** npm runs scripts in the project's folder; a path means the folder that the command was typed in. */
export const typed = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path);

export function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw new UsageError(`缺少 --${option}`);
  return value;
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

export const number = (value: number): string => value.toLocaleString('en-US');
export const change = (difference: number): string =>
  difference === 0 ? '' : `(${difference > 0 ? '+' : '−'}${number(Math.abs(difference))})`;

/** Columns of a terminal: a 汉字 takes two. */
export function padded(text: string, columns: number): string {
  const width = [...text].reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1), 0);
  return text + ' '.repeat(Math.max(0, columns - width));
}
