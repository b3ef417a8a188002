/** The life cycle over HTTP: what departments and operators post, on real emulators; two tickets that change together. */
import { randomUUID } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fold } from '#domain/ticket/evolve.ts';
import { callerStore } from '#functions/adapters/caller-store.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { handler as departments } from '#functions/departments/handler.ts';
import { renderCallback } from '#functions/dispatcher/render.ts';
import { handler as feedback } from '#functions/feedback/handler.ts';
import { namesOf } from '#functions/shared/delivery/callback-source.ts';
import { sign } from '#functions/shared/signing.ts';
import { drawTicketNo } from '#functions/shared/ticket-no.ts';
import type { Role } from '#infra/local/platforms/oidc.ts';
import { type CallbackData, CallbackEvent } from '#schemas/callback.ts';
import type { Delivery } from '#schemas/delivery.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import type { TicketText } from '#schemas/ticket.ts';
import { register, Story, system } from '#test/support/ticket-world.ts';
import { ask } from './desk.ts';
import { call, problemOf, secret, startWorld, type World } from './world.ts';

const OWNER = 'guanbuqiao';
const KEYS: Readonly<Record<string, string>> = { [OWNER]: secret(), renshe: secret(), zhujian: secret() };
const reason = '测试';
let world: World;
beforeAll(async () => {
  const entries = Object.entries(KEYS).map(([id, key]) => [id, { keys: [key] }]);
  world = await startWorld({ DEPARTMENTS_SECRET: Object.fromEntries(entries) });
});
afterAll(() => world.stop());
afterEach(() => world.clear());

const REQUEST = {
  kind: 'request' as const,
  title: '拖欠工资',
  content: '我叫张三丰,电话13800001234,工地欠我两个月工资。',
  attachments: [],
  recordings: [],
} satisfies TicketText;
async function opened(owner = OWNER, changes: Partial<IntakeRequest> = {}): Promise<string> {
  const ticketNo = drawTicketNo('XA', Date.now());
  const story = new Story(Date.now()).give(
    register({ ticketNo, channelRef: randomUUID(), ...changes }, { owner }),
    system,
  );
  const texts = [{ key: 'request', text: REQUEST }];
  await ticketStore().commit({ ticket: story.is, events: story.events, texts, expectedVersion: 0 });
  return ticketNo;
}
function signed(unit: string, resource: string, params: Record<string, string>, body?: object, id?: string) {
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const headers = { ...sign([KEYS[unit] ?? ''], id ?? `msg_${randomUUID()}`, bytes, Date.now()) };
  return call(departments, {
    resource,
    params,
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: bytes }),
  });
}
const asUnit = (unit: string, ticketNo: string, body: object, id?: string) =>
  signed(unit, '/departments/{departmentId}/tickets/{ticketNo}/commands', { departmentId: unit, ticketNo }, body, id);
const workList = async (unit: string) => {
  const { body } = await signed(unit, '/departments/{departmentId}/tickets', { departmentId: unit });
  return (body.tickets as { ticketNo: string }[]).map(({ ticketNo }) => ticketNo);
};
const asOperator = (role: Role, ticketNo: string, body: object) =>
  ask(world, role, 'POST', '/hotline/tickets/{ticketNo}/commands', { params: { ticketNo }, body: { reason, ...body } });
