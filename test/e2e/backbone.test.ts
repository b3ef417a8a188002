/** The main job on the synthesized template: three channels in, one owner each, answered, rated, fed back the same way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { type Instance, phoneRequest, signed, startInstance, websiteRequest, wechatRequest } from './support.ts';

const ALL_SILENT = compileDistrict('xianan').departments.map(({ id }) => id);

let jieban: Instance;
beforeAll(async () => {
  // Departments are played by the test; the demo ones only take and verify callbacks.
  jieban = await startInstance({ silent: ALL_SILENT });
});
afterAll(() => jieban?.stop());

const answerText = '经核实,问题已经处理完毕,感谢您的监督。';

/** Takes a ticket from dispatch to the hotline's review. */
async function work(receipt: IntakeReceipt): Promise<string> {
  const { ticketNo } = receipt;
  const callback = await jieban.until(
    'the department is told',
    () => jieban.platforms.departments.received({ ticketNo })[0],
  );
  const owner = callback.department;
  expect(callback.event).toMatchObject({
    type: 'cn.jieban.ticket.dispatched.v1',
    subject: ticketNo,
    data: { sequence: 1, receiver: owner, status: 'AWAIT_SIGN' },
  });
  for (const command of [
    { command: 'sign', handler: 'A-01' },
    { command: 'contact', note: '已电话联系来电人' },
    { command: 'accept' },
    { command: 'progress', note: '已派人现场核实' },
    { command: 'reply', resultCode: 'solved', handling: '约谈当事单位', publicAnswer: answerText },
  ] as const) {
    const answer = await jieban.department(owner, ticketNo, command);
    expect(answer.body, JSON.stringify(answer.body)).toMatchObject({ ticketNo });
  }
  const reviewed = await jieban.operator(ticketNo, { command: 'review', approve: true, reason: '答复清楚' });
  expect(reviewed.body.status).toBe('AWAIT_VISIT');
  return owner;
}

describe('one request through to its answer', () => {
  it('by phone: owner, callbacks in order, SMS, rating closes it', async () => {
    const { status, body: receipt } = await jieban.post('phone', phoneRequest('e2e-phone-1'));
    expect(status).toBe(202);
    expect(receipt.danger).toBeUndefined();
    const owner = await work(receipt);
    expect(jieban.platforms.departments.received({ ticketNo: receipt.ticketNo })[0]?.event.data.appellant).toEqual({
      name: '测试甲某',
      phone: expect.stringContaining('13800000001'),
    });
    const shown = await jieban.status(receipt);
    expect(shown.body.status).toBe('AWAIT_VISIT');
    expect(JSON.stringify(shown.body)).toContain(answerText);
    const rated = await jieban.raw(`/tickets/${receipt.ticketNo}/rating`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-query-code': receipt.queryCode },
      body: JSON.stringify({ solved: true, satisfaction: 'verySatisfied', comment: '很快就解决了' }),
    });
    expect(rated.status).toBe(200);
    expect((await jieban.status(receipt)).body.status).toBe('CLOSED');
    const types = await jieban.until('closed callback', () => {
      const all = jieban.platforms.departments.received({ ticketNo: receipt.ticketNo });
      return all.length === 3
        ? all.map(({ event }) => `${event.data.sequence} ${event.type.split('.')[3]}`)
        : undefined;
    });
    expect(types).toEqual(['1 dispatched', '2 decided', '3 closed']);
    const notices = await jieban.until('three SMS', () => {
      const mine = jieban.platforms.phone.received().filter((notice) => notice.params.ticketNo === receipt.ticketNo);
      return mine.length === 3 ? mine.map((notice) => notice.template) : undefined;
    });
    expect(notices.sort()).toEqual(['accepted', 'answered', 'closed']);
    const history = await jieban.history(receipt.ticketNo);
    expect(history.body.ticket).toMatchObject({ status: 'CLOSED', owner });
    expect(history.body.events[1]).toMatchObject({
      type: 'dispatched',
      decision: { trace: { confidence: expect.any(Number) } },
    });
    expect(JSON.stringify(history.body)).not.toContain('callerToken');
  });

  it('by the website: the answer is put back onto the board, public by consent', async () => {
    const { status, body: receipt } = await jieban.post('website', websiteRequest('e2e-web-1'));
    expect(status).toBe(202);
    await work(receipt);
    const reply = await jieban.until('the board shows the answer', () =>
      jieban.platforms.board
        .received()
        .find(({ ticketNo, state }) => ticketNo === receipt.ticketNo && state === 'answered'),
    );
    expect(reply).toMatchObject({ messageId: 'm-e2e-web-1', isPublic: true, replyContent: answerText });
    const closed = await jieban.operator(receipt.ticketNo, { command: 'close', reason: '回访满意' });
    expect(closed.body.status).toBe('CLOSED');
  });

  it('by WeChat: a subscribe message within its limits goes to the one who asked', async () => {
    const { status, body: receipt } = await jieban.wechat('demo-wx-1', wechatRequest('e2e-wx-1'));
    expect(status).toBe(202);
    await work(receipt);
    const messages = await jieban.until('two subscribe messages', () => {
      const mine = jieban.platforms.wechat.received().filter((m) => JSON.stringify(m.data).includes(receipt.ticketNo));
      return mine.length >= 2 ? mine : undefined;
    });
    expect(new Set(messages.map(({ openid }) => openid)).size).toBe(1);
  });
});

