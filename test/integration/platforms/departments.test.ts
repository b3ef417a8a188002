/** Demo departments against a small server in Jieban's place: signatures, duplicates, order of steps, retries, silence. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StepReport } from '#infra/local/platforms/clerk.ts';
import { CallbackEvent } from '#schemas/callback.ts';
import { DepartmentCommand } from '#schemas/command.ts';
import { KEYS, openWorld, signed, type World } from './world.ts';

const TICKET = 'XA2026112300000017';
const NOW = '2026-11-23T09:30:00+08:00';

interface Posted {
  path: string;
  id: string;
  command: DepartmentCommand;
}
/** Answers that the stand-in for Jieban gives next; 200 when there is none. */
let answers: { status: number; code?: string }[];
let posted: Posted[];
let reports: StepReport[];
let jieban: Server;
let world: World;

beforeEach(async () => {
  answers = [];
  posted = [];
  reports = [];
  jieban = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const command = new Webhook(KEYS.alpha).verify(raw, request.headers as Record<string, string>);
      posted.push({
        path: request.url ?? '',
        id: String(request.headers['webhook-id']),
        command: DepartmentCommand.parse(command),
      });
      const { status, code } = answers.shift() ?? { status: 200 };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ code }));
    });
  });
  await new Promise<void>((resolve) => jieban.listen(0, '127.0.0.1', resolve));
  world = await openWorld({ departments: { report: (report) => reports.push(report) } });
  const url = `http://127.0.0.1:${(jieban.address() as AddressInfo).port}`;
  world.platforms.departments.attach({ url, speed: () => 1_000_000 });
});
afterEach(async () => {
  await world.close();
  jieban.closeAllConnections();
  await new Promise((resolve) => jieban.close(resolve));
});

const callback = (type: string, to = 'alpha', id = `evt_${type}`) =>
  CallbackEvent.parse({
    id,
    source: 'urn:jieban:test',
    specversion: '1.0',
    type: `cn.jieban.ticket.${type}.v1`,
    subject: TICKET,
    time: NOW,
    datacontenttype: 'application/json',
    dataschema: 'urn:jieban:schema:callback',
    data: {
      eventId: id,
      ticketNo: TICKET,
      ticketVersion: 2,
      status: 'AWAIT_SIGN',
      sequence: 1,
      occurredAt: NOW,
      sender: 'hotline',
      receiver: to,
      round: 1,
      deadlines: {},
      kind: 'complaint',
      urgency: 'normal',
      channel: 'phone',
      category: { code: '01.3', name: '拖欠工资' },
      coHandlers: [],
      handler: 'A',
    },
  });
const deliver = (event: CallbackEvent, o: { key?: string; to?: string } = {}) =>
  signed('POST', world.platforms.endpointOf(o.to ?? 'alpha'), event, { key: o.key ?? KEYS.alpha, id: event.id });
