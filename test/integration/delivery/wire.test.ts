/** What goes over the wire to a department: real sockets, real TLS with an authority of our own, a resolver that may lie. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outcome } from '#domain/delivery/retry.ts';
import { secretsManager } from '#functions/adapters/aws.ts';
import { departmentEndpoint } from '#functions/adapters/department-endpoint.ts';
import type { DepartmentEndpoint } from '#functions/ports/department-endpoint.ts';
import { type Plane, startPlane } from '#infra/local/plane/index.ts';
import { authority } from '#test/support/certificates.ts';
import { answers, breaksOff, cut, dribbles, silence, TlsReceiver } from './tls-receiver.ts';

const HOST = 'hooks.renshe.example';
const key = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;
const [KEY, NEXT_KEY] = [key(7), key(8)];
const ca = authority('区政务 CA');
const stranger = authority('陌生 CA');
const LOCAL = ['127.0.0.0/8'];
/** Well below what it has to cut off, well above what a local exchange takes. */
const TIMEOUT_MS = 1500;

let plane: Plane;
let dataDir: string;
let receiver: TlsReceiver;
let port = 0;
let resolved: string[][] = [];
let lookUps: string[] = [];
let endpoint: DepartmentEndpoint;
const started: { stop(): Promise<void> }[] = [];
let hours = 0;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'jieban-wire-'));
  plane = await startPlane({ dataDir, speed: 1, log: () => {} });
  plane.ensureSecret({ name: 'DEPARTMENTS_SECRET', arn: 'DEPARTMENTS_SECRET', initial: () => '{}' });
  Object.assign(process.env, {
    AWS_REGION: plane.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: plane.endpoints.secretsmanager,
    DEPARTMENTS_SECRET: 'DEPARTMENTS_SECRET',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  receiver = new TlsReceiver(ca.issue([HOST, '127.0.0.1']), [KEY]);
  port = await receiver.listen();
});
afterAll(async () => {
  await receiver?.stop();
  secretsManager().destroy();
  await plane?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  receiver.reset();
  receiver.keys = [KEY];
  lookUps = [];
  resolved = [['127.0.0.1']];
  endpoint = departmentEndpoint(() => undefined, {
    timeoutMs: TIMEOUT_MS,
    resolve: async (name) => {
      lookUps.push(name);
      return (resolved.length > 1 ? resolved.shift() : resolved[0]) ?? [];
    },
  });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const server of started.splice(0)) await server.stop();
});

/** The secret as it is from now on: an hour later nobody remembers the one before. */
async function secretIs(value: Record<string, unknown>): Promise<void> {
  await rotated(value);
  hours += 1;
  vi.useFakeTimers({ toFake: ['Date'], now: performance.timeOrigin + performance.now() + hours * 3_600_000 });
}
/** Put, but not read yet by those who have the one before. */
async function rotated(value: Record<string, unknown>): Promise<void> {
  const put = { SecretId: 'DEPARTMENTS_SECRET', SecretString: JSON.stringify(value) };
  await secretsManager().send(new PutSecretValueCommand(put));
}
const entry = (changes: Record<string, unknown> = {}) => ({
  keys: [KEY],
  endpoint: `https://${HOST}:${port}/jieban`,
  allow: LOCAL,
  ca: ca.cert,
  ...changes,
});
let number = 0;
async function post(body: object = { data: '路灯' }): Promise<Outcome & { milliseconds: number }> {
  number += 1;
  const { outcome, milliseconds } = await endpoint.post(
    'renshe',
    `XA-renshe-${number}`,
    Buffer.from(JSON.stringify(body)),
  );
  return { ...outcome, milliseconds };
}
async function another(certificate: { cert: string; key: string }, address = '127.0.0.1', at = 0) {
  const server = new TlsReceiver(certificate, [KEY]);
  started.push(server);
  return { server, port: await server.listen(address, at) };
}
async function raw(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  started.push({
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  });
  return (server.address() as AddressInfo).port;
}

