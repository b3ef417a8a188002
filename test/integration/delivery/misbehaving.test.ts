/**
 * The engine against a department that misbehaves, over real TLS: nothing is lost, the order of each ticket holds, and what
 * came twice came under the same number. Store, rendering, signing, network are the deployed ones; office time is the plane's.
 */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fresh } from '#domain/delivery/endpoint.ts';
import { dynamo } from '#functions/adapters/aws.ts';
import { callerStore } from '#functions/adapters/caller-store.ts';
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { departmentEndpoint } from '#functions/adapters/department-endpoint.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { endpointItem, endpointStore } from '#functions/adapters/endpoint-store.ts';
import { deliver } from '#functions/dispatcher/deliver.ts';
import type { Engine } from '#functions/dispatcher/engine.ts';
import { lineOf, renderCallback } from '#functions/dispatcher/render.ts';
import type { DeliveryKey, Told } from '#functions/ports/delivery-store.ts';
import { pump } from '#functions/pump/pump.ts';
import { namesOf } from '#functions/shared/delivery/callback-source.ts';
import { loadDistrict } from '#infra/district.ts';
import { authority } from '#test/support/certificates.ts';
import { register, reply, Story, system, unit } from '#test/support/ticket-world.ts';
import { answers, breaksOff, cut, dribbles, type Manner, silence, TlsReceiver } from './tls-receiver.ts';
import { type DeliveryWorld, delivery, openDeliveryWorld, SECRET_KEY, settled } from './world.ts';

const OWNER = 'guanbuqiao';
const HOST = 'hooks.guanbuqiao.example';
const ca = authority('区政务 CA');
const names = namesOf(loadDistrict('xianan'));
const operator = { kind: 'operator', id: 'desk-7', role: 'dispatcher' } as const;
/** Well below what it has to cut off, well above what a local exchange takes. */
const TIMEOUT_MS = 1000;

let world: DeliveryWorld;
let receiver: TlsReceiver;
let engine: Engine;
let queue: { key: DeliveryKey; told?: Told }[] = [];
/** What the name means at the next look-ups; its own address when there is nothing here. */
let lies: string[][] = [];
let next = 100;
let ticketNo = '';

beforeAll(async () => {
  receiver = new TlsReceiver(ca.issue([HOST]), [SECRET_KEY]);
  const port = await receiver.listen();
  world = await openDeliveryWorld([], {
    DEPARTMENTS_SECRET: {
      [OWNER]: { keys: [SECRET_KEY], endpoint: `https://${HOST}:${port}/`, allow: ['127.0.0.1/32'], ca: ca.cert },
    },
  });
  const endpoint = departmentEndpoint(() => undefined, {
    timeoutMs: TIMEOUT_MS,
    resolve: async () => lies.shift() ?? ['127.0.0.1'],
  });
  engine = {
    store: deliveryStore(),
    endpoint,
    render: (row) => renderCallback({ tickets: ticketStore(), callers: callerStore(), names }, row),
    // Longer waits than none are the pump's: the test goes from one due mark to the next.
    wake: async (key, delaySeconds) => {
      if (delaySeconds === 0) queue.push({ key });
    },
    officeNow: () => world.plane.clock.now(),
    realNow: Date.now,
    random: () => 0.5,
    report: () => {},
    buried: () => {},
    endpoints: endpointStore(),
    line: (line) => lineOf(ticketStore(), line),
    pause: async () => {},
    settled: async () => {},
    healthChanged: async () => {},
  };
});
afterAll(async () => {
  await world?.stop();
  await receiver?.stop();
});
beforeEach(async () => {
  // What an earlier test did to the endpoint (410) is not this one's story.
  await dynamo().send(new PutCommand({ TableName: 'Tickets', Item: endpointItem(fresh(OWNER)) }));
  receiver.reset();
  queue = [];
  lies = [];
});

