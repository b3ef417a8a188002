/** A department's receiver written with the plain `standardwebhooks` package verifies all that the engine renders. */
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CallbackType } from '#schemas/event.ts';
import { dispatcher, HOUR, register, reply, Story, system, unit } from '#test/support/ticket-world.ts';
import { type DeliveryWorld, openDeliveryWorld, type Received, SECRET_KEY } from './world.ts';

const OWNER = 'guanbuqiao';
const FOREIGN_KEY = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
let world: DeliveryWorld;

beforeAll(async () => {
  world = await openDeliveryWorld([OWNER, 'renshe']);
});
afterAll(() => world?.stop());

const numbered = (n: number) =>
  new Story().give(register({ ticketNo: `XA20261123000001${String(n).padStart(2, '0')}` }), system);
const stories = [
  // Urged, added to, warned, then another unit's.
  numbered(1)
    .give({ command: 'urge' }, { kind: 'citizen' })
    .give({ command: 'append', text: '又来了' }, { kind: 'citizen' })
    .later(30 * HOUR)
    .give({ command: 'tick' }, system)
    .give({ command: 'assign', owner: 'renshe', reason: '改派' }, dispatcher),
  // Answered, sent back, answered, ordered again, closed.
  numbered(2)
    .give({ command: 'sign' }, unit(OWNER))
    .give({ command: 'accept' }, unit(OWNER))
    .give(reply, unit(OWNER))
    .give({ command: 'review', approve: false, reason: '不清楚' }, dispatcher)
    .give(reply, unit(OWNER))
    .give({ command: 'review', approve: true, reason: '清楚' }, dispatcher)
    .give({ command: 'rework', reason: '群众不满意' }, dispatcher)
    .give(reply, unit(OWNER))
    .give({ command: 'review', approve: true, reason: '清楚' }, dispatcher)
    .give({ command: 'close', reason: '回访满意' }, dispatcher),
  // Called in, reported in, done; joined, supervised, paused, handed over, asked for by another ticket, too.
  numbered(3)
    .give({ command: 'sign' }, unit(OWNER))
    .give({ command: 'accept' }, unit(OWNER))
    .give({ command: 'whistle', units: ['renshe'], reason: '须人社部门到场' }, unit(OWNER))
    .give({ command: 'reportIn', note: '已到场' }, unit('renshe'))
    .give({ command: 'finishAssist', note: '已核查' }, unit('renshe'))
    .give({ command: 'openJointHandling', units: ['renshe'], reason: '跨部门' }, dispatcher)
    .give({ command: 'supervise', level: 'office', reason: '久拖' }, dispatcher)
    .give({ command: 'absorb', from: 'XA2026112300000026', reason: '同一件事' }, dispatcher)
    .give({ command: 'handOver', to: 'B', reason: '甲出差' }, unit(OWNER))
    .give({ command: 'suspend', until: '2026-11-27T09:00:00+08:00', reason: '等鉴定' }, dispatcher)
    .give({ command: 'resume', reason: '鉴定已出' }, dispatcher)
    .give({ command: 'setUrgency', urgency: 'urgent', reason: '涉及多人' }, dispatcher),
];

/** The ticket that the third one absorbs. */
const same = new Story()
  .give(register({ ticketNo: 'XA2026112300000026' }), system)
  .give({ command: 'merge', into: numbered(3).is.ticketNo, reason: '同一件事' }, dispatcher, numbered(3).is);

const headersOf = ({ headers }: Received) => headers as Record<string, string>;
const verify = (key: string, body: Buffer, headers: Record<string, string>) => new Webhook(key).verify(body, headers);

it('every type of callback, in order', async () => {
  await world.seed(same, {});
  for (const story of stories) {
    await world.seed(story, { name: '张三', phone: '+8613812345678' });
    // One after the other: a withdrawal would supersede what still waits.
    for (const { ticketNo, seq, type, callbacks } of story.events) {
      if (callbacks === undefined) continue;
      await world.dispatch.send({ ticketNo, seq, type });
      expect((await world.dispatch.drain()).failed).toBe(0);
    }
  }
  expect(world.receiver.refused).toEqual([]);
  const types = world.receiver.received.map(({ event }) => event.type.split('.')[3]);
  expect([...new Set(types)].toSorted()).toEqual(CallbackType.options.toSorted());
  for (const one of world.receiver.received) {
    expect(verify(SECRET_KEY, one.body, headersOf(one))).toEqual(one.event);
    expect(one.headers['webhook-id']).toBe(one.event.id);
  }
});

it('and no byte of them can be another', () => {
  const all = world.receiver.received;
  expect(all.length).toBeGreaterThan(8);
  const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.nat(), printable, (one, at, character) => {
      const text = one.body.toString('latin1');
      const index = at % text.length;
      fc.pre(text[index] !== character);
      const body = Buffer.from(text.slice(0, index) + character + text.slice(index + 1), 'latin1');
      expect(() => verify(SECRET_KEY, body, headersOf(one))).toThrow('No matching signature');
    }),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...all),
      fc.constantFrom('webhook-id', 'webhook-timestamp'),
      fc.nat(),
      fc.nat(9),
      (one, name, at, digit) => {
        const text = headersOf(one)[name] ?? '';
        const index = at % text.length;
        fc.pre(text[index] !== String(digit));
        const headers = { ...headersOf(one), [name]: text.slice(0, index) + digit + text.slice(index + 1) };
        expect(() => verify(SECRET_KEY, one.body, headers)).toThrow();
      },
    ),
  );
});

it('nor pass with another department’s secret, or at another time', () => {
  for (const one of world.receiver.received) {
    expect(() => verify(FOREIGN_KEY, one.body, headersOf(one))).toThrow('No matching signature');
  }
  const [one] = world.receiver.received;
  for (const minutes of [-6, 6]) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 });
    expect(() => verify(SECRET_KEY, one!.body, headersOf(one!))).toThrow('timestamp too');
    vi.useRealTimers();
  }
});