const until = async (done: () => boolean) => {
  const end = Date.now() + 10_000;
  while (!done()) {
    if (Date.now() > end) throw new Error(`not reached: ${JSON.stringify({ posted, reports })}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const settle = () => new Promise((resolve) => setTimeout(resolve, 200));

describe('a demo department', () => {
  it('signs, accepts, contacts and replies by signed commands with an id each', async () => {
    expect(await deliver(callback('dispatched'))).toEqual({ status: 200, body: { received: true } });
    await until(() => reports.length === 4);
    expect(posted.map(({ command }) => command.command)).toEqual(['sign', 'accept', 'contact', 'reply']);
    expect(new Set(posted.map(({ path }) => path))).toEqual(new Set([`/departments/alpha/tickets/${TICKET}/commands`]));
    expect(new Set(posted.map(({ id }) => id)).size).toBe(4);
    expect(posted[3]!.command).toMatchObject({
      resultCode: 'solved',
      publicAnswer: expect.stringContaining('拖欠工资'),
    });
    expect(reports.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('works a duplicate once and says so', async () => {
    await deliver(callback('dispatched'));
    expect((await deliver(callback('dispatched'))).body).toEqual({ received: true, duplicate: true });
    await until(() => reports.length === 4);
    await settle();
    expect(posted).toHaveLength(4);
    expect(world.platforms.departments.received()).toHaveLength(1);
    expect(world.platforms.departments.duplicates()).toBe(1);
  });

  it('accepts any of its keys and no other', async () => {
    expect((await deliver(callback('warned', 'alpha', 'evt_1'), { key: KEYS.alphaOld })).status).toBe(200);
    expect((await deliver(callback('warned', 'alpha', 'evt_2'), { key: KEYS.silent })).status).toBe(401);
    expect((await deliver(callback('warned', 'alpha', 'evt_3'), { to: 'nobody' })).status).toBe(404);
    expect(world.platforms.departments.received()).toHaveLength(1);
  });

  it('refuses what is no callback', async () => {
    const broken = { ...callback('warned'), type: 'com.example' };
    const answer = await signed('POST', world.platforms.endpointOf('alpha'), broken, { key: KEYS.alpha });
    expect(answer.status).toBe(422);
  });

  it('repeats a command under the same id after 503 and a write conflict, then goes on', async () => {
    answers = [{ status: 503 }, { status: 409, code: 'versionConflict' }];
    await deliver(callback('dispatched'));
    await until(() => reports.length === 4);
    expect(posted.map(({ command }) => command.command)).toEqual([
      'sign',
      'sign',
      'sign',
      'accept',
      'contact',
      'reply',
    ]);
    expect(new Set(posted.slice(0, 3).map(({ id }) => id)).size).toBe(1);
  });

  it('stops at a refusal for good', async () => {
    answers = [{ status: 200 }, { status: 409, code: 'wrongStatus' }];
    await deliver(callback('dispatched'));
    await until(() => reports.length === 2);
    await settle();
    expect(posted.map(({ command }) => command.command)).toEqual(['sign', 'accept']);
    expect(reports[1]).toMatchObject({ status: 409, code: 'wrongStatus' });
  });

  it('drops the work of a ticket that was withdrawn', async () => {
    answers = [{ status: 503 }]; // keeps the clerk waiting at the first step
    await deliver(callback('dispatched'));
    await until(() => posted.length === 1);
    await deliver(callback('withdrawn'));
    await settle();
    await settle();
    expect(posted).toHaveLength(1);
  });

  it('that is silent takes its callbacks and answers nothing', async () => {
    expect((await deliver(callback('dispatched', 'silent'), { key: KEYS.silent, to: 'silent' })).status).toBe(200);
    await settle();
    expect(posted).toHaveLength(0);
    expect(world.platforms.departments.received({ department: 'silent', ticketNo: TICKET })).toHaveLength(1);
  });

  it('answers what its switch says', async () => {
    world.platforms.departments.failNext(1, 503);
    expect((await deliver(callback('dispatched'))).status).toBe(503);
    expect((await deliver(callback('dispatched'))).status).toBe(200);
  });

  it('steps back for a program of the department’s own, and comes back when that ends', async () => {
    const address = world.platforms.endpointOf('alpha').replace(/callbacks$/, 'endpoint');
    const put = (body: unknown, key: string = KEYS.alpha) => signed('PUT', address, body, { key });
    expect((await put({ endpoint: 'http://127.0.0.1:1/' })).status).toBe(503);
    const moves: [string, string | undefined][] = [];
    world.platforms.departments.onMove((department, endpoint) => moves.push([department, endpoint]));
    expect((await put({ endpoint: 'http://127.0.0.1:1/' }, KEYS.silent)).status).toBe(401);
    expect((await put({ endpoint: 'nowhere' })).status).toBe(422);
    expect(moves).toEqual([]);

    answers = [{ status: 503 }]; // keeps the clerk waiting at the first step
    await deliver(callback('dispatched'));
    await until(() => posted.length === 1);
    expect((await put({ endpoint: 'http://127.0.0.1:1/' })).status).toBe(200);
    expect((await deliver(callback('warned'))).status).toBe(401);
    await settle();
    await settle();
    expect(posted).toHaveLength(1);
    expect((await put({})).status).toBe(200);
    expect((await deliver(callback('warned'))).status).toBe(200);
    expect(moves).toEqual([
      ['alpha', 'http://127.0.0.1:1/'],
      ['alpha', undefined],
    ]);
  });
});