describe('a callback', () => {
  it('arrives, and the next one on the same connection', async () => {
    await secretIs({ renshe: entry() });
    expect(await post()).toMatchObject({ kind: 'answered', status: 204 });
    expect(await post()).toMatchObject({ kind: 'answered', status: 204 });
    expect(receiver.arrivals.map(({ connection }) => connection)).toEqual([1, 1]);
    // Each is vetted, each exactly once.
    expect(lookUps).toEqual([HOST, HOST]);
  });

  it('goes to an address as well, if the certificate names it', async () => {
    await secretIs({ renshe: entry({ endpoint: `https://127.0.0.1:${port}/` }) });
    expect(await post()).toMatchObject({ kind: 'answered', status: 204 });
    const { port: unnamed } = await another(ca.issue([HOST]));
    await secretIs({ renshe: entry({ endpoint: `https://127.0.0.1:${unnamed}/` }) });
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'tls', cause: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(lookUps).toEqual([]);
  });

  it('goes to the next address when one can’t be reached', async () => {
    await secretIs({ renshe: entry() });
    resolved = [['127.0.0.9', '127.0.0.1']];
    expect(await post()).toMatchObject({ kind: 'answered', status: 204 });
    resolved = [['127.0.0.9', '127.0.0.8']];
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'connection', cause: 'ECONNREFUSED' });
    expect(receiver.arrivals).toHaveLength(1);
  });

  it('is sent again when a kept connection turns out to be closed', async () => {
    await secretIs({ renshe: entry() });
    await post();
    receiver.next(cut);
    expect(await post()).toMatchObject({ kind: 'answered', status: 204 });
    const [, second, third] = receiver.arrivals;
    expect(third).toEqual({ ...second, connection: 2 });
  });

  it('does not use a connection that lay idle for long', async () => {
    await secretIs({ renshe: entry() });
    await post();
    vi.setSystemTime(Date.now() + 30_000);
    await post();
    expect(receiver.arrivals.map(({ connection }) => connection)).toEqual([1, 2]);
  });
});

describe('the vetted address', () => {
  it('is the one connected to, whatever the name says a moment later', async () => {
    const { server: internal } = await another(ca.issue([HOST]), '127.0.0.2', port);
    await secretIs({ renshe: entry({ allow: ['127.0.0.1/32'] }) });
    // The name is rebound between the check and the connection, for ever after.
    resolved = [['127.0.0.1'], ['127.0.0.2']];
    expect(await post()).toMatchObject({ kind: 'answered', status: 204 });
    expect(lookUps).toHaveLength(1);
    expect(receiver.held).toBe(1);
    // The next attempt vets the name as it is by then; the connection that is kept doesn't help.
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'forbiddenAddress', cause: 'loopback' });
    expect(internal.connections).toBe(0);
    expect(receiver.arrivals).toHaveLength(1);
    await vi.waitFor(() => expect(receiver.held).toBe(0));
  });

  it('moves with the name: a kept connection to the old one is closed', async () => {
    const { server: moved } = await another(ca.issue([HOST]), '127.0.0.2', port);
    await secretIs({ renshe: entry() });
    resolved = [['127.0.0.1'], ['127.0.0.2']];
    expect(await post()).toMatchObject({ status: 204 });
    expect(await post()).toMatchObject({ status: 204 });
    expect([receiver.arrivals.length, moved.arrivals.length]).toEqual([1, 1]);
    await vi.waitFor(() => expect(receiver.held).toBe(0));
  });

  it('is not connected to any more when the allow-list changes', async () => {
    await secretIs({ renshe: entry() });
    await post();
    await secretIs({ renshe: entry({ allow: ['10.0.0.0/8'] }) });
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'forbiddenAddress', cause: 'loopback' });
    await vi.waitFor(() => expect(receiver.held).toBe(0));
    await secretIs({ renshe: { ...entry(), allow: undefined } });
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'forbiddenAddress' });
    expect(receiver.arrivals).toHaveLength(1);
  });

  it('is one of many, and none of them is used when one is forbidden', async () => {
    await secretIs({ renshe: entry({ allow: ['127.0.0.1/32'] }) });
    resolved = [['127.0.0.1', '169.254.169.254']];
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'forbiddenAddress', cause: 'linkLocal' });
    expect(receiver.connections).toBe(0);
  });

  it('serves nobody in the clear but this machine', async () => {
    const { port: open } = { port: await raw(createPlainServer((_, response) => response.writeHead(204).end())) };
    await secretIs({ renshe: entry({ endpoint: `http://127.0.0.1:${open}/` }) });
    expect(await post()).toMatchObject({ kind: 'answered', status: 204 });
    await secretIs({ renshe: { ...entry({ endpoint: `http://127.0.0.1:${open}/` }), allow: undefined } });
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'forbiddenAddress', cause: 'loopback' });
    await secretIs({ renshe: entry({ endpoint: `http://${HOST}:${open}/`, allow: ['10.0.0.0/8'] }) });
    resolved = [['10.0.0.1']];
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'badEndpoint', cause: 'notHttps' });
  });
});

