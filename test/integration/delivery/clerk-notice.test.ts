/** A unit without an address is told by short message, with a code that opens its ticket: once, whatever the platform answers. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HOUR } from '#domain/calendar/shanghai.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { linkStore } from '#functions/adapters/link-store.ts';
import { linkHash } from '#functions/shared/link-code.ts';
import { LinkCode } from '#schemas/clerk.ts';
import { KEYS, openWorld, type World } from '#test/integration/platforms/world.ts';
import { dispatcher, register, reply, Story, system, unit } from '#test/support/ticket-world.ts';
import { type DeliveryWorld, delivery, openDeliveryWorld, SECRET_KEY, settled } from './world.ts';

const OWNER = 'guanbuqiao';
/** A unit with two duty phones, one without any, one with an address as well. */
const [TWO, NONE, ADDRESS] = ['renshe', 'zhujian', 'jiaotong'];
const PHONE = '+8613900000099';

let outside: World;
let world: DeliveryWorld;
let next = 700;
let ticketNo = '';
beforeAll(async () => {
  outside = await openWorld({ smsTemplates: ['clerkTask'] });
  const keys = [SECRET_KEY];
  world = await openDeliveryWorld([], {
    PHONE_SECRET: {
      inbound: [KEYS.foreign],
      outbound: { baseUrl: outside.platforms.url, keys: [KEYS.phone] },
    },
    LINK_SECRET: { keys: [{ kid: 'l1', key: Buffer.alloc(32, 5).toString('base64') }] },
    DEPARTMENTS_SECRET: {
      [OWNER]: { keys, notify: { phone: PHONE } },
      [TWO]: { keys, notify: { phone: [PHONE, 'not a number'] } },
      [NONE]: { keys },
      [ADDRESS]: { keys, endpoint: 'http://127.0.0.1:1/callbacks', notify: { phone: PHONE } },
    },
  });
});
afterAll(async () => {
  await world?.stop();
  await outside?.close();
});
beforeEach(() => {
  next += 1;
  ticketNo = `XA202611230000${String(next).padStart(4, '0')}`;
});

const dispatched = (owner = OWNER) => new Story().give(register({ ticketNo }, { owner }), system);
const messages = () => outside.platforms.phone.received().filter(({ params }) => params.ticketNo === ticketNo);
const advance = (ms: number) => world.plane.clock.advanceTo(world.plane.clock.now() + ms);

/** Tells every message of the story that wasn't told yet. */
async function tell(story: Story): Promise<void> {
  await world.seed(story, { name: '王小明', phone: '+8613812345678' });
  for (const { seq, callbacks } of story.events) {
    if (callbacks !== undefined) await world.dispatch.send({ ticketNo, seq, type: 'dispatched' });
  }
  expect((await world.dispatch.drain()).failed).toBe(0);
}
async function pumped(wait: number): Promise<void> {
  await advance(wait);
  await world.pump();
  await world.dispatch.drain();
}