describe('an enterprise that is not satisfied', () => {
  it('puts its ticket under the director: signed in four hours, reported from the spot in a day', async () => {
    const { caller, ...request } = phoneRequest('e2e-enterprise');
    const asked = { ...request, caller: { ...caller, enterprise: { name: '测试某某公司' } } };
    const { body: receipt } = await jieban.post('phone', asked);
    const { ticketNo } = receipt;
    const owner = await work(receipt);
    const rated = await jieban.raw(`/tickets/${ticketNo}/rating`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-query-code': receipt.queryCode },
      body: JSON.stringify({ solved: false, satisfaction: 'dissatisfied', comment: '仍未解决' }),
    });
    expect(rated.status).toBe(200);
    const told = await jieban.until('the unit hears of it', () => {
      const events = jieban.platforms.departments.received({ ticketNo }).map(({ event }) => event);
      const [again] = events.filter(({ type }) => type.includes('reworkOrdered'));
      return events.some(({ data }) => data.supervision === 'director') ? again : undefined;
    });
    const { deadlines, occurredAt } = told.data;
    const hours = (clock: string) => (Date.parse(deadlines[clock] ?? '') - Date.parse(occurredAt)) / 3_600_000;
    expect([hours('sign'), hours('onSite'), deadlines.rework]).toEqual([4, 24, undefined]);

    const signed = await jieban.department(owner, ticketNo, { command: 'sign' });
    expect(signed.body).toMatchObject({ status: 'REWORK', deadlines: { onSite: expect.any(String) } });
    const onSite = await jieban.department(owner, ticketNo, { command: 'reportOnSite', note: '已到场，拟三日内整改' });
    expect(Object.keys(onSite.body.deadlines)).toEqual(['rework']);
    const { body } = await jieban.history(ticketNo);
    expect(body.held).toContainEqual({
      clock: 'sign',
      holder: owner,
      minutes: expect.any(Number),
      counted: 'naturalMinutes',
    });
  });
});

describe('what the router is not sure about', () => {
  it('goes to the desk, and from there to whom an operator names', async () => {
    const { body: receipt } = await jieban.post('phone', {
      ...phoneRequest('e2e-desk-1'),
      title: '有个事情想反映一下',
      content: '就是之前说过的那个事情,一直没有人管。',
      category: undefined,
      place: undefined,
    });
    const listed = await jieban.until('on the desk', async () => {
      const token = await jieban.platforms.oidc.token('desk-7', 'dispatcher');
      const { body } = await jieban.raw('/hotline/tickets', { headers: { authorization: `Bearer ${token}` } });
      return (body as { tickets: { ticketNo: string }[] }).tickets.find(
        ({ ticketNo }) => ticketNo === receipt.ticketNo,
      );
    });
    expect(listed).toMatchObject({ status: 'DISPATCHING', owner: 'hotline' });
    const unit = jieban.district.departments.find(({ level }) => level === 'department')?.id ?? '';
    const assigned = await jieban.operator(receipt.ticketNo, { command: 'assign', owner: unit, reason: '经电话核实' });
    expect(assigned.body.status).toBe('AWAIT_SIGN');
    await jieban.until(
      'the unit is told',
      () => jieban.platforms.departments.received({ ticketNo: receipt.ticketNo, department: unit })[0],
    );
  });

  it('answers danger to life at once with whom to call', async () => {
    const { body } = await jieban.post('phone', {
      ...phoneRequest('e2e-danger-1'),
      content: '官埠桥镇这边楼上有人要跳楼,快来人!',
    });
    expect(body.danger?.call).toContain('110');
    const { ticket } = (
      await jieban.until('ticket', async () => {
        const answer = await jieban.history(body.ticketNo);
        return answer.status === 200 ? answer : undefined;
      })
    ).body;
    expect(ticket).toMatchObject({ urgency: 'critical' });
  });
});

