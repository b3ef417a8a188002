/**
 * SQS and S3 in a thread of their own: it dies with the runner and never holds up its event loop. Works around two traps of
 * the emulator, which this thread's own copy of the modules allows without touching anybody else.
 */
import type { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { guardSignedObjects } from '../iam/signed-objects.ts';
import type { SqsWorkerData, SqsWorkerMessage } from './sqs.ts';

const { dataDir, region, signers } = workerData as SqsWorkerData;
const file = join(dataDir, 'fauxqs.db');

/** The emulator binds every interface; the local plane is for this machine only. Its one server is also where signatures pass. */
function bindLoopbackOnly(): void {
  const listen = Server.prototype.listen as (...args: unknown[]) => Server;
  Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
    const [first, ...rest] = args;
    const options = typeof first === 'object' && first !== null ? { ...first, host: '127.0.0.1' } : first;
    guardSignedObjects(this as HttpServer, signers);
    return listen.call(this, options, ...rest);
  } as typeof Server.prototype.listen;
}

function withDatabase(use: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(file, { timeout: 5_000 });
  try {
    use(db);
  } finally {
    db.close();
  }
}

/**
 * Whoever had received these messages died with the last runner: they are to be had again at once, not after the rest
 * of a visibility time of minutes. Their receive counts stay, so that poison still reaches the dead-letter queue.
 */
function returnInFlight(): void {
  withDatabase((db) => {
    if (!db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'sqs_messages'").get()) return;
    db.exec('UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL');
  });
}

/**
 * A visibility time set to 0 makes the emulator write a NULL receive count, which its own table refuses: the call
 * fails, and the message is gone until the next start. The trigger makes of it what was meant.
 */
function mendVisibilityZero(): void {
  withDatabase((db) => {
    db.exec(`CREATE TRIGGER IF NOT EXISTS jieban_visibility_zero
      BEFORE UPDATE OF approximate_receive_count ON sqs_messages WHEN NEW.approximate_receive_count IS NULL
      BEGIN
        UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = OLD.message_id;
        SELECT RAISE(IGNORE);
      END`);
  });
}

function tell(message: SqsWorkerMessage): void {
  parentPort?.postMessage(message);
}

bindLoopbackOnly();
returnInFlight();
const { startFauxqs } = await import('fauxqs');
// Objects lie in the same database: as files they would be named by keys, which here nobody holds a client to.
const server = await startFauxqs({ port: 0, logger: false, dataDir, defaultRegion: region });
mendVisibilityZero();

parentPort?.once('message', async () => {
  await server.stop();
  tell({ kind: 'stopped' });
  parentPort?.close();
});
tell({ kind: 'ready', port: server.port });
