/**
 * The doors of a whole local instance over loopback HTTP: signed requests per channel at 1, 8 and 32 connections, while
 * everything behind the doors works off what they took, on the same cores; and pushes of WeChat's servers while the
 * router stands still, each of which has to be a ticket in the end. Requests are signed before the clock runs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { type System, startSystem } from '#infra/local/cli/system.ts';
import { doorsOf, pushDoor } from './doors.ts';
import { batch, drive, percentile } from './drive.ts';
import type { Figure } from './figure.ts';

const CONNECTIONS = [1, 8, 32] as const;
/** Per channel and number of connections: so many requests, or as many as are begun in the time (ms). */
const REQUESTS = { count: 300, begunWithin: 3000 };
const WARM_UP = { count: 64, begunWithin: 1000 };
const STOPPED_PUSHES = 200;
const STOPPED_CONNECTIONS = 8;
/** For all requests and tickets together (ms): a machine that is too slow fails, it doesn't hang. */
const LIMIT_MS = 85_000;
const POLL_MS = 100;

export async function* intake(): AsyncIterable<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'jieban-bench-'));
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort(new Error('interrupted'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(LIMIT_MS)]);
  let system: System | undefined;
  try {
    system = await startSystem({
      dataDir: folder,
      port: 0,
      district: 'xianan',
      demoDepartments: false,
      quiet: true,
      throttle: false,
    });
    const doors = await doorsOf(system, WARM_UP.count + CONNECTIONS.length * REQUESTS.count);
    // First, though its line comes last: later its tickets would queue behind those of all the other requests.
    const stopped = await routerStopped(system, signal);
    for (const door of doors) {
      await drive(system.url, door, batch(door, WARM_UP.count), Math.max(...CONNECTIONS), signal, WARM_UP.begunWithin);
      for (const connections of CONNECTIONS) {
        console.error(`  ${door.channel}, ${connections} connections …`);
        const messages = batch(door, REQUESTS.count);
        const { rate, errors, times } = await drive(
          system.url,
          door,
          messages,
          connections,
          signal,
          REQUESTS.begunWithin,
        );
        yield {
          name: 'intake_requests',
          channel: door.channel,
          connections,
          value: Math.round(rate),
          unit: '1/s',
          p50_ms: percentile(times, 50),
          p95_ms: percentile(times, 95),
          p99_ms: percentile(times, 99),
          errors,
          requests: times.length,
        };
      }
    }
    yield stopped;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await system?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws Error when a push was refused, or has not become a ticket after the router went on. */
async function routerStopped(system: System, signal: AbortSignal): Promise<Figure> {
  console.error('  pushes without a router …');
  const warmUp = pushDoor(system);
  await drive(system.url, warmUp, batch(warmUp, WARM_UP.count), STOPPED_CONNECTIONS, signal, WARM_UP.begunWithin);
  await system.runner.pauseSource('router');
  const msgIds: string[] = [];
  const door = pushDoor(system, (msgId) => msgIds.push(msgId));
  const messages = batch(door, STOPPED_PUSHES);
  const { errors, times } = await drive(system.url, door, messages, STOPPED_CONNECTIONS, signal);
  if (errors > 0) throw new Error(`${errors} of ${STOPPED_PUSHES} pushes were not answered with success`);
  system.runner.resumeSource('router');
  console.error('  and the router again …');
  await untilTickets(system, msgIds, signal);
  return {
    name: 'wechat_push_router_stopped',
    value: percentile(times, 99),
    unit: 'ms',
    percentile: 99,
    pushes: STOPPED_PUSHES,
    connections: STOPPED_CONNECTIONS,
    p50_ms: percentile(times, 50),
    tickets: msgIds.length,
  };
}

/** Looks where the router writes, because a push is answered without a number. */
async function untilTickets({ runner }: System, msgIds: readonly string[], signal: AbortSignal): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: runner.plane.endpoints.dynamodb,
    region: runner.plane.region,
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  try {
    const names = (await client.send(new ListTablesCommand({}))).TableNames ?? [];
    const tableOf = (word: RegExp) => names.find((name) => word.test(name));
    const ticketOf = async (msgId: string): Promise<string | undefined> => {
      const receipt = { TableName: tableOf(/receipts/i), Key: { pk: { S: `R#wechat#mp:${msgId}` } } };
      const ticketNo = (await client.send(new GetItemCommand(receipt))).Item?.ticketNo?.S;
      if (ticketNo === undefined) throw new Error('a push that was answered with success has no receipt');
      const ticket = { TableName: tableOf(/tickets/i), Key: { pk: { S: `T#${ticketNo}` }, sk: { S: 'TICKET' } } };
      return (await client.send(new GetItemCommand(ticket))).Item === undefined ? undefined : ticketNo;
    };
    const found = new Set<string>();
    for (let left = [...msgIds]; left.length > 0; ) {
      if (signal.aborted) throw new Error(`${left.length} of ${msgIds.length} pushes are no ticket: ${signal.reason}`);
      const waiting: string[] = [];
      for (const msgId of left) {
        const ticketNo = await ticketOf(msgId);
        if (ticketNo === undefined) waiting.push(msgId);
        else found.add(ticketNo);
      }
      left = waiting;
      if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (found.size !== msgIds.length) throw new Error(`${msgIds.length} pushes are only ${found.size} tickets`);
  } finally {
    client.destroy();
  }
}