describe('the citizen', () => {
  it('urges, adds and withdraws with the query code; the department hears each, in order', async () => {
    const { body: receipt } = await jieban.post('phone', {
      ...phoneRequest('e2e-citizen-1'),
      caller: { name: '测试甲某', phone: '13800000001', confidential: true },
    });
    const { ticketNo, queryCode } = receipt;
    await jieban.until('dispatch', () => jieban.platforms.departments.received({ ticketNo })[0]);
    const say = (word: string, body: object) =>
      jieban.raw(`/tickets/${ticketNo}/${word}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-query-code': queryCode },
        body: JSON.stringify(body),
      });
    expect((await say('urge', {})).status).toBe(200);
    expect(await say('urge', {})).toMatchObject({ status: 409, body: { code: 'ruleForbids' } });
    const text = '补充情况:我的电话是13800000001,请尽快。';
    expect((await say('append', { text })).status).toBe(200);
    expect((await say('append', { text })).headers.get('idempotent-replay')).toBe('true');
    // A withdrawal passes what was not delivered yet, and then this department would rightly hear less.
    await jieban.until('three callbacks', () => jieban.platforms.departments.received({ ticketNo })[2]);
    expect(await say('withdraw', {})).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    expect((await say('withdraw', {})).headers.get('idempotent-replay')).toBe('true');
    const told = await jieban.until('four callbacks', () => {
      const all = jieban.platforms.departments.received({ ticketNo });
      return all.length === 4 ? all.map(({ event }) => event) : undefined;
    });
    expect(told.map(({ type }) => type.split('.')[3])).toEqual(['dispatched', 'urged', 'appended', 'withdrawn']);
    // Confidential: neither who asked nor the number in what they added.
    expect(told[0]?.data.appellant).toBeUndefined();
    expect(told[2]?.data.additions?.[0]?.text).toContain('请尽快');
    expect(JSON.stringify(told)).not.toContain('13800000001');
  });
});

describe("a person's own tickets", () => {
  it('are found by the agent by number, and by the mini-program by its session; a stranger finds none', async () => {
    const { body: byPhone } = await jieban.post('phone', {
      ...phoneRequest('e2e-own-1'),
      caller: { name: '测试甲某', phone: '138 0000 0009' },
    });
    const { body: byWechat } = await jieban.wechat('demo-own', wechatRequest('e2e-own-2'));
    const search = async (phone: string, role: 'agent' | 'auditor' = 'agent') =>
      jieban.raw('/hotline/callers/search', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await jieban.platforms.oidc.token('a-12', role)}`,
        },
        body: JSON.stringify({ phone }),
      });
    const found = await jieban.until('the index has it', async () => {
      const { tickets } = (await search('0086 13800000009')).body as { tickets: { ticketNo: string }[] };
      return tickets.length > 0 ? tickets : undefined;
    });
    expect(found).toMatchObject([{ ticketNo: byPhone.ticketNo, channel: 'phone', title: '工地拖欠农民工工资' }]);
    expect((await search('13800000008')).body).toEqual({ tickets: [] });
    expect((await search('12')).status).toBe(422);
    expect((await search('13800000009', 'auditor')).status).toBe(403);
    expect((await jieban.own('demo-own')).body.tickets.map(({ ticketNo }) => ticketNo)).toEqual([byWechat.ticketNo]);
  });
});

