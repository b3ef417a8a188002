/** Callbacks to a real receiver, through a real queue and table: order, retries, redirects, timeouts, leases. */
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamo } from '#functions/adapters/aws.ts';
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { register, Story, storyUntil, system, unit } from '#test/support/ticket-world.ts';
import { type DeliveryWorld, delivery, openDeliveryWorld, settled, status } from './world.ts';

const OWNER = 'guanbuqiao';
let world: DeliveryWorld;
let next = 100;
let ticketNo = '';

beforeAll(async () => {
  world = await openDeliveryWorld([OWNER, 'renshe']);
});
afterAll(() => world?.stop());
beforeEach(() => {
  next += 1;
  ticketNo = `XA202611230000${String(next).padStart(4, '0')}`;
  // What one test did to an endpoint is not the next one's.
  return Promise.all([OWNER, 'renshe', 'keyless'].map((unit) => world.wellAgain(unit)));
});

/** A ticket that was dispatched: event 2, message 1 to its owner. */
function story(): Story {
  return new Story().give(register({ ticketNo }), system);
}
const pointer = (seq: number) => ({ ticketNo, seq, type: 'dispatched' });
const advance = (ms: number) => world.plane.clock.advanceTo(world.plane.clock.now() + ms);
/** A history with three messages to the owner, numbered 1 to 3. */
function threeMessages(owner = OWNER): { story: Story; seqs: number[] } {
  const told = new Story()
    .give(register({ ticketNo }, { owner }), system)
    .give({ command: 'sign' }, unit(owner))
    .give({ command: 'accept' }, unit(owner));
  const operator = { kind: 'operator', id: 'desk-7', role: 'dispatcher' } as const;
  for (const approve of [false, true]) {
    told
      .give({ command: 'reply', resultCode: 'solved', handling: '内部', publicAnswer: '已办' }, unit(owner))
      .give({ command: 'review', approve, reason: '审核' }, operator);
  }
  return { story: told, seqs: told.events.filter((event) => event.callbacks !== undefined).map(({ seq }) => seq) };
}