async function drain(): Promise<void> {
  while (queue.length > 0) {
    await Promise.all(queue.splice(0).map(({ key, told }) => deliver(engine, key, told)));
  }
}
async function later(ms: number): Promise<void> {
  world.plane.clock.advanceTo(world.plane.clock.now() + ms);
  const wake = async (key: DeliveryKey) => void queue.push({ key });
  const officeNow = () => world.plane.clock.now();
  await pump({ store: deliveryStore(), endpoints: endpointStore(), wake, officeNow, realNow: Date.now });
  await drain();
}
/** A ticket with three messages to its owner; their queue messages come in this order. */
async function threeMessages(order: readonly number[] = [1, 2, 3]): Promise<string> {
  next += 1;
  ticketNo = `XA202611230000${String(next).padStart(4, '0')}`;
  const story = new Story()
    .give(register({ ticketNo }), system)
    .give({ command: 'sign' }, unit(OWNER))
    .give({ command: 'accept' }, unit(OWNER));
  for (const approve of [false, true]) {
    story.give(reply, unit(OWNER)).give({ command: 'review', approve, reason: '审核' }, operator);
  }
  await world.seed(story, { name: '张三丰', phone: '+8613812345678' }, '工地拖欠工资两个月，请尽快处理');
  const told = story.events.flatMap(({ seq, callbacks = [] }) => callbacks.map(({ type }) => ({ seq, type })));
  expect(told).toHaveLength(3);
  for (const n of order) queue.push({ key: { ticketNo, unit: OWNER, n }, told: told[n - 1]! });
  return ticketNo;
}
const row = (n: number) => delivery(ticketNo, OWNER, n);
const idOf = (n: number) => `${ticketNo}-${OWNER}-${n}`;
const attempts = async (n: number) =>
  (await row(n))?.attempts.map(({ status, fault, cause }) => status ?? `${fault} ${cause}`);

describe('a message', () => {
  it('that was acted on before the connection broke comes again under its number, and acts once', async () => {
    await threeMessages();
    // It takes the ticket, and we never hear of it.
    receiver.next((_, { headers, socket }) => {
      receiver.acted.push(String(headers['webhook-id']));
      socket.destroy();
    });
    await drain();
    expect(await attempts(1)).toEqual(['connection ECONNRESET']);
    expect(receiver.acted).toEqual([idOf(1)]);
    await later(5000);
    expect(receiver.arrivals.map(({ id }) => id)).toEqual([1, 1, 2, 3].map(idOf));
    expect(receiver.arrivals[1]?.body).toBe(receiver.arrivals[0]?.body);
    expect(receiver.acted).toEqual([1, 2, 3].map(idOf));
    expect(await settled(ticketNo, OWNER)).toBe(3);
  });

  it('is not followed to where a redirect points', async () => {
    await threeMessages([1]);
    receiver.next(
      answers(307, '', { location: 'https://127.0.0.1:9/' }),
      answers(301, '', { location: 'https://10.0.0.1/' }),
    );
    await drain();
    await later(5000);
    expect(await attempts(1)).toEqual([307, 301]);
    expect((await row(1))?.state).toBe('pending');
    await later(300_000);
    expect(await attempts(1)).toEqual([307, 301, 204]);
  });

  it('waits as long as it is asked to', async () => {
    await threeMessages([1]);
    receiver.next(answers(429, '', { 'retry-after': '600' }));
    await drain();
    await later(599_000);
    expect(await attempts(1)).toEqual([429]);
    await later(1000);
    expect(await attempts(1)).toEqual([429, 204]);
  });

  it('is a dead letter when the receiver is gone, says why, and holds back what follows', async () => {
    await threeMessages();
    receiver.next(answers(410, '接口已停用'));
    await drain();
    expect(await row(1)).toMatchObject({ state: 'dead', attempts: [{ status: 410, answer: '接口已停用' }] });
    await later(3_600_000);
    expect(receiver.arrivals.map(({ id }) => id)).toEqual([idOf(1)]);
    expect(await row(2)).toMatchObject({ state: 'pending', attemptCount: 0 });
  });

  it('is not sent while its name points where it must not, and goes out when it is right again', async () => {
    await threeMessages();
    lies = [['127.0.0.2'], ['127.0.0.1', '169.254.169.254'], []];
    await drain();
    await later(5000);
    await later(300_000);
    expect(await attempts(1)).toEqual(['forbiddenAddress loopback', 'forbiddenAddress linkLocal', 'dns ENODATA']);
    expect(receiver.connections).toBe(0);
    await later(1_800_000);
    expect(receiver.acted).toEqual([1, 2, 3].map(idOf));
  });

  it('leaves nothing of people in the rows when the receiver quotes it', async () => {
    await threeMessages([1]);
    receiver.next((response) => {
      response.writeHead(500).end(`处理失败：${receiver.arrivals.at(-1)?.body}`);
    });
    await drain();
    const kept = JSON.stringify(await row(1));
    expect(kept).toContain('处理失败');
    expect(receiver.arrivals[0]?.body).toMatch(/张三丰.*13812345678|13812345678.*张三丰/);
    expect(kept).not.toMatch(/张三丰|13812345678|拖欠工资|尽快处理/);
    await later(5000);
    expect((await row(1))?.attempts.at(-1)).toEqual({
      at: expect.any(String),
      status: 204,
      milliseconds: expect.any(Number),
    });
  });
});

