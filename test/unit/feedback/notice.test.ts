import { describe, expect, it } from 'vitest';
import { boardReply, chinaTime, fill, noticeOf, promisedBy, waysTo } from '#domain/feedback/notice.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { BoardReply } from '#infra/local/platforms/board.ts';
import type { Texts } from '#schemas/district.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import { dispatcher, register, Story, storyUntil, system } from '#test/support/ticket-world.ts';

const notice = (name: string) => ({
  sms: `短信${name}`,
  wechat: `微信${name}`,
  website: `{department}${name}{ticketNo}`,
});
const texts: Texts = {
  dangerNotice: '{numbers}',
  accepted: { ...notice('受理'), website: '已受理({ticketNo}),由{department}办理,{deadline}前答复' },
  answered: notice('答复'),
  closed: notice('办结'),
  notAccepted: { ...notice('不予受理'), website: '请{route}' },
};
const board: Partial<IntakeRequest> = { channel: 'website', board: { messageId: 'm-1', publicConsent: true } };
const at = (story: Story, type: string) => story.events.find((event) => event.type === type)!;

describe('which event says what', () => {
  it('accepted once, answered, closed; the rest is not for the citizen', () => {
    const story = storyUntil('CLOSED');
    expect(story.events.flatMap((event) => noticeOf(event)?.notice ?? [])).toEqual(['accepted', 'answered', 'closed']);
  });

  it('not again when the ticket goes to another unit', () => {
    const story = storyUntil('AWAIT_SIGN').give({ command: 'assign', owner: 'renshe', reason: '改派' }, dispatcher);
    expect(story.events.filter((event) => event.type === 'dispatched').map(noticeOf)).toEqual([
      { notice: 'accepted', text: 'accepted' },
      undefined,
    ]);
  });

  it('accepted when the desk finds the owner', () => {
    const story = new Story().give(register({}, { disposition: 'desk', owner: 'hotline' }), system);
    expect(noticeOf(story.events[1]!)).toBeUndefined();
    story.give({ command: 'assign', owner: 'renshe', reason: '派单' }, dispatcher);
    expect(noticeOf(story.events[2]!)).toEqual({ notice: 'accepted', text: 'accepted' });
  });

  it('a refusal and a direct answer count as answers', () => {
    const desk = () => new Story().give(register({}, { disposition: 'desk', owner: 'hotline' }), system);
    const refused = desk().give({ command: 'refuse', lawfulRoute: '向法院起诉', reason: '已诉讼' }, dispatcher);
    expect(noticeOf(refused.events[2]!)).toEqual({ notice: 'answered', text: 'notAccepted' });
    const direct = desk().give(
      { command: 'directClose', resultCode: 'explained', publicAnswer: '可以办理', reason: '咨询' },
      dispatcher,
    );
    expect(noticeOf(direct.events[2]!)).toEqual({ notice: 'answered', text: 'answered' });
  });
});

describe('by which way', () => {
  const known = { openid: 'o1', phone: '+8613812345678' };
  const ticket = (changes: Partial<IntakeRequest>) => new Story().give(register(changes), system).is;
  it.each([
    ['phone', {}, known, ['sms']],
    ['phone', { anonymous: true }, known, []],
    ['phone', {}, undefined, []],
    ['phone', {}, {}, []],
    ['wechat', {}, known, ['wechat', 'sms']],
    ['wechat', {}, { openid: 'o1' }, ['wechat']],
    ['wechat', { anonymous: true }, known, ['wechat']],
    ['wechat', {}, { phone: known.phone }, ['sms']],
    ['website', board, known, ['website']],
    ['website', {}, known, []],
  ] as const)('%s %j %j → %j', (channel, changes, caller, ways) => {
    expect(waysTo(ticket({ ...changes, channel }), caller).map(({ way }) => way)).toEqual(ways);
  });
});

describe('the board’s reply', () => {
  const reply = (story: Story, type: string, answer?: string) => {
    const event = at(story, type);
    const ticket = fold(story.events.filter(({ seq }) => seq <= event.seq))!;
    const said = boardReply({
      event,
      ticket,
      ...noticeOf(event)!,
      texts,
      messageId: 'm-1',
      department: '官埠桥镇',
      answer,
    });
    expect(BoardReply.parse(said)).toEqual(said);
    return said;
  };
  const closedStory = () => {
    const story = new Story().give(register(board), system);
    const owner = { kind: 'department', id: 'guanbuqiao' } as const;
    return story
      .give({ command: 'sign' }, owner)
      .give({ command: 'accept' }, owner)
      .give({ command: 'reply', resultCode: 'solved', handling: '内部', publicAnswer: '已发放' }, owner)
      .give({ command: 'review', approve: true, reason: '清楚' }, dispatcher)
      .give({ command: 'close', reason: '满意' }, dispatcher);
  };

  it('accepted: never public, with deadline', () => {
    expect(reply(closedStory(), 'dispatched')).toEqual({
      messageId: 'm-1',
      version: 2,
      ticketNo: 'XA2026112300000018',
      state: 'accepted',
      replyContent: '已受理(XA2026112300000018),由官埠桥镇办理,2026年11月30日 17:30前答复',
      replyDepartment: '官埠桥镇',
      replyDate: '2026-11-23T09:00:00.000+08:00',
      isPublic: false,
    });
  });

  it('answered and closed: the answer, public with consent, versions growing', () => {
    const story = closedStory();
    const answered = reply(story, 'answerApproved', '已发放');
    const closed = reply(story, 'closed', '已发放');
    expect(answered).toMatchObject({ state: 'answered', replyContent: '已发放', isPublic: true });
    expect(closed).toMatchObject({ state: 'closed', replyContent: '已发放', isPublic: true });
    expect(closed.version).toBeGreaterThan(answered.version);
  });

  it('not public without consent', () => {
    const quiet = new Story().give(
      register(
        { channel: 'website', board: { messageId: 'm-1', publicConsent: false } },
        { disposition: 'desk', owner: 'hotline' },
      ),
      system,
    );
    quiet.give({ command: 'refuse', lawfulRoute: '向法院起诉', reason: '已诉讼' }, dispatcher);
    expect(reply(quiet, 'notAccepted')).toMatchObject({
      state: 'answered',
      replyContent: '请向法院起诉',
      isPublic: false,
    });
  });
});

it('fills what it knows and leaves no braces', () => {
  expect(fill('工单{ticketNo}由{department}办理{deadline}', { ticketNo: 'X', department: '某局' })).toBe(
    '工单X由某局办理',
  );
});

it('promises by the finish clock, else by what ends last, else nothing', () => {
  expect(promisedBy(storyUntil('AWAIT_SIGN').is)).toBe('2026年11月30日 17:30');
  expect(promisedBy(storyUntil('AWAIT_VISIT').is)).toMatch(/^2026年11月26日 /);
  expect(promisedBy(storyUntil('CLOSED').is)).toBeUndefined();
});

it('writes times as people in China read them', () => {
  expect(chinaTime('2026-11-23T07:01:00Z')).toBe('2026年11月23日 15:01');
  expect(chinaTime('2026-01-03T23:30:00+08:00')).toBe('2026年1月3日 23:30');
});