describe('a dispatch', () => {
  it('is told to the duty phone, once, with a code that is kept nowhere and opens this ticket for this unit', async () => {
    await tell(dispatched());
    await world.dispatch.send({ ticketNo, seq: 2, type: 'dispatched' });
    await world.dispatch.drain();
    const [message, ...more] = messages();
    expect(more).toEqual([]);
    expect(message).toMatchObject({
      noticeId: `clerk-${ticketNo}-${OWNER}-1-1`,
      kind: 'sms',
      phone: PHONE,
      template: 'clerkTask',
      params: { ticketNo, code: expect.stringMatching(/^[0-9A-Z]{20}$/), unit: '官埠桥镇' },
    });
    // Nothing of the request and nobody's name: a short message is read by whoever holds the phone.
    expect(Object.keys(message!.params).sort()).toEqual(['code', 'ticketNo', 'unit']);
    const code = LinkCode.parse(message!.params.code);
    expect(await linkStore().find(linkHash(code))).toMatchObject({
      ticketNo,
      unit: OWNER,
      number: 'd1',
      by: 'dispatcher',
    });
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({
      state: 'delivered',
      attempts: [{ outcome: 'polling' }],
    });
  });

  it('is told again by the schedule of deliveries while the platform is down, with the same code and never twice', async () => {
    outside.platforms.phone.failNext(2, 503);
    await tell(dispatched());
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({
      state: 'pending',
      attempts: [{ fault: 'notice', cause: 'phone_503' }],
    });
    expect(await settled(ticketNo, OWNER)).toBe(0);
    const [{ number } = { number: '' }] = await linkStore().ofTicket(ticketNo);
    await pumped(10_000);
    await pumped(10 * 60_000);
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({ state: 'delivered', attemptCount: 3 });
    expect(messages()).toHaveLength(1);
    // One link for all attempts.
    expect((await linkStore().ofTicket(ticketNo)).map((link) => link.number)).toEqual([number]);
    const { code = '' } = messages()[0]!.params;
    expect((await linkStore().find(linkHash(code)))?.number).toBe(number);
  });

  it('that never left is late until it did: a failed attempt is no arrival', async () => {
    const told = async () =>
      (await ticketStore().events(ticketNo)).flatMap(({ type }) => (type.startsWith('delivery') ? [type] : []));
    const undelivered = async () => (await ticketStore().load(ticketNo))?.attention.includes('undelivered');
    // Watched, as the fan-out does it.
    outside.platforms.phone.failNext(4, 503);
    await tell(dispatched());
    for (const wait of [10_000, 10 * 60_000, 20 * 60_000]) await pumped(wait);
    expect([await told(), await undelivered()]).toEqual([['deliveryLate'], true]);
    for (let hours = 0; hours < 12 && messages().length === 0; hours += 1) await pumped(HOUR);
    expect(messages()).toHaveLength(1);
    expect([await told(), await undelivered()]).toEqual([['deliveryLate', 'deliveryRecovered'], false]);
  });

  it('whose platform refuses is a failure that people hear of in the end', async () => {
    outside.platforms.phone.failNext(1, 422);
    await tell(dispatched());
    expect(await delivery(ticketNo, OWNER, 1)).toMatchObject({
      state: 'pending',
      attempts: [{ fault: 'notice', cause: 'phone_422' }],
    });
  });

  it('reaches a unit whose other number is wrong', async () => {
    await tell(dispatched(TWO));
    expect(messages().map(({ phone }) => phone)).toEqual([PHONE]);
    expect(await delivery(ticketNo, TWO, 1)).toMatchObject({ state: 'delivered' });
  });

  it('is no short message for a unit without a duty phone, nor for one with an address', async () => {
    await tell(dispatched(NONE));
    expect(await delivery(ticketNo, NONE, 1)).toMatchObject({ state: 'delivered', attempts: [{ outcome: 'polling' }] });
    expect(messages()).toEqual([]);
    next += 1;
    ticketNo = `XA202611230000${String(next).padStart(4, '0')}`;
    await tell(dispatched(ADDRESS));
    expect((await delivery(ticketNo, ADDRESS, 1))?.attempts[0]?.fault).toBe('badEndpoint');
    expect(messages()).toEqual([]);
    expect(await linkStore().ofTicket(ticketNo)).toEqual([]);
  });
});

it('work that comes back is told with another code; what needs no act of the unit is not told', async () => {
  const owner = unit(OWNER);
  const review = (approve: boolean) => ({ command: 'review', approve, reason: '审核' }) as const;
  const story = dispatched()
    .give({ command: 'sign' }, owner)
    .give({ command: 'accept' }, owner)
    .give({ command: 'urge', reason: '来电催办' }, dispatcher)
    .give(reply, owner)
    .give(review(false), dispatcher)
    .give(reply, owner)
    .give(review(true), dispatcher)
    .give({ command: 'rework', reason: '群众不满意' }, dispatcher)
    .later(HOUR)
    .give(reply, owner)
    .give(review(true), dispatcher)
    .give({ command: 'close', reason: '满意' }, dispatcher);
  await tell(story);
  const told = messages();
  // Dispatch, the answer sent back, the rework; neither the urging nor the approval nor the end.
  expect((await linkStore().ofTicket(ticketNo)).map(({ number }) => number).sort()).toEqual(['d1', 'd3', 'd5']);
  expect(new Set(told.map(({ params }) => params.code)).size).toBe(3);
  expect(await settled(ticketNo, OWNER)).toBe(story.is.callbackCount[OWNER]);
});
