/** What a citizen sees from the receipt to the rating, and that nobody else sees anything. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TicketCommand } from '#domain/ticket/command.ts';
import { handler as citizen } from '#functions/citizen/handler.ts';
import { handler as phone } from '#functions/phone/handler.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { drawTicketNo } from '#functions/shared/ticket-no.ts';
import { handler as wechat } from '#functions/wechat/handler.ts';
import { PublicStatus } from '#schemas/citizen.ts';
import type { Actor } from '#schemas/event.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
import { ask } from './desk.ts';
import { type Answer, call, problemOf, signedPost, startWorld, type World } from './world.ts';

let world: World;
let receipt: IntakeReceipt;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const TEXT = { title: '小区门口路灯不亮', content: '三盏路灯连续一周不亮。' };
beforeEach(async () => {
  await world.clear();
  const body = JSON.stringify({ channelRef: randomUUID(), kind: 'complaint', ...TEXT, call: { callId: 'c1' } });
  const answer = await call<IntakeReceipt>(phone, signedPost(world.keys.phone, '/channels/phone/requests', body));
  receipt = answer.body;
});

const status = (ticketNo: string, headers: Record<string, string>): Promise<Answer<PublicStatus>> =>
  call(citizen, { resource: '/tickets/{ticketNo}', method: 'GET', params: { ticketNo }, headers });
const own = () => status(receipt.ticketNo, { 'X-Query-Code': receipt.queryCode });
const rate = (body: object, headers?: Record<string, string>) => say('rating', body, headers);
const say = (what: string, body: object, headers: Record<string, string> = { 'X-Query-Code': receipt.queryCode }) =>
  call<PublicStatus>(citizen, {
    resource: `/tickets/{ticketNo}/${what}`,
    params: { ticketNo: receipt.ticketNo },
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const unit = () => world.district.departments.find(({ level }) => level === 'department')!;
async function change(actor: Actor, command: TicketCommand, routed = false): Promise<void> {
  const [intake] = routed ? await world.takeMessages() : [];
  const result = await changeTicket({
    ticketNo: receipt.ticketNo,
    command,
    actor,
    ...(intake === undefined ? {} : { receipt: { channel: intake.channel, channelRef: intake.channelRef } }),
  });
  expect(result).toMatchObject({ outcome: 'changed' });
}
async function route(): Promise<void> {
  const intake = (await world.rows('Receipts')).find((row) => 'request' in row)!.request;
  const decision: RoutingDecision = {
    disposition: 'unit',
    owner: unit().id,
    coHandlers: [],
    urgency: 'normal',
    enterprise: false,
    trace: {
      catalogueVersion: 'test',
      rule: 'department-duty',
      inputs: [],
      evidence: [],
      runnersUp: [],
      confidence: 1,
      sentence: '',
    },
  };
  await change({ kind: 'system', id: 'router' }, { command: 'register', intake: intake as never, decision }, true);
}
async function reply(): Promise<void> {
  const actor: Actor = { kind: 'department', id: unit().id };
  await change(actor, { command: 'sign' });
  await change(actor, { command: 'accept' });
  await change(actor, { command: 'reply', resultCode: 'solved', handling: '内部经过', publicAnswer: '路灯已修复。' });
}
const approve = () =>
  change({ kind: 'operator', id: 'op-1', role: 'dispatcher' }, { command: 'review', approve: true, reason: '完整' });

describe('status', () => {
  test('is REGISTERED from the receipt on', async () => {
    const answer = await own();
    expect(answer.status).toBe(200);
    expect(PublicStatus.parse(answer.body)).toMatchObject({
      ticketNo: receipt.ticketNo,
      status: 'REGISTERED',
      kind: 'complaint',
      receivedAt: receipt.receivedAt,
      stages: [{ status: 'REGISTERED', at: receipt.receivedAt }],
    });
  });

  test('a code typed with small letters, blanks and look-alikes is the same code', async () => {
    const typed = receipt.queryCode
      .toLowerCase()
      .replaceAll('0', 'o')
      .replaceAll('1', 'l')
      .replace(/(.{5})/, '$1 - ');
    expect((await status(receipt.ticketNo, { 'x-query-code': typed })).status).toBe(200);
  });

  test('follows the ticket; the answer shows only after the hotline let it pass', async () => {
    await route();
    const dispatched = PublicStatus.parse((await own()).body);
    expect(dispatched).toMatchObject({ status: 'AWAIT_SIGN', department: unit().name, receivedAt: receipt.receivedAt });
    expect(dispatched.deadline).toMatch(/\+08:00$/);

    await reply();
    const replied = await own();
    expect(PublicStatus.parse(replied.body).status).toBe('REPLIED');
    expect(replied.text).not.toMatch(/路灯已修复|内部经过/);

    await approve();
    const approved = await own();
    expect(PublicStatus.parse(approved.body)).toMatchObject({
      status: 'AWAIT_VISIT',
      answer: { text: '路灯已修复。', resultCode: 'solved' },
    });
    expect(approved.body.stages.map((stage) => stage.status)).toEqual(
      expect.arrayContaining(['AWAIT_SIGN', 'SIGNED', 'HANDLING', 'REPLIED', 'AWAIT_VISIT']),
    );
    expect(approved.text).not.toContain('内部经过');
  });
});

describe('nobody else', () => {
  test('a wrong code, a wrong number, a malformed number and no code at all answer the same 404', async () => {
    const wrongCode = receipt.queryCode === '0000000000' ? '1111111111' : '0000000000';
    const answers = [
      await status(receipt.ticketNo, { 'X-Query-Code': wrongCode }),
      await status(receipt.ticketNo, { 'X-Query-Code': '' }),
      await status(receipt.ticketNo, {}),
      await status(drawTicketNo('XX', Date.now()), { 'X-Query-Code': receipt.queryCode }),
      await status(`${receipt.ticketNo}0`, { 'X-Query-Code': receipt.queryCode }),
      await status('../../etc', { 'X-Query-Code': receipt.queryCode }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(answer.text).toBe(answers[0]!.text);
      expect(answer.headers).toEqual(answers[0]!.headers);
    }
    expect((await rate({ solved: true, satisfaction: 'satisfied' }, { 'X-Query-Code': wrongCode })).status).toBe(404);
  });

  test("a session sees its own ticket, not another's, and not one from the phone", async () => {
    const json = { 'content-type': 'application/json' };
    const bearer = async (code: string) => {
      const body = JSON.stringify({ code });
      const login = await call<{ token: string }>(wechat, {
        resource: '/channels/wechat/sessions',
        headers: json,
        body,
      });
      return { Authorization: `Bearer ${login.body.token}` };
    };
    const mine = await bearer('demo-1');
    const other = await bearer('demo-2');
    const form = await call<IntakeReceipt>(wechat, {
      resource: '/channels/wechat/requests',
      headers: { ...json, ...mine },
      body: JSON.stringify({ channelRef: randomUUID(), kind: 'help', ...TEXT }),
    });
    expect((await status(form.body.ticketNo, mine)).status).toBe(200);
    expect((await status(form.body.ticketNo, other)).status).toBe(404);
    expect((await status(receipt.ticketNo, mine)).status).toBe(404);
    const forged = await status(form.body.ticketNo, { authorization: 'Bearer a.b.c' });
    expect([forged.status, problemOf(forged)?.code]).toEqual([401, 'tokenInvalid']);
  });
});

test('the same words again are the same addition on one day, and heard anew on another', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-24T09:00:00+08:00') });
  try {
    await route();
    const danger = { text: '又有人触电倒地了' };
    const added = async () => (await world.rows('Tickets')).find(({ sk }) => sk === 'TICKET')?.ticket;
    expect((await say('append', danger)).status).toBe(200);
    vi.setSystemTime(new Date('2026-11-24T23:59:00+08:00'));
    const again = await say('append', danger);
    expect([again.status, again.headers['idempotent-replay']]).toEqual([200, 'true']);
    expect(await added()).toMatchObject({ additions: 1, attention: ['danger'] });
    await change(
      { kind: 'operator', id: 'op-1', role: 'leader' },
      { command: 'noted', topic: 'danger', reason: '已核' },
    );
    vi.setSystemTime(new Date('2026-11-25T00:01:00+08:00'));
    expect((await say('append', danger)).headers['idempotent-replay']).toBeUndefined();
    expect(await added()).toMatchObject({ additions: 2, attention: ['danger'] });
  } finally {
    vi.useRealTimers();
  }
});

describe('rating', () => {
  const satisfied = { solved: true, satisfaction: 'satisfied', comment: '处理及时' };

  test('is too early before the answer', async () => {
    const unrouted = await rate(satisfied);
    expect([unrouted.status, problemOf(unrouted)?.code]).toEqual([409, 'stateForbids']);
    await route();
    const early = await rate(satisfied);
    expect([early.status, problemOf(early)?.code]).toEqual([409, 'stateForbids']);
  });

  test('closes the ticket when solved and satisfied; the same again answers the same, another one is refused', async () => {
    await route();
    await reply();
    await approve();
    const rated = await rate(satisfied);
    expect(rated.status).toBe(200);
    expect(PublicStatus.parse(rated.body)).toMatchObject({
      status: 'CLOSED',
      rating: { solved: true, satisfaction: 'satisfied' },
    });
    expect(rated.body).not.toHaveProperty('deadline');

    const again = await rate(satisfied);
    expect([again.status, again.headers['idempotent-replay'], again.text]).toEqual([200, 'true', rated.text]);
    expect((await rate({ ...satisfied, solved: false })).status).toBe(409);
  });

  test('names the field that is wrong', async () => {
    const answer = await rate({ solved: 'yes', satisfaction: 'great', stars: 5 });
    expect(answer.status).toBe(422);
    expect(
      problemOf(answer)
        ?.errors?.map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(['/satisfaction', '/solved', '/stars']);
  });
});

test('no line that was logged holds a query code or a citizen text', () => {
  const lines = world.log.join('');
  expect(world.log.length).toBeGreaterThan(10);
  for (const word of [receipt.queryCode, '路灯', '处理及时', '内部经过']) expect(lines).not.toContain(word);
});

describe('a part that was split off', () => {
  const PHONE = '13812345678';
  const part = {
    command: 'split',
    title: '垃圾清运',
    content: '楼下垃圾三天没人清运',
    owner: 'zhujian',
    reason: '两件事',
  };
  const split = (body: object = {}) =>
    ask(world, 'dispatcher', 'POST', '/hotline/tickets/{ticketNo}/commands', {
      params: { ticketNo: receipt.ticketNo },
      body: { ...part, ...body },
    });
  /** The part, as the parent's page names it. */
  async function parted() {
    await route();
    expect((await split()).status).toBe(200);
    const { parts = [] } = PublicStatus.parse((await own()).body);
    expect(parts).toHaveLength(1);
    return parts[0]!;
  }

  test('is named with its own code on the page of the ticket that it was a part of', async () => {
    expect((await own()).body).not.toHaveProperty('parts');
    const { ticketNo, queryCode } = await parted();
    const answer = await status(ticketNo, { 'X-Query-Code': queryCode });
    expect(PublicStatus.parse(answer.body)).toMatchObject({ ticketNo, status: 'AWAIT_SIGN' });
    // Each code opens its own ticket.
    expect((await status(ticketNo, { 'X-Query-Code': receipt.queryCode })).status).toBe(404);
    expect((await status(receipt.ticketNo, { 'X-Query-Code': queryCode })).status).toBe(404);
  });

  test('is urged, added to and withdrawn like any other', async () => {
    const { ticketNo, queryCode } = await parted();
    const tell = (what: string, body: object) =>
      call<PublicStatus>(citizen, {
        resource: `/tickets/{ticketNo}/${what}`,
        params: { ticketNo },
        headers: { 'content-type': 'application/json', 'X-Query-Code': queryCode },
        body: JSON.stringify(body),
      });
    expect((await tell('urge', {})).status).toBe(200);
    expect((await tell('append', { text: '今天又没来' })).status).toBe(200);
    expect((await tell('withdraw', {})).body).toMatchObject({ ticketNo, status: 'CANCELLED' });
    expect((await own()).body.status).toBe('AWAIT_SIGN');
  });

  test('is found among the caller’s own, and counts as no request of theirs', async () => {
    const body = {
      channelRef: randomUUID(),
      kind: 'complaint',
      ...TEXT,
      call: { callId: 'c2' },
      caller: { phone: PHONE },
    };
    await world.clear();
    const post = signedPost(world.keys.phone, '/channels/phone/requests', JSON.stringify(body));
    receipt = (await call<IntakeReceipt>(phone, post)).body;
    const { ticketNo } = await parted();
    const found = await ask(world, 'agent', 'POST', '/hotline/callers/search', { body: { phone: PHONE } });
    expect(found.body.tickets).toMatchObject([
      { ticketNo, title: part.title, channel: 'phone' },
      { ticketNo: receipt.ticketNo, title: TEXT.title },
    ]);
    const rows = (await world.rows('Receipts')).filter((row) => row.ticketNo === ticketNo);
    expect(rows).toMatchObject([{ pk: `S#${ticketNo}`, state: 'routed' }]);
    expect(rows[0]).not.toHaveProperty('dayKey');
    expect(rows[0]).not.toHaveProperty('pendingKey');
  });

  test('may be split again', async () => {
    const { ticketNo, queryCode } = await parted();
    const again = await ask(world, 'dispatcher', 'POST', '/hotline/tickets/{ticketNo}/commands', {
      params: { ticketNo },
      body: { ...part, title: '路灯' },
    });
    expect(again.status).toBe(200);
    const { parts = [] } = PublicStatus.parse((await status(ticketNo, { 'X-Query-Code': queryCode })).body);
    expect((await status(parts[0]?.ticketNo ?? '', { 'X-Query-Code': parts[0]?.queryCode ?? '' })).status).toBe(200);
  });
});
