/** A request can be followed: every line carries the ids of what it was written for, whatever runs beside it. */
import type { APIGatewayProxyEvent, Context, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { consumer } from '#functions/shared/batch.ts';
import { correlated, traced } from '#functions/shared/correlation.ts';
import { countsOf } from '#functions/shared/event-record.ts';
import { api } from '#functions/shared/http.ts';
import { log } from '#functions/shared/log.ts';
import type { TicketEvent } from '#schemas/event.ts';

const TICKET = 'XA2026112400000017';
const OTHER = 'XA2026112400000025';
const context = (awsRequestId: string) => ({ awsRequestId }) as Context;

let lines: Record<string, unknown>[];
beforeEach(() => {
  lines = [];
  const keep = (text: unknown) => {
    lines.push(JSON.parse(String(text)));
    return true;
  };
  // The logger has a console of its own on the standard streams.
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => vi.restoreAllMocks());

test('a line carries the facts of all that it is written in, and its own above them', () => {
  correlated({ requestId: 'r', ticketNo: OTHER }, () => correlated({ ticketNo: TICKET }, () => log.info('a')));
  correlated({ ticketNo: OTHER }, () => log.info('b', { ticketNo: TICKET }));
  log.info('c');
  expect(lines).toMatchObject([{ requestId: 'r', ticketNo: TICKET }, { ticketNo: TICKET }, { message: 'c' }]);
  expect(lines[2]).not.toHaveProperty('ticketNo');
});

test('what runs at the same time keeps its own facts', async () => {
  const work = (ticketNo: string) =>
    correlated({ ticketNo }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      log.info(`of ${ticketNo}`);
    });
  await Promise.all([work(TICKET), work(OTHER)]);
  for (const line of lines) expect(line.message).toBe(`of ${line.ticketNo}`);
  expect(lines).toHaveLength(2);
});

test('a handler’s lines carry the id of their invocation', async () => {
  const handler = traced<unknown, void>(async () => log.warn('late mark'));
  await handler({}, context('first'));
  await handler({}, context('second'));
  expect(lines.map(({ requestId }) => requestId)).toEqual(['first', 'second']);
});

describe('a request at the API', () => {
  const handler = api({ 'GET /tickets/{ticketNo}': async () => Promise.reject(new Error('boom')) });
  const ask = (ticketNo: string) =>
    handler(
      {
        httpMethod: 'GET',
        resource: '/tickets/{ticketNo}',
        pathParameters: { ticketNo },
        headers: {},
        requestContext: { requestId: 'gateway-1', path: '/' },
      } as unknown as APIGatewayProxyEvent,
      context('lambda-1'),
    );

  test('is named by the gateway’s id, also where it failed', async () => {
    expect((await ask(TICKET)).statusCode).toBe(500);
    expect(lines).toMatchObject([
      { message: 'request failed', requestId: 'lambda-1', apiRequestId: 'gateway-1', ticketNo: TICKET },
    ]);
  });

  test('puts nothing into the log that only stands in the path', async () => {
    await ask('王小明');
    expect(JSON.stringify(lines)).not.toContain('王小明');
    expect(lines[0]).not.toHaveProperty('ticketNo');
  });
});

test('a message that fails is named by ticket and SQS’ id, one that breaks its schema, too', async () => {
  const handler = consumer(z.strictObject({ ticketNo: z.string(), seq: z.int() }), async ({ seq }) => {
    log.info('worked');
    if (seq === 2) throw new Error('boom');
  });
  const record = (messageId: string, body: unknown) => ({
    messageId,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: '3' },
  });
  const Records = [
    record('m1', { ticketNo: TICKET, seq: 1 }),
    record('m2', { ticketNo: TICKET, seq: 2 }),
    record('m3', { ticketNo: OTHER, seq: 3, more: true }),
    record('m4', 'no JSON'),
  ];
  const answer = await handler({ Records } as unknown as SQSEvent, context('batch'));
  expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m2', 'm3', 'm4']);
  const failed = lines.filter(({ message }) => message === 'message failed');
  expect(failed).toHaveLength(3);
  expect(failed).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ messageId: 'm2', ticketNo: TICKET, seq: 2, attempt: 3, requestId: 'batch' }),
      expect.objectContaining({ messageId: 'm3', ticketNo: OTHER, seq: 3 }),
      expect.objectContaining({ messageId: 'm4', requestId: 'batch' }),
    ]),
  );
  expect(lines.find(({ message }) => message === 'worked')).toMatchObject({ messageId: 'm1', ticketNo: TICKET });
});

test('of committed events the dashboard counts those that show the flow; nobody to tell is no failure', () => {
  const events = [
    { type: 'registered' },
    { type: 'dispatched' },
    { type: 'dispatched' },
    { type: 'signed' },
    { type: 'feedbackRecorded', channel: 'sms', outcome: 'sent' },
    { type: 'feedbackRecorded', channel: 'sms', outcome: 'unreachable' },
    { type: 'feedbackRecorded', channel: 'none', outcome: 'unreachable' },
  ] as unknown as TicketEvent[];
  expect(countsOf(events)).toEqual({
    ticketsRegistered: 1,
    ticketsDispatched: 2,
    feedbackSent: 1,
    feedbackNotSent: 1,
  });
});