describe('a callback', () => {
  it('arrives signed, once, with its bookkeeping', async () => {
    await world.seed(story(), { name: '张三', phone: '+8613812345678' });
    await world.dispatch.send(pointer(2));
    await world.dispatch.send(pointer(2));
    expect(await world.dispatch.drain()).toEqual({ taken: 2, failed: 0 });
    const [got, ...more] = world.receiver.of(ticketNo);
    expect(more).toEqual([]);
    expect(world.receiver.refused).toEqual([]);
    expect(got?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(got?.id).toBe(`${ticketNo}-${OWNER}-1`);
    expect(got?.event).toMatchObject({
      id: `${ticketNo}-${OWNER}-1`,
      type: 'cn.jieban.ticket.dispatched.v1',
      data: { receiver: OWNER, category: { code: '01.1' }, appellant: { name: '张三' }, request: { title: '工资' } },
    });
    const row = await delivery(ticketNo, OWNER, 1);
    expect(row).toMatchObject({ state: 'delivered', seq: 2, attemptCount: 1, attempts: [{ status: 204 }] });
    expect(row?.leaseUntil).toBeUndefined();
    expect(await settled(ticketNo, OWNER)).toBe(1);
    // Nothing of the message is kept beside the ticket.
    expect(JSON.stringify(row)).not.toMatch(/工资|张三/);
  });

  it('of a confidential request hides its caller in what was added later, too', async () => {
    const told = new Story()
      .give(register({ ticketNo, confidential: true }), system)
      .give({ command: 'append', text: '' }, { kind: 'citizen' });
    await world.seed(told, { name: '张三', phone: '+8613812345678' });
    const added = told.events.flatMap((event) => (event.type === 'appended' ? [event] : []));
    for (const { noteKey } of added) {
      const text = { kind: 'note', text: '我是张三，打138 1234 5678，路灯又灭了' };
      const Item = { pk: `T#${ticketNo}`, sk: `TEXT#${noteKey}`, text };
      await dynamo().send(new PutCommand({ TableName: 'Tickets', Item }));
    }
    for (const { seq, callbacks } of told.events) if (callbacks !== undefined) await world.dispatch.send(pointer(seq));
    expect((await world.dispatch.drain()).failed).toBe(0);
    const got = world.receiver.of(ticketNo);
    expect(got.map(({ event }) => event.type)).toContain('cn.jieban.ticket.appended.v1');
    expect(JSON.stringify(got)).toContain('路灯又灭了');
    expect(JSON.stringify(got)).not.toMatch(/张三|1234|appellant/);
  });

  it('is tried again after a 500, with the same id and body, when its time has come and not before', async () => {
    await world.seed(story());
    const before = world.plane.clock.now();
    world.receiver.next(ticketNo, OWNER, status(500), status(503, { 'retry-after': '600' }));
    await world.dispatch.send(pointer(2));
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo)).toEqual([]);
    const first = await delivery(ticketNo, OWNER, 1);
    expect(first).toMatchObject({ state: 'pending', attemptCount: 1, attempts: [{ status: 500 }] });
    const wait = Date.parse(first?.nextAttemptAt ?? '') - before;
    expect(wait).toBeGreaterThanOrEqual(4000);
    expect(wait).toBeLessThanOrEqual(6000);
    // The short wait is also on the queue.
    expect(await world.dispatch.delayed()).toBe(1);
    await world.dispatch.purge();
    await world.pump();
    expect(await world.dispatch.drain()).toEqual({ taken: 0, failed: 0 });
    // A repeat of the event's message doesn't jump the wait.
    await world.dispatch.send(pointer(2));
    await world.dispatch.drain();
    expect((await delivery(ticketNo, OWNER, 1))?.attemptCount).toBe(1);

    advance(6000);
    await world.pump();
    await world.dispatch.drain();
    const second = await delivery(ticketNo, OWNER, 1);
    expect(second).toMatchObject({ state: 'pending', attemptCount: 2, attempts: [{ status: 500 }, { status: 503 }] });
    // The unit asked for ten minutes; five were planned.
    expect(Date.parse(second?.nextAttemptAt ?? '')).toBe(world.plane.clock.now() + 600_000);

    advance(600_000);
    await world.pump();
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo).map(({ id }) => id)).toEqual([`${ticketNo}-${OWNER}-1`]);
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'delivered', attemptCount: 3 });
    // Settled rows are out of the due index.
    advance(3_600_000);
    await world.pump();
    expect(await world.dispatch.drain()).toEqual({ taken: 0, failed: 0 });
  });

  it('does not follow a redirect', async () => {
    await world.seed(story());
    world.receiver.next(ticketNo, OWNER, status(302, { location: `${world.receiver.url}/renshe` }));
    await world.dispatch.send(pointer(2));
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo)).toEqual([]);
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'pending', attempts: [{ status: 302 }] });
    await world.dispatch.purge();
  });

  it('is a dead letter after 410, and what follows it waits', async () => {
    const { story: told, seqs } = threeMessages();
    await world.seed(told);
    world.receiver.next(ticketNo, OWNER, status(410));
    for (const seq of seqs) await world.dispatch.send(pointer(seq));
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo)).toEqual([]);
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'dead', attempts: [{ status: 410 }] });
    expect(await delivery(ticketNo, OWNER, 2)).toMatchObject({ state: 'pending', attemptCount: 0 });
    advance(3_600_000);
    await world.pump();
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo)).toEqual([]);
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'dead', attemptCount: 1 });
  });

  it('is cut off after ten seconds', { timeout: 20_000 }, async () => {
    await world.seed(story());
    world.receiver.next(ticketNo, OWNER, () => true);
    await world.dispatch.send(pointer(2));
    await world.dispatch.drain();
    const row = await delivery(ticketNo, OWNER, 1);
    expect(row).toMatchObject({ state: 'pending', attempts: [{ fault: 'timeout' }] });
    expect(row?.attempts[0]?.milliseconds).toBeGreaterThan(9900);
    await world.dispatch.purge();
  });

  it('counts by its status even when the answer never ends', { timeout: 20_000 }, async () => {
    await world.seed(story());
    world.receiver.next(ticketNo, OWNER, (_, response) => {
      response.writeHead(200);
      const endless = setInterval(() => response.write('x'.repeat(8192)), 5);
      response.once('close', () => clearInterval(endless));
      return true;
    });
    await world.dispatch.send(pointer(2));
    await world.dispatch.drain();
    const row = await delivery(ticketNo, OWNER, 1);
    expect(row).toMatchObject({ state: 'delivered', attempts: [{ status: 200 }] });
    expect(row?.attempts[0]?.milliseconds).toBeLessThan(5000);
  });

  it('to a unit without an address is settled at once: it works by polling', async () => {
    const { story: told, seqs } = threeMessages('silent');
    await world.seed(told);
    for (const seq of seqs) await world.dispatch.send(pointer(seq));
    expect((await world.dispatch.drain()).failed).toBe(0);
    for (const n of [1, 2, 3]) {
      expect(await delivery(ticketNo, 'silent', n)).toMatchObject({
        state: 'delivered',
        attemptCount: 1,
        attempts: [{ outcome: 'polling' }],
      });
    }
    expect(await settled(ticketNo, 'silent')).toBe(3);
  });

  it('to a unit without keys stays visible as a fault', async () => {
    await world.seed(new Story().give(register({ ticketNo }, { owner: 'keyless' }), system));
    await world.dispatch.send(pointer(2));
    await world.dispatch.drain();
    expect(await delivery(ticketNo, 'keyless', 1)).toMatchObject({
      state: 'pending',
      attempts: [{ fault: 'noKeys' }],
    });
    await world.dispatch.purge();
  });

  it('to a unit that is down fails as a connection', async () => {
    await world.seed(story());
    world.receiver.next(ticketNo, OWNER, (request) => {
      request.socket.destroy();
      return true;
    });
    await world.dispatch.send(pointer(2));
    await world.dispatch.drain();
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'pending', attempts: [{ fault: 'connection' }] });
    await world.dispatch.purge();
  });
});

