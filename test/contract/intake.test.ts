/** The contract of the signing channels: every answer, and that what was refused leaves nothing behind. */
import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { waitingMessages } from '#functions/adapters/sweep-store.ts';
import { handler as phone } from '#functions/phone/handler.ts';
import { intake } from '#functions/shared/intake.ts';
import { drawTicketNo, isTicketNo } from '#functions/shared/ticket-no.ts';
import { handler as website } from '#functions/website/handler.ts';
import { type IntakeReceipt, PhoneRequest } from '#schemas/intake.ts';
import { transactionConflict } from './gateway.ts';
import { call, problemOf, signedPost, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(() => world.clear());

const PHONE = '/channels/phone/requests';
const NAME = '张三丰';
const form = (changes: object = {}) => ({
  channelRef: `CC-${randomUUID()}`,
  kind: 'complaint',
  title: '小区门口路灯不亮',
  content: '小区南门外三盏路灯连续一周不亮，晚上出行不便。',
  caller: { name: NAME, phone: '138 0013 8000' },
  call: { callId: 'c1', caller: '13900139000', callee: '12345', agentId: 'A1', agentName: '李四光' },
  ...changes,
});
const post = (body: object, at?: number) =>
  call<IntakeReceipt>(phone, signedPost(world.keys.phone, PHONE, JSON.stringify(body), at));

async function expectNothingLeft(): Promise<void> {
  for (const table of ['Tickets', 'Receipts', 'Callers'] as const) expect(await world.rows(table)).toEqual([]);
  expect(await world.takeMessages()).toEqual([]);
}

describe('a fresh request', () => {
  test('answers 202 and is a receipt, a number, a caller and a message', async () => {
    const body = form();
    const answer = await post(body);

    expect(answer.status).toBe(202);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(Object.keys(answer.body).sort()).toEqual(['queryCode', 'receivedAt', 'ticketNo']);
    expect(isTicketNo(answer.body.ticketNo)).toBe(true);
    expect(answer.body.ticketNo.slice(0, 2)).toBe(world.district.ticketPrefix);

    const receipts = await world.rows('Receipts');
    expect(receipts.map((row) => row.pk).sort()).toEqual(
      [`N#${answer.body.ticketNo}`, `R#phone#${body.channelRef}`].sort(),
    );
    const receipt = receipts.find((row) => String(row.pk).startsWith('R#'))!;
    expect(receipt).toMatchObject({ ticketNo: answer.body.ticketNo, state: 'received', pendingKey: 'P' });
    expect(JSON.stringify(receipts)).not.toContain(answer.body.queryCode);

    const [message, ...others] = await world.takeMessages();
    expect(others).toEqual([]);
    expect(message).toEqual(receipt.request);
    expect(message).toMatchObject({ channel: 'phone', danger: false, call: { callId: 'c1', agentId: 'A1' } });

    const [caller] = await world.rows('Callers');
    expect(caller).toMatchObject({ callerToken: message!.callerToken, name: NAME, phone: '+8613800138000' });
  });

  test('identity is in the caller table only', async () => {
    await post(form());
    const elsewhere = JSON.stringify([await world.rows('Receipts'), await world.takeMessages()]);
    for (const secretOfTheirs of [NAME, '李四光', '13800138000', '138 0013 8000', '13900139000', '12345']) {
      expect(elsewhere).not.toContain(secretOfTheirs);
    }
  });

  test('an anonymous caller leaves no identity at all', async () => {
    await post(
      form({ caller: { name: NAME, phone: '13800138000', anonymous: true, enterprise: { name: '示例公司' } } }),
    );
    const [caller] = await world.rows('Callers');
    expect(Object.keys(caller!).sort()).toEqual(['callerToken', 'createdAt']);
    expect((await world.takeMessages())[0]).toMatchObject({ anonymous: true, enterprise: true });
  });

  test("the telephone system's number stands in for one that the seat did not type", async () => {
    await post(form({ caller: { name: NAME } }));
    expect((await world.rows('Callers'))[0]).toMatchObject({ phone: '+8613900139000' });
  });

  test('words of danger are answered at once, again on a replay', async () => {
    const body = form({ title: '楼上着火了', content: '三楼厨房着火，有人被困，快来救人！' });
    const fresh = await post(body);
    expect(fresh.body.danger?.call).toContain('119');
    expect(fresh.body.danger?.message).toContain(fresh.body.ticketNo);
    expect(fresh.body.danger?.message).not.toContain('{');
    expect((await post(body)).body).toEqual(fresh.body);
    expect((await world.takeMessages())[0]).toMatchObject({ danger: true });
    expect(world.log.some((line) => line.includes('"code":"danger"'))).toBe(true);
  });

  test('a signature of the standardwebhooks package is taken', async () => {
    const body = JSON.stringify(form());
    const now = new Date();
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(world.keys.phone).sign('msg_1', now, body),
    };
    expect((await call(phone, { resource: PHONE, body, headers })).status).toBe(202);
  });

  test('the message board posts to its own route with its own secret', async () => {
    const { call: _, ...rest } = form();
    const body = JSON.stringify({ ...rest, board: { messageId: 'm-1', publicConsent: true } });
    const route = '/channels/website/requests';
    expect((await call(website, signedPost(world.keys.phone, route, body))).status).toBe(401);
    expect((await call(website, signedPost(world.keys.website, route, body))).status).toBe(202);
    expect((await world.takeMessages())[0]).toMatchObject({ channel: 'website', board: { messageId: 'm-1' } });
  });
});