describe('a certificate', () => {
  it.each([
    ['of another name', () => ca.issue(['other.example']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['of a name above', () => ca.issue(['renshe.example']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['that is expired', () => ca.issue([HOST], [-3, -1]), 'CERT_HAS_EXPIRED'],
    ['that is not valid yet', () => ca.issue([HOST], [1, 3]), 'CERT_NOT_YET_VALID'],
    ['of an unknown authority', () => stranger.issue([HOST]), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('%s: nothing is sent', async (_, certificate, cause) => {
    const { server, port: at } = await another(certificate());
    await secretIs({ renshe: entry({ endpoint: `https://${HOST}:${at}/` }) });
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'tls', cause });
    expect(server.arrivals).toEqual([]);
  });

  it('of an authority that only another unit trusts: nothing is sent', async () => {
    await secretIs({ renshe: { ...entry(), ca: undefined }, zhujian: entry() });
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'tls', cause: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(receiver.arrivals).toEqual([]);
  });

  it('is not there at all', async () => {
    const plain = await raw(createPlainServer());
    await secretIs({ renshe: entry({ endpoint: `https://${HOST}:${plain}/` }) });
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'tls' });
  });
});

describe('a department that', () => {
  const fails = (fault: string, cause?: string) => ({
    kind: 'failed',
    fault,
    ...(cause === undefined ? {} : { cause }),
  });

  it('never answers is cut off', async () => {
    await secretIs({ renshe: entry() });
    receiver.next(silence);
    const result = await post();
    expect(result).toMatchObject(fails('timeout', 'sent'));
    expect(result.milliseconds).toBeGreaterThanOrEqual(TIMEOUT_MS - 1);
    expect(receiver.arrivals).toHaveLength(1);
  });

  it('takes the connection and never says hello is cut off', async () => {
    const mute = createTcpServer((socket) => void socket.on('error', () => {}));
    await secretIs({ renshe: entry({ endpoint: `https://${HOST}:${await raw(mute)}/` }) });
    expect(await post()).toMatchObject(fails('timeout', 'securing'));
  });

  it('cuts the connection, or speaks no HTTP, fails as a connection', async () => {
    await secretIs({ renshe: entry() });
    receiver.next(cut);
    expect(await post()).toMatchObject(fails('connection', 'ECONNRESET'));
    receiver.next((_, { socket }) => void socket.write('SSH-2.0-OpenSSH\r\n'));
    expect(await post()).toMatchObject(fails('connection', 'HPE_INVALID_CONSTANT'));
    receiver.next(
      (_, { socket }) =>
        void socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    );
    expect(await post()).toMatchObject(fails('connection'));
    receiver.next((_, { socket }) => void socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`));
    expect(await post()).toMatchObject(fails('connection', 'HPE_HEADER_OVERFLOW'));
  });

  it('is not listening, or has no address, says so', async () => {
    const gone = await raw(createTcpServer());
    for (const server of started.splice(0)) await server.stop();
    await secretIs({ renshe: entry({ endpoint: `https://${HOST}:${gone}/` }) });
    expect(await post()).toMatchObject(fails('connection', 'ECONNREFUSED'));
    resolved = [[]];
    expect(await post()).toMatchObject(fails('dns', 'ENODATA'));
  });

  it('redirects is not followed', async () => {
    await secretIs({ renshe: entry() });
    receiver.next(
      answers(307, '', { location: 'https://10.0.0.1/' }),
      answers(302, '', { location: `https://${HOST}:${port}/2` }),
    );
    expect(await post()).toMatchObject({ kind: 'answered', status: 307 });
    expect(await post()).toMatchObject({ kind: 'answered', status: 302 });
    expect(lookUps).toEqual([HOST, HOST]);
    expect(receiver.arrivals).toHaveLength(2);
  });

  it('never ends its answer counts by its status', async () => {
    await secretIs({ renshe: entry() });
    receiver.next(
      dribbles(200, 'x'),
      dribbles(500, '数据库连接'),
      breaksOff(502, '网关'),
      answers(500, 'y'.repeat(200_000)),
    );
    expect(await post()).toMatchObject({ kind: 'answered', status: 200 });
    expect(await post()).toMatchObject({ kind: 'answered', status: 500, answer: '数据库连接' });
    expect(await post()).toMatchObject({ kind: 'answered', status: 502, answer: '网关' });
    expect(await post()).toMatchObject({ kind: 'answered', status: 500, answer: 'y'.repeat(2000) });
    // None of these connections is used again.
    expect(receiver.arrivals.map(({ connection }) => connection)).toEqual([1, 2, 3, 4]);
  });

  it('answers before it has read the message counts by its status', async () => {
    const hasty = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => void socket.end('HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno'));
    });
    await secretIs({ renshe: entry({ endpoint: `http://127.0.0.1:${await raw(hasty)}/` }) });
    expect(await post({ data: 'z'.repeat(3_000_000) })).toMatchObject({ kind: 'answered', status: 413, answer: 'no' });
  });

  it('fails may say why: masked, in its own charset, and only then', async () => {
    await secretIs({ renshe: entry() });
    const words = '张三 13812345678 的请求失败，whsec_AAAABBBBCCCCDDDD';
    receiver.next(answers(200, words), answers(500, words), (response) => {
      response.writeHead(500, { 'content-type': 'text/html; charset=gbk' }).end(Buffer.from([0xca, 0xa7, 0xb0, 0xdc]));
    });
    expect(await post()).toEqual({ kind: 'answered', status: 200, milliseconds: expect.any(Number) });
    expect(await post()).toMatchObject({ status: 500, answer: '张三 *** 的请求失败，***' });
    expect(await post()).toMatchObject({ status: 500, answer: '失败' });
  });

  it.each([
    ['120', 120_000],
    ['nonsense', undefined],
  ])('asks for patience with Retry-After: %s', async (value, retryAfter) => {
    await secretIs({ renshe: entry() });
    receiver.next(answers(429, '', { 'retry-after': value }));
    expect((await post()) as { retryAfter?: number }).toMatchObject({
      status: 429,
      ...(retryAfter ? { retryAfter } : {}),
    });
  });
});

describe('a rotation of the key', () => {
  it('signs with both: the department may hold the old, the new or both', async () => {
    await secretIs({ renshe: entry({ keys: [NEXT_KEY, KEY] }) });
    for (const keys of [[KEY], [NEXT_KEY], [KEY, NEXT_KEY]]) {
      receiver.keys = keys;
      expect(await post()).toMatchObject({ status: 204 });
    }
    expect(receiver.refused).toEqual([]);
  });

  it('reaches a department that was faster than our memory: its 401 has the secret read again', async () => {
    await secretIs({ renshe: entry() });
    expect(await post()).toMatchObject({ status: 204 });
    await rotated({ renshe: entry({ keys: [NEXT_KEY, KEY] }) });
    receiver.keys = [NEXT_KEY];
    vi.setSystemTime(Date.now() + 60_000);
    expect(await post()).toMatchObject({ status: 204 });
    const [, second] = receiver.arrivals;
    expect(receiver.refused).toEqual([second?.id]);
  });

  it('reaches a department that has moved: nobody at the old address has the secret read again', async () => {
    const { server: gone, port: old } = await another(ca.issue([HOST]));
    await secretIs({ renshe: entry({ endpoint: `https://${HOST}:${old}/` }) });
    expect(await post()).toMatchObject({ status: 204 });
    await gone.stop();
    await rotated({ renshe: entry() });
    vi.setSystemTime(Date.now() + 60_000);
    expect(await post()).toMatchObject({ status: 204 });
    expect(receiver.arrivals).toHaveLength(1);
    // Nothing new: then the fault stands, and the secret isn't read for each.
    await secretIs({ renshe: entry({ endpoint: `https://${HOST}:${old}/` }) });
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'connection', cause: 'ECONNREFUSED' });
    await rotated({ renshe: entry() });
    expect(await post()).toMatchObject({ kind: 'failed', fault: 'connection' });
  });

  it('is not waited for: a 401 that is no matter of the key stays one, and is sent once', async () => {
    await secretIs({ renshe: entry() });
    receiver.keys = [NEXT_KEY];
    expect(await post()).toMatchObject({ kind: 'answered', status: 401, answer: 'bad signature' });
    vi.setSystemTime(Date.now() + 60_000);
    expect(await post()).toMatchObject({ kind: 'answered', status: 401 });
    expect(receiver.refused).toHaveLength(2);
  });

  it('with 国密 changes nothing for a receiver of the plain package', async () => {
    await secretIs({ renshe: entry({ keys: [NEXT_KEY, KEY], sm3: true }) });
    for (const keys of [[KEY], [NEXT_KEY]]) {
      receiver.keys = keys;
      expect(await post()).toMatchObject({ status: 204 });
    }
  });
});

it('a unit without an entry, or with a broken one, is sent nothing', async () => {
  await secretIs({});
  expect(await post()).toMatchObject({ kind: 'failed', fault: 'noKeys' });
  await secretIs({ renshe: entry({ allow: ['0.0.0.0/0'] }) });
  expect(await post()).toMatchObject({ kind: 'failed', fault: 'noKeys' });
  await secretIs({ renshe: { keys: [KEY] } });
  expect(await post()).toMatchObject({ kind: 'polling' });
  expect(receiver.connections).toBe(0);
});
