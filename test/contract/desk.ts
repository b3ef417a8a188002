/** The hotline's desk and the router as a test drives them in this process: operators who ask, requests that are routed. */
import { randomUUID } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { expect } from 'vitest';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { receiptPk } from '#functions/adapters/receipt-store.ts';
import { handler as hotline } from '#functions/hotline/handler.ts';
import { handler as router } from '#functions/router/handler.ts';
import { drawTicketNo } from '#functions/shared/ticket-no.ts';
import type { Role } from '#infra/local/platforms/oidc.ts';
import type { CatalogueRow } from '#schemas/district.ts';
import { IntakeRequest } from '#schemas/intake.ts';
import { call, type World } from './world.ts';

/** A row that one department owns, for any kind of request. */
export const rowOf = ({ district }: World): CatalogueRow =>
  district.catalogue.rows.find((row) => row.level === 'department' && row.kinds.length === 0)!;
/** Another department than that row's. */
export const otherUnit = (world: World): string =>
  world.district.departments.find(({ id, level }) => level === 'department' && id !== rowOf(world).owner)!.id;

export async function ask(
  world: World,
  role: Role,
  method: 'GET' | 'POST',
  resource: string,
  more: { body?: object; query?: Record<string, string>; params?: Record<string, string> } = {},
) {
  const authorization = `Bearer ${await world.platforms.oidc.token(`${role}-1`, role)}`;
  const { body, ...rest } = more;
  return call(hotline, {
    resource,
    method,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...rest,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export const assign = (world: World, ticketNo: string, command: { owner: string; category?: string }) =>
  ask(world, 'dispatcher', 'POST', '/hotline/tickets/{ticketNo}/commands', {
    params: { ticketNo },
    body: { command: 'assign', reason: '核定承办单位', ...command },
  });

/** Gives the router one request of that row; `failed`: how many messages it gave back to the queue. */
export async function send(world: World, changes: Partial<IntakeRequest> = {}) {
  const ticketNo = drawTicketNo('XA', Date.now());
  const given = {
    schema: 1,
    channel: 'phone',
    ticketNo,
    channelRef: randomUUID(),
    receivedAt: new Date().toISOString(),
    callerToken: randomUUID(),
    queryKeyId: 'q1',
    kind: 'help',
    title: '办理',
    content: '请帮忙看看。',
    category: rowOf(world).code,
    anonymous: false,
    confidential: false,
    enterprise: false,
    danger: false,
    ...changes,
  };
  // As it comes off a queue: without undefined members.
  const message = IntakeRequest.parse(JSON.parse(JSON.stringify(given)));
  const receipt = { pk: receiptPk('phone', message.channelRef), state: 'received', ticketNo, request: message };
  await world.put('Receipts', receipt);
  const record = { messageId: '1', body: JSON.stringify(message), attributes: { ApproximateReceiveCount: '1' } };
  const { batchItemFailures } = (await router(
    { Records: [record] } as unknown as SQSEvent,
    { awsRequestId: 'r' } as Context,
  )) as SQSBatchResponse;
  return { ticketNo, failed: batchItemFailures.length };
}

/** The same, and what became of it. */
export async function routed(world: World, changes: Partial<IntakeRequest> = {}) {
  const { ticketNo, failed } = await send(world, changes);
  expect(failed).toBe(0);
  const ticket = await ticketStore().load(ticketNo);
  return { ticketNo, owner: ticket?.owner, version: ticket?.routed?.catalogueVersion };
}
