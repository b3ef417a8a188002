/** The client that departments copy: its types are our schemas', its retries are one message, its refusals carry the code. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import type * as z from 'zod';
import { sign } from '#functions/shared/signing.ts';
import * as callbacks from '#schemas/callback.ts';
import type { CommandAnswer, DepartmentCommand } from '#schemas/command.ts';
import { callbackExamples } from '#schemas/openapi-callbacks.ts';
import type { WorkList } from '#schemas/openapi-route.ts';
import type { Reconciliation } from '#schemas/reconciliation.ts';
import { Inbox } from '../../docs/departments/typescript/inbox.mjs';
import {
  type CallbackEvent,
  JiebanDepartment,
  JiebanError,
  JiebanUnreachable,
  type CommandAnswer as SdkAnswer,
  type DepartmentCommand as SdkCommand,
  type Reconciliation as SdkReconciliation,
  type WorkList as SdkWorkList,
} from '../../docs/departments/typescript/jieban.mjs';
import { secret } from './world.ts';

const FOLDER = fileURLToPath(new URL('../../docs/departments/typescript/', import.meta.url));
const KEY = secret();
const OLD_KEY = secret();
const TICKET = 'XA2026112300000018';
const answer: CommandAnswer = { ticketNo: TICKET, status: 'SIGNED', ticketVersion: 3, deadlines: {} };

/** Fails to compile when the one can't stand for the other. */
const fits = <From extends To, To>(_?: [From, To]): void => {};

describe('the folder that departments copy', () => {
  test('has our schemas’ types', () => {
    fits<SdkCommand, z.input<typeof DepartmentCommand>>();
    fits<z.input<typeof DepartmentCommand>, SdkCommand>();
    fits<CallbackEvent, callbacks.CallbackEvent>();
    fits<callbacks.CallbackEvent, CallbackEvent>();
    fits<CommandAnswer, SdkAnswer>();
    fits<SdkAnswer, CommandAnswer>();
    fits<Omit<z.infer<typeof WorkList>['tickets'][number], 'attention'>, SdkWorkList['tickets'][number]>();
    fits<Reconciliation, SdkReconciliation>();
    expect(fits).toBeDefined();
  });

  test('passes the compiler by itself, strictly', () => {
    const tsc = join(FOLDER, '../../../node_modules/.bin/tsc');
    const { status, stdout } = spawnSync(tsc, ['-p', FOLDER], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
  });

  test('needs one package, of the version that we test with', () => {
    const own = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8'));
    const ours = JSON.parse(readFileSync(join(FOLDER, '../../../package.json'), 'utf8'));
    expect(own.dependencies).toEqual({ standardwebhooks: ours.devDependencies.standardwebhooks });
  });
});

interface Asked {
  method: string;
  url: string;
  id: string;
  timestamp: string;
  body: string;
}
type Reply = 'reset' | { status: number; body?: unknown; retryAfter?: string };
let server: Server;
let url: string;
let replies: Reply[];
let asked: Asked[];

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  // Throws, and so answers 500, when the client signed anything else.
  new Webhook(KEY).verify(raw, request.headers as Record<string, string>, { jsonParse: false });
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    id: String(request.headers['webhook-id']),
    timestamp: String(request.headers['webhook-timestamp']),
    body: raw.toString(),
  };
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    asked.push(await read(request));
    const reply = replies.shift() ?? { status: 200, body: answer };
    if (reply === 'reset') {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status, {
      'content-type': 'application/json',
      ...(reply.retryAfter === undefined ? {} : { 'retry-after': reply.retryAfter }),
    });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(
  () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
);
beforeEach(() => {
  replies = [];
  asked = [];
});

const client = (more: { secret?: string | string[]; waitsMs?: number[] } = {}) =>
  new JiebanDepartment({ baseUrl: `${url}/`, departmentId: 'renshe', secret: KEY, waitsMs: [1, 1, 1], ...more });
const problem = (status: number, code: string, more: object = {}): Reply => ({
  status,
  body: { type: 't', title: 'Title', status, code, ...more },
});

