/** The restore drill's last step: what was received after the instant that the tickets were restored to becomes a ticket again. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { waitingMessages } from '#functions/adapters/sweep-store.ts';
import { handler as router } from '#functions/router/handler.ts';
import { waitAgain } from '../../scripts/restore/wait-again.ts';
import { routed } from './desk.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let client: DynamoDBClient;
beforeAll(async () => {
  world = await startWorld();
  client = new DynamoDBClient({
    region: 'local',
    endpoint: world.dynamo.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  client?.destroy();
  await world?.stop();
});

/** As if the table were the one of before: without a row of that ticket. */
async function forget(ticketNo: string): Promise<void> {
  for (const { pk, sk } of await world.rows('Tickets')) {
    if (String(pk).includes(ticketNo)) await world.remove('Tickets', { pk: String(pk), sk: String(sk) });
  }
}

test('requests of the lost stretch wait for the router again and become the same tickets; the others stay', async () => {
  const to = Date.now() - 60_000;
  const kept = await routed(world);
  const lost = [await routed(world), await routed(world)];
  for (const { ticketNo } of lost) await forget(ticketNo);
  expect(await ticketStore().load(lost[0]!.ticketNo)).toBeUndefined();
  // Received an hour and more before: its ticket was erased for another reason.
  const old = await routed(world, { receivedAt: '2026-01-05T09:00:00.000+08:00' });
  await forget(old.ticketNo);

  const tables = { receipts: 'Receipts', tickets: 'Tickets', to };
  expect(await waitAgain(client, tables, false)).toEqual({ requests: 2, additions: 0, parts: [] });
  expect(await waitingMessages(Date.now() + 1000, 10)).toEqual([]);
  expect(await waitAgain(client, tables, true)).toEqual({ requests: 2, additions: 0, parts: [] });
  expect(await waitAgain(client, tables, true)).toEqual({ requests: 0, additions: 0, parts: [] });

  // What the sweeper sends.
  const waiting = (await waitingMessages(Date.now() + 1000, 10)).flatMap(({ message }) => message ?? []);
  expect(waiting.map(({ ticketNo }) => ticketNo).sort()).toEqual(lost.map(({ ticketNo }) => ticketNo).sort());
  const Records = waiting.map((message, index) => ({
    messageId: String(index),
    body: JSON.stringify(message),
    attributes: { ApproximateReceiveCount: '1' },
  }));
  const answer = (await router(
    { Records } as unknown as SQSEvent,
    { awsRequestId: 'r' } as Context,
  )) as SQSBatchResponse;
  expect(answer.batchItemFailures).toEqual([]);
  for (const { ticketNo, owner } of lost) expect((await ticketStore().load(ticketNo))?.owner).toBe(owner);
  expect((await ticketStore().load(kept.ticketNo))?.owner).toBe(kept.owner);
  expect(await waitingMessages(Date.now() + 1000, 10)).toEqual([]);
});