describe('the same channelRef again', () => {
  test('the same request answers the same numbers, whatever the order of its fields and blanks around them', async () => {
    const body = form();
    const fresh = await post(body);
    const shuffled = Object.fromEntries(Object.entries({ ...body, title: ` ${body.title} ` }).reverse());
    const again = await post(shuffled);
    expect(again.status).toBe(200);
    expect(again.headers['idempotent-replay']).toBe('true');
    expect(again.body).toEqual(fresh.body);
    expect(await world.takeMessages()).toHaveLength(1);
  });

  test('another request is a conflict and changes nothing', async () => {
    const body = form();
    await post(body);
    const before = await world.rows('Receipts');
    const conflict = await post({ ...body, content: '另一件事' });
    expect(conflict.status).toBe(409);
    expect(problemOf(conflict)?.code).toBe('referenceConflict');
    expect(await world.rows('Receipts')).toEqual(before);
    expect(await world.rows('Callers')).toHaveLength(1);
    expect(await world.takeMessages()).toHaveLength(1);
  });

  test('1,000 at the same moment are one receipt and one message', async () => {
    const body = form();
    const started = performance.now();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => post(body)));
    const milliseconds = Math.round(performance.now() - started);
    console.log(`1,000 concurrent replays: ${milliseconds} ms`);

    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(999);
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(await world.rows('Receipts')).toHaveLength(2);
    expect(await world.rows('Callers')).toHaveLength(1);
    expect(await world.takeMessages()).toHaveLength(1);
  }, 120_000);

  test('50 at the same moment under transaction conflicts are one receipt and one message', async () => {
    let conflicts = 120;
    world.dynamo.fault = (operation) =>
      operation === 'TransactWriteItems' && conflicts-- > 0 ? transactionConflict : 'none';
    const body = form();
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(body)));
    expect(conflicts).toBeLessThan(120);
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(49).fill(200), 202]);
    expect(await world.rows('Receipts')).toHaveLength(2);
    expect(await world.takeMessages()).toHaveLength(1);
  });
});

