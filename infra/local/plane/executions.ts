/**
 * The executions of the local state machines, on disk: an open one is taken up where it was when the runner died, a
 * closed one still holds its name, as on AWS.
 */
import { DatabaseSync } from 'node:sqlite';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Execution {
  arn: string;
  machineArn: string;
  name: string;
  status: Status;
  input: string;
  output: string | null;
  error: string | null;
  cause: string | null;
  /** Epoch ms, office time. */
  started: number;
  stopped: number | null;
  /** The state last entered, what came in, and the office time then. */
  state: string | null;
  stateInput: string | null;
  stateEntered: number | null;
}

export interface Closing {
  status: Exclude<Status, 'RUNNING'>;
  stopped: number;
  output?: string;
  error?: string;
  cause?: string;
}

/** How long AWS keeps a closed execution and its name. */
const KEPT_MS = 90 * 86_400_000;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS executions (
    arn TEXT PRIMARY KEY, machineArn TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL,
    output TEXT, error TEXT, cause TEXT, started INTEGER NOT NULL, stopped INTEGER,
    state TEXT, stateInput TEXT, stateEntered INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS executionsByStatus ON executions (status, started);
  CREATE INDEX IF NOT EXISTS executionsByMachine ON executions (machineArn, started);
`;

/** Opens the store. Every call is one small synchronous statement. */
export function openExecutions(file: string, now: number) {
  const db = new DatabaseSync(file);
  db.exec(SCHEMA);
  db.prepare("DELETE FROM executions WHERE status <> 'RUNNING' AND stopped < ?").run(now - KEPT_MS);
  const insert = db.prepare(
    "INSERT INTO executions (arn, machineArn, name, status, input, started) VALUES (?, ?, ?, 'RUNNING', ?, ?)",
  );
  const byArn = db.prepare('SELECT * FROM executions WHERE arn = ?');
  const enter = db.prepare('UPDATE executions SET state = ?, stateInput = ?, stateEntered = ? WHERE arn = ?');
  const close = db.prepare(
    `UPDATE executions SET status = ?, stopped = ?, output = ?, error = ?, cause = ?, state = NULL, stateInput = NULL
       WHERE arn = ? AND status = 'RUNNING'`,
  );
  const running = db.prepare("SELECT * FROM executions WHERE status = 'RUNNING' ORDER BY started, arn");
  const all = db.prepare('SELECT name, status FROM executions ORDER BY started, arn');
  const ofMachine = db.prepare(
    `SELECT * FROM executions WHERE machineArn = ? AND (?2 IS NULL OR status = ?2)
       ORDER BY started DESC, arn LIMIT ?3 OFFSET ?4`,
  );
  const rows = (list: unknown): Execution[] => list as Execution[];
  return {
    insert(e: Pick<Execution, 'arn' | 'machineArn' | 'name' | 'input' | 'started'>): void {
      insert.run(e.arn, e.machineArn, e.name, e.input, e.started);
    },
    find: (arn: string): Execution | undefined => byArn.get(arn) as Execution | undefined,
    enterState(arn: string, state: string, input: string, at: number): void {
      enter.run(state, input, at, arn);
    },
    /** Only a running execution closes: whoever comes second changes nothing. */
    close(arn: string, c: Closing): void {
      close.run(c.status, c.stopped, c.output ?? null, c.error ?? null, c.cause ?? null, arn);
    },
    running: (): Execution[] => rows(running.all()),
    all: (): Pick<Execution, 'name' | 'status'>[] => all.all() as unknown as Pick<Execution, 'name' | 'status'>[],
    ofMachine: (machineArn: string, status: string | null, limit: number, offset: number): Execution[] =>
      rows(ofMachine.all(machineArn, status, limit, offset)),
    shut: (): void => db.close(),
  };
}

export type Executions = ReturnType<typeof openExecutions>;
