/** DynamoDB for the local plane: the dynoxide binary over a SQLite file, or an endpoint that the user names. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { Children, StartedChild } from './children.ts';
import { freePort } from './files.ts';
import { indexStreamRecords, trimStreamRecords } from './stream-tables.ts';

export const ENDPOINT_VARIABLE = 'JIEBAN_DYNAMODB_ENDPOINT';
const PACKAGE = '@dynoxide/linux-x64';
/** How long the database may take to answer (ms), and how often it is asked. */
const READY_MS = 15_000;
const POLL_MS = 20;
/** Another process may take the port between the look and the start. */
const START_ATTEMPTS = 3;

export interface DynamoDb {
  endpoint: string;
  client: DynamoDBClient;
  /** The SQLite file; absent with an endpoint of the user's. */
  file?: string;
  /** Deletes stream records that all readers have passed; does nothing with an endpoint of the user's. */
  trimStream(tableName: string, belowSequence: bigint): number;
  stop(): Promise<void>;
}

function binary(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), 'dynoxide');
  } catch {
    throw new Error(
      `the local database ${PACKAGE} is not installed (it is made for Linux x64 only). ` +
        `Set ${ENDPOINT_VARIABLE} to a DynamoDB-compatible endpoint with transactions and streams, ` +
        'for instance http://127.0.0.1:8000',
    );
  }
}

function clientFor(endpoint: string, region: string): DynamoDBClient {
  return new DynamoDBClient({ endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
}

async function answers(client: DynamoDBClient): Promise<boolean> {
  try {
    await client.send(new ListTablesCommand({ Limit: 1 }));
    return true;
  } catch {
    return false;
  }
}

async function untilReady(child: StartedChild, client: DynamoDBClient, logFile: string): Promise<boolean> {
  let spawnError: Error | undefined;
  child.process.once('error', (error) => {
    spawnError = error;
  });
  for (let waited = 0; waited < READY_MS; waited += POLL_MS) {
    if (spawnError) throw new Error(`the local database could not be started: ${spawnError.message}`);
    if (child.process.exitCode !== null || child.process.signalCode !== null) return false;
    if (await answers(client)) return true;
    await delay(POLL_MS);
  }
  await child.end();
  throw new Error(`the local database did not answer within ${READY_MS / 1000} s; see ${logFile}`);
}

async function fromEndpoint(endpoint: string, region: string): Promise<DynamoDb> {
  const client = clientFor(endpoint, region);
  try {
    await client.send(new ListTablesCommand({ Limit: 1 }));
  } catch (error) {
    client.destroy();
    throw new Error(`no DynamoDB answers at ${endpoint} (${ENDPOINT_VARIABLE}): ${(error as Error).message}`);
  }
  return { endpoint, client, trimStream: () => 0, stop: async () => client.destroy() };
}

/** @throws Error that says what to do when there is no binary, or when the database does not come up. */
export async function startDynamoDb(o: { dataDir: string; region: string; children: Children }): Promise<DynamoDb> {
  const given = process.env[ENDPOINT_VARIABLE];
  if (given) return fromEndpoint(given, o.region);
  const command = binary();
  const file = join(o.dataDir, 'dynamodb.sqlite');
  const logFile = join(o.dataDir, 'dynamodb.log');
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
    const port = await freePort();
    const args = ['serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', file];
    const child = o.children.start(command, args, logFile);
    const endpoint = `http://127.0.0.1:${port}`;
    const client = clientFor(endpoint, o.region);
    if (await untilReady(child, client, logFile)) {
      indexStreamRecords(file);
      return {
        endpoint,
        client,
        file,
        trimStream: (tableName, belowSequence) => trimStreamRecords(file, tableName, belowSequence),
        async stop() {
          client.destroy();
          await child.end();
        },
      };
    }
    client.destroy();
    await child.end();
  }
  throw new Error(`the local database ended at once; its last words:\n${readFileSync(logFile, 'utf8').slice(-500)}`);
}