describe('what is refused leaves nothing behind', () => {
  const cases: readonly (readonly [name: string, body: () => object, pointer: string])[] = [
    ['an unknown field', () => form({ colour: 'red' }), '/colour'],
    ['an unknown field inside', () => form({ caller: { idCard: '1' } }), '/caller/idCard'],
    ['a wrong enum', () => form({ kind: 'rant' }), '/kind'],
    ['a phone number that cannot be dialled', () => form({ caller: { phone: '12345678' } }), '/caller/phone'],
    [
      'an anonymous phone number that cannot be dialled',
      () => form({ caller: { anonymous: true, phone: '12345' } }),
      '/caller/phone',
    ],
    ['a missing field', () => form({ title: undefined }), '/title'],
    ['control characters', () => form({ content: 'a\u0007b' }), '/content'],
    ['a coordinate without its system', () => form({ place: { lat: 30, lng: 114 } }), '/place/crs'],
    ['a prototype in disguise', () => JSON.parse(`{"__proto__":{},${JSON.stringify(form()).slice(1)}`), '/__proto__'],
  ];
  test.each(cases)('%s: 422 that names the field', async (_name, body, pointer) => {
    const answer = await post(body());
    expect(answer.status).toBe(422);
    expect(problemOf(answer)?.code).toBe('bodyInvalid');
    expect(problemOf(answer)?.errors?.map((error) => error.pointer)).toContain(pointer);
    await expectNothingLeft();
  });

  test('invalid UTF-8, validly signed: 422 that names the body', async () => {
    const body = Buffer.from(JSON.stringify(form()));
    body[body.indexOf('不')] = 0xff;
    const answer = await call(phone, signedPost(world.keys.phone, PHONE, body));
    expect(answer.status).toBe(422);
    expect(problemOf(answer)?.errors).toEqual([{ pointer: '', detail: 'the body is not valid UTF-8' }]);
    await expectNothingLeft();
  });

  test('no JSON, validly signed: 422 that names the body', async () => {
    const answer = await call(phone, signedPost(world.keys.phone, PHONE, '{"channelRef":'));
    expect(answer.status).toBe(422);
    expect(problemOf(answer)?.errors?.[0]?.pointer).toBe('');
    await expectNothingLeft();
  });

  test('300 KB: 413, before anything else', async () => {
    const body = JSON.stringify(form({ content: 'x'.repeat(300 * 1024) }));
    const unsigned = await call(phone, { resource: PHONE, body, headers: { 'content-type': 'text/plain' } });
    expect([(await post(JSON.parse(body))).status, unsigned.status]).toEqual([413, 413]);
    await expectNothingLeft();
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=gbk', ''])(
    'content type "%s": 415',
    async (type) => {
      const signed = signedPost(world.keys.phone, PHONE, JSON.stringify(form()));
      const answer = await call(phone, { ...signed, headers: { ...signed.headers, 'Content-Type': type } });
      expect(answer.status).toBe(415);
      expect(problemOf(answer)?.errors?.[0]?.detail).toContain('content-type');
      await expectNothingLeft();
    },
  );

  test('a signature by another key, over another body, or none: 401 alike, whatever the body says', async () => {
    const good = signedPost(world.keys.phone, PHONE, JSON.stringify(form()));
    const answers = await Promise.all([
      call(phone, signedPost(world.keys.website, PHONE, JSON.stringify(form()))),
      call(phone, { ...good, body: JSON.stringify(form()) }),
      call(phone, { ...good, headers: { 'content-type': 'application/json' } }),
      call(phone, signedPost(world.keys.website, PHONE, '{"nonsense":true}')),
      call(phone, signedPost(world.keys.website, PHONE, Buffer.from([0xff]))),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(problemOf(answer)?.code).toBe('signatureInvalid');
    }
    // Who forgot the headers hears so; nobody hears anything about the body.
    const texts = answers.map(({ text }) => text);
    expect(texts.filter((text) => text.includes('missing'))).toHaveLength(1);
    expect(new Set(texts.filter((text) => !text.includes('missing'))).size).toBe(1);
    await expectNothingLeft();
  });

  test.each([-301, 302])('a timestamp %d s away: 401 timestampStale', async (seconds) => {
    const answer = await post(form(), Date.now() + seconds * 1000);
    expect(answer.status).toBe(401);
    expect(problemOf(answer)?.code).toBe('timestampStale');
    await expectNothingLeft();
  });

  test('a store that stays contended: 503 with retry-after', async () => {
    world.dynamo.fault = (operation) => (operation === 'TransactWriteItems' ? transactionConflict : 'none');
    const answer = await post(form());
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(problemOf(answer)?.code).toBe('busy');
    await expectNothingLeft();
  });
});

test('a ticket number that is taken is drawn again', async () => {
  const taken = (await post(form())).body.ticketNo;
  const numbers = [taken, taken];
  const draw: typeof drawTicketNo = (prefix, at) => numbers.pop() ?? drawTicketNo(prefix, at);
  const reply = await intake({ channel: 'phone', body: PhoneRequest.parse(form()) }, { draw });
  expect(reply.status).toBe(202);
  expect(numbers).toEqual([]);
  expect((reply.body as IntakeReceipt).ticketNo).not.toBe(taken);
  expect(await world.rows('Receipts')).toHaveLength(4);
});

describe('acknowledged means durable', () => {
  test.each(['refuse', 'hang'] as const)(
    'the queue is down (%s): still 202, and the receipt stays pending',
    async (fault) => {
      world.sqs.fault = () => fault;
      const started = performance.now();
      const answer = await post(form());
      expect(answer.status).toBe(202);
      expect(performance.now() - started).toBeLessThan(4000);
      const receipt = (await world.rows('Receipts')).find((row) => String(row.pk).startsWith('R#'));
      expect(receipt).toMatchObject({
        state: 'received',
        pendingKey: 'P',
        pendingSince: new Date(answer.body.receivedAt).toISOString(),
      });
      expect(await waitingMessages(Date.now() + 1000, 10)).toMatchObject([
        { ticketNo: answer.body.ticketNo, message: { ticketNo: answer.body.ticketNo } },
      ]);
      // Whoever lost the request itself is still named, for the line that says so.
      const { request: _lost, ...damaged } = receipt ?? {};
      await world.put('Receipts', damaged);
      expect(await waitingMessages(Date.now() + 1000, 10)).toEqual([{ ticketNo: answer.body.ticketNo }]);
      expect(await waitingMessages(Date.now() - 60_000, 10)).toEqual([]);
      expect(world.log.at(-1)).toContain('intakeNotQueued');
    },
  );

  test('the store answers a fault: 500 without a word about it, and the next try is a fresh 202', async () => {
    world.dynamo.fault = (operation) =>
      operation === 'TransactWriteItems'
        ? { status: 400, body: { __type: 'x#ValidationException', message: NAME } }
        : 'none';
    const body = form();
    const answer = await post(body);
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain(NAME);
    world.dynamo.fault = () => 'none';
    expect((await post(body)).status).toBe(202);
  });
});

test('no line that was logged names anybody or quotes a request', () => {
  const lines = world.log.join('');
  expect(world.log.length).toBeGreaterThan(10);
  for (const word of [NAME, '李四光', '13800138000', '路灯', '着火', '13900139000']) expect(lines).not.toContain(word);
});
