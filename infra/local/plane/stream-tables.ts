/**
 * Keeps streamed writes flat. The local database numbers each stream record by an unindexed MAX over all of them, so
 * writes slow down as records pile up; two indexes, added from outside, turn that into one seek. Should a release of
 * the database lay its tables out otherwise, the start fails here rather than getting slow in silence.
 */
import { DatabaseSync } from 'node:sqlite';

const INDEXES = [
  `CREATE INDEX IF NOT EXISTS jieban_stream_number
     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))`,
  `CREATE INDEX IF NOT EXISTS jieban_stream_shard
     ON _stream_records (table_name, shard_id, sequence_number)`,
];

/** How long to wait for the database process to let go of its write lock (ms). */
const BUSY_MS = 5_000;

/** Statements that the database runs on each streamed write or read, as it spells them. */
export const STREAM_STATEMENTS = {
  nextNumber:
    'SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = ?1',
  shardRange:
    'SELECT MIN(sequence_number), MAX(sequence_number) FROM _stream_records WHERE table_name = ?1 AND shard_id = ?2',
  read: `SELECT event_name, keys_json, new_image, old_image, sequence_number, created_at, user_identity
    FROM _stream_records
    WHERE table_name = ?1 AND shard_id = ?2 AND CAST(sequence_number AS INTEGER) > ?3
    ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT ?4`,
} as const;

function withDatabase<T>(file: string, use: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    return use(db);
  } finally {
    db.close();
  }
}

/** Adds what is missing; safe while the database process runs, which re-prepares its statements by itself. */
export function indexStreamRecords(file: string): void {
  withDatabase(file, (db) => {
    for (const sql of INDEXES) db.exec(sql);
  });
}

/** How the database would run one of its statements: a line per step of SQLite's plan. */
export function planOf(file: string, statement: keyof typeof STREAM_STATEMENTS): string[] {
  return withDatabase(file, (db) =>
    db
      .prepare(`EXPLAIN QUERY PLAN ${STREAM_STATEMENTS[statement]}`)
      .all(...(statement === 'nextNumber' ? ['t'] : statement === 'shardRange' ? ['t', 's'] : ['t', 's', 0, 1]))
      .map((row) => String(row.detail)),
  );
}

/**
 * Deletes the stream records below `belowSequence`, which every reader must have passed. The newest record stays in
 * any case: the next number is counted from it, and a number used twice would hide records from the readers.
 * @returns how many were deleted.
 */
export function trimStreamRecords(file: string, tableName: string, belowSequence: bigint): number {
  return withDatabase(file, (db) => {
    const { changes } = db
      .prepare(
        `DELETE FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) < ?2
           AND CAST(sequence_number AS INTEGER) <
             (SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?1)`,
      )
      .run(tableName, belowSequence);
    return Number(changes);
  });
}
