/**
 * The local plane: the AWS services that the functions call through the SDK, on free loopback ports, with their data
 * in one folder. It starts after an unclean end as after a clean one.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Signers } from '../iam/signed-objects.ts';
import { serveAwsJson } from './aws-json.ts';
import { Children } from './children.ts';
import { startDynamoDb } from './dynamodb.ts';
import { type OfficeClock, openOfficeClock } from './office-clock.ts';
import { openSecrets } from './secrets.ts';
import { ACCOUNT_ID, startSqs } from './sqs.ts';
import { type MachineSpec, openStepFunctions } from './step-functions.ts';
import { ensureTable, type TableSpec } from './tables.ts';

export interface Plane {
  /** `dynamodb` also serves DynamoDB Streams. */
  endpoints: { dynamodb: string; sqs: string; s3: string; states: string; secretsmanager: string };
  region: string;
  accountId: string;
  clock: OfficeClock;
  /** Creates the table, or brings an existing one up to the template; data stays. */
  ensureTable(spec: TableSpec): Promise<{ arn: string; streamArn?: string }>;
  /** Dead-letter queues first. */
  ensureQueue(name: string, attributes: Record<string, string>): Promise<{ url: string; arn: string }>;
  /** Creates the bucket unless it is there; objects stay. */
  ensureBucket(name: string): Promise<void>;
  /** @throws UnsupportedStateMachine that lists what is refused. */
  ensureStateMachine(o: MachineSpec): void;
  /** `initial` is asked only when the secret isn't there yet. */
  ensureSecret(o: { name: string; arn: string; initial: () => string }): void;
  /** What an operator does at the console: a new version, for the secrets that `isMeant` picks by name. */
  putSecret(isMeant: (name: string) => boolean, value: string): void;
  /** Restarts the executions that ran when the last runner ended; call it once functions are ready. */
  resumeExecutions(): Promise<number>;
  executions(): { name: string; status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' }[];
  /** Forgets stream records below a number that every reader has passed; the newest one always stays. */
  trimStream(tableName: string, belowSequence: bigint): number;
  stop(): Promise<void>;
}

export interface PlaneOptions {
  dataDir: string;
  speed: number;
  frozen?: boolean;
  /** Office time to begin at in an empty data folder (epoch ms); otherwise real time. */
  startAt?: number;
  region?: string;
  /** Whose signatures on links and forms are judged; nobody's unless given. */
  signers?: Signers;
  log: (line: string) => void;
}

const DEFAULT_REGION = 'cn-north-1';
const NOBODY: Signers = { roles: new Map(), record: undefined };

/** @throws DataFolderInUse while another living runner has the folder. */
export async function startPlane(o: PlaneOptions): Promise<Plane> {
  mkdirSync(o.dataDir, { recursive: true });
  const region = o.region ?? DEFAULT_REGION;
  const children = await Children.take(o.dataDir, o.log);
  // What has been started, to be stopped in the opposite order: also when a later part doesn't start.
  const stops: (() => Promise<void> | void)[] = [() => children.release()];
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next; next = stops.pop()) await next();
  };
  try {
    const clock = openOfficeClock({
      file: join(o.dataDir, 'office-clock.json'),
      speed: o.speed,
      ...(o.frozen === undefined ? {} : { frozen: o.frozen }),
      ...(o.startAt === undefined ? {} : { startAt: o.startAt }),
    });
    stops.push(() => clock.stop());
    const dynamodb = await startDynamoDb({ dataDir: o.dataDir, region, children });
    stops.push(() => dynamodb.stop());
    const sqs = await startSqs({ dataDir: o.dataDir, region, signers: o.signers ?? NOBODY });
    stops.push(() => sqs.stop());
    const states = openStepFunctions({ file: join(o.dataDir, 'executions.sqlite'), clock, log: o.log });
    stops.push(() => states.stop());
    const secrets = openSecrets(join(o.dataDir, 'secrets.json'));
    const json = await serveAwsJson({ ...states.operations, ...secrets.operations }, o.log);
    stops.push(() => json.stop());

    return {
      endpoints: {
        dynamodb: dynamodb.endpoint,
        sqs: sqs.endpoint,
        s3: sqs.endpoint,
        states: json.endpoint,
        secretsmanager: json.endpoint,
      },
      region,
      accountId: ACCOUNT_ID,
      clock,
      ensureTable: (spec) => ensureTable(dynamodb.client, spec),
      ensureQueue: (name, attributes) => sqs.ensureQueue(name, attributes),
      ensureBucket: (name) => sqs.ensureBucket(name),
      ensureStateMachine: (spec) => states.ensure(spec),
      ensureSecret: (secret) => secrets.ensure(secret),
      putSecret: (isMeant, value) => secrets.put(isMeant, value),
      resumeExecutions: async () => states.resume(),
      executions: () => states.list(),
      trimStream: (tableName, belowSequence) => dynamodb.trimStream(tableName, belowSequence),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
