/** 未送达: a dispatch that its department does not have is told to the desk, to handler A, and when it is over; whatever failed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { watchesOf } from '#domain/delivery/late.ts';
import { deliveryDesk } from '#functions/adapters/delivery-desk.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { watchStore } from '#functions/adapters/watch-store.ts';
import { skip } from '#functions/shared/delivery/operate.ts';
import type { TicketEvent } from '#schemas/event.ts';
import { KEYS, openWorld, type World } from '#test/integration/platforms/world.ts';
import { dispatcher, register, rules, Story, system, unit } from '#test/support/ticket-world.ts';
import { type DeliveryWorld, delivery, HANDLER, HEAD, INSPECTION, openDeliveryWorld, status } from './world.ts';

const OWNER = 'guanbuqiao';
const OTHER = 'renshe';
const MINUTE = 60_000;
let world: DeliveryWorld;
let outside: World;
let next = 8000;
let ticketNo = '';

beforeAll(async () => {
  outside = await openWorld({});
  world = await openDeliveryWorld([OWNER, OTHER], {
    PHONE_SECRET: { inbound: [KEYS.foreign], outbound: { baseUrl: outside.platforms.url, keys: [KEYS.phone] } },
  });
});
afterAll(async () => {
  await world?.stop();
  await outside?.close();
});
beforeEach(async () => {
  next += 1;
  ticketNo = `XA202611230000${next}`;
  await Promise.all([OWNER, OTHER].map((unit) => world.wellAgain(unit)));
  await world.dispatch.purge();
});

const advance = (ms: number) => world.plane.clock.advanceTo(world.plane.clock.now() + ms);
const failing = Array.from({ length: 30 }, () => status(500));
/** Registered now, and sent so far that the department refused it once. */
async function refused(
  urgency: 'critical' | 'normal',
  more: (story: Story) => Story = (story) => story,
): Promise<Story> {
  const story = more(
    new Story(world.plane.clock.now()).give(register({ ticketNo, urgency }, { owner: OWNER }), system),
  );
  await world.seed(story);
  world.receiver.next(ticketNo, OWNER, ...failing);
  await world.dispatch.send({ ticketNo, seq: 2, type: 'dispatched' });
  await world.dispatch.drain();
  return story;
}
async function told(): Promise<TicketEvent[]> {
  const events = await ticketStore().events(ticketNo);
  return events.filter(({ type }) => type === 'deliveryLate' || type === 'deliveryRecovered');
}
const attention = async () => (await ticketStore().load(ticketNo))?.attention;
const watch = (n = 1, unit = OWNER) => watchStore().find({ ticketNo, unit, n });
const notices = () => outside.platforms.phone.received().filter(({ params }) => params.ticketNo === ticketNo);