it('through everything at once nothing is lost, and each ticket keeps its order', async () => {
  const acts: Manner = (response, { headers }) => receiver.act(String(headers['webhook-id']), response);
  const actsAndBreaks: Manner = (_, { headers, socket }) => {
    const id = String(headers['webhook-id']);
    if (!receiver.acted.includes(id)) receiver.acted.push(id);
    socket.destroy();
  };
  receiver.next(
    answers(500),
    acts,
    silence,
    actsAndBreaks,
    answers(429, '', { 'retry-after': '30' }),
    cut,
    acts,
    dribbles(503, '忙'),
    answers(302, '', { location: 'https://10.0.0.1/' }),
    breaksOff(502, '网关'),
    actsAndBreaks,
    acts,
    dribbles(500, '…'),
    answers(404),
    acts,
    actsAndBreaks,
    silence,
    (_, { socket }) => void socket.write('nonsense\r\n\r\n'),
  );
  lies = [['127.0.0.1'], ['10.9.9.9'], ['127.0.0.1'], [], ['127.0.0.2', '127.0.0.1'], ['169.254.169.254']];
  const tickets: string[] = [];
  for (const order of [
    [1, 2, 3],
    [3, 2, 1],
    [2, 3, 1],
    [3, 1, 2],
  ])
    tickets.push(await threeMessages(order));
  await drain();
  for (let hour = 0; hour < 48; hour++) await later(3_600_000);
  for (const ticket of tickets) {
    const ids = [1, 2, 3].map((n) => `${ticket}-${OWNER}-${n}`);
    expect(receiver.acted.filter((id) => id.startsWith(ticket))).toEqual(ids);
    // A message is never sent before the one before it was delivered, and never after its own delivery.
    const numbers = receiver.arrivals.filter(({ id }) => id.startsWith(ticket)).map(({ id }) => Number(id.at(-1)));
    expect(numbers).toEqual(numbers.toSorted());
    expect(await settled(ticket, OWNER)).toBe(3);
    for (const n of [1, 2, 3]) {
      const one = await delivery(ticket, OWNER, n);
      expect(one).toMatchObject({ state: 'delivered' });
      expect(one?.attempts).toHaveLength(one?.attemptCount ?? 0);
    }
  }
  expect(receiver.refused).toEqual([]);
  expect(receiver.arrivals.length).toBeGreaterThan(24);
});
