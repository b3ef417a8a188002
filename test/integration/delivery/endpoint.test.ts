/** 端点状态 against a real receiver: the breaker, the probe, a slow department, one that is gone, a withdrawal that overtakes. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BREAKER_FAILURES, MOST_IN_FLIGHT } from '#domain/delivery/endpoint.ts';
import { MAX_ATTEMPTS } from '#domain/delivery/retry.ts';
import { deliveryDesk } from '#functions/adapters/delivery-desk.ts';
import type { DeliveryKey } from '#functions/ports/delivery-store.ts';
import { replay, skip } from '#functions/shared/delivery/operate.ts';
import { register, Story, system } from '#test/support/ticket-world.ts';
import { type Behaviour, type DeliveryWorld, delivery, health, openDeliveryWorld, settled, status } from './world.ts';

const OWNER = 'guanbuqiao';
const OTHER = 'renshe';
const MINUTE = 60_000;
const desk = { kind: 'operator', id: 'desk-7', role: 'dispatcher' } as const;

let world: DeliveryWorld;
let next = 5000;
const provoked: [ticketNo: string, unit: string][] = [];
beforeAll(async () => {
  world = await openDeliveryWorld([OWNER, OTHER]);
});
afterAll(() => world?.stop());
beforeEach(async () => {
  await Promise.all([OWNER, OTHER].map((unit) => world.wellAgain(unit)));
});
afterEach(async () => {
  // Whatever a test left behind is delivered before the next one.
  for (const [ticketNo, unit] of provoked.splice(0)) world.receiver.next(ticketNo, unit);
  await Promise.all([OWNER, OTHER].map((unit) => world.wellAgain(unit)));
  for (let left = 1, round = 0; left > 0 && round < 3; round++) {
    advance(30 * 60 * MINUTE);
    await world.pump();
    left = (await world.dispatch.drain()).taken;
  }
  await world.dispatch.purge();
});

const soon = () => new Promise((resolve) => setTimeout(resolve, 10));
const advance = (ms: number) => world.plane.clock.advanceTo(world.plane.clock.now() + ms);

/** A ticket of that unit, ready to be sent: event 2, message 1. */
async function ticketOf(owner: string, ...behaviours: Behaviour[]): Promise<string> {
  next += 1;
  const ticketNo = `XA202611230000${next}`;
  await world.seed(new Story().give(register({ ticketNo }, { owner }), system));
  world.receiver.next(ticketNo, owner, ...behaviours);
  provoked.push([ticketNo, owner]);
  return ticketNo;
}
const dispatch = async (ticketNo: string, seq = 2) => world.dispatch.send({ ticketNo, seq, type: 'dispatched' });
const arrived = (ticketNo: string) => world.receiver.of(ticketNo).length;

/** Opens the breaker of the unit with as many tickets as it takes. */
async function outage(unit: string): Promise<string[]> {
  const failing: string[] = [];
  for (let n = 0; n < BREAKER_FAILURES; n++) {
    const ticketNo = await ticketOf(unit, ...Array.from({ length: 20 }, () => status(500)));
    failing.push(ticketNo);
    await dispatch(ticketNo);
    await world.dispatch.drain();
  }
  await world.dispatch.purge();
  expect(await health(unit)).toMatchObject({ state: 'open', failures: BREAKER_FAILURES, trips: 1 });
  return failing;
}
const recover = (unit: string, tickets: readonly string[]) => {
  for (const ticketNo of tickets) world.receiver.next(ticketNo, unit);
};

describe('the breaker', () => {
  it('spares a department that is down, and what waits for it its attempts', async () => {
    await outage(OWNER);
    const waiting = await ticketOf(OWNER);
    const elsewhere = await ticketOf(OTHER);
    await dispatch(waiting);
    await dispatch(elsewhere);
    await world.dispatch.drain();
    expect([arrived(waiting), arrived(elsewhere)]).toEqual([0, 1]);
    expect(await delivery(waiting, OWNER, 1)).toMatchObject({ state: 'pending', attemptCount: 0, attempts: [] });
    // Not even the pump asks for it before the minute is over.
    advance(MINUTE - 1000);
    await world.pump();
    expect((await world.dispatch.drain()).taken).toBe(0);
  });

  it('tries with one delivery whether it is back, later each time; then everything flows', async () => {
    const failing = await outage(OWNER);
    const waiting = await ticketOf(OWNER, ...Array.from({ length: 20 }, () => status(500)));
    await dispatch(waiting);
    await world.dispatch.drain();
    for (const [tried, minutes] of [1, 2, 4].entries()) {
      advance(minutes * MINUTE);
      await world.pump();
      await world.dispatch.drain();
      expect((await health(OWNER))?.failures).toBe(BREAKER_FAILURES + tried + 1);
      await world.dispatch.purge();
    }
    expect(await health(OWNER)).toMatchObject({ state: 'open', failures: BREAKER_FAILURES + 3, trips: 4 });

    recover(OWNER, [...failing, waiting]);
    advance(8 * MINUTE);
    await world.pump();
    await world.dispatch.drain();
    // The probe brought the others near, whatever their schedule said. On a busy machine more are under way at once than
    // may be: those come again by their marks.
    const all = [...failing, waiting];
    const states = () => Promise.all(all.map(async (ticketNo) => (await delivery(ticketNo, OWNER, 1))?.state));
    for (let turn = 0; turn < all.length && !(await states()).every((state) => state === 'delivered'); turn++) {
      if (turn > 0) advance(10 * MINUTE);
      await world.pump();
      await world.dispatch.drain();
    }
    expect(await health(OWNER)).toMatchObject({ state: 'closed', failures: 0, trips: 0 });
    for (const ticketNo of all) {
      expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'delivered' });
      expect(arrived(ticketNo)).toBe(1);
    }
  });
});