describe('who may do what', () => {
  it("does not show another unit's ticket, nor obey strangers, nor the wrong state", async () => {
    const { body: receipt } = await jieban.post('phone', phoneRequest('e2e-roles-1'));
    const { ticketNo } = receipt;
    const owner = (await jieban.until('dispatch', () => jieban.platforms.departments.received({ ticketNo })[0]))
      .department;
    const other = jieban.district.departments.find(({ id, level }) => id !== owner && level === 'town')?.id ?? '';
    expect((await jieban.department(other, ticketNo, { command: 'sign' })).status).toBe(404);
    const early = await jieban.department(owner, ticketNo, { command: 'accept' });
    expect(early).toMatchObject({ status: 409, body: { code: 'stateForbids' } });
    expect((await jieban.raw(`/tickets/${ticketNo}`, { headers: { 'x-query-code': '0000000000' } })).status).toBe(404);
    // The signature doesn't cover the path: the same message sent to another ticket is a misuse of its id.
    const { body: second } = await jieban.post('phone', phoneRequest('e2e-roles-2'));
    await jieban.until('dispatch', () => jieban.platforms.departments.received({ ticketNo: second.ticketNo })[0]);
    const message = signed(jieban.secrets.departments[owner]?.keys[0] ?? '', { command: 'sign' });
    const send = (to: string) => jieban.raw(`/departments/${owner}/tickets/${to}/commands`, message);
    expect((await send(ticketNo)).status).toBe(200);
    expect((await send(ticketNo)).headers.get('idempotent-replay')).toBe('true');
    expect(await send(second.ticketNo)).toMatchObject({ status: 409, body: { code: 'referenceConflict' } });
    const unsigned = await jieban.raw(`/departments/${owner}/tickets/${ticketNo}/commands`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ command: 'sign' }),
    });
    expect(unsigned.status).toBe(401);
    expect((await jieban.raw(`/hotline/tickets/${ticketNo}`, {})).status).toBe(401);
    const reader = {
      headers: { authorization: `Bearer ${await jieban.platforms.oidc.token('desk-7', 'dispatcher')}` },
    };
    const cursors = [
      '{"pk":1e400,"sk":"x"}',
      '[]',
      '{"pk":"a","sk":"b","statusKey":"CLOSED","statusSort":"x"}',
      'no json',
    ];
    for (const query of [...cursors.map((text) => `cursor=${Buffer.from(text).toString('base64url')}`), 'queue=1']) {
      expect((await jieban.raw(`/hotline/tickets?${query}`, reader)).status, query).toBe(422);
    }
    const auditor = await jieban.platforms.oidc.token('audit-1', 'auditor');
    const forbidden = await jieban.raw(`/hotline/tickets/${ticketNo}/commands`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${auditor}` },
      body: JSON.stringify({ command: 'cancel', reason: 'x' }),
    });
    expect(forbidden).toMatchObject({ status: 409, body: { code: 'roleForbids' } });
  });
});

describe('log', () => {
  it('leads from the gateway’s id through every function to the feedback', async () => {
    const { body: receipt } = await jieban.post('phone', phoneRequest('e2e-log-1'));
    await work(receipt);
    await jieban.runner.idle();
    const lines = jieban.lines.flatMap((text): Record<string, unknown>[] =>
      text.startsWith('{"level"') ? [JSON.parse(text)] : [],
    );
    expect(lines.filter(({ requestId }) => requestId === undefined)).toEqual([]);
    const [received] = lines.filter(
      ({ message, ticketNo }) => message === 'request received' && ticketNo === receipt.ticketNo,
    );
    expect(received).toMatchObject({ apiRequestId: expect.any(String), service: 'phone' });
    const services = new Set(
      lines.filter(({ ticketNo }) => ticketNo === receipt.ticketNo).map(({ service }) => service),
    );
    expect([...services]).toEqual(
      expect.arrayContaining(['phone', 'router', 'dispatcher', 'departments', 'timers', 'hotline', 'feedback']),
    );
  });
});

describe('privacy', () => {
  it('leaves no name, number or word of anybody in any log line of this run', async () => {
    await jieban.runner.idle();
    const text = jieban.lines.join('\n');
    // Not vacuous: the run logged its events.
    expect(text).toContain('"event":"closed"');
    expect(jieban.lines.length).toBeGreaterThan(50);
    const secretsOfPeople = [
      '测试甲某',
      '测试乙某',
      '测试坐席',
      '13800000001',
      '13800000002',
      '官埠桥镇测试路',
      '拖欠',
      '路灯',
      '停车费',
      '跳楼',
      '补充情况',
      answerText,
      '很快就解决',
      '已电话联系',
      '现场核实',
      '约谈',
      'demo-wx-1',
      'whsec_',
      'Bearer',
    ];
    for (const words of secretsOfPeople) {
      expect(text.includes(words), `a log line holds ${words}`).toBe(false);
    }
  });
});
