/** What the command-line tools for clerks share: two kinds of refusal, paths as typed, numbers and columns for people. */
import { resolve } from 'node:path';

/** The command line is wrong. */
export class UsageError extends Error {}
/** What was asked for is refused; the message says why, and what to do. */
export class Failure extends Error {}

/** npm runs scripts in the project's folder; a path means the folder that the command was typed in. */
export const typed = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path);

export function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw new UsageError(`缺少 --${option}`);
  return value;
}

export const number = (value: number): string => value.toLocaleString('en-US');
export const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');

/** Columns of a terminal: a 汉字 takes two. */
export function padded(text: string, columns: number): string {
  const width = [...text].reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1), 0);
  return text + ' '.repeat(Math.max(0, columns - width));
}

/** Runs a tool's command; ends with 1 when something was refused, with 2 when the command line is wrong. */
export async function main(usage: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const wrongOption =
      error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    if (error instanceof UsageError || wrongOption) {
      console.error(`${error.message}\n${usage}`.trim());
      process.exitCode = 2;
    } else if (error instanceof Failure) {
      console.error(error.message);
      process.exitCode = 1;
    } else throw error;
  }
}