it('a slow department holds up nobody but itself', async () => {
  const answers: (() => void)[] = [];
  const slow: Behaviour = (_, response) => {
    answers.push(() => response.writeHead(204).end());
    return true;
  };
  const slowOnes = await Promise.all(Array.from({ length: 9 }, () => ticketOf(OWNER, slow)));
  const others = await Promise.all(Array.from({ length: MOST_IN_FLIGHT }, () => ticketOf(OTHER)));
  for (const [at, ticketNo] of slowOnes.entries()) {
    await dispatch(ticketNo);
    if (at < others.length) await dispatch(others[at]!);
  }
  // Six workers, each with a batch of both.
  const workers = Array.from({ length: 6 }, () => world.dispatch.drain());
  while (!others.every(arrived) || answers.length < MOST_IN_FLIGHT)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(answers).toHaveLength(MOST_IN_FLIGHT);
  for (const answer of answers) answer();
  await Promise.all(workers);
  const rows = await Promise.all(slowOnes.map((ticketNo) => delivery(ticketNo, OWNER, 1)));
  expect(rows.filter((row) => row?.state === 'delivered')).toHaveLength(MOST_IN_FLIGHT);
  // The others used up nothing, and come again in a few seconds.
  expect(rows.filter((row) => row?.state === 'pending' && row.attemptCount === 0)).toHaveLength(9 - MOST_IN_FLIGHT);
  expect(await world.dispatch.delayed()).toBe(9 - MOST_IN_FLIGHT);
  expect((await health(OWNER))?.inFlight).toEqual([]);
});

describe('an endpoint that is gone', () => {
  it('is disabled: nothing is sent, and what comes is a dead letter at once', async () => {
    const first = await ticketOf(OWNER, status(410));
    await dispatch(first);
    await world.dispatch.drain();
    expect(await health(OWNER)).toMatchObject({ state: 'disabled', disabledWhy: 'gone' });
    const second = await ticketOf(OWNER);
    await dispatch(second);
    await world.dispatch.drain();
    expect(arrived(second)).toBe(0);
    const row = await delivery(second, OWNER, 1);
    expect(row).toMatchObject({ state: 'dead', attemptCount: 0, attempts: [{ fault: 'endpointDisabled' }] });
    expect(await settled(second, OWNER)).toBe(0);
  });

  it('is disabled after 120 hours without a success', async () => {
    const ticketNo = await ticketOf(OWNER, status(500), status(500));
    await dispatch(ticketNo);
    await world.dispatch.drain();
    await world.dispatch.purge();
    advance(120 * 60 * MINUTE);
    await world.pump();
    await world.dispatch.drain();
    expect(await health(OWNER)).toMatchObject({ state: 'disabled', disabledWhy: 'unreachable' });
    advance(10 * MINUTE);
    await world.pump();
    await world.dispatch.drain();
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({
      state: 'dead',
      attemptCount: 2,
      attempts: [{ status: 500 }, { status: 500 }, { fault: 'endpointDisabled' }],
    });
  });
});