describe('a command', () => {
  it('is signed, posted once, and answered', async () => {
    expect(await client().command(TICKET, { command: 'sign', handler: 'A017' })).toEqual(answer);
    expect(asked).toMatchObject([
      {
        method: 'POST',
        url: `/departments/renshe/tickets/${TICKET}/commands`,
        body: '{"command":"sign","handler":"A017"}',
      },
    ]);
  });

  it('is the same message at every attempt: after a broken line, a busy answer, a fault, a page of a proxy', async () => {
    replies = ['reset', problem(503, 'busy'), { status: 502, body: '<html>' }];
    expect(await client().command(TICKET, { command: 'accept' }, { id: 'mine-1' })).toEqual(answer);
    expect(asked.map(({ id }) => id)).toEqual(['mine-1', 'mine-1', 'mine-1', 'mine-1']);
    expect(new Set(asked.map(({ body }) => body)).size).toBe(1);
  });

  it('waits as long as Retry-After asks, and signs anew with the time of then', async () => {
    replies = [{ ...(problem(429, 'tooManyRequests') as object), retryAfter: '1' } as Reply];
    await client().command(TICKET, { command: 'accept' });
    expect(Number(asked[1]?.timestamp)).toBeGreaterThan(Number(asked[0]?.timestamp));
  });

  it('is not repeated when it is refused, and the refusal says which rule', async () => {
    replies = [problem(409, 'stateForbids', { detail: 'sign is not possible in SIGNED' })];
    const refusal = await client()
      .command(TICKET, { command: 'sign' })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(JiebanError);
    expect(refusal).toMatchObject({ status: 409, code: 'stateForbids', detail: 'sign is not possible in SIGNED' });
    replies = [problem(422, 'bodyInvalid', { errors: [{ pointer: '/handler', detail: 'a staff number' }] })];
    await expect(client().command(TICKET, { command: 'sign' })).rejects.toThrow(/422 bodyInvalid: .*\/handler/);
    expect(asked).toHaveLength(2);
  });

  it('fails with its id when nobody answers, and with the last answer when it was one', async () => {
    replies = ['reset', 'reset', 'reset', 'reset'];
    const failure = await client()
      .command(TICKET, { command: 'sign' }, { id: 'mine-2' })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(JiebanUnreachable);
    expect(failure).toMatchObject({ id: 'mine-2' });
    replies = Array.from({ length: 4 }, () => problem(503, 'busy'));
    await expect(client().command(TICKET, { command: 'sign' })).rejects.toMatchObject({ status: 503, code: 'busy' });
    expect(asked).toHaveLength(8);
  });
});

describe('lists', () => {
  it('are read page by page, signed over nothing', async () => {
    replies = [
      { status: 200, body: { tickets: [{ ticketNo: 'A' }, { ticketNo: 'B' }], cursor: 'c/1' } },
      { status: 200, body: { tickets: [], cursor: 'c2' } },
      { status: 200, body: { tickets: [{ ticketNo: 'C' }] } },
    ];
    const seen: string[] = [];
    for await (const { ticketNo } of client().tickets({ status: 'SIGNED' })) seen.push(ticketNo);
    expect(seen).toEqual(['A', 'B', 'C']);
    expect(asked.map((one) => one.url)).toEqual([
      '/departments/renshe/tickets?status=SIGNED',
      '/departments/renshe/tickets?status=SIGNED&cursor=c%2F1',
      '/departments/renshe/tickets?status=SIGNED&cursor=c2',
    ]);
    expect(asked.every(({ method, body }) => method === 'GET' && body === '')).toBe(true);
    replies = [{ status: 200, body: { departmentId: 'renshe', day: '2026-11-23', tickets: [{ ticketNo: 'D' }] } }];
    for await (const { ticketNo } of client().reconciled({ day: '2026-11-23' })) seen.push(ticketNo);
    expect(seen.at(-1)).toBe('D');
    expect(asked.at(-1)?.url).toBe('/departments/renshe/reconciliation?day=2026-11-23');
  });
});

describe('a callback', () => {
  const event = callbacks.CallbackEvent.parse(callbackExamples.dispatched);
  const body = Buffer.from(JSON.stringify(event));
  const headers = (keys: string[], at = Date.now()) => ({ ...sign(keys, event.id, body, at) });

  it('is verified with any of the secrets, in a rotation', () => {
    expect(client().verify(body, headers([KEY]))).toEqual(event);
    expect(client({ secret: [KEY, OLD_KEY] }).verify(body, headers([OLD_KEY]))).toEqual(event);
    expect(client({ secret: OLD_KEY }).verify(body, headers([KEY, OLD_KEY]))).toEqual(event);
  });

  it('is refused when another signed it, when it is old, and without a signature', () => {
    expect(() => client().verify(body, headers([OLD_KEY]))).toThrow();
    expect(() => client().verify(body, headers([KEY], Date.now() - 301_000))).toThrow();
    expect(() => client().verify(body, {})).toThrow();
    expect(() => client().verify(Buffer.from(`${body} `), headers([KEY]))).toThrow();
    expect(() => client({ secret: [] })).toThrow(TypeError);
  });
});

describe('the inbox', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jieban-inbox-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const dispatched = callbacks.CallbackEvent.parse(callbackExamples.dispatched);
  const told = (n: number, ticketVersion: number, type = 'warned'): CallbackEvent => ({
    ...dispatched,
    id: `${TICKET}-u12-${n}`,
    type: `cn.jieban.ticket.${type}.v1`,
    data: { ...dispatched.data, sequence: n, ticketVersion },
  });

  it('takes each message once and nothing older, also after a restart and a torn last line', () => {
    const file = join(folder, 'deep', 'inbox.jsonl');
    const first = new Inbox(file);
    expect([first.take(told(1, 2)), first.take(told(1, 2)), first.take(told(3, 7)), first.take(told(2, 4))]).toEqual([
      'new',
      'duplicate',
      'new',
      'stale',
    ]);
    writeFileSync(file, '{"id":"torn', { flag: 'a' });
    const second = new Inbox(file);
    expect(second.tickets()).toEqual([{ ticketNo: TICKET, version: 7 }]);
    expect([second.take(told(3, 7)), second.take(told(4, 8, 'closed'))]).toEqual(['duplicate', 'new']);
    expect(second.tickets()).toEqual([]);
    expect(new Inbox(file).take(told(4, 8, 'closed'))).toBe('duplicate');
  });
});
