/** The citizen is told through the channel of the request, once, whatever the platforms answer. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamo } from '#functions/adapters/aws.ts';
import { consentKey } from '#functions/adapters/consent-store.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { sendSms } from '#functions/adapters/feedback-phone.ts';
import type { EventOf } from '#schemas/event.ts';
import type { CallerRecord, IntakeRequest } from '#schemas/intake.ts';
import { KEYS, openWorld, type World } from '#test/integration/platforms/world.ts';
import { citizen, dispatcher, register, Story, system, unit } from '#test/support/ticket-world.ts';
import { type DeliveryWorld, openDeliveryWorld } from './world.ts';

const account = {
  appid: 'wxtest',
  appSecret: 'test-secret',
  templateIds: ['tmpl-accepted', 'tmpl-answered', 'tmpl-closed'],
};
let outside: World;
let world: DeliveryWorld;
let next = 500;
let ticketNo = '';
let openid = '';

beforeAll(async () => {
  outside = await openWorld({ wechat: account });
  const { url } = outside.platforms;
  const inbound = [KEYS.foreign];
  world = await openDeliveryWorld([], {
    PHONE_SECRET: { inbound, outbound: { baseUrl: url, keys: [KEYS.phone] } },
    WEBSITE_SECRET: { inbound, outbound: { baseUrl: `${url}/`, keys: [KEYS.website] } },
    WECHAT_SECRET: {
      appid: account.appid,
      appSecret: account.appSecret,
      apiBase: url,
      sessionKeys: [{ kid: 's1', key: Buffer.alloc(32).toString('base64') }],
      templates: { accepted: 'tmpl-accepted', answered: 'tmpl-answered', closed: 'tmpl-gone' },
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
  openid = `o${String(next).padStart(27, 'x')}`;
});

type Caller = Partial<CallerRecord>;
const phone = '+8613812345678';
const openStory = (changes: Partial<IntakeRequest>) =>
  new Story().give(register({ ticketNo, callerToken: ticketNo, ...changes }), system);
function answeredStory(changes: Partial<IntakeRequest>): Story {
  const owner = unit('guanbuqiao');
  return openStory(changes)
    .give({ command: 'sign' }, owner)
    .give({ command: 'accept' }, owner)
    .give({ command: 'reply', resultCode: 'solved', handling: '内部', publicAnswer: '已发放' }, owner)
    .give({ command: 'review', approve: true, reason: '清楚' }, dispatcher);
}
const closedStory = (changes: Partial<IntakeRequest>) =>
  answeredStory(changes).give({ command: 'close', reason: '满意' }, dispatcher);
const SEND = '/cgi-bin/message/subscribe/send';
const seqOf = (story: Story, type: string) => story.events.find((event) => event.type === type)!.seq;

async function told(story: Story, caller: Caller | undefined, ...types: string[]) {
  await world.seed(story, caller);
  return tellAgain(story, ...types);
}
async function tellAgain(story: Story, ...types: string[]) {
  for (const type of types) await world.feedback.send({ ticketNo, seq: seqOf(story, type), type });
  return world.feedback.drain();
}
async function records(): Promise<Partial<EventOf<'feedbackRecorded'>>[]> {
  const events = await ticketStore().events(ticketNo);
  return events.flatMap((event) => {
    if (event.type !== 'feedbackRecorded') return [];
    const { notice, channel, outcome, detail } = event;
    return [{ notice, channel, outcome, ...(detail === undefined ? {} : { detail }) }];
  });
}
const say = (openid: string, templateId: string, status: string) =>
  dynamo().send(
    new PutCommand({ TableName: 'Callers', Item: { callerToken: consentKey(openid, templateId), status, at: 1 } }),
  );
const smsOf = () => outside.platforms.phone.received().filter(({ params }) => params.ticketNo === ticketNo);
const wechatOf = () => outside.platforms.wechat.received().filter((message) => message.openid === openid);
const repliesOf = () => outside.platforms.board.received().filter((reply) => reply.ticketNo === ticketNo);

describe('phone', () => {
  it('gets an SMS for accepted, answered and closed, each once and recorded', async () => {
    const story = closedStory({});
    const types = ['dispatched', 'answerApproved', 'closed'];
    expect(await told(story, { name: '张三', phone }, ...types)).toEqual({ taken: 3, failed: 0 });
    await tellAgain(story, ...types);
    expect(smsOf().map(({ template, phone: to, kind, params }) => [template, to, kind, params.department])).toEqual(
      expect.arrayContaining([
        ['accepted', phone, 'sms', expect.any(String)],
        ['answered', phone, 'sms', expect.any(String)],
        ['closed', phone, 'sms', expect.any(String)],
      ]),
    );
    expect(smsOf()).toHaveLength(3);
    expect(smsOf().map(({ params }) => params.status)).toEqual(
      expect.arrayContaining(['诉求已受理,正在办理', '诉求已答复,请查看评价', '诉求已办结,已解决']),
    );
    expect((await records()).map(({ channel, outcome }) => `${channel} ${outcome}`)).toEqual(
      Array.from({ length: 3 }, () => 'sms sent'),
    );
    // Records are events of the ticket; telling of them tells nobody.
    await world.feedback.send({ ticketNo, seq: story.is.version + 1, type: 'feedbackRecorded' });
    expect(await world.feedback.drain()).toEqual({ taken: 1, failed: 0 });
    expect(await records()).toHaveLength(3);
  });

  it('anonymous: recorded as unreachable, nothing sent', async () => {
    expect(await told(openStory({ anonymous: true }), { phone }, 'dispatched')).toEqual({ taken: 1, failed: 0 });
    expect(smsOf()).toEqual([]);
    expect(await records()).toEqual([{ notice: 'accepted', channel: 'none', outcome: 'unreachable', detail: 'noWay' }]);
  });

  it('a busy line is tried again, and then records once', async () => {
    const story = openStory({});
    outside.platforms.phone.failNext(1, 503);
    expect(await told(story, { phone }, 'dispatched')).toEqual({ taken: 1, failed: 1 });
    expect(await records()).toEqual([]);
    await tellAgain(story, 'dispatched');
    expect(await records()).toEqual([{ notice: 'accepted', channel: 'sms', outcome: 'sent' }]);
    expect(smsOf()).toHaveLength(1);
  });

  it('a refused notice is recorded with its code, not repeated, and seen on the desk', async () => {
    outside.platforms.phone.failNext(1, 422);
    expect(await told(openStory({}), { phone }, 'dispatched')).toEqual({ taken: 1, failed: 0 });
    expect(await records()).toEqual([{ notice: 'accepted', channel: 'sms', outcome: 'rejected', detail: 'phone:422' }]);
    expect((await ticketStore().load(ticketNo))?.attention).toEqual(['feedback']);
  });

  it('hears of a rework, in the words of the district', async () => {
    const story = answeredStory({}).give({ command: 'rework', reason: '没有解决' }, dispatcher);
    await told(story, { phone }, 'reworkOrdered');
    expect(smsOf()).toMatchObject([
      { template: 'accepted', params: { status: '正在重新办理', department: '官埠桥镇' } },
    ]);
    expect(await records()).toEqual([{ notice: 'reworked', channel: 'sms', outcome: 'sent' }]);
  });

  it('is confirmed a withdrawal', async () => {
    await told(openStory({}).give({ command: 'withdraw' }, citizen), { phone }, 'cancelled');
    expect(smsOf()).toMatchObject([{ template: 'closed', params: { status: '诉求已撤销,不再办理' } }]);
    expect(await records()).toEqual([{ notice: 'withdrawn', channel: 'sms', outcome: 'sent' }]);
  });

  it('a crash after sending sends nothing twice: the notice has a stable id', async () => {
    const story = openStory({});
    await world.seed(story, { phone });
    const params = { ticketNo, status: '诉求已受理,正在办理', department: '官埠桥镇' };
    const notice = { id: `${ticketNo}-2-notice`, template: 'accepted', params };
    // The first worker came as far as this.
    await sendSms(notice, phone);
    await tellAgain(story, 'dispatched');
    expect(smsOf()).toHaveLength(1);
  });
});

describe('wechat', () => {
  const wechat = { channel: 'wechat' } as const;

  it('gets a subscribe message', async () => {
    await told(openStory(wechat), { openid }, 'dispatched');
    expect(wechatOf()).toMatchObject([
      {
        templateId: 'tmpl-accepted',
        page: `pages/ticket/detail?ticketNo=${ticketNo}`,
        data: {
          character_string1: ticketNo,
          thing2: '诉求已受理,正在办理',
          thing3: '官埠桥镇',
          time4: '2026年11月23日 09:00',
        },
      },
    ]);
    expect(await records()).toEqual([{ notice: 'accepted', channel: 'wechat', outcome: 'sent' }]);
  });

  it('without consent (43101) gets an SMS', async () => {
    outside.platforms.wechat.setConsent(openid, 0);
    await told(openStory(wechat), { openid, phone }, 'dispatched');
    expect(wechatOf()).toEqual([]);
    expect(outside.platforms.wechat.attempts(openid)).toBe(1);
    expect(smsOf()).toHaveLength(1);
    expect(await records()).toEqual([{ notice: 'accepted', channel: 'sms', outcome: 'sent' }]);
  });

  it('without consent and number is unreachable', async () => {
    outside.platforms.wechat.setConsent(openid, 0);
    await told(openStory(wechat), { openid }, 'dispatched');
    expect(await records()).toEqual([
      { notice: 'accepted', channel: 'none', outcome: 'unreachable', detail: 'noConsent' },
    ]);
  });

  it.each(['reject', 'ban'])('who said %s gets an SMS without a call', async (status) => {
    await say(openid, 'tmpl-accepted', status);
    await told(openStory(wechat), { openid, phone }, 'dispatched');
    expect(outside.platforms.wechat.attempts(openid)).toBe(0);
    expect(await records()).toEqual([{ notice: 'accepted', channel: 'sms', outcome: 'sent' }]);
  });

  it('who accepted, or refused another template, gets the message', async () => {
    await say(openid, 'tmpl-accepted', 'accept');
    await say(openid, 'tmpl-answered', 'reject');
    await told(openStory(wechat), { openid, phone }, 'dispatched');
    expect(wechatOf()).toHaveLength(1);
    expect(smsOf()).toEqual([]);
  });

  it('who refused and left no number is unreachable, and the desk sees it', async () => {
    await say(openid, 'tmpl-accepted', 'reject');
    await told(openStory(wechat), { openid }, 'dispatched');
    expect(await records()).toEqual([
      { notice: 'accepted', channel: 'none', outcome: 'unreachable', detail: 'noConsent' },
    ]);
    expect((await ticketStore().load(ticketNo))?.attention).toEqual(['feedback']);
  });

  it('40001: a fresh token and one more try, two calls in all; refused again, it is left to the queue', async () => {
    const { wechat: platform } = outside.platforms;
    const story = closedStory(wechat);
    await told(story, { openid }, 'dispatched');
    let before = platform.calls(SEND);
    platform.failNext(1, 40001, SEND);
    expect(await tellAgain(story, 'answerApproved')).toEqual({ taken: 1, failed: 0 });
    expect(platform.calls(SEND)).toBe(before + 2);
    expect(wechatOf()).toHaveLength(2);

    before = platform.calls(SEND);
    platform.failNext(2, 40001, SEND);
    expect(await tellAgain(story, 'closed')).toEqual({ taken: 1, failed: 1 });
    expect(platform.calls(SEND)).toBe(before + 2);
    expect(await records()).toHaveLength(2);
  });

  it.each(['revokeTokens', 'expireTokens'] as const)('fetches a new token after %s (40001, 42001)', async (spoil) => {
    const story = closedStory(wechat);
    await told(story, { openid }, 'dispatched');
    const before = outside.platforms.wechat.tokenRequests();
    outside.platforms.wechat[spoil]();
    expect(await tellAgain(story, 'answerApproved')).toEqual({ taken: 1, failed: 0 });
    expect(outside.platforms.wechat.tokenRequests()).toBe(before + 1);
    expect(wechatOf()).toHaveLength(2);
  });

  it('keeps its token between messages', async () => {
    const before = outside.platforms.wechat.tokenRequests();
    await told(closedStory(wechat), { openid }, 'dispatched', 'answerApproved');
    expect(outside.platforms.wechat.tokenRequests()).toBeLessThanOrEqual(before + 1);
    expect(wechatOf()).toHaveLength(2);
  });

  it('a template that is not ours (40037) is rejected, recorded, not repeated', async () => {
    expect(await told(closedStory(wechat), { openid }, 'closed')).toEqual({ taken: 1, failed: 0 });
    expect(await records()).toEqual([
      { notice: 'closed', channel: 'wechat', outcome: 'rejected', detail: 'wechat:40037' },
    ]);
  });

  it.each([47003, 40003])('%i is rejected, recorded, seen on the desk, not repeated', async (errcode) => {
    const story = openStory(wechat);
    const before = outside.platforms.wechat.calls(SEND);
    outside.platforms.wechat.failNext(1, errcode, SEND);
    expect(await told(story, { openid, phone }, 'dispatched')).toEqual({ taken: 1, failed: 0 });
    await tellAgain(story, 'dispatched');
    expect(outside.platforms.wechat.calls(SEND)).toBe(before + 1);
    expect((await ticketStore().load(ticketNo))?.attention).toEqual(['feedback']);
    expect(await records()).toEqual([
      { notice: 'accepted', channel: 'wechat', outcome: 'rejected', detail: `wechat:${errcode}` },
    ]);
    expect(smsOf()).toEqual([]);
  });

  it.each([-1, 45009, 48001, 99999])('%i is left to the queue', async (errcode) => {
    const story = openStory(wechat);
    outside.platforms.wechat.failNext(1, errcode, SEND);
    expect(await told(story, { openid }, 'dispatched')).toEqual({ taken: 1, failed: 1 });
    expect(await records()).toEqual([]);
    await tellAgain(story, 'dispatched');
    expect(await records()).toEqual([{ notice: 'accepted', channel: 'wechat', outcome: 'sent' }]);
  });
});

describe('content security', () => {
  const wechat = { channel: 'wechat', publicConsent: true } as const;
  const CHECK = '/wxa/msg_sec_check';
  const REGISTERED = { seq: 1, type: 'registered' };
  const words = { title: '工资', content: '拖欠工资两个月' };

  async function checked(story: Story, caller: Caller | undefined, content?: string) {
    await world.seed(story, caller, content);
    await world.feedback.send({ ticketNo, ...REGISTERED });
    return world.feedback.drain();
  }
  async function verdicts() {
    const events = await ticketStore().events(ticketNo);
    return events.flatMap((event) => (event.type === 'contentChecked' ? [[event.outcome, event.label]] : []));
  }

  it('a request through WeChat is asked about once, with its writer, and passes', async () => {
    const story = openStory(wechat);
    expect(await checked(story, { openid })).toEqual({ taken: 1, failed: 0 });
    await world.feedback.send({ ticketNo, ...REGISTERED });
    await world.feedback.drain();
    expect(outside.platforms.wechat.content.asked().filter((asked) => asked.openid === openid)).toEqual([
      { openid, ...words },
    ]);
    expect(await verdicts()).toEqual([['passed', undefined]]);
    expect((await ticketStore().load(ticketNo))?.publicationHeld).toBeUndefined();
  });

  it.each(['risky', 'review'] as const)('%s words hold back publication, and the request goes on', async (suggest) => {
    const undo = outside.platforms.wechat.content.judge(words.content, suggest, 20006);
    const story = openStory(wechat);
    expect(await checked(story, { openid })).toEqual({ taken: 1, failed: 0 });
    undo();
    expect(await verdicts()).toEqual([['risky', `${suggest}:20006`]]);
    expect(await ticketStore().load(ticketNo)).toMatchObject({ publicationHeld: true, status: 'AWAIT_SIGN' });
    await tellAgain(story, 'dispatched');
    expect(wechatOf()).toHaveLength(1);
  });

  it('a long text is asked about in pieces that WeChat takes, to the last character', async () => {
    const undo = outside.platforms.wechat.content.judge('末尾', 'risky', 20001);
    await checked(openStory(wechat), { openid }, `${'字'.repeat(5000)}末尾`);
    undo();
    const asked = outside.platforms.wechat.content.asked().filter((one) => one.openid === openid);
    expect(asked.map(({ content }) => content.length)).toEqual([2500, 2500, 2]);
    expect(await verdicts()).toEqual([['risky', 'risky:20001']]);
  });

  it.each([40003, 61010, 40129, 48001])('%i can’t be judged, and nobody waits for it', async (errcode) => {
    outside.platforms.wechat.failNext(1, errcode, CHECK);
    expect(await checked(openStory(wechat), { openid })).toEqual({ taken: 1, failed: 0 });
    expect(await verdicts()).toEqual([['unchecked', String(errcode)]]);
  });

  it('a user who has been away for two hours is not judged', async () => {
    outside.platforms.wechat.content.sendAway(openid);
    await checked(openStory(wechat), { openid });
    expect(await verdicts()).toEqual([['unchecked', '61010']]);
  });

  it.each<[string, Partial<IntakeRequest>, Caller | undefined]>([
    ['noOpenid', { anonymous: true }, undefined],
    ['confidential', { confidential: true }, { openid }],
  ])('%s: nobody’s words and confidential ones are not shown to anyone', async (label, flags, caller) => {
    const before = outside.platforms.wechat.calls(CHECK);
    await checked(openStory({ ...wechat, ...flags }), caller);
    expect(await verdicts()).toEqual([['unchecked', label]]);
    expect(outside.platforms.wechat.calls(CHECK)).toBe(before);
  });

  it.each([-1, 45009])('%i is asked again later', async (errcode) => {
    outside.platforms.wechat.failNext(1, errcode, CHECK);
    expect(await checked(openStory(wechat), { openid })).toEqual({ taken: 1, failed: 1 });
    expect(await verdicts()).toEqual([]);
    await world.feedback.send({ ticketNo, ...REGISTERED });
    expect(await world.feedback.drain()).toEqual({ taken: 1, failed: 0 });
    expect(await verdicts()).toEqual([['passed', undefined]]);
  });

  it('other channels have no such check', async () => {
    await checked(openStory({}), { phone });
    expect(await verdicts()).toEqual([]);
  });
});

describe('website', () => {
  const website = (publicConsent: boolean): Partial<IntakeRequest> => ({
    channel: 'website',
    board: { messageId: `m-${ticketNo}`, publicConsent },
  });

  it('gets replies by version, the answer masked, public only with consent and never while accepted', async () => {
    const story = closedStory(website(true));
    await told(story, { name: '张三' }, 'dispatched');
    await tellAgain(story, 'answerApproved');
    await tellAgain(story, 'closed');
    expect(repliesOf().map(({ version, state, isPublic }) => [version, state, isPublic])).toEqual([
      [seqOf(story, 'dispatched'), 'accepted', false],
      [seqOf(story, 'answerApproved'), 'answered', true],
      [seqOf(story, 'closed'), 'closed', true],
    ]);
    expect(repliesOf()[0]?.replyContent).toContain(ticketNo);
    expect(repliesOf()[1]?.replyContent).toBe('张**您好，已发放，可拨打138****5678核实。');
    expect(outside.platforms.board.shown(`m-${ticketNo}`)?.state).toBe('closed');
  });

  it('stays private without consent', async () => {
    await told(closedStory(website(false)), undefined, 'answerApproved');
    expect(repliesOf()).toMatchObject([{ state: 'answered', isPublic: false }]);
  });

  it('brings the question for everybody to read, unless a content check holds it back, however late', async () => {
    await told(closedStory(website(true)), undefined, 'answerApproved');
    expect(repliesOf()[0]?.question).toEqual({ title: '工资', content: '拖欠工资两个月' });
    ticketNo = `${ticketNo.slice(0, -4)}9${ticketNo.slice(-3)}`;
    const held = closedStory(website(true)).give({ command: 'recordContentCheck', outcome: 'risky' }, system);
    await told(held, undefined, 'answerApproved');
    expect(repliesOf()).toMatchObject([{ state: 'answered', isPublic: false }]);
    expect(repliesOf()[0]).not.toHaveProperty('question');
  });

  it('hears of a refusal with the lawful way, and of a withdrawal', async () => {
    const desk = new Story().give(
      register({ ticketNo, callerToken: ticketNo, ...website(true) }, { disposition: 'desk', owner: 'hotline' }),
      system,
    );
    await told(
      desk.give({ command: 'refuse', lawfulRoute: '向法院起诉', reason: '已诉讼' }, dispatcher),
      undefined,
      'notAccepted',
    );
    expect(repliesOf()).toMatchObject([{ state: 'denied', denyReason: '向法院起诉', isPublic: false }]);
    ticketNo = `${ticketNo.slice(0, -4)}9${ticketNo.slice(-3)}`;
    await told(openStory(website(true)).give({ command: 'withdraw' }, citizen), undefined, 'cancelled');
    expect(repliesOf()).toMatchObject([{ state: 'withdrawn', isPublic: false }]);
  });

  it('hears of a part that became a ticket of its own, by its number and without its code', async () => {
    const newTicketNo = `${ticketNo.slice(0, -4)}9${ticketNo.slice(-3)}`;
    const split = { command: 'split', title: '路灯', content: '路灯不亮', owner: 'zhujian', reason: '两件事' } as const;
    await told(openStory(website(true)).give({ ...split, newTicketNo }, dispatcher), undefined, 'splitOff');
    expect(repliesOf()).toMatchObject([{ state: 'accepted', isPublic: false }]);
    expect(repliesOf()[0]?.replyContent).toContain(`另立工单 ${newTicketNo} 办理`);
    expect(await records()).toEqual([{ notice: 'split', channel: 'website', outcome: 'sent' }]);
  });

  it('a reply that comes after a newer one counts as told', async () => {
    const story = closedStory(website(true));
    await told(story, undefined, 'closed');
    expect(await tellAgain(story, 'answerApproved')).toEqual({ taken: 1, failed: 0 });
    expect(repliesOf().map(({ state }) => state)).toEqual(['closed']);
    expect(await records()).toEqual([
      { notice: 'closed', channel: 'website', outcome: 'sent' },
      { notice: 'answered', channel: 'website', outcome: 'sent', detail: 'superseded' },
    ]);
  });

  it('a board that is down or refuses our key is tried again; one that refuses the reply is not', async () => {
    const story = closedStory(website(true));
    outside.platforms.board.failNext(2, 500);
    expect((await told(story, undefined, 'dispatched')).failed).toBe(1);
    expect((await tellAgain(story, 'dispatched')).failed).toBe(1);
    outside.platforms.board.failNext(1, 401);
    expect((await tellAgain(story, 'dispatched')).failed).toBe(1);
    expect((await tellAgain(story, 'dispatched')).failed).toBe(0);
    outside.platforms.board.failNext(1, 404);
    expect((await tellAgain(story, 'answerApproved')).failed).toBe(0);
    expect(await records()).toEqual([
      { notice: 'accepted', channel: 'website', outcome: 'sent' },
      { notice: 'answered', channel: 'website', outcome: 'rejected', detail: 'board:404' },
    ]);
  });
});
