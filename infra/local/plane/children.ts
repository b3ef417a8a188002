/**
 * One runner per data folder, and no child process left behind. Killing node leaves its children alive on their
 * ports, so each is recorded with its start time; the next start ends what the last one left. A process id alone
 * proves nothing (the system gives it away again), hence the start time: what doesn't match is never touched.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { writeFileAtomically } from './files.ts';

interface ProcessRecord {
  pid: number;
  /** Clock ticks after boot at which the process started; null where the system has no /proc. */
  startTime: string | null;
  command: string;
}

interface Records {
  runner: ProcessRecord | null;
  children: ProcessRecord[];
}

/** How long a child may take to end by itself (real ms). */
const TERM_MS = 3_000;
const POLL_MS = 20;

export class DataFolderInUse extends Error {
  override name = 'DataFolderInUse';
  readonly pid: number | undefined;
  constructor(dataDir: string, pid: number | undefined) {
    super(`another runner (pid ${pid ?? 'unknown'}) is using ${dataDir}; stop it first, or choose another data folder`);
    this.pid = pid;
  }
}

/** Start time of a living process; null when there is none, or no /proc to ask. Zombies count as ended. */
export function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name (field 2) may hold spaces and brackets: count from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function isAlive(record: ProcessRecord): boolean {
  return record.startTime !== null && startTimeOf(record.pid) === record.startTime;
}

function readRecords(file: string): Records {
  if (!existsSync(file)) return { runner: null, children: [] };
  return JSON.parse(readFileSync(file, 'utf8')) as Records;
}

function send(record: ProcessRecord, signal: NodeJS.Signals): void {
  try {
    process.kill(record.pid, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function end(record: ProcessRecord): Promise<void> {
  if (!isAlive(record)) return;
  send(record, 'SIGTERM');
  for (let waited = 0; waited < TERM_MS; waited += POLL_MS) {
    if (!isAlive(record)) return;
    await delay(POLL_MS);
  }
  send(record, 'SIGKILL');
  while (isAlive(record)) await delay(POLL_MS);
}

export interface StartedChild {
  process: ChildProcess;
  /** Ends the child (asks first, then insists) and forgets it. */
  end(): Promise<void>;
}

export class Children {
  readonly #file: string;
  readonly #lock: DatabaseSync;
  readonly #records: Records;

  private constructor(file: string, lock: DatabaseSync) {
    this.#file = file;
    this.#lock = lock;
    this.#records = {
      runner: { pid: process.pid, startTime: startTimeOf(process.pid), command: process.argv.join(' ') },
      children: [],
    };
  }

  /**
   * Takes the data folder for this process and ends the children of a runner that died without ending them.
   * @throws DataFolderInUse when another living runner has it.
   */
  static async take(dataDir: string, log: (line: string) => void): Promise<Children> {
    const file = join(dataDir, 'children.json');
    // A lock held by the system: it falls with the process, however that dies, so none is ever stale.
    const lock = new DatabaseSync(join(dataDir, 'lock.sqlite'), { timeout: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      if (!/locked|busy/i.test((error as Error).message)) throw error;
      throw new DataFolderInUse(dataDir, readRecords(file).runner?.pid);
    }
    try {
      for (const orphan of readRecords(file).children) {
        if (isAlive(orphan)) log(`ending process ${orphan.pid}, left by an earlier runner: ${orphan.command}`);
        await end(orphan);
      }
    } catch (error) {
      lock.close();
      throw error;
    }
    const children = new Children(file, lock);
    children.#write();
    return children;
  }

  /** Starts a child whose output goes to a file, since a pipe would not outlive us. */
  start(command: string, args: readonly string[], logFile: string): StartedChild {
    const output = openSync(logFile, 'a');
    // A group of its own: Ctrl-C in a terminal reaches the runner alone, which ends its children last.
    const child = spawn(command, args, { stdio: ['ignore', output, output], detached: true });
    closeSync(output);
    // A failed spawn has no pid and reports by the 'error' event, which the caller waits on.
    if (child.pid === undefined) return { process: child, end: async () => {} };
    const record = { pid: child.pid, startTime: startTimeOf(child.pid), command: [command, ...args].join(' ') };
    this.#records.children.push(record);
    this.#write();
    // A runner that ends by an error still takes its children along.
    const onExit = (): void => void child.kill('SIGTERM');
    process.once('exit', onExit);
    return {
      process: child,
      end: async () => {
        await endOwn(child);
        process.off('exit', onExit);
        this.#records.children = this.#records.children.filter((other) => other !== record);
        this.#write();
      },
    };
  }

  /** Gives the data folder back; the children must have ended. */
  release(): void {
    this.#records.runner = null;
    this.#write();
    this.#lock.close();
  }

  #write(): void {
    writeFileAtomically(this.#file, `${JSON.stringify(this.#records, null, 2)}\n`);
  }
}

/** Ends a child of this very process: its handle, not its number, tells whether it still lives. */
async function endOwn(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), TERM_MS);
  await exited;
  clearTimeout(insist);
}
