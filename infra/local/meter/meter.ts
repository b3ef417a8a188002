/**
 * Counts what AWS would bill a function's calls at: each call that leaves its thread is a line in a file, with the read and write
 * units that the database says it took. Nothing is counted unless JIEBAN_METER names a folder.
 */
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

/** The variable that names the folder. */
export const METER = 'JIEBAN_METER';

/** One call. Units are DynamoDB's; 0 for other services. */
export interface Metered {
  readonly fn: string;
  readonly service: string;
  readonly operation: string;
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface MeterSetup {
  readonly folder: string;
  readonly fn: string;
}

export function meterOf(fn: string): MeterSetup | undefined {
  const folder = process.env[METER];
  return folder === undefined ? undefined : { folder, fn };
}

interface Capacity {
  readonly CapacityUnits?: number;
}

const DYNAMODB = 'DynamoDB';
const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);

/** Call it before `guardRequests`, so that what is refused is not counted. */
export function meterCalls({ folder, fn }: MeterSetup): void {
  const file = join(folder, `${process.pid}-${threadId}.jsonl`);
  const keep = (line: Metered): void => appendFileSync(file, `${JSON.stringify(line)}\n`);
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest };
    const target = request.getHeader('x-amz-target');
    if (typeof target !== 'string') return;
    const [version = '', operation = ''] = target.split('.');
    const service = version.split('_')[0] ?? '';
    const send = request.end.bind(request) as (body?: unknown) => ClientRequest;
    if (service !== DYNAMODB) {
      request.end = (body?: unknown): ClientRequest => {
        keep({ fn, service, operation, readUnits: 0, writeUnits: 0 });
        return send(body);
      };
      return;
    }
    request.end = (body?: unknown): ClientRequest => {
      const asked = JSON.parse(Buffer.from(body as string | Uint8Array).toString()) as object;
      const asking = Buffer.from(JSON.stringify({ ...asked, ReturnConsumedCapacity: 'TOTAL' }));
      request.setHeader('content-length', asking.length);
      overhear(request, (answer) => {
        const units = unitsIn(answer);
        const reads = READS.has(operation);
        keep({ fn, service, operation, readUnits: reads ? units : 0, writeUnits: reads ? 0 : units });
      });
      return send(asking);
    };
  });
}

/** A write whose condition failed is billed, too, and doesn't say how much: 1 is the least. */
function unitsIn(answer: string): number {
  const { ConsumedCapacity } = JSON.parse(answer) as { ConsumedCapacity?: Capacity | readonly Capacity[] };
  if (ConsumedCapacity === undefined) return 1;
  return [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

/** Hands over the whole answer when whoever asked has read it. */
function overhear(request: ClientRequest, then: (answer: string) => void): void {
  const emit = request.emit.bind(request) as (event: string | symbol, ...args: unknown[]) => boolean;
  request.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    if (event === 'response') {
      const answer = args[0] as IncomingMessage;
      const chunks: Uint8Array[] = [];
      const pass = answer.emit.bind(answer) as typeof emit;
      answer.emit = (name: string | symbol, ...rest: unknown[]): boolean => {
        if (name === 'data') chunks.push(rest[0] as Uint8Array);
        if (name === 'end') then(Buffer.concat(chunks).toString());
        return pass(name, ...rest);
      };
    }
    return emit(event, ...args);
  };
}

/** Every call that any thread wrote into the folder. */
export const readMeter = (folder: string): Metered[] =>
  readdirSync(folder)
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Metered);