describe('the order of a ticket’s messages to a unit', () => {
  it('holds whatever order they come in', async () => {
    const { story: told, seqs } = threeMessages();
    expect(seqs).toHaveLength(3);
    await world.seed(told);
    for (const seq of seqs.toReversed()) {
      await world.dispatch.send(pointer(seq));
      if (seq !== seqs[0]) {
        await world.dispatch.drain();
        expect(world.receiver.of(ticketNo)).toEqual([]);
      }
    }
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo).map(({ event }) => [event.data.sequence, event.data.ticketVersion])).toEqual(
      seqs.map((seq, index) => [index + 1, seq]),
    );
    expect(await settled(ticketNo, OWNER)).toBe(3);
  });

  it('holds when all of them come at once, many times', async () => {
    const { story: told, seqs } = threeMessages();
    await world.seed(told);
    for (let times = 0; times < 3; times++)
      for (const seq of seqs.toReversed()) await world.dispatch.send(pointer(seq));
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo).map(({ event }) => event.data.sequence)).toEqual([1, 2, 3]);
  });

  it('is one line per unit: another unit’s trouble holds nobody up', async () => {
    const moved = story().give(
      { command: 'assign', owner: 'renshe', reason: '改派' },
      { kind: 'operator', id: 'desk-7', role: 'dispatcher' },
    );
    await world.seed(moved);
    world.receiver.next(ticketNo, OWNER, status(500), status(500));
    await world.dispatch.send(pointer(2));
    await world.dispatch.drain();
    await world.dispatch.send(pointer(3));
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo).map(({ unit: to }) => to)).toEqual(['renshe']);
    // The withdrawal to the old owner waits for nothing but its own retry.
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'superseded', supersededBy: 2 });
    expect(await delivery(ticketNo, OWNER, 2)).toMatchObject({ state: 'pending', attemptCount: 1 });
    await world.dispatch.purge();
  });
});

describe('a delivery that was never taken', () => {
  const due = async (at: number) =>
    (await deliveryStore().due(OWNER, at, 500)).filter(({ key }) => key.ticketNo === ticketNo).map(({ key }) => key.n);

  it('is not forgotten when rendering it fails until its message is given up', async () => {
    const told = story();
    // Its event is there and its ticket is not: nothing can be rendered.
    await world.seed(told);
    const broken = { TableName: 'Tickets', Key: { pk: `T#${ticketNo}`, sk: 'EVT#000001' } };
    const { Item: first } = await dynamo().send(new GetCommand(broken));
    await dynamo().send(new DeleteCommand(broken));
    await world.dispatch.send(pointer(2));
    expect(await world.dispatch.drain()).toEqual({ taken: 1, failed: 1 });
    await world.dispatch.purge();
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'pending', attemptCount: 0 });

    await dynamo().send(new PutCommand({ TableName: 'Tickets', Item: first }));
    await world.pump();
    expect((await world.dispatch.drain()).taken).toBe(0);
    advance(300_000);
    await world.pump();
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo)).toHaveLength(1);
    expect(await due(world.plane.clock.now() + 100 * 3_600_000)).toEqual([]);
  });

  it('waits far from the pump while it is behind, and near once it is its turn', async () => {
    const { story: told, seqs } = threeMessages();
    await world.seed(told);
    await world.dispatch.send(pointer(seqs[1]!));
    await world.dispatch.drain();
    const now = world.plane.clock.now();
    expect(await due(now + 5 * 3_600_000)).toEqual([]);
    expect(await due(now + 6 * 3_600_000)).toEqual([2]);
    // The predecessor is settled; its wake-up gets lost on the way.
    const store = deliveryStore();
    const key = { ticketNo, unit: OWNER, n: 1 };
    await store.open(key, { seq: seqs[0]!, type: 'dispatched' }, now, now + 300_000);
    const opened = (await store.find(key))!;
    await store.settle(opened, { at: opened.createdAt, status: 200, milliseconds: 1 });
    const second = (await store.find({ ...key, n: 2 }))!;
    expect(await store.expect(second, now + 300_000)).toBe(true);
    expect(await due(now + 300_000)).toEqual([2]);
    advance(300_000);
    await world.pump();
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo).map(({ event }) => event.data.sequence)).toEqual([2]);
    expect(await store.expect(second, now)).toBe(false);
  });
});

