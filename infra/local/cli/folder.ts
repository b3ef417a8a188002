/** The data folder of a local instance: one process at a time, and a note of where that process serves. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataFolderInUse } from '#infra/local/plane/children.ts';
import { writeFileAtomically } from '#infra/local/plane/files.ts';
import { District } from '#schemas/district.ts';

const INSTANCE_FILE = 'instance.json';

/** Where the instance's queues and tables are, for tools that do what a console does on AWS. */
export interface LocalServices {
  region: string;
  sqs: string;
  dynamodb: string;
}

interface Instance {
  pid: number;
  url: string;
  /** Absent in notes of older versions. */
  services?: LocalServices;
}

export interface Folder {
  /** An instance served from this folder before. */
  usedBefore: boolean;
  /** Notes the addresses, so that scripts beside the runner find them. */
  serving(url: string, services: LocalServices): void;
  release(): void;
}

function lastInstance(dataDir: string): Instance | undefined {
  const file = join(dataDir, INSTANCE_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Instance) : undefined;
}

/** Address of the instance that last served from this folder; undefined when none did. */
export const lastUrl = (dataDir: string): string | undefined => lastInstance(dataDir)?.url;

/** Queues and tables of the instance that last served from this folder. */
export const lastServices = (dataDir: string): LocalServices | undefined => lastInstance(dataDir)?.services;

/**
 * Takes the folder before anything in it is touched (the secrets' addresses and the platforms' port are written ahead of
 * the plane's own lock). The lock is the system's: it falls with the process, however that ends.
 * @throws DataFolderInUse
 */
export function takeFolder(dataDir: string): Folder {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(dataDir, 'instance.sqlite'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!/locked|busy/i.test((error as Error).message)) throw error;
    throw new DataFolderInUse(dataDir, lastInstance(dataDir)?.pid);
  }
  const note = (url: string, services: LocalServices) =>
    writeFileAtomically(join(dataDir, INSTANCE_FILE), `${JSON.stringify({ pid: process.pid, url, services })}\n`);
  return { usedBefore: lastInstance(dataDir) !== undefined, serving: note, release: () => lock.close() };
}

/** The compiled district that the functions of this assembly carry; throws when no bundle has one. */
export function districtOf(assembly: string): District {
  for (const name of readdirSync(assembly)) {
    const file = join(assembly, name, 'district.json');
    if (name.startsWith('asset.') && existsSync(file)) return District.parse(JSON.parse(readFileSync(file, 'utf8')));
  }
  throw new Error(`no function bundle in ${assembly} carries a district.json`);
}

/** Names of all template parameters that the assembly's stacks declare. */
export function parametersOf(assembly: string): string[] {
  const templates = readdirSync(assembly).filter((name) => name.endsWith('.template.json'));
  return templates.flatMap((name) => {
    const template = JSON.parse(readFileSync(join(assembly, name), 'utf8')) as { Parameters?: Record<string, unknown> };
    return Object.keys(template.Parameters ?? {});
  });
}
