/**
 * One story a channel, on the synthesized template: the platform's own bytes in, one ticket with one owner, worked and closed,
 * and told to the citizen by a platform that checks its documented limits and answers its documented errors.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import { openidOf } from '#infra/local/platforms/wechat.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { aksk, basic, cdr, fee, fees, recording } from '#test/unit/phone-vendors/pushes.ts';
import {
  type Instance,
  phoneRequest,
  startInstance,
  storedRows,
  textPush,
  websiteRequest,
  wechatRequest,
} from './support.ts';

const SEND = '/cgi-bin/message/subscribe/send';
const json = { 'content-type': 'application/json' };

let jieban: Instance;
beforeAll(async () => {
  jieban = await startInstance({ silent: compileDistrict('xianan').departments.map(({ id }) => id) });
});
afterAll(() => jieban?.stop());

type Events = Awaited<ReturnType<Instance['history']>>['body']['events'];
const events = async (ticketNo: string): Promise<Events> => (await jieban.history(ticketNo)).body.events ?? [];
const recorded = async (ticketNo: string) =>
  (await events(ticketNo))
    .filter(({ type }) => type === 'feedbackRecorded')
    .map(({ channel, outcome, detail }) => ({ channel, outcome, detail }));

/** From dispatch to the hotline's approval and the end; the owner that the ticket had. */
async function workToTheEnd(ticketNo: string): Promise<string> {
  const told = await jieban.until(
    'the department is told',
    () => jieban.platforms.departments.received({ ticketNo })[0],
  );
  const owner = told.department;
  for (const command of [
    { command: 'sign', handler: 'A-01' },
    { command: 'accept' },
    {
      command: 'reply',
      resultCode: 'solved',
      handling: '已到现场处理',
      publicAnswer: '问题已经处理完毕,感谢您的监督。',
    },
  ] as const) {
    const { body } = await jieban.department(owner, ticketNo, command);
    expect(body, JSON.stringify(body)).toMatchObject({ ticketNo });
  }
  await jieban.operator(ticketNo, { command: 'review', approve: true, reason: '答复清楚' });
  const closed = await jieban.operator(ticketNo, { command: 'close', reason: '回访满意' });
  expect(closed.body.status).toBe('CLOSED');
  return owner;
}
/** The ticket that came of this receipt row, as soon as there is one. */
const ticketOf = (channel: string, channelRef: string) =>
  jieban.until(`a ticket of ${channelRef}`, async () => {
    const { receipts } = await storedRows(jieban);
    const ticketNo = receipts.find(({ pk }) => pk === `R#${channel}#${channelRef}`)?.ticketNo as string | undefined;
    return ticketNo === undefined || (await jieban.history(ticketNo)).status !== 200 ? undefined : ticketNo;
  });