const load = async (ticketNo: string) => {
  const ticket = await ticketStore().load(ticketNo);
  if (ticket === undefined) throw new RangeError(ticketNo);
  return ticket;
};
/** What the stream would bring to the feedback queue: every event that has something for it. */
async function feed(ticketNo: string): Promise<void> {
  const events = await ticketStore().events(ticketNo);
  const Records = events.map(({ seq, type }) => ({
    messageId: `${ticketNo}-${seq}`,
    body: JSON.stringify({ ticketNo, seq, type }),
    attributes: { ApproximateReceiveCount: '1' },
  }));
  const answer = await feedback({ Records } as unknown as SQSEvent, { awsRequestId: 'f' } as Context);
  expect((answer as SQSBatchResponse).batchItemFailures).toEqual([]);
}
async function finished(ticketNo: string, unit: string, publicAnswer = '工资已发放。'): Promise<void> {
  for (const command of ['sign', 'accept'] as const) await asUnit(unit, ticketNo, { command });
  const reply = { command: 'reply', resultCode: 'solved', handling: '已核实', publicAnswer };
  expect((await asUnit(unit, ticketNo, reply)).status).toBe(200);
  expect((await asOperator('dispatcher', ticketNo, { command: 'review', approve: true })).status).toBe(200);
}
const askReturn = {
  command: 'return',
  reasonCode: 'notOurDuty',
  reason: '不属本镇职责',
  legalBasis: '《测试条例》第一条',
  suggestedDepartment: 'renshe',
};

describe('a return', () => {
  test('needs its basis and a suggestion, is reviewed, and goes on to the other unit', async () => {
    const ticketNo = await opened();
    const { suggestedDepartment: _, ...bare } = askReturn;
    expect(problemOf(await asUnit(OWNER, ticketNo, bare))).toMatchObject({
      status: 422,
      errors: [{ pointer: '/suggestedDepartment' }],
    });
    expect((await asUnit(OWNER, ticketNo, askReturn)).body).toMatchObject({ status: 'RETURN_REVIEW' });
    expect((await asOperator('dispatcher', ticketNo, { command: 'approveReturn', owner: 'renshe' })).status).toBe(200);
    expect(await load(ticketNo)).toMatchObject({ owner: 'renshe', status: 'AWAIT_SIGN' });
    // It is a stranger's now.
    expect((await asUnit(OWNER, ticketNo, { command: 'sign' })).status).toBe(404);
    expect(await workList('renshe')).toEqual([ticketNo]);
    expect(await workList(OWNER)).toEqual([]);
    const history = await ask(world, 'dispatcher', 'GET', '/hotline/tickets/{ticketNo}', { params: { ticketNo } });
    expect(JSON.stringify(history.body)).toContain('依据:《测试条例》第一条');
  });

  test('after a designation answers 409 with its code', async () => {
    const ticketNo = await opened();
    await asUnit(OWNER, ticketNo, askReturn);
    await asOperator('dispatcher', ticketNo, { command: 'arbitrate' });
    expect(problemOf(await asOperator('dispatcher', ticketNo, { command: 'designate', owner: OWNER }))).toMatchObject({
      status: 409,
      code: 'roleForbids',
    });
    expect((await asOperator('leader', ticketNo, { command: 'designate', owner: OWNER })).status).toBe(200);
    expect(problemOf(await asUnit(OWNER, ticketNo, askReturn))).toMatchObject({ status: 409, code: 'noReturn' });
  });
});

test('a contractor may add for the caller, and decides no dispute and closes nothing', async () => {
  const ticketNo = await opened();
  expect((await asOperator('contractor', ticketNo, { command: 'append', text: '来电补充' })).status).toBe(200);
  await asUnit(OWNER, ticketNo, askReturn);
  for (const command of ['approveReturn', 'rejectReturn', 'arbitrate', 'cancel']) {
    const refused = problemOf(await asOperator('contractor', ticketNo, { command }));
    expect([command, refused]).toMatchObject([command, { status: 409, code: 'roleForbids' }]);
  }
  expect((await load(ticketNo)).status).toBe('RETURN_REVIEW');
});

test('a snapshot of before a field came to be is read as its events make it, and written whole by the next change', async () => {
  const ticketNo = await opened();
  for (const command of ['sign', 'contact']) await asUnit(OWNER, ticketNo, { command });
  const whole = await load(ticketNo);
  const { holdings: _, contactedBy: _too, ...older } = whole;
  const row = (await world.rows('Tickets')).find(({ pk, sk }) => pk === `T#${ticketNo}` && sk === 'TICKET');
  await world.put('Tickets', { ...row, ticket: older });
  expect(whole.holdings).not.toEqual([]);
  expect(await load(ticketNo)).toEqual(whole);
  expect((await asUnit(OWNER, ticketNo, { command: 'accept' })).status).toBe(200);
  expect(await load(ticketNo)).toEqual(fold(await ticketStore().events(ticketNo)));
});

