/** The citizen is told through the channel of the request, once, whatever the platforms answer. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { sendSms } from '#functions/adapters/feedback-phone.ts';
import type { EventOf } from '#schemas/event.ts';
import type { CallerRecord, IntakeRequest } from '#schemas/intake.ts';
import { KEYS, openWorld, type World } from '#test/integration/platforms/world.ts';
import { dispatcher, register, Story, system, unit } from '#test/support/ticket-world.ts';
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
function closedStory(changes: Partial<IntakeRequest>): Story {
  const owner = unit('guanbuqiao');
  return openStory(changes)
    .give({ command: 'sign' }, owner)
    .give({ command: 'accept' }, owner)
    .give({ command: 'reply', resultCode: 'solved', handling: '内部', publicAnswer: '已发放' }, owner)
    .give({ command: 'review', approve: true, reason: '清楚' }, dispatcher)
    .give({ command: 'close', reason: '满意' }, dispatcher);
}
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
    expect(smsOf().every(({ params }) => [...params.status].length <= 20)).toBe(true);
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

  it('a refused notice is recorded with its code and not repeated', async () => {
    outside.platforms.phone.failNext(1, 422);
    expect(await told(openStory({}), { phone }, 'dispatched')).toEqual({ taken: 1, failed: 0 });
    expect(await records()).toEqual([{ notice: 'accepted', channel: 'sms', outcome: 'rejected', detail: 'phone:422' }]);
  });

  it('a crash after sending sends nothing twice: the notice has a stable id', async () => {
    const story = openStory({});
    await world.seed(story, { phone });
    const notice = {
      id: `${ticketNo}-2-notice`,
      ticketNo,
      notice: 'accepted',
      status: '诉求已受理,正在办理',
      department: '官埠桥镇',
      at: '',
    } as const;
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
        data: { character_string1: ticketNo, thing2: expect.any(String), time4: '2026年11月23日 09:00' },
      },
    ]);
    expect(await records()).toEqual([{ notice: 'accepted', channel: 'wechat', outcome: 'sent' }]);
  });

  it('without consent (43101) gets an SMS', async () => {
    outside.platforms.wechat.setConsent(openid, 0);
    await told(openStory(wechat), { openid, phone }, 'dispatched');
    expect(wechatOf()).toEqual([]);
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

  it.each([47003, 40003])('%i is rejected, recorded, not repeated', async (errcode) => {
    outside.platforms.wechat.failNext(1, errcode);
    expect(await told(openStory(wechat), { openid, phone }, 'dispatched')).toEqual({ taken: 1, failed: 0 });
    expect(await records()).toEqual([
      { notice: 'accepted', channel: 'wechat', outcome: 'rejected', detail: `wechat:${errcode}` },
    ]);
    expect(smsOf()).toEqual([]);
  });

  it.each([-1, 45009])('%i is left to the queue', async (errcode) => {
    const story = openStory(wechat);
    outside.platforms.wechat.failNext(1, errcode);
    expect(await told(story, { openid }, 'dispatched')).toEqual({ taken: 1, failed: 1 });
    expect(await records()).toEqual([]);
    await tellAgain(story, 'dispatched');
    expect(await records()).toEqual([{ notice: 'accepted', channel: 'wechat', outcome: 'sent' }]);
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
