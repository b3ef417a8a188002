/** 投递处置: what operators see of deliveries, what they may do, and that each act leaves a record with who and why. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { fresh } from '#domain/delivery/endpoint.ts';
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { endpointItem, endpointStore } from '#functions/adapters/endpoint-store.ts';
import type { DeliveryKey } from '#functions/ports/delivery-store.ts';
import type { Delivery } from '#schemas/delivery.ts';
import { DeliveryLine, DeliveryPage, EndpointEntry, EndpointList, Replayed } from '#schemas/delivery-desk.ts';
import type { EndpointHealth } from '#schemas/endpoint.ts';
import { ask } from './desk.ts';
import { problemOf, startWorld, type World } from './world.ts';

const UNIT = 'renshe';
const reason = '承办单位系统已恢复';
let world: World;
let next = 0;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(() => world.clear());

const attempt = () => ({ at: toShanghai(Date.now()), status: 500, milliseconds: 3 });
const newTicket = () => `XA20261123${String(++next).padStart(8, '0')}`;

async function opened(key: Partial<DeliveryKey> = {}): Promise<Delivery> {
  const full = { ticketNo: newTicket(), unit: UNIT, n: 1, ...key };
  await remember({});
  await deliveryStore().open(full, { seq: full.n + 1, type: 'dispatched' }, Date.now(), Date.now() + 300_000);
  return (await deliveryStore().find(full))!;
}
async function failed(key: Partial<DeliveryKey> = {}): Promise<Delivery> {
  const row = await opened(key);
  await deliveryStore().take(row, { leaseUntil: Date.now(), recoverAt: Date.now() });
  const taken = { ...row, attemptCount: 1 };
  await deliveryStore().postpone(taken, attempt(), Date.now() + 60_000);
  return (await deliveryStore().find(taken))!;
}
async function dead(key: Partial<DeliveryKey> = {}): Promise<Delivery> {
  const row = await opened(key);
  await deliveryStore().bury(row, attempt());
  return (await deliveryStore().find(row))!;
}
const remember = (changes: Partial<EndpointHealth>) =>
  world.put('Tickets', endpointItem({ ...fresh(UNIT), ...changes }));

type Role = Parameters<typeof ask>[1];
const list = async (query: Record<string, string>, role: Role = 'auditor') =>
  DeliveryPage.parse((await ask(world, role, 'GET', '/hotline/deliveries', { query })).body);
const line = (ticketNo: string, unit = UNIT) =>
  ask(world, 'agent', 'GET', '/hotline/deliveries/{ticketNo}/{unit}', { params: { ticketNo, unit } });
const post = (act: 'replay' | 'skip', body: object, role: Role = 'dispatcher') =>
  ask(world, role, 'POST', `/hotline/deliveries/${act}`, { body });
const enable = (unit: string, role: Role = 'leader') =>
  ask(world, role, 'POST', '/hotline/endpoints/{unit}/enable', { params: { unit }, body: { reason } });

describe('the list', () => {
  test('tells queued, failed and dead apart, of one unit or of all', async () => {
    const rows = { queued: await opened(), failed: await failed(), dead: await dead() };
    for (const state of ['queued', 'failed', 'dead'] as const) {
      const { deliveries } = await list({ unit: UNIT, state });
      expect(deliveries).toHaveLength(1);
      expect(deliveries[0]).toMatchObject({ ticketNo: rows[state].ticketNo, state, type: 'dispatched', round: 1 });
    }
    expect((await list({})).deliveries.map(({ state }) => state)).toEqual(['dead', 'failed', 'queued']);
    expect((await list({ unit: 'guanbuqiao' })).deliveries).toEqual([]);
  });

  test('comes page by page, each delivery once, however rare the state', async () => {
    await Promise.all(Array.from({ length: 120 }, () => opened()));
    const rare = await failed();
    for (const [state, count] of [
      ['queued', 120],
      ['failed', 1],
    ] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ state, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.deliveries.map(({ ticketNo }) => ticketNo));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(count);
      expect(seen).toHaveLength(count);
      if (state === 'failed') expect(seen).toEqual([rare.ticketNo]);
    }
  });

  test.each([{ cursor: 'bm9jdXJzb3I' }, { state: 'delivered' }, { unit: 'No Unit' }])('refuses %j', async (query) => {
    expect((await ask(world, 'agent', 'GET', '/hotline/deliveries', { query })).status).toBe(422);
  });
});

describe('a line', () => {
  test('shows every message with its attempts, and whether one is under way', async () => {
    const first = await failed();
    await opened({ ticketNo: first.ticketNo, n: 2 });
    const second = (await deliveryStore().find({ ...first, n: 2 }))!;
    await deliveryStore().take(second, { leaseUntil: Date.now() + 30_000, recoverAt: Date.now() });
    const shown = DeliveryLine.parse((await line(first.ticketNo)).body);
    expect(shown).toMatchObject({ settled: 0, endpoint: 'closed', acts: [] });
    expect(shown.deliveries).toMatchObject([
      { n: 1, webhookId: `${first.ticketNo}-${UNIT}-1`, attempts: [{ status: 500 }], underWay: false },
      { n: 2, attempts: [], underWay: true },
    ]);
  });

  test('that is none is not found', async () => {
    const { ticketNo } = await opened();
    expect((await line(newTicket())).status).toBe(404);
    expect((await line(ticketNo, 'guanbuqiao')).status).toBe(404);
    expect((await line('nonsense')).status).toBe(404);
  });
});

describe('replay', () => {
  test('sends one again: the same number, a new round, the old attempts kept, who and why on record', async () => {
    const row = await dead();
    const { ticketNo, unit, n } = row;
    expect((await post('replay', { ticketNo, unit, n, reason })).body).toEqual({ replayed: 1 });
    expect(await world.takeDispatch()).toEqual([{ ticketNo, unit, n }]);
    const shown = DeliveryLine.parse((await line(ticketNo)).body);
    expect(shown.deliveries[0]).toMatchObject({ state: 'pending', round: 2, attempts: [{ status: 500 }] });
    expect(shown.acts).toMatchObject([
      { action: 'replayed', round: 1, by: 'dispatcher-1', role: 'dispatcher', reason },
    ]);
    expect((await list({ unit: UNIT, state: 'dead' })).deliveries).toEqual([]);
    expect((await list({ unit: UNIT, state: 'queued' })).deliveries).toMatchObject([
      { ticketNo, round: 2, attempts: 0 },
    ]);
    // The operator's words are in the record alone.
    expect(JSON.stringify(await deliveryStore().find(row))).not.toContain(reason);
    expect(world.log.join('')).not.toContain(reason);

    const again = await post('replay', { ticketNo, unit, n, reason });
    expect([again.status, problemOf(again)?.code]).toEqual([409, 'notDead']);
  });

  test('of a ticket or of a line takes what is dead there', async () => {
    const first = await dead();
    const { ticketNo } = first;
    await dead({ ticketNo, unit: 'guanbuqiao' });
    await opened({ ticketNo, n: 2 });
    expect((await post('replay', { ticketNo, unit: UNIT, reason })).body).toEqual({ replayed: 1 });
    expect((await post('replay', { ticketNo, reason })).body).toEqual({ replayed: 1 });
    expect((await post('replay', { ticketNo, reason })).body).toEqual({ replayed: 0 });
    expect((await post('replay', { ticketNo: newTicket(), reason })).status).toBe(404);
  });

  test('of a unit goes on call by call, through hundreds, and not in circles', { timeout: 60_000 }, async () => {
    const rows = await Promise.all(Array.from({ length: 450 }, () => dead()));
    let total = 0;
    let calls = 0;
    let cursor: string | undefined;
    do {
      const answer = await post('replay', { unit: UNIT, reason, ...(cursor === undefined ? {} : { cursor }) });
      const body = Replayed.parse(answer.body);
      total += body.replayed;
      cursor = body.cursor;
      calls += 1;
      // It is not well after all: what was just revived dies once more.
      const revived = (await deliveryStore().due(UNIT, Date.now() + 600_000, 1))[0];
      const row = revived && (await deliveryStore().find(revived.key));
      if (row !== undefined) await deliveryStore().bury(row, { ...attempt(), at: toShanghai(Date.now() + 1000) });
    } while (cursor !== undefined);
    expect([total, calls]).toEqual([450, 3]);
    const found = await Promise.all(rows.map((row) => deliveryStore().find(row)));
    expect(found.filter((row) => row?.state === 'pending')).toHaveLength(450 - calls);
    // A few are brought at once, the others are due for the pump in the order in which they died.
    expect((await world.takeDispatch()).length).toBeLessThanOrEqual(10);
    expect(await deliveryStore().due(UNIT, Date.now() + 5000, 500)).toHaveLength(450 - 10 - calls);
  });

  test('waits until a disabled endpoint is enabled', async () => {
    const row = await dead();
    await remember({ state: 'disabled', disabledWhy: 'gone', failures: 1 });
    for (const body of [{ unit: UNIT }, { ticketNo: row.ticketNo }]) {
      const answer = await post('replay', { ...body, reason });
      expect([answer.status, problemOf(answer)?.code]).toEqual([409, 'endpointDisabled']);
    }
    const waiting = await opened();
    await remember({ state: 'disabled', disabledWhy: 'gone', failures: 1 });
    const entry = EndpointEntry.parse((await enable(UNIT)).body);
    expect(entry).toMatchObject({ unit: UNIT, state: 'closed', failures: 0, dead: 1, pending: 1 });
    // What waited flows again at once.
    expect(await world.takeDispatch()).toEqual([{ ticketNo: waiting.ticketNo, unit: UNIT, n: 1 }]);
    expect((await post('replay', { unit: UNIT, reason })).body).toEqual({ replayed: 1 });
    const acts = (await world.rows('Tickets')).filter(({ kind }) => kind === 'endpointAct');
    expect(acts).toMatchObject([{ unit: UNIT, action: 'enabled', by: 'leader-1', role: 'leader', reason }]);
  });

  test.each([
    {},
    { unit: UNIT },
    { reason },
    { unit: UNIT, n: 1, reason },
    { n: 1, reason },
    { ticketNo: 'XA2026112300000018', cursor: 'abc', reason },
    { unit: UNIT, cursor: 'abc', reason },
    { unit: UNIT, reason: ' ' },
  ])('refuses %j', async (body) => {
    expect((await post('replay', body)).status).toBe(422);
  });
});

describe('skip', () => {
  test('lets the line go on behind a dead letter, once', async () => {
    const { ticketNo, unit, n } = await dead();
    await opened({ ticketNo, n: 2 });
    const shown = DeliveryLine.parse((await post('skip', { ticketNo, unit, n, reason })).body);
    expect(shown).toMatchObject({ settled: 1, deliveries: [{ state: 'skipped' }, { state: 'pending' }] });
    expect(shown.acts).toMatchObject([{ action: 'skipped', by: 'dispatcher-1', reason }]);
    // The answer got lost: the same again wakes the line once more and changes nothing.
    expect((await post('skip', { ticketNo, unit, n, reason })).status).toBe(200);
    expect(await world.takeDispatch()).toEqual([
      { ticketNo, unit, n },
      { ticketNo, unit, n },
    ]);
    expect(DeliveryLine.parse((await line(ticketNo)).body).acts).toHaveLength(1);
  });

  test('takes only what is dead', async () => {
    const { ticketNo, unit, n } = await opened();
    const answer = await post('skip', { ticketNo, unit, n, reason });
    expect([answer.status, problemOf(answer)?.code]).toEqual([409, 'notDead']);
    expect((await post('skip', { ticketNo, unit, n: 2, reason })).status).toBe(404);
  });
});

describe('endpoints', () => {
  test('are all listed, with how they are and what waits', async () => {
    await opened();
    await dead();
    await remember({ state: 'open', failures: 6, trips: 2, openUntil: toShanghai(Date.now()) });
    const { endpoints } = EndpointList.parse((await ask(world, 'agent', 'GET', '/hotline/endpoints')).body);
    expect(endpoints.map(({ unit }) => unit).sort()).toEqual(world.district.departments.map(({ id }) => id).sort());
    const mine = endpoints.find(({ unit }) => unit === UNIT);
    expect(mine).toMatchObject({ state: 'open', failures: 6, pending: 1, dead: 1, underWay: 0 });
    expect(endpoints.find(({ unit }) => unit === 'guanbuqiao')).toMatchObject({ state: 'closed', pending: 0, dead: 0 });
  });

  test('are enabled once; one that is well stays as it is, one that is none is not found', async () => {
    expect((await enable('guanbuqiao')).status).toBe(200);
    await remember({ state: 'open', failures: 6, trips: 2, openUntil: toShanghai(Date.now() + 60_000) });
    expect((await enable(UNIT)).body).toMatchObject({ state: 'closed', trips: 0 });
    expect((await enable(UNIT)).status).toBe(200);
    expect((await world.rows('Tickets')).filter(({ kind }) => kind === 'endpointAct')).toHaveLength(1);
    expect((await enable('no-such-unit')).status).toBe(404);
    expect(await endpointStore().units()).toEqual([UNIT]);
  });
});

test('everybody at the desk may look; only dispatchers and leaders act', async () => {
  const { ticketNo, unit, n } = await dead();
  for (const role of ['agent', 'dispatcher', 'leader', 'auditor'] as const) {
    expect((await list({}, role)).deliveries).toHaveLength(1);
    expect((await ask(world, role, 'GET', '/hotline/endpoints')).status).toBe(200);
  }
  for (const role of ['agent', 'auditor'] as const) {
    for (const act of ['replay', 'skip'] as const) {
      expect((await post(act, { ticketNo, unit, n, reason }, role)).status).toBe(403);
    }
    expect((await enable(unit, role)).status).toBe(403);
  }
});