describe('two tickets', () => {
  test('merged in one transaction; the citizen of each is answered when the main one is', async () => {
    const [main, same] = [await opened(), await opened('renshe')];
    expect((await asOperator('dispatcher', same, { command: 'merge', into: main })).body).toMatchObject({
      status: 'MERGED',
    });
    expect((await load(main)).merged).toEqual([same]);
    await finished(main, OWNER);
    await feed(main);
    const answered = await load(same);
    expect(answered).toMatchObject({ status: 'MERGED', mergedInto: main, answer: { resultCode: 'solved' } });
    expect(await ticketStore().text(same, answered.answer?.textKey ?? '')).toMatchObject({ public: '工资已发放。' });
    // The queue brings everything twice.
    await feed(main);
    expect((await load(same)).version).toBe(answered.version);
    await feed(same);
    expect((await ticketStore().events(same)).filter(({ type }) => type === 'feedbackRecorded').length).toBeGreaterThan(
      0,
    );
  });

  test('merged, and the main one is worked on again: its answer is nobody’s until there is another one', async () => {
    const [main, same] = [await opened(), await opened('renshe')];
    await asOperator('dispatcher', same, { command: 'merge', into: main });
    await finished(main, OWNER);
    await feed(main);
    expect((await asOperator('dispatcher', main, { command: 'rework' })).status).toBe(200);
    // The queue brings the old answer, too, after the news that it holds no more.
    await feed(main);
    await feed(main);
    const open = await load(same);
    expect(open).toMatchObject({ status: 'MERGED', answer: { resultCode: 'solved' } });
    expect(open.answerApprovedAt).toBeUndefined();
    await feed(same);
    const notices = (await ticketStore().events(same)).flatMap((event) =>
      event.type === 'feedbackRecorded' ? [event.notice] : [],
    );
    expect(notices).toEqual(expect.arrayContaining(['answered', 'reworked']));
    const reply = { command: 'reply', resultCode: 'explained', handling: '已核实', publicAnswer: '已重新核实。' };
    expect((await asUnit(OWNER, main, reply)).status).toBe(200);
    expect((await asOperator('dispatcher', main, { command: 'review', approve: true })).status).toBe(200);
    await feed(main);
    const answered = await load(same);
    expect(answered).toMatchObject({ answer: { resultCode: 'explained' }, answerApprovedAt: expect.any(String) });
    expect(await ticketStore().text(same, answered.answer?.textKey ?? '')).toMatchObject({ public: '已重新核实。' });
  });

  test('merged after the answer: answered at once', async () => {
    const [main, late] = [await opened(), await opened()];
    await finished(main, OWNER);
    await asOperator('dispatcher', late, { command: 'merge', into: main });
    await feed(main);
    expect((await load(late)).answerApprovedAt).toBeDefined();
  });

  describe('merged: the unit is told what the other citizen said', () => {
    const ports = () => ({ tickets: ticketStore(), callers: callerStore(), names: namesOf(world.district) });
    /** The newest message to the owner, as every attempt renders it. */
    async function told(ticketNo: string, unit = OWNER): Promise<CallbackData> {
      const events = await ticketStore().events(ticketNo);
      const line = events.flatMap(({ seq, callbacks = [] }) => callbacks.map((callback) => ({ seq, ...callback })));
      const { n, seq, type } = line.filter(({ to }) => to === unit).at(-1) ?? { n: 0, seq: 0, type: 'closed' };
      const body = await renderCallback(ports(), { ticketNo, unit, n, seq, type } as Delivery);
      return CallbackEvent.parse(JSON.parse(Buffer.from(body).toString())).data;
    }
    const added = '施工队昨晚走了';
    async function merged(flags: Partial<IntakeRequest> = {}, mainFlags: Partial<IntakeRequest> = {}) {
      const [main, same] = [await opened(OWNER, mainFlags), await opened('renshe', flags)];
      // As of every request until it is erased; this caller told neither name nor number.
      for (const ticketNo of [main, same]) {
        const { callerToken } = await load(ticketNo);
        await world.put('Callers', { callerToken, createdAt: new Date().toISOString() });
      }
      await asOperator('contractor', same, { command: 'append', text: added });
      await asOperator('dispatcher', same, { command: 'merge', into: main, reason: '来电13900001234同事' });
      return { main, same };
    }

    test('in the message, the same at every attempt, and to whoever gets the ticket later', async () => {
      const { main, same } = await merged();
      const first = await told(main);
      expect(first).toMatchObject({
        merged: same,
        reason: '来电13900001234同事',
        mergedRequests: [
          { ticketNo: same, request: { title: '拖欠工资', content: REQUEST.content }, additions: [{ text: added }] },
        ],
      });
      expect(first.appellant).toBeUndefined();
      await asOperator('contractor', same, { command: 'append', text: '后来补充的' });
      expect(await told(main)).toEqual(first);
      await asOperator('dispatcher', main, { command: 'assign', owner: 'zhujian' });
      expect((await told(main, 'zhujian')).mergedRequests).toEqual(first.mergedRequests);
    });

    test.each([
      ['its own request is confidential', { confidential: true }, {}],
      ['the request that it repeats is', {}, { confidential: true }],
    ])('without whatever tells who asked, where %s', async (_, flags, mainFlags) => {
      const { main } = await merged(flags, mainFlags);
      const { reason: why, mergedRequests } = await told(main);
      expect(why).toBe('来电***同事');
      expect(mergedRequests).toMatchObject([{ request: { content: '我叫***,电话***,工地欠我两个月工资。' } }]);
    });
  });

  test('merged: the other citizen reads nothing of who asked first', async () => {
    const [main, same] = [await opened(), await opened('renshe')];
    const { callerToken } = await load(main);
    const createdAt = new Date().toISOString();
    await world.put('Callers', { callerToken, createdAt, name: '李四', phone: '+8613900005678' });
    await asOperator('dispatcher', same, { command: 'merge', into: main });
    await finished(main, OWNER, '李四先生(工友张三丰同去):已拨打您的手机139 0000 5678,工资12000元已发放。');
    await feed(main);
    const { answer } = await load(same);
    const text = await ticketStore().text(same, answer?.textKey ?? '');
    expect(text).toMatchObject({ public: '***先生(工友***同去):已拨打您的手机***,工资12000元已发放。' });
  });

  test('at the same moment into each other: one of them goes on', async () => {
    const [one, two] = [await opened(), await opened()];
    const answers = await Promise.all([
      asOperator('dispatcher', one, { command: 'merge', into: two }),
      asOperator('dispatcher', two, { command: 'merge', into: one }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect([(await load(one)).status, (await load(two)).status].sort()).toEqual(['AWAIT_SIGN', 'MERGED']);
  });

  test('into a stranger, itself or an ended one: refused, and nothing changes', async () => {
    const [ticketNo, ended] = [await opened(), await opened()];
    await asOperator('dispatcher', ended, { command: 'cancel' });
    const versions = async () => [(await load(ticketNo)).version, (await load(ended)).version];
    const before = await versions();
    for (const into of [ticketNo, ended, 'XA2026112399999990']) {
      expect((await asOperator('dispatcher', ticketNo, { command: 'merge', into })).status).toBe(409);
    }
    expect(await versions()).toEqual(before);
  });

  test('split: the part is a ticket of the same citizen, with its own owner and words', async () => {
    const ticketNo = await opened();
    const part = { command: 'split', title: '路灯', content: '门口路灯不亮', owner: 'zhujian' };
    expect((await asOperator('dispatcher', ticketNo, part)).status).toBe(200);
    const parent = await load(ticketNo);
    const [child = ''] = parent.splitInto;
    expect(await load(child)).toMatchObject({
      owner: 'zhujian',
      status: 'AWAIT_SIGN',
      splitFrom: ticketNo,
      callerToken: parent.callerToken,
    });
    expect(await ticketStore().text(child, 'request')).toMatchObject({ content: '门口路灯不亮' });
    expect(await workList('zhujian')).toEqual([child]);
  });
});

test('whistled units work along: in their list until their part is done, and nothing but their part', async () => {
  const ticketNo = await opened();
  for (const command of ['sign', 'accept']) await asUnit(OWNER, ticketNo, { command });
  expect(await workList('zhujian')).toEqual([]);
  expect((await asUnit(OWNER, ticketNo, { command: 'whistle', units: ['zhujian'], reason })).status).toBe(200);
  expect(await workList('zhujian')).toEqual([ticketNo]);
  expect((await asUnit('renshe', ticketNo, { command: 'reportIn' })).status).toBe(404);
  // It sees the ticket, so it isn't told that there is none.
  const foreign = await asUnit('zhujian', ticketNo, { command: 'progress', note: '我来办' });
  expect(problemOf(foreign)).toMatchObject({ status: 409, code: 'notOwner' });
  expect((await asUnit('zhujian', ticketNo, { command: 'reportIn', note: '已到场' })).status).toBe(200);
  expect((await load(ticketNo)).owner).toBe(OWNER);
  const finish = { command: 'finishAssist', note: '已核查' };
  expect((await asUnit('zhujian', ticketNo, finish, 'msg_finish')).status).toBe(200);
  // The answer got lost: the same message is answered as before, though the ticket is out of the unit's sight.
  expect((await asUnit('zhujian', ticketNo, finish, 'msg_finish')).status).toBe(200);
  expect((await asUnit('zhujian', ticketNo, { ...finish, note: '又' }, 'msg_finish')).status).toBe(404);
  expect(await workList('zhujian')).toEqual([]);
  expect(await workList(OWNER)).toEqual([ticketNo]);
  // Emptied and not deleted: no function is granted to delete.
  expect((await world.rows('Tickets')).filter(({ sk }) => sk === 'ASSIST#zhujian')).toEqual([
    { pk: `T#${ticketNo}`, sk: 'ASSIST#zhujian' },
  ]);
});

describe('an auditor', () => {
  const history = (ticketNo: string, role: Role) =>
    ask(world, role, 'GET', '/hotline/tickets/{ticketNo}', { params: { ticketNo } });
  const unmask = (ticketNo: string, role: Role, body: object = { reason: '核查投诉' }) =>
    ask(world, role, 'POST', '/hotline/tickets/{ticketNo}/unmask', { params: { ticketNo }, body });

  test('reads masked words; unmasking takes a reason and is recorded', async () => {
    const ticketNo = await opened();
    const masked = await history(ticketNo, 'auditor');
    expect(masked.body).toMatchObject({ masked: true });
    expect(JSON.stringify(masked.body)).not.toMatch(/张三丰|13800001234/);
    expect(JSON.stringify(masked.body)).toContain('工地欠我两个月工资');
    expect(JSON.stringify((await history(ticketNo, 'dispatcher')).body)).toContain('13800001234');
    expect((await unmask(ticketNo, 'auditor', {})).status).toBe(422);
    const open = await unmask(ticketNo, 'auditor');
    expect(JSON.stringify(open.body)).toContain('13800001234');
    expect((await ticketStore().events(ticketNo)).at(-1)).toMatchObject({
      type: 'unmasked',
      reason: '核查投诉',
      actor: { id: 'auditor-1', role: 'auditor' },
    });
    // The next look is masked again.
    expect(JSON.stringify((await history(ticketNo, 'auditor')).body)).not.toContain('13800001234');
  });

  test('changes nothing, and others need no unmasking', async () => {
    const ticketNo = await opened();
    expect(problemOf(await asOperator('auditor', ticketNo, { command: 'cancel' }))).toMatchObject({ status: 409 });
    expect(problemOf(await unmask(ticketNo, 'dispatcher'))).toMatchObject({ status: 409, code: 'roleForbids' });
  });
});