describe('a dead letter', () => {
  /** Three messages to OWNER, the first of them dead and the others behind it. */
  async function stuck(): Promise<string> {
    next += 1;
    const ticketNo = `XA202611230000${next}`;
    const story = new Story()
      .give(register({ ticketNo }, { owner: OWNER }), system)
      .give({ command: 'urge' }, { kind: 'citizen' })
      .give({ command: 'append', text: '补充' }, { kind: 'citizen' });
    await world.seed(story);
    world.receiver.next(ticketNo, OWNER, status(410));
    for (const { seq, callbacks } of story.events) if (callbacks !== undefined) await dispatch(ticketNo, seq);
    await world.dispatch.drain();
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'dead' });
    expect(arrived(ticketNo)).toBe(0);
    await world.wellAgain(OWNER);
    return ticketNo;
  }
  const by = { id: 'desk-7', role: 'dispatcher', reason: '已恢复' };
  const ports = {
    desk: deliveryDesk(),
    wake: ({ ticketNo, unit, n }: DeliveryKey) => world.dispatch.send({ ticketNo, unit, n }),
    officeNow: () => world.plane.clock.now(),
  };

  it('is replayed under the same number, and what waits behind it follows', async () => {
    const ticketNo = await stuck();
    const dead = (await delivery(ticketNo, OWNER, 1))!;
    expect(await replay(ports, dead, by)).toBe(true);
    expect(await replay(ports, dead, by)).toBe(false);
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo).map(({ id }) => id)).toEqual([1, 2, 3].map((n) => `${ticketNo}-${OWNER}-${n}`));
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({
      state: 'delivered',
      round: 2,
      attempts: [{ status: 410 }, { status: 204, round: 2 }],
    });
  });

  it('has a whole schedule again', async () => {
    const ticketNo = await stuck();
    world.receiver.next(ticketNo, OWNER, ...Array.from({ length: MAX_ATTEMPTS }, () => status(500)));
    await replay(ports, (await delivery(ticketNo, OWNER, 1))!, by);
    for (let round = 0; round < MAX_ATTEMPTS; round++) {
      await world.dispatch.drain();
      await world.dispatch.purge();
      // Past every wait of the schedule, and past the breaker.
      advance(30 * 60 * MINUTE);
      await world.wellAgain(OWNER);
      await world.pump();
    }
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({
      state: 'dead',
      round: 2,
      attemptCount: MAX_ATTEMPTS + 1,
      attemptsBefore: 1,
    });
  });

  it('is skipped, and what waits behind it follows', async () => {
    const ticketNo = await stuck();
    expect(await skip(ports, (await delivery(ticketNo, OWNER, 1))!, by)).toBe(true);
    await world.dispatch.drain();
    expect(world.receiver.of(ticketNo).map(({ event }) => event.data.sequence)).toEqual([2, 3]);
    expect(await settled(ticketNo, OWNER)).toBe(3);
  });
});

describe('a withdrawal', () => {
  /** Dispatched to OWNER (event 2), then taken away from it (event 3): message 2 to OWNER is the withdrawal. */
  async function moved(...behaviours: Behaviour[]): Promise<string> {
    next += 1;
    const ticketNo = `XA202611230000${next}`;
    const story = new Story()
      .give(register({ ticketNo }, { owner: OWNER }), system)
      .give({ command: 'assign', owner: OTHER, reason: '改派' }, desk);
    await world.seed(story);
    world.receiver.next(ticketNo, OWNER, ...behaviours);
    return ticketNo;
  }
  const toOwner = (ticketNo: string) =>
    world.receiver.of(ticketNo).flatMap(({ unit, event }) => (unit === OWNER ? [event.data.sequence] : []));

  it('passes what waits for its next attempt', async () => {
    const ticketNo = await moved(status(500));
    await dispatch(ticketNo);
    await world.dispatch.drain();
    await dispatch(ticketNo, 3);
    await world.dispatch.drain();
    expect(toOwner(ticketNo)).toEqual([2]);
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'superseded', supersededBy: 2, attemptCount: 1 });
    expect(await settled(ticketNo, OWNER)).toBe(2);
    // The retry that was on its way changes nothing.
    await world.dispatch.send({ ticketNo, unit: OWNER, n: 1 });
    await world.dispatch.drain();
    expect(toOwner(ticketNo)).toEqual([2]);
  });

  it('passes a dead letter', async () => {
    const ticketNo = await moved(status(410));
    await dispatch(ticketNo);
    await world.dispatch.drain();
    await world.wellAgain(OWNER);
    await dispatch(ticketNo, 3);
    await world.dispatch.drain();
    expect(toOwner(ticketNo)).toEqual([2]);
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'superseded' });
  });

  it('passes what has not even come yet', async () => {
    const ticketNo = await moved();
    await dispatch(ticketNo, 3);
    await world.dispatch.drain();
    await dispatch(ticketNo);
    await world.dispatch.drain();
    expect(toOwner(ticketNo)).toEqual([2]);
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'superseded', seq: 2, attemptCount: 0 });
  });

  it.each([
    [500, 'superseded', [2]],
    [204, 'delivered', [2]],
  ] as const)('lets the attempt under way finish, with %i', async (code, state, got) => {
    let answer = () => {};
    const ticketNo = await moved((_, response) => {
      answer = () => response.writeHead(code).end();
      return true;
    });
    const before = answer;
    await dispatch(ticketNo);
    const first = world.dispatch.drain();
    while (answer === before) await soon();
    await dispatch(ticketNo, 3);
    // A second worker: message 1 is not on the queue any more.
    const second = world.dispatch.drain();
    while ((await delivery(ticketNo, OWNER, 1))?.supersededBy === undefined) {
      await soon();
    }
    expect(toOwner(ticketNo)).toEqual([]);
    answer();
    await Promise.all([first, second]);
    await world.dispatch.drain();
    expect(toOwner(ticketNo)).toEqual(got);
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state, attemptCount: 1 });
    expect(await settled(ticketNo, OWNER)).toBe(2);
  });
});
