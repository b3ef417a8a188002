/** 对账 at both doors, on real tables: what is open, what left on the day, page after page, as JSON and as a table. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { handler as departments } from '#functions/departments/handler.ts';
import { sign } from '#functions/shared/signing.ts';
import { Reconciliation } from '#schemas/reconciliation.ts';
import { MONDAY, register, Story, system } from '#test/support/ticket-world.ts';
import { ask } from './desk.ts';
import { transactionConflict } from './gateway.ts';
import { call, problemOf, secret, startWorld, type World } from './world.ts';

const UNIT = 'guanbuqiao';
const OTHER = 'renshe';
const KEYS = { [UNIT]: secret(), [OTHER]: secret() };
const ROUTE = '/departments/{departmentId}/reconciliation';
const DESK = '/hotline/departments/{departmentId}/reconciliation';
const DAY = '2026-11-23';

let world: World;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: MONDAY });
  world = await startWorld({
    DEPARTMENTS_SECRET: Object.fromEntries(Object.entries(KEYS).map(([id, key]) => [id, { keys: [key] }])),
  });
});
afterAll(async () => {
  await world.stop();
  vi.useRealTimers();
});
beforeEach(async () => {
  await world.clear();
  vi.setSystemTime(MONDAY);
});

const numbered = (n: number) => `XA20261123${String(n).padStart(8, '0')}`;
async function ticket(n: number, owner = UNIT): Promise<string> {
  const ticketNo = numbered(n);
  const story = new Story().give(register({ ticketNo }, { owner }), system);
  await ticketStore().commit({ ticket: story.is, events: story.events, texts: [], expectedVersion: 0 });
  return ticketNo;
}
const desk = async (ticketNo: string, body: object) =>
  expect(
    (await ask(world, 'dispatcher', 'POST', '/hotline/tickets/{ticketNo}/commands', { params: { ticketNo }, body }))
      .status,
  ).toBe(200);
const assign = (ticketNo: string, owner: string) => desk(ticketNo, { command: 'assign', owner, reason: '职责' });
const cancel = (ticketNo: string) => desk(ticketNo, { command: 'cancel', reason: '来电撤单' });

function get(unit: string, query: Record<string, string> = {}, accept = 'application/json', key = KEYS[UNIT]!) {
  const headers = { ...sign([key], `msg_${randomUUID()}`, Buffer.alloc(0), Date.now()), accept };
  return call(departments, { resource: ROUTE, method: 'GET', params: { departmentId: unit }, query, headers });
}
async function read(query: Record<string, string> = {}): Promise<Reconciliation> {
  const answer = await get(UNIT, query);
  expect(answer.status, answer.text).toBe(200);
  return Reconciliation.parse(answer.body);
}

test('lists what is open and what left on the day, each with the last message and its delivery', async () => {
  const [open, moved, ended] = [await ticket(1), await ticket(2), await ticket(3)];
  await ticket(4, OTHER);
  await deliveryStore().open({ ticketNo: open, unit: UNIT, n: 1 }, { seq: 2, type: 'dispatched' }, MONDAY, MONDAY);
  await assign(moved, OTHER);
  await deliveryStore().open({ ticketNo: moved, unit: UNIT, n: 2 }, { seq: 3, type: 'withdrawn' }, MONDAY, MONDAY);
  await cancel(ended);
  const { departmentId, day, tickets, cursor } = await read();
  expect({ departmentId, day, cursor }).toEqual({ departmentId: UNIT, day: DAY, cursor: undefined });
  expect(tickets).toMatchObject([
    {
      ticketNo: open,
      ticketVersion: 2,
      status: 'AWAIT_SIGN',
      round: 1,
      deadlines: { sign: expect.any(String) },
      lastCallback: { n: 1, ticketVersion: 2, state: 'pending' },
    },
    {
      ticketNo: moved,
      ticketVersion: 3,
      deadlines: {},
      lastCallback: { n: 2, ticketVersion: 3, state: 'pending' },
      departed: { how: 'moved' },
    },
    { ticketNo: ended, status: 'CANCELLED', lastCallback: { n: 2 }, departed: { how: 'ended' } },
  ]);
  expect(tickets[0]).not.toHaveProperty('departed');
  // Neither who asked, nor what others do with a ticket that moved away.
  expect(JSON.stringify(tickets)).not.toMatch(/callerToken|renshe|textKey/);
});

test('knows a departure by its day, for a quarter', async () => {
  await cancel(await ticket(1));
  vi.setSystemTime(MONDAY + 86_400_000);
  await cancel(await ticket(2));
  expect((await read()).tickets.map(({ ticketNo }) => ticketNo)).toEqual([numbered(2)]);
  expect((await read({ day: DAY })).tickets.map(({ ticketNo }) => ticketNo)).toEqual([numbered(1)]);
  for (const day of ['2026-11-25', '2026-08-01', '2026-02-30', 'today']) {
    expect(problemOf(await get(UNIT, { day })), day).toMatchObject({ status: 422, errors: [{ pointer: '/day' }] });
  }
});

test('counts a ticket that came back as open, and one that left again once', async () => {
  const ticketNo = await ticket(1);
  await assign(ticketNo, OTHER);
  await assign(ticketNo, UNIT);
  expect((await read()).tickets).toMatchObject([{ ticketNo, ticketVersion: 4 }]);
  expect((await read()).tickets[0]).not.toHaveProperty('departed');
  await assign(ticketNo, OTHER);
  expect((await read()).tickets).toMatchObject([{ ticketNo, ticketVersion: 5, departed: { how: 'moved' } }]);
});

test('writes a departure with the change or not at all', async () => {
  const ticketNo = await ticket(1);
  let conflicts = 1;
  world.dynamo.fault = (operation) =>
    operation === 'TransactWriteItems' && conflicts-- > 0 ? transactionConflict : 'none';
  await cancel(ticketNo);
  expect((await read()).tickets).toHaveLength(1);
  const rows = (await world.rows('Tickets')).filter(({ pk }) => String(pk).startsWith('UNITDAY#'));
  expect(rows).toHaveLength(1);
  expect(Number(rows[0]?.ttl) - MONDAY / 1000).toBe(93 * 86_400);
});

test('comes page by page, each ticket once, and ends as the list of the day on which it began', async () => {
  const ALL = 230;
  const GONE = 120;
  await Promise.all(Array.from({ length: ALL }, (_, n) => ticket(n)));
  for (let n = 0; n < GONE; n++) await cancel(numbered(n));
  const seen: string[] = [];
  const days = new Set<string>();
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await read(cursor === undefined ? {} : { cursor });
    seen.push(...page.tickets.map(({ ticketNo }) => ticketNo));
    days.add(page.day);
    cursor = page.cursor;
    pages++;
    vi.setSystemTime(MONDAY + 86_400_000);
  } while (cursor !== undefined);
  expect(seen.toSorted()).toEqual(Array.from({ length: ALL }, (_, n) => numbered(n)));
  expect([...days]).toEqual([DAY]);
  expect(pages).toBe(3);
  const table = await get(UNIT, { day: DAY }, 'text/csv');
  expect(table.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="reconciliation-${UNIT}-${DAY}.csv"`,
  });
  expect(table.headers).not.toHaveProperty('link');
  expect(table.text.trimEnd().split('\r\n')).toHaveLength(ALL + 1);
}, 60_000);

test('takes no cursor but its own', async () => {
  const wrong = ['x', 'o20261123Zm9v', 'd20261123Zm9v', 'd20261399', 'q20261123', `d20261123${numbered(1)}x`];
  for (const cursor of wrong) expect(problemOf(await get(UNIT, { cursor })), cursor).toMatchObject({ status: 422 });
  expect(problemOf(await get(UNIT, { cursor: 'd20261123', day: '2026-11-22' }))).toMatchObject({ status: 422 });
});

describe('is nobody else’s', () => {
  test('of another unit, of nobody', async () => {
    expect((await get(UNIT, {}, 'application/json', KEYS[OTHER])).status).toBe(401);
    expect((await get('nobody')).status).toBe(401);
    expect((await call(departments, { resource: ROUTE, method: 'GET', params: { departmentId: UNIT } })).status).toBe(
      401,
    );
  });

  test('but the hotline office’s, in every role, as JSON and as a table', async () => {
    const ticketNo = await ticket(1);
    for (const role of ['agent', 'dispatcher', 'leader', 'auditor'] as const) {
      const answer = await ask(world, role, 'GET', DESK, { params: { departmentId: UNIT } });
      expect(answer.status).toBe(200);
      expect(Reconciliation.parse(answer.body).tickets).toMatchObject([{ ticketNo }]);
    }
    expect((await ask(world, 'leader', 'GET', DESK, { params: { departmentId: 'nobody' } })).status).toBe(404);
    expect((await ask(world, 'leader', 'GET', DESK, { params: { departmentId: 'hotline' } })).status).toBe(404);
  });
});
