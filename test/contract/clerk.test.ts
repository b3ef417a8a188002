/** Clerks' links: who may make them, what they show, what they let be done and how often, and that no code is ever logged. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR, toShanghai } from '#domain/calendar/shanghai.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { linkStore } from '#functions/adapters/link-store.ts';
import { secret as secretOf } from '#functions/adapters/secrets.ts';
import { handler as clerk } from '#functions/clerk/handler.ts';
import { handler as departments } from '#functions/departments/handler.ts';
import { linkForMessage, makeLink } from '#functions/shared/clerk-links.ts';
import { linkCode, linkHash } from '#functions/shared/link-code.ts';
import { drawTicketNo } from '#functions/shared/ticket-no.ts';
import { type ClerkLink, ClerkTask, LinkList, MadeLink } from '#schemas/clerk.ts';
import type { CallerRecord, IntakeRequest } from '#schemas/intake.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
import { dispatcher, MONDAY, register, Story, system } from '#test/support/ticket-world.ts';
import { ask, otherUnit } from './desk.ts';
import { type Answer, call, problemOf, secret, signedPost, startWorld, type World } from './world.ts';

const OWNER = 'guanbuqiao';
const PAGE = '/clerk/ticket';
const COMMANDS = '/clerk/commands';
const LINKS = '/hotline/tickets/{ticketNo}/links';
const REVOKE = '/hotline/tickets/{ticketNo}/links/revoke';
const linkKey = (kid: string) => ({ kid, key: randomBytes(32).toString('base64') });
const unitKey = secret();
const hook = Symbol.for('jieban.officeNow');
const clock = globalThis as { [hook]?: (() => number) | undefined };

let world: World;
/** Every code that any test got: in the end no line may hold one. */
const codes: string[] = [];
beforeAll(async () => {
  world = await startWorld({
    LINK_SECRET: { keys: [linkKey('l2'), linkKey('l1')] },
    DEPARTMENTS_SECRET: { [OWNER]: { keys: [unitKey] } },
  });
  clock[hook] = () => MONDAY;
});
afterAll(async () => {
  clock[hook] = undefined;
  await world?.stop();
});

let ticketNo: string;
beforeEach(() => {
  ticketNo = drawTicketNo('XA', Date.now());
});
afterEach(() => expect(codes.length).toBeGreaterThan(0));

/** A ticket that waits for its owner's signature, with the request's words and its caller. */
async function dispatched(
  changes: Partial<IntakeRequest> = {},
  more: { caller?: Partial<CallerRecord>; decided?: Partial<RoutingDecision>; play?: (story: Story) => void } = {},
): Promise<Story> {
  const callerToken = randomUUID();
  const story = new Story().give(register({ ticketNo, callerToken, ...changes }, more.decided), system);
  more.play?.(story);
  const text = {
    kind: 'request',
    title: '工地拖欠工资',
    content: '我叫王小明，电话 13912345678，工地欠我们两个月工资。',
    placeText: '官埠桥镇八号工地',
    attachments: [{ name: '欠条.jpg', url: 'https://files.example/1' }],
    recordings: [],
  } as const;
  await ticketStore().commit({
    ticket: story.is,
    events: story.events,
    texts: [{ key: story.is.textKey, text: { ...text, attachments: [...text.attachments], recordings: [] } }],
    expectedVersion: 0,
  });
  const caller = { name: '王小明', phone: '+8613912345678', ...more.caller };
  await world.put('Callers', { callerToken, createdAt: toShanghai(MONDAY), ...caller });
  return story;
}

