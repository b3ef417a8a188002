import { describe, expect, it } from 'vitest';
import { type BoardReplySource, boardReply } from '#domain/feedback/board-reply.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { BoardReply } from '#infra/local/platforms/board.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import { citizen, dispatcher, register, Story, system, unit } from '#test/support/ticket-world.ts';

const posted = (changes: Partial<IntakeRequest> = {}): Partial<IntakeRequest> => ({
  channel: 'website',
  board: { messageId: 'm-1', publicConsent: true },
  ...changes,
});
const TITLE = '张三丰反映路灯坏了';
const CONTENT =
  '我叫张三丰，电话13812345678，住西大街3栋502室，车牌鄂L12345，身份证422301199001011234。路灯坏了半个月。';
const MASKED = { title: '***反映路灯坏了', content: '路灯坏了半个月，电话***。' };
const request = (masked?: typeof MASKED): NonNullable<BoardReplySource['request']> => ({
  kind: 'request',
  title: TITLE,
  content: CONTENT,
  attachments: [],
  recordings: [],
  ...(masked === undefined ? {} : { masked }),
});

/** What the board is told at the first event of that type. The built-in board judges every reply. */
function reply(story: Story, type: string, changes: Partial<BoardReplySource> = {}) {
  const event = story.events.find((each) => each.type === type)!;
  const said = boardReply({
    event,
    ticket: fold(story.events.filter(({ seq }) => seq <= event.seq))!,
    own: `区里的话:${type}`,
    messageId: 'm-1',
    department: '官埠桥镇',
    answer: '张三丰您好，已修好，可拨打13812345678核实。',
    request: request(),
    callerName: '张三丰',
    callerPhone: '+8613812345678',
    callerEnterprise: { name: '测试甲乙丙有限公司' },
    held: false,
    ...changes,
  });
  expect(BoardReply.parse(said)).toEqual(said);
  return said;
}

const owner = unit('guanbuqiao');
const registered = (changes?: Partial<IntakeRequest>) => new Story().give(register(posted(changes)), system);
const answered = (changes?: Partial<IntakeRequest>) =>
  registered(changes)
    .give({ command: 'sign' }, owner)
    .give({ command: 'accept' }, owner)
    .give({ command: 'reply', resultCode: 'solved', handling: '内部', publicAnswer: '已修好' }, owner)
    .give({ command: 'review', approve: true, reason: '清楚' }, dispatcher);
const closed = (changes?: Partial<IntakeRequest>) =>
  answered(changes).give({ command: 'close', reason: '满意' }, dispatcher);
const atDesk = (changes?: Partial<IntakeRequest>) =>
  new Story().give(register(posted(changes), { disposition: 'desk', owner: 'hotline' }), system);

describe('each event has its state', () => {
  it('accepted: the district’s text, for the writer alone, even if an answer lies about', () => {
    expect(reply(closed(), 'dispatched')).toEqual({
      messageId: 'm-1',
      version: 2,
      ticketNo: 'XA2026112300000018',
      state: 'accepted',
      replyContent: '区里的话:dispatched',
      replyDepartment: '官埠桥镇',
      replyDate: '2026-11-23T09:00:00.000+08:00',
      replyFiles: [],
      isPublic: false,
    });
  });

  it('answered and closed: the answer, versions growing', () => {
    const story = closed();
    const first = reply(story, 'answerApproved');
    const last = reply(story, 'closed');
    expect(first).toMatchObject({ state: 'answered', replyContent: '张**您好，已修好，可拨打138****5678核实。' });
    expect(last).toMatchObject({ state: 'closed', replyContent: first.replyContent, replyDate: first.replyDate });
    expect(last.version).toBeGreaterThan(first.version);
  });

  it('a direct answer is an answer', () => {
    const story = atDesk().give(
      { command: 'directClose', resultCode: 'explained', publicAnswer: '可以', reason: '咨询' },
      dispatcher,
    );
    expect(reply(story, 'directClosed')).toMatchObject({ state: 'answered', isPublic: true });
  });

  it('denied: with the lawful way, never public', () => {
    const story = atDesk().give({ command: 'refuse', lawfulRoute: '向法院起诉', reason: '已诉讼' }, dispatcher);
    const said = reply(story, 'notAccepted', { own: '请向法院起诉' });
    expect(said).toMatchObject({
      state: 'denied',
      denyReason: '向法院起诉',
      replyContent: '请向法院起诉',
      isPublic: false,
    });
    expect(said).not.toHaveProperty('question');
  });

  it('withdrawn: the request was cancelled', () => {
    const story = registered().give({ command: 'withdraw' }, citizen);
    expect(reply(story, 'cancelled', { answer: undefined })).toMatchObject({ state: 'withdrawn', isPublic: false });
  });

  it('reworked: accepted again, and the answer that was shown is taken back', () => {
    const story = answered().give({ command: 'rework', reason: '未解决' }, dispatcher);
    expect(reply(story, 'reworkOrdered', { answer: undefined })).toMatchObject({
      state: 'accepted',
      replyContent: '区里的话:reworkOrdered',
      isPublic: false,
    });
  });

  it('of anything else nobody is told', () => {
    expect(() => reply(closed(), 'signed')).toThrow(RangeError);
  });
});