describe('a dispatch that does not arrive', () => {
  it.each([
    ['critical', 2],
    ['normal', 15],
  ] as const)('is told when it is %s after %i minutes, once', async (urgency, minutes) => {
    await refused(urgency);
    advance(minutes * MINUTE - 1);
    await world.pump();
    expect(await told()).toEqual([]);
    advance(1);
    await world.pump();
    await world.pump();
    advance(60 * MINUTE);
    await world.pump();
    const { at: since } = (await ticketStore().event(ticketNo, 2))!;
    expect(await told()).toMatchObject([
      { type: 'deliveryLate', unit: OWNER, n: 1, since, actor: { kind: 'system', id: 'delivery' } },
    ]);
    expect(await attention()).toContain('undelivered');
    expect(await watch()).toMatchObject({ state: 'told' });
    await world.dispatch.purge();
  });

  it('is over when it is delivered: the delay is the delivery’s', async () => {
    await refused('critical');
    advance(3 * MINUTE);
    await world.pump();
    world.receiver.next(ticketNo, OWNER);
    advance(7 * MINUTE);
    await world.pump();
    await world.dispatch.drain();
    expect(await told()).toMatchObject([
      { type: 'deliveryLate' },
      { type: 'deliveryRecovered', unit: OWNER, n: 1, minutesLost: 10, how: 'delivered' },
    ]);
    expect(await attention()).not.toContain('undelivered');
    expect(await ticketStore().load(ticketNo)).not.toHaveProperty('undelivered');
    expect(await watch()).toMatchObject({ state: 'over' });
  });

  it('tells handler A by SMS, once, while it lasts', async () => {
    await refused('critical');
    advance(3 * MINUTE);
    await world.pump();
    const [late] = await told();
    const pointer = { ticketNo, seq: late!.seq, type: 'deliveryLate' };
    outside.platforms.phone.failNext(1, 503);
    await world.feedback.send(pointer);
    expect((await world.feedback.drain()).failed).toBe(1);
    await world.feedback.purge();
    for (let time = 0; time < 2; time++) await world.feedback.send(pointer);
    expect((await world.feedback.drain()).failed).toBe(0);
    expect(notices()).toMatchObject([
      {
        kind: 'sms',
        phone: HANDLER,
        template: 'departmentUndelivered',
        params: { ticketNo, unit: expect.any(String) },
      },
    ]);
    const rows = JSON.stringify([await delivery(ticketNo, OWNER, 1), await told(), await watch()]);
    expect(rows).not.toContain(HANDLER);
    await world.dispatch.purge();
  });

  it('tells nobody by SMS who has it by now', async () => {
    await refused('critical');
    advance(3 * MINUTE);
    await world.pump();
    world.receiver.next(ticketNo, OWNER);
    advance(30 * MINUTE);
    await world.pump();
    await world.dispatch.drain();
    const [late] = await told();
    await world.feedback.send({ ticketNo, seq: late!.seq, type: 'deliveryLate' });
    expect(await world.feedback.drain()).toEqual({ taken: 1, failed: 0 });
    expect(notices()).toEqual([]);
  });
});

it('says nothing of one that arrived in time', async () => {
  await world.seed(new Story(world.plane.clock.now()).give(register({ ticketNo }, { owner: OWNER }), system));
  await world.dispatch.send({ ticketNo, seq: 2, type: 'dispatched' });
  await world.dispatch.drain();
  advance(60 * MINUTE);
  await world.pump();
  expect(await told()).toEqual([]);
  expect(await watch()).toMatchObject({ state: 'over' });
});

describe('is told whatever failed', () => {
  it.each([
    ['its endpoint is disabled', [status(410)], 'dead'],
    ['its breaker is open', failing, 'pending'],
  ] as const)('%s', async (what, behaviours, state) => {
    await world.seed(new Story(world.plane.clock.now()).give(register({ ticketNo }, { owner: OWNER }), system));
    world.receiver.next(ticketNo, OWNER, ...behaviours);
    await world.dispatch.send({ ticketNo, seq: 2, type: 'dispatched' });
    await world.dispatch.drain();
    if (what.includes('breaker')) {
      for (let n = 0; n < 8; n++) {
        advance(40 * MINUTE);
        await world.pump();
        await world.dispatch.drain();
        await world.dispatch.purge();
      }
    }
    advance(15 * MINUTE);
    await world.pump();
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state });
    expect(await told()).toMatchObject([{ type: 'deliveryLate' }]);
  });

  it('its message never reached the dispatcher', async () => {
    await world.seed(new Story(world.plane.clock.now()).give(register({ ticketNo }, { owner: OWNER }), system));
    advance(15 * MINUTE);
    await world.pump();
    expect(await delivery(ticketNo, OWNER, 1)).toBeUndefined();
    expect(await told()).toMatchObject([{ type: 'deliveryLate' }]);
    await world.dispatch.send({ ticketNo, seq: 2, type: 'dispatched' });
    await world.dispatch.drain();
    expect(await told()).toMatchObject([{ type: 'deliveryLate' }, { how: 'delivered', minutesLost: 15 }]);
  });
});