const order = (body: object) => ({ params: { ticketNo }, body });
async function link(owner = OWNER): Promise<MadeLink> {
  const made = await ask(world, 'dispatcher', 'POST', LINKS, order({ unit: owner, reason: '该单位没有接口' }));
  expect(made.status, made.text).toBe(201);
  const { code, ...rest } = MadeLink.parse(made.body);
  codes.push(code);
  return { code, ...rest };
}
const look = (code: string) => call(clerk, { resource: PAGE, method: 'GET', headers: { 'X-Clerk-Code': code } });
const command = (code: string, body: object | string, headers: Record<string, string> = {}) =>
  call(clerk, {
    resource: COMMANDS,
    headers: { 'content-type': 'application/json', 'X-Clerk-Code': code, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const taskOf = (answer: Answer) => {
  expect(answer.status, answer.text).toBe(200);
  return ClerkTask.parse(answer.body);
};
const refusal = (answer: Answer) => {
  const { status, code, message } = problemOf(answer)!;
  // A person reads it.
  expect(message).toMatch(/\p{Script=Han}{4}/u);
  return [status, code];
};
const actsOf = ({ acts }: ClerkTask, state: string) => acts.filter((one) => one.state === state).map(({ act }) => act);
const reply = { command: 'reply', resultCode: 'solved', handling: '已约谈', publicAnswer: '已发放' } as const;

describe('a link', () => {
  test('is made by a dispatcher or leader for the owner, and opens that ticket', async () => {
    await dispatched();
    const { code, url, expiresAt } = await link();
    expect(url).toBe(`https://localhost/clerk#${code}`);
    expect(new Date(expiresAt).getTime() - Date.now()).toBeGreaterThan(71 * HOUR);
    const task = taskOf(await look(code));
    expect(task).toMatchObject({
      ticketNo,
      unit: { code: OWNER },
      role: 'owner',
      status: { code: 'AWAIT_SIGN', name: '待签收' },
      kind: { name: '投诉' },
      request: { title: '工地拖欠工资', attachments: [{ name: '欠条.jpg', url: 'https://files.example/1' }] },
      appellant: { name: '王小明', phone: '+8613912345678' },
      discreet: false,
    });
    expect(task.request?.place).toBe('官埠桥镇八号工地');
    expect(task.deadlines.map((one) => one.clock.name)).toEqual(['签收', '办结']);
    expect(actsOf(task, 'possible')).toContain('sign');
    expect(actsOf(task, 'possible')).not.toContain('reply');
    expect(task.choices.units.map((one) => one.code)).not.toContain(OWNER);
    // As somebody types it who reads it out of a short message.
    const typed = `${code.slice(0, 5).toLowerCase()} ${code.slice(5, 10)}-${code.slice(10)}`;
    expect(taskOf(await look(typed)).ticketNo).toBe(ticketNo);
  });

  test('is not made by an agent or auditor, for a stranger, for a ticket that has ended or does not exist', async () => {
    await dispatched();
    const wanted = { unit: OWNER, reason: '试' };
    for (const role of ['agent', 'auditor'] as const) {
      expect((await ask(world, role, 'POST', LINKS, order(wanted))).status).toBe(403);
      expect((await ask(world, role, 'POST', REVOKE, order(wanted))).status).toBe(403);
    }
    const stranger = await ask(world, 'leader', 'POST', LINKS, order({ ...wanted, unit: otherUnit(world) }));
    expect(problemOf(stranger)).toMatchObject({ status: 409, code: 'notOwner' });
    for (const body of [{ unit: OWNER }, { ...wanted, hours: 9 }, { unit: 'Nobody!', reason: '试' }]) {
      expect((await ask(world, 'leader', 'POST', LINKS, order(body))).status).toBe(422);
    }
    const nowhere = { params: { ticketNo: 'XA2026112300000018' }, body: wanted };
    expect((await ask(world, 'leader', 'POST', LINKS, nowhere)).status).toBe(404);
    ticketNo = drawTicketNo('XA', Date.now());
    await dispatched({}, { play: (story) => story.give({ command: 'cancel', reason: '撤' }, dispatcher) });
    const ended = await ask(world, 'leader', 'POST', LINKS, order(wanted));
    expect(problemOf(ended)).toMatchObject({ status: 409, code: 'stateForbids' });
  });

  test('is recorded with who made it and why, without its code; its row goes a week after it expired', async () => {
    await dispatched();
    const { code, number, expiresAt } = await link();
    const list = await ask(world, 'auditor', 'GET', LINKS, { params: { ticketNo } });
    expect(LinkList.parse(list.body).links).toEqual([
      { unit: OWNER, number, madeAt: expect.any(String), expiresAt, by: 'dispatcher-1', reason: '该单位没有接口' },
    ]);
    const rows = await world.rows('Tickets');
    expect(JSON.stringify(rows)).not.toContain(code);
    const pointer = rows.find(({ sk, of }) => sk === 'LINK' && JSON.stringify(of).includes(ticketNo));
    expect(Number(pointer?.ttl)).toBe(Math.floor((Date.parse(expiresAt) + 7 * DAY) / 1000));
  });

  test('of an assisting unit shows and does nothing', async () => {
    await dispatched({}, { decided: { coHandlers: ['renshe'] } });
    const { code } = await link('renshe');
    const task = taskOf(await look(code));
    expect(task).toMatchObject({ role: 'assisting', unit: { code: 'renshe' } });
    expect(actsOf(task, 'possible')).toEqual([]);
    expect(refusal(await command(code, { command: 'sign' }))).toEqual([409, 'notOwner']);
  });
});

describe('the link of a message', () => {
  test('is the same at each attempt, until half of its life is over or somebody took it back', async () => {
    await dispatched();
    const told = { ticketNo, unit: OWNER, n: 1 };
    const now = Date.now();
    const first = await linkForMessage(told, now);
    expect(await linkForMessage(told, now + 35 * HOUR)).toEqual(first);
    const later = await linkForMessage(told, now + 37 * HOUR);
    expect([first.link.number, later.link.number]).toEqual(['d1', 'd1b']);
    await ask(world, 'leader', 'POST', REVOKE, order({ unit: OWNER, reason: '发错了人' }));
    const fresh = await linkForMessage(told, now + 37 * HOUR);
    expect(fresh.link.number).toBe('d1c');
    expect(new Set([first.code, later.code, fresh.code]).size).toBe(3);
    codes.push(first.code, later.code, fresh.code);
    expect(taskOf(await look(fresh.code)).ticketNo).toBe(ticketNo);
    expect((await linkForMessage({ ...told, n: 2 }, now)).link.number).toBe('d2');
  });

  test('at the same moment from two workers is one', async () => {
    await dispatched();
    const told = { ticketNo, unit: OWNER, n: 1 };
    const [one, other] = await Promise.all([linkForMessage(told), linkForMessage(told)]);
    expect(one.code).toBe(other.code);
    codes.push(one.code);
  });
});

describe('a key', () => {
  test('that is being changed lets links of before live out; one that was taken out ends them', async () => {
    await dispatched();
    const { code } = await link();
    const [row] = await linkStore().ofTicket(ticketNo);
    expect(row?.kid).toBe('l2');
    const { keys } = await secretOf('LINK_SECRET');
    const older = keys[1]!;
    const before = { ...row!, number: 'hbefore', kid: 'l1' };
    const known = linkCode(older, before);
    codes.push(known);
    await linkStore().keep(before, linkHash(known));
    expect((await look(code)).status).toBe(200);
    expect((await look(known)).status).toBe(200);
    const gone = { ...row!, number: 'hgone', kid: 'l0' };
    const lost = linkCode(linkKey('l0'), gone);
    codes.push(lost);
    await linkStore().keep(gone, linkHash(lost));
    expect(refusal(await look(lost))).toEqual([401, 'linkInvalid']);
  });
});

describe('discretion', () => {
  test('hides who asked, in the words as well, as from a department with an API', async () => {
    await dispatched({ confidential: true });
    const { code } = await link();
    const answer = await look(code);
    const task = taskOf(answer);
    expect(task).toMatchObject({ discreet: true, request: { title: '工地拖欠工资' } });
    expect(answer.text).not.toMatch(/王小明|13912345678|appellant/);
  });

  test('ends with the ticket, and with the unit’s part in it', async () => {
    await dispatched();
    const { code } = await link();
    await ask(world, 'dispatcher', 'POST', '/hotline/tickets/{ticketNo}/commands', {
      ...order({ command: 'assign', owner: otherUnit(world), reason: '改派' }),
    });
    expect(refusal(await look(code))).toEqual([404, 'notFound']);
    expect(refusal(await command(code, { command: 'sign' }))).toEqual([404, 'notFound']);

    ticketNo = drawTicketNo('XA', Date.now());
    await dispatched();
    const other = await link();
    const cancel = order({ command: 'cancel', reason: '重复' });
    expect((await ask(world, 'dispatcher', 'POST', '/hotline/tickets/{ticketNo}/commands', cancel)).status).toBe(200);
    const answer = await look(other.code);
    expect(taskOf(answer)).toMatchObject({ status: { code: 'CANCELLED' }, deadlines: [] });
    expect(answer.text).not.toMatch(/王小明|13912345678|两个月工资/);
  });
});

describe('acting', () => {
  test('runs the unit’s own commands by the unit’s own rules, and the history shows the link', async () => {
    await dispatched();
    const { code, number } = await link();
    expect(refusal(await command(code, reply))).toEqual([409, 'stateForbids']);
    const signed = await command(code, { command: 'sign' });
    expect([signed.status, signed.body]).toEqual([
      200,
      { ticketNo, status: 'SIGNED', ticketVersion: 3, deadlines: expect.any(Object) },
    ]);
    expect((await command(code, { command: 'accept' })).status).toBe(200);
    expect((await command(code, { command: 'contact', note: '已联系' })).status).toBe(200);
    expect((await command(code, { command: 'progress', note: '已到现场' })).status).toBe(200);
    expect((await command(code, reply)).body).toMatchObject({ status: 'REPLIED' });
    const events = await ticketStore().events(ticketNo);
    const acts = events.filter(({ actor }) => actor.kind === 'department');
    expect(acts.map(({ type }) => type)).toEqual(['signed', 'accepted', 'contacted', 'progressed', 'replied']);
    for (const { actor } of acts) expect(actor).toEqual({ kind: 'department', id: OWNER, handler: `link:${number}` });
    const task = taskOf(await look(code));
    expect(actsOf(task, 'used')).toEqual(['sign', 'accept', 'contact', 'progress', 'reply']);
  });

  test('happens once: a retry is answered as the first time, another act of the same kind is refused', async () => {
    await dispatched();
    const { code } = await link();
    const key = { 'Idempotency-Key': 'try-1' };
    const first = await command(code, { command: 'sign' }, key);
    const again = await command(code, { command: 'sign' }, key);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(again.headers['idempotent-replay']).toBe('true');
    expect(refusal(await command(code, { command: 'sign' }, { 'Idempotency-Key': 'try-2' }))).toEqual([
      409,
      'linkUsed',
    ]);
    expect(refusal(await command(code, { command: 'sign', handler: 'A1' }, key))).toEqual([409, 'linkUsed']);
    expect((await ticketStore().events(ticketNo)).filter(({ type }) => type === 'signed')).toHaveLength(1);
    // Refused by a rule is not done: it may be tried again.
    expect(refusal(await command(code, reply))).toEqual([409, 'stateForbids']);
    await command(code, { command: 'accept' });
    expect((await command(code, reply)).status).toBe(200);
  });

  test('of two at the same moment one is done, and the other is told', async () => {
    await dispatched();
    const { code } = await link();
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((key) => command(code, { command: 'sign' }, { 'Idempotency-Key': key })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  test('what the unit did through its API is done, and the link has still its own try', async () => {
    await dispatched();
    const { code } = await link();
    const path = '/departments/{departmentId}/tickets/{ticketNo}/commands';
    const signed = signedPost(unitKey, path, JSON.stringify({ command: 'sign' }));
    expect((await call(departments, { ...signed, params: { departmentId: OWNER, ticketNo } })).status).toBe(200);
    expect(refusal(await command(code, { command: 'sign' }))).toEqual([409, 'stateForbids']);
  });

  test('takes only what a link may do, whole, as JSON', async () => {
    await dispatched();
    const { code } = await link();
    const whistle = { command: 'whistle', units: ['renshe'], reason: '请求协助' };
    for (const body of [whistle, { command: 'close' }, { command: 'sign', extra: 1 }, { command: 'reply' }, '{']) {
      expect(refusal(await command(code, body))).toEqual([422, 'bodyInvalid']);
    }
    const fields = problemOf(await command(code, { ...reply, handling: '' }))?.errors;
    expect(fields?.map(({ pointer }) => pointer)).toEqual(['/handling']);
    expect((await command(code, { command: 'sign' }, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await command(code, { command: 'sign' }, { 'Idempotency-Key': 'a b' })).status).toBe(422);
    expect((await ticketStore().load(ticketNo))?.status).toBe('AWAIT_SIGN');
  });
});

describe('refused', () => {
  test('without a code, with one that nobody made, and with a link’s code of which one character is another', async () => {
    await dispatched();
    const { code } = await link();
    const tampered = `${code.slice(0, -1)}${code.endsWith('Z') ? 'Y' : 'Z'}`;
    for (const wrong of ['', 'x', '7K3M9P2QXT4V6WYZ8A1B', tampered, `${code}0`]) {
      expect(refusal(await look(wrong))).toEqual([401, 'linkInvalid']);
      expect(refusal(await command(wrong, { command: 'sign' }))).toEqual([401, 'linkInvalid']);
    }
    expect(refusal(await call(clerk, { resource: PAGE, method: 'GET' }))).toEqual([401, 'linkInvalid']);
  });

  test('an unknown code costs as many reads as a revoked one', async () => {
    await dispatched();
    const { code } = await link();
    await ask(world, 'leader', 'POST', REVOKE, order({ unit: OWNER, reason: '发错了人' }));
    const reads = async (tried: string) => {
      world.dynamo.calls.clear();
      expect(refusal(await look(tried))).toEqual([401, 'linkInvalid']);
      return world.dynamo.calls.get('GetItem');
    };
    expect(await reads(code)).toBe(2);
    expect(await reads('7K3M9P2QXT4V6WYZ8A1B')).toBe(2);
  });

  test('when revoked, at once and with the record; the links of others stay', async () => {
    await dispatched({}, { decided: { coHandlers: ['renshe'] } });
    const [first, second, other] = [await link(), await link(), await link('renshe')];
    const revoked = await ask(world, 'leader', 'POST', REVOKE, order({ unit: OWNER, reason: '发错了人' }));
    const by = { at: expect.any(String), by: 'leader-1', reason: '发错了人' };
    expect(LinkList.parse(revoked.body).links.map((one) => one.revoked)).toEqual([by, by, undefined]);
    for (const { code } of [first, second]) {
      expect(refusal(await look(code))).toEqual([401, 'linkInvalid']);
      expect(refusal(await command(code, { command: 'sign' }))).toEqual([401, 'linkInvalid']);
    }
    expect((await look(other.code)).status).toBe(200);
  });

  test('when expired, by real time: with another word, so that a clerk asks for a new one', async () => {
    await dispatched();
    const wanted = { ticketNo, unit: OWNER, by: 'desk-7', reason: '试' };
    const old = await makeLink(wanted, Date.now() - 72 * HOUR - 1000);
    const young = await makeLink(wanted, Date.now() - 71 * HOUR);
    codes.push(old.code, young.code);
    clock[hook] = () => MONDAY + 30 * DAY;
    expect(refusal(await look(old.code))).toEqual([401, 'linkExpired']);
    expect(refusal(await command(old.code, { command: 'sign' }))).toEqual([401, 'linkExpired']);
    expect((await look(young.code)).status).toBe(200);
    clock[hook] = () => MONDAY;
  });

  test('when its row was changed: the code says ticket, unit and expiry', async () => {
    const mine = await dispatched();
    const { code, number } = await link();
    const row = (await linkStore().ofTicket(ticketNo)).find((one) => one.number === number)!;
    const key = { pk: `T#${ticketNo}`, sk: `LNK#${OWNER}#${number}`, kind: 'link' };
    const forged: Partial<ClerkLink>[] = [
      { expiresAt: toShanghai(Date.now() + 300 * DAY) },
      { unit: 'renshe' },
      { ticketNo: drawTicketNo('XA', Date.now()) },
      { kid: 'l1' },
      { kid: 'gone' },
    ];
    for (const change of forged) {
      await world.put('Tickets', { ...key, link: { ...row, ...change } });
      expect(refusal(await look(code)), JSON.stringify(change)).toEqual([401, 'linkInvalid']);
    }
    await world.put('Tickets', { ...key, link: row });
    expect(taskOf(await look(code)).ticketNo).toBe(mine.is.ticketNo);
  });

  test('for another ticket of the same unit: a link has one', async () => {
    await dispatched();
    const first = await link();
    ticketNo = drawTicketNo('XA', Date.now());
    await dispatched();
    const second = await link();
    expect(taskOf(await look(second.code)).ticketNo).toBe(ticketNo);
    expect(taskOf(await look(first.code)).ticketNo).not.toBe(ticketNo);
    await command(second.code, { command: 'sign' });
    expect(taskOf(await look(first.code)).status.code).toBe('AWAIT_SIGN');
  });
});

test('no code, name or number of anybody is in a log line', () => {
  const lines = world.log.join('\n');
  expect(lines).toContain('clerk link made');
  expect(lines).toContain('clerk links revoked');
  expect(codes.length).toBeGreaterThan(15);
  for (const code of codes) expect(lines).not.toContain(code);
  expect(lines).not.toMatch(/王小明|13912345678|工地拖欠/);
});