describe('what everybody may read', () => {
  it('the question beside the answer, without anybody’s name, number, plate or door', () => {
    const { question, isPublic } = reply(answered(), 'answerApproved');
    expect(isPublic).toBe(true);
    expect(question?.title).toBe('张**反映路灯坏了');
    expect(question?.content).toContain('路灯坏了半个月');
    expect(question?.content).toMatch(/^我叫张\*\*，电话138\*\*\*\*5678，住西大街/);
    for (const secret of ['张三丰', '13812345678', '502', '鄂L12345', '422301199001011234']) {
      expect(JSON.stringify(question)).not.toContain(secret);
    }
  });

  it('a name that the writer only told in the text', () => {
    const said = reply(answered(), 'answerApproved', { callerName: undefined });
    expect(JSON.stringify(said)).not.toContain('张三丰');
    expect(said.replyContent).toMatch(/^张\*\*您好/);
  });

  it.each([
    ['no consent', { ...posted(), board: { messageId: 'm-1', publicConsent: false } }, {}],
    ['held back by the content check', {}, { held: true }],
    ['no approved answer any more', {}, { answer: undefined }],
  ] as const)('nothing: %s', (_why, changes, source) => {
    for (const type of ['answerApproved', 'closed']) {
      const said = reply(closed(changes), type, source);
      expect(said.isPublic).toBe(false);
      expect(said).not.toHaveProperty('question');
    }
  });

  it.each(['confidential', 'anonymous'] as const)('%s: the discreet copy, or no question at all', (flag) => {
    const story = answered({ [flag]: true });
    expect(reply(story, 'answerApproved', { request: request(MASKED) }).question).toEqual(MASKED);
    const without = reply(story, 'answerApproved');
    expect(without).toMatchObject({ isPublic: true });
    expect(without).not.toHaveProperty('question');
  });

  it.each(['confidential', 'anonymous'] as const)('%s: not even the surname in the answer', (flag) => {
    const answer =
      '测试甲乙丙公司的张先生（张三丰）您好，已致电138、1234、5678，咨询电话0715-8322345，另询13912345678。';
    expect(reply(answered({ [flag]: true }), 'answerApproved', { answer }).replyContent).toBe(
      '***公司的***（***）您好，已致电***，咨询电话0715-8322345，另询139****5678。',
    );
  });

  it('the name without its title, the number in whatever writing', () => {
    const content = '张三丰，投诉电话0715、8322345，尾号2345，路灯坏了';
    const said = reply(answered(), 'answerApproved', {
      callerName: '张三丰先生',
      callerPhone: '+867158322345',
      request: { ...request(), title: '路灯', content },
    });
    expect(said.question?.content).toBe('张**，投诉电话***，尾号***，路灯坏了');
  });

  it('no question after its words were erased', () => {
    expect(reply(answered(), 'answerApproved', { request: undefined })).not.toHaveProperty('question');
  });
});

it.each([
  ['字'.repeat(2000), '字'.repeat(2000)],
  ['字'.repeat(2001), `${'字'.repeat(1999)}…`],
  [`字${'🚰'.repeat(1100)}`, `字${'🚰'.repeat(999)}…`],
  ['🚰'.repeat(1100), `${'🚰'.repeat(999)}…`],
])('an answer too long for the board is cut, never within a character', (answer, replyContent) => {
  expect(reply(answered(), 'answerApproved', { answer }).replyContent).toBe(replyContent);
});