describe('is over, too, when nobody waits for it any more', () => {
  it('because an operator skipped it', async () => {
    await world.seed(new Story(world.plane.clock.now()).give(register({ ticketNo }, { owner: OWNER }), system));
    world.receiver.next(ticketNo, OWNER, status(410));
    await world.dispatch.send({ ticketNo, seq: 2, type: 'dispatched' });
    await world.dispatch.drain();
    advance(15 * MINUTE);
    await world.pump();
    const ports = {
      desk: deliveryDesk(),
      wake: ({ unit, n }: { unit: string; n: number }) => world.dispatch.send({ ticketNo, unit, n }),
      officeNow: () => world.plane.clock.now(),
    };
    await skip(ports, (await delivery(ticketNo, OWNER, 1))!, { id: 'desk-7', role: 'dispatcher', reason: '已电话' });
    await world.dispatch.drain();
    expect(await told()).toMatchObject([{ type: 'deliveryLate' }, { type: 'deliveryRecovered', how: 'skipped' }]);
  });

  it('because it was withdrawn; the new unit has a watch of its own', async () => {
    const story = await refused('normal');
    advance(15 * MINUTE);
    await world.pump();
    expect(await attention()).toContain('undelivered');
    const ticket = (await ticketStore().load(ticketNo))!;
    story.ticket = ticket;
    story.now = world.plane.clock.now();
    const before = story.events.length;
    story.give({ command: 'assign', owner: OTHER, reason: '改派' }, dispatcher);
    const events = story.events.slice(before);
    await ticketStore().commit({
      ticket: story.is,
      events,
      texts: [],
      watches: watchesOf(events, rules),
      expectedVersion: ticket.version,
    });
    world.receiver.next(ticketNo, OWNER);
    // The retry that the pump has just woken must not come first: it would be delivered.
    await world.dispatch.purge();
    await world.dispatch.send({ ticketNo, seq: story.is.version, type: 'dispatched' });
    await world.dispatch.drain();
    expect(await told()).toMatchObject([{ type: 'deliveryLate' }, { type: 'deliveryRecovered', how: 'superseded' }]);
    expect(await attention()).not.toContain('undelivered');
    expect(await watch(1, OTHER)).toMatchObject({ state: 'set', since: events[0]?.at });
  });
});

describe('a clock that runs out', () => {
  /** Registered now, signed by nobody, warned of what has become due until three days later. */
  function overdue(): Story {
    const story = new Story(world.plane.clock.now()).give(register({ ticketNo }, { owner: OWNER }), system);
    story.now += 3 * 24 * 60 * MINUTE;
    return story.give({ command: 'tick' }, system);
  }
  const tell = async (story: Story) => {
    for (const event of story.events.filter((one) => one.type === 'warned' && one.message !== undefined)) {
      await world.feedback.send({ ticketNo, seq: event.seq, type: 'warned' });
    }
    expect((await world.feedback.drain()).failed).toBe(0);
  };

  it('is told by short message to whom the district names, grade by grade, once', async () => {
    const story = overdue();
    await world.seed(story);
    await tell(story);
    await tell(story);
    const told = notices().filter(({ template }) => template === 'clockWarned');
    const { sign } = Object.groupBy(told, ({ params }) => (params.clock === '签收' ? 'sign' : 'other'));
    // A queue keeps no order.
    expect(sign!.map(({ phone, params }) => `${params.grade} ${phone}`).sort()).toEqual(
      [
        `橙色预警 ${HANDLER}`,
        `红色预警 ${HANDLER}`,
        `红色预警 ${HEAD}`,
        `报督查室 ${INSPECTION}`,
        `报督查室 ${HEAD}`,
      ].sort(),
    );
    expect(sign![0]!.params).toMatchObject({
      ticketNo,
      unit: expect.any(String),
      due: expect.stringMatching(/^\d\d-\d\d \d\d:\d\d$/),
    });
  });

  it('no more when it was done in the meantime', async () => {
    const story = overdue();
    story.give({ command: 'sign' }, unit(OWNER)).give({ command: 'accept' }, unit(OWNER));
    await world.seed(story);
    await tell(story);
    expect(notices().filter(({ params }) => params.clock === '签收')).toEqual([]);
  });
});