describe('phone', () => {
  const vendor = (name: string, query: string, headers: Record<string, string>, body: unknown) =>
    jieban.raw(`/channels/phone/vendors/${name}${query}`, {
      method: 'POST',
      headers: { ...json, ...headers },
      body: JSON.stringify(body),
    });
  const tccc = (action: string, uuid: string, body: unknown) => {
    const { user, password } = jieban.secrets.phone.vendors.tccc.basic;
    const headers = { authorization: basic(user, password), 'x-tccc-push-uuid': uuid };
    return vendor('tccc', `?action=${action}&version=1`, headers, body);
  };

  it('a call, its recordings in any order, the form: one ticket, told by SMS at each step', async () => {
    const SessionId = 'e2e-session-1';
    const record = recording({ SessionId, RecordId: 'r-early' });
    // Three attempts with one UUID, and the recording before the call's record.
    for (const [action, uuid, body] of [
      ['record', 'u-1', record],
      ['record', 'u-1', record],
      ['cdr', 'u-2', cdr({ SessionId })],
      ['record', 'u-1', record],
      ['cdr', 'u-2', cdr({ SessionId })],
    ] as const) {
      expect(await tccc(action, uuid, body)).toMatchObject({ status: 200, body: { ErrCode: 0 } });
    }
    const form = { ...phoneRequest('e2e-call-1'), call: { callId: SessionId, caller: '13800000001' } };
    const { status, body: receipt } = await jieban.post('phone', form);
    expect(status).toBe(202);
    expect((await jieban.post('phone', form)).status).toBe(200);
    const late = recording({ SessionId, RecordId: 'r-late' });
    for (const uuid of ['u-3', 'u-3', 'u-4']) await tccc('record', uuid, late);
    const { ticketNo } = receipt;
    await workToTheEnd(ticketNo);
    const templates = await jieban.until('three SMS', () => {
      const mine = jieban.platforms.phone.received().filter(({ params }) => params.ticketNo === ticketNo);
      return mine.length === 3 ? mine : undefined;
    });
    expect(new Set(templates.map(({ phone }) => phone))).toEqual(new Set(['+8613800000001']));
    await jieban.until('the late recording', async () =>
      (await events(ticketNo)).some(({ type }) => type === 'recordingsAttached'),
    );
    const { texts } = (await jieban.history(ticketNo)).body as unknown as {
      texts: Record<string, { recordings?: { id: string }[] }>;
    };
    const ids = Object.values(texts).flatMap(({ recordings = [] }) => recordings.map(({ id }) => id));
    expect(ids.toSorted()).toEqual(['r-early', 'r-late']);
  });

  it('a second vendor that repeats its missed call six times: one task at the desk', async () => {
    const missed = fee({ sessionId: 'e2e-huawei-1', fwdAnswerTime: '', callEndTime: '2026-11-23 01:30:30' });
    for (let attempt = 0; attempt < 7; attempt++) {
      const answer = await vendor('huawei', '', { 'x-aksk': aksk(jieban.secrets.phone.vendors.huawei) }, fees(missed));
      expect(answer.status).toBe(200);
    }
    const ticketNo = await ticketOf('phone', 'missed:huawei:e2e-huawei-1');
    const { body } = await jieban.history(ticketNo);
    expect(body.ticket).toMatchObject({ status: 'DISPATCHING', owner: 'hotline' });
    const { receipts } = await storedRows(jieban);
    expect(receipts.filter(({ pk }) => String(pk).startsWith('R#phone#missed:huawei'))).toHaveLength(1);
  });
});