describe('a worker that dies', () => {
  it('is survived by the due mark', async () => {
    await world.seed(story());
    const store = deliveryStore();
    const key = { ticketNo, unit: OWNER, n: 1 };
    const told = { seq: 2, type: 'dispatched' } as const;
    await store.open(key, told, world.plane.clock.now(), world.plane.clock.now() + 300_000);
    const seen = (await store.find(key))!;
    const now = world.plane.clock.now();
    expect(await store.take(seen, { leaseUntil: Date.now() + 400, recoverAt: now + 300_000 })).toBe(true);
    expect(await store.take(seen, { leaseUntil: Date.now() + 400, recoverAt: now + 300_000 })).toBe(false);
    // While the lease holds nobody else sends; its message is simply dropped.
    await world.dispatch.send({ ticketNo, unit: OWNER, n: 1 });
    expect(await world.dispatch.drain()).toEqual({ taken: 1, failed: 0 });
    expect(world.receiver.of(ticketNo)).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 450));
    await world.pump();
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo)).toEqual([]);
    advance(300_000);
    await world.pump();
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo)).toHaveLength(1);
    // The dead worker's late verdict changes nothing any more.
    const late = { ...seen, attemptCount: 1 };
    const attempt = { at: '2026-11-23T09:00:00.000+08:00', fault: 'timeout', milliseconds: 1 } as const;
    expect(await store.postpone(late, attempt, now)).toBe(false);
    expect(await store.bury(late, attempt)).toBe(false);
    expect(await store.settle(late, attempt)).toBe(false);
  });

  it('after its settling is survived by its own queue message', async () => {
    const { story: told, seqs } = threeMessages();
    await world.seed(told);
    await world.dispatch.send(pointer(seqs[1]!));
    await world.dispatch.drain();
    const store = deliveryStore();
    const now = world.plane.clock.now();
    const event = { seq: seqs[0]!, type: 'dispatched' } as const;
    await store.open({ ticketNo, unit: OWNER, n: 1 }, event, now, now + 300_000);
    const first = (await store.find({ ticketNo, unit: OWNER, n: 1 }))!;
    await store.settle(first, { at: first.createdAt, status: 200, milliseconds: 1 });
    await world.dispatch.send(pointer(seqs[0]!));
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo).map(({ event }) => event.data.sequence)).toEqual([2]);
  });
});

it('a pump that dies between mark and queue loses nothing', async () => {
  await world.seed(story());
  world.receiver.next(ticketNo, OWNER, status(500));
  await world.dispatch.send(pointer(2));
  await world.dispatch.drain();
  await world.dispatch.purge();
  advance(10_000);
  const store = deliveryStore();
  const found = (await store.due(OWNER, world.plane.clock.now(), 10)).find(({ key }) => key.ticketNo === ticketNo)!;
  expect(await store.pushBack(found, world.plane.clock.now() + 300_000)).toBe(true);
  expect(await store.pushBack(found, world.plane.clock.now() + 300_000)).toBe(false);
  await world.pump();
  expect(world.receiver.of(ticketNo)).toEqual([]);
  advance(300_000);
  await world.pump();
  await world.dispatch.drain();
  expect(world.receiver.of(ticketNo)).toHaveLength(1);
});

it('a message of no event, or no message at all, fails alone', async () => {
  await world.seed(storyUntil('AWAIT_SIGN'));
  await world.dispatch.send({ ticketNo, seq: 9, type: 'dispatched' });
  await world.dispatch.send({ nonsense: true });
  await world.dispatch.send({ ticketNo, unit: OWNER, n: 7 });
  expect(await world.dispatch.drain()).toEqual({ taken: 3, failed: 2 });
});
