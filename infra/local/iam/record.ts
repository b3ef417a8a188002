/**
 * What a run's functions were allowed to do, for the report on grants. Each process and thread adds lines to a file of its own
 * process; a call is written once per thread that makes it. Nothing is written unless JIEBAN_GRANTS_LOG names a folder.
 */
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call, Grant } from './judge.ts';

export const GRANTS_LOG = 'JIEBAN_GRANTS_LOG';

/** One allowed call. */
export interface Use extends Call {
  /** ARN of the function or state machine. */
  readonly holder: string;
}

export type RecordUse = (holder: string, call: Call, by: Grant) => void;

/** @param folder undefined = nothing is kept */
export function openRecord(folder: string | undefined): RecordUse {
  if (folder === undefined) return () => {};
  const file = join(folder, `${process.pid}.jsonl`);
  const known = new Set<string>();
  return (holder, call, by) => {
    // One call a grant: what names an object or an execution differs each time.
    const key = `${holder} ${call.action} ${by.action} ${by.resource}`;
    if (known.has(key)) return;
    known.add(key);
    appendFileSync(file, `${JSON.stringify({ holder, ...call } satisfies Use)}\n`);
  };
}

/** Every use that any process wrote into the folder or one below it, each once. */
export function readRecord(folder: string): Use[] {
  const lines = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '');
  return [...new Set(lines)].map((line) => JSON.parse(line) as Use);
}