describe('WeChat', () => {
  const push = async (openid: string, msgId: string, content: string) => {
    const { query, body } = textPush(jieban, { msgId, openid, content });
    const response = await fetch(`${jieban.url}/channels/wechat/messages?${new URLSearchParams(query)}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body,
    });
    return response.text();
  };
  const sentTo = (ticketNo: string) =>
    jieban.platforms.wechat.received().filter(({ data }) => Object.values(data).includes(ticketNo));
  const attention = async (topic: string): Promise<string[]> => {
    const token = await jieban.platforms.oidc.token('desk-7', 'dispatcher');
    const { body } = await jieban.raw(`/hotline/tickets?attention=${topic}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return (body as { tickets: { ticketNo: string }[] }).tickets.map(({ ticketNo }) => ticketNo);
  };

  it('a chat, each message pushed three times, is one ticket; a spent token (40001) is renewed and the citizen is told', async () => {
    const openid = openidOf('demo-chat-1');
    const words = ['你好', '我们这里路灯坏了半个月晚上看不见路', '在永安街道'];
    for (const [index, content] of words.entries()) {
      for (let attempt = 0; attempt < 3; attempt++) {
        expect(await push(openid, `91000000000000001${index}`, content)).toBe('success');
      }
    }
    const ticketNo = await ticketOf('wechat', 'mp:910000000000000010');
    await jieban.until('it has an owner', async () =>
      (await events(ticketNo)).some(({ type }) => type === 'dispatched'),
    );
    const appended = async () => (await events(ticketNo)).filter(({ type }) => type === 'appended').length;
    // The second word may be enough to dispatch it; the third comes all the same.
    await jieban.until('all was said', async () => (await appended()) >= 2);
    expect(await appended()).toBe(2);
    await jieban.until('told that it is accepted', () => sentTo(ticketNo)[0]);
    // The department reads the whole conversation, not its first word.
    const { event: dispatched } = await jieban.until(
      'the department is told',
      () => jieban.platforms.departments.received({ ticketNo })[0],
    );
    const { request, additions = [] } = dispatched.data;
    const read = [request?.content, ...additions.map(({ text }) => text)];
    // The queue may turn two that were said within a second round, and either may be what decided whose it is.
    expect(read[0]).toBe(words[0]);
    expect(read.length).toBeGreaterThanOrEqual(2);
    const said = await jieban.until('the department was told the rest, too', () => {
      const told = jieban.platforms.departments.received({ ticketNo }).map(({ event }) => JSON.stringify(event.data));
      return words.every((word) => told.some((data) => data.includes(word)));
    });
    expect(said).toBe(true);
    // As when another server fetched a token: ours answers 40001 from now on.
    jieban.platforms.wechat.revokeTokens();
    const tokens = jieban.platforms.wechat.tokenRequests();
    expect(await workToTheEnd(ticketNo)).not.toBe('hotline');
    const messages = await jieban.until('three messages', () =>
      sentTo(ticketNo).length === 3 ? sentTo(ticketNo) : undefined,
    );
    expect(new Set(messages.map((message) => message.openid))).toEqual(new Set([openid]));
    expect(jieban.platforms.wechat.tokenRequests()).toBeGreaterThan(tokens);
    // A message is recorded a moment after it was sent.
    const records = await jieban.until('three records', async () => {
      const soFar = await recorded(ticketNo);
      return soFar.length === 3 ? soFar : undefined;
    });
    expect(records).toEqual(Array.from({ length: 3 }, () => ({ channel: 'wechat', outcome: 'sent' })));
  });

  it('without consent (43101) the same news goes by SMS to the number that WeChat vouched for', async () => {
    const code = 'demo-no-consent';
    const { token } = (
      await jieban.raw('/channels/wechat/sessions', { method: 'POST', headers: json, body: JSON.stringify({ code }) })
    ).body as { token: string };
    jieban.platforms.wechat.setConsent(openidOf(code), 0);
    const phoneCode = jieban.platforms.wechat.phones.issue('13800000077', Date.now());
    const withPhone = await jieban.raw('/channels/wechat/sessions/phone', {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${token}` },
      body: JSON.stringify({ code: phoneCode }),
    });
    const session = (withPhone.body as { token: string }).token;
    const filed = await jieban.raw('/channels/wechat/requests', {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${session}` },
      body: JSON.stringify(wechatRequest('e2e-no-consent')),
    });
    expect(filed.status).toBe(202);
    const { ticketNo } = filed.body as IntakeReceipt;
    await workToTheEnd(ticketNo);
    const notices = await jieban.until('three SMS', () => {
      const mine = jieban.platforms.phone.received().filter(({ params }) => params.ticketNo === ticketNo);
      return mine.length === 3 ? mine : undefined;
    });
    expect(new Set(notices.map(({ phone }) => phone))).toEqual(new Set(['+8613800000077']));
    expect(sentTo(ticketNo)).toEqual([]);
    expect(await attention('feedback')).not.toContain(ticketNo);
  });

  it('a value that WeChat refuses (47003) is tried once, recorded, and waits on the desk until somebody has seen to it', async () => {
    jieban.platforms.wechat.failNext(1, 47003, SEND);
    const { body: receipt } = await jieban.wechat('demo-47003', wechatRequest('e2e-47003'));
    const { ticketNo } = receipt;
    await jieban.until('the defect is on the desk', async () => (await attention('feedback')).includes(ticketNo));
    expect(await recorded(ticketNo)).toEqual([{ channel: 'wechat', outcome: 'rejected', detail: 'wechat:47003' }]);
    await jieban.runner.idle();
    expect(sentTo(ticketNo)).toEqual([]);
    const noted = await jieban.operator(ticketNo, { command: 'noted', topic: 'feedback', reason: '已电话告知诉求人' });
    expect(noted.status).toBe(200);
    expect(await attention('feedback')).not.toContain(ticketNo);
  });
});

describe('website', () => {
  it('a message, sent again by night, is one ticket, and the board shows question and answer without personal data', async () => {
    const message = {
      ...websiteRequest('e2e-board-1'),
      content: '永安街道西大街测试巷的路灯坏了,请联系测试乙某 13800000002。',
    };
    const { status, body: receipt } = await jieban.post('website', message);
    expect(status).toBe(202);
    for (let night = 0; night < 3; night++) {
      const again = await jieban.post('website', message);
      expect([again.status, again.body.ticketNo]).toEqual([200, receipt.ticketNo]);
    }
    const owner = await workToTheEnd(receipt.ticketNo);
    expect(owner).not.toBe('hotline');
    const replies = await jieban.until('the board has the last word', () => {
      const mine = jieban.platforms.board.received().filter(({ ticketNo }) => ticketNo === receipt.ticketNo);
      return mine.some(({ state }) => state === 'closed') ? mine : undefined;
    });
    const last = replies.at(-1);
    expect(last).toMatchObject({
      messageId: 'm-e2e-board-1',
      isPublic: true,
      replyContent: '问题已经处理完毕,感谢您的监督。',
    });
    expect(JSON.stringify(last)).not.toMatch(/13800000002|测试乙某/);
    expect(last?.question?.content).toContain('路灯坏了');
  });
});
