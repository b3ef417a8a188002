/** From a polled message to the canonical request: what each board's way of writing becomes. */
import { describe, expect, test } from 'vitest';
import { requestOf } from '#functions/poller/message.ts';
import { boardSubmission, NO_WORDS } from '#functions/shared/board/message-text.ts';
import { callerRecord, toIntakeRequest } from '#functions/shared/intake-request.ts';
import { WebsiteRequest } from '#schemas/intake.ts';

const MESSAGE = { messageId: 'm-1', title: '路灯', content: '坏了' };
const made = (changes: object): WebsiteRequest => {
  const result = requestOf({ ...MESSAGE, ...changes });
  if ('fault' in result) throw new Error(result.fault);
  expect(WebsiteRequest.parse(result.request)).toEqual(result.request);
  return result.request;
};

test('a message with all its fields', () => {
  const request = made({
    messageId: 202611230001,
    category: '城建类咨询',
    department: '住建局',
    name: '张三',
    phone: '138 0013 8000',
    title: '<b>路灯</b>',
    content: '<p>坏了</p><p>半个月</p>',
    attachments: [{ name: '照片.jpg', url: 'https://board.example/1.jpg', bytes: 1000, thumb: 'x' }],
    isPublicConsent: true,
    anonymous: false,
    submitTime: '2026-11-23 08:50:00',
    queryCode: 'SECRET-1',
    state: '待回复',
    replyContent: null,
  });
  expect(request).toEqual({
    channelRef: 'poll:202611230001',
    kind: 'consult',
    title: '路灯',
    content: '坏了\n\n半个月',
    caller: { name: '张三', phone: '138 0013 8000' },
    attachments: [{ name: '照片.jpg', url: 'https://board.example/1.jpg', bytes: 1000 }],
    board: {
      messageId: '202611230001',
      publicConsent: true,
      submittedAt: '2026-11-23T08:50:00.000+08:00',
      department: '住建局',
      category: '城建类咨询',
    },
  });
});

test('a message with nothing but a number and words asks for help, unpublished', () => {
  expect(made({})).toEqual({
    channelRef: 'poll:m-1',
    kind: 'help',
    title: '路灯',
    content: '坏了',
    board: { messageId: 'm-1', publicConsent: false },
  });
});

describe('what cannot be taken', () => {
  test.each([
    [null, 'noMessage'],
    ['text', 'noMessage'],
    [[], 'noMessage'],
    [{}, 'messageId'],
    [{ ...MESSAGE, messageId: '' }, 'messageId'],
    [{ ...MESSAGE, messageId: '留言/12' }, 'messageId'],
    [{ ...MESSAGE, messageId: 'x'.repeat(65) }, 'messageId'],
    [{ ...MESSAGE, messageId: '.' }, 'messageId'],
    [{ ...MESSAGE, messageId: '..' }, 'messageId'],
    [{ ...MESSAGE, messageId: 1e300 }, 'messageId'],
    [{ ...MESSAGE, messageId: { id: 1 } }, 'messageId'],
  ])('%j: %s', (message, fault) => {
    expect(requestOf(message)).toEqual({ fault });
  });
});

test('dots beside others are part of a number', () => {
  expect(made({ messageId: '2026..7.' }).board.messageId).toBe('2026..7.');
});

describe('what is mended', () => {
  test.each<[string, object, Partial<WebsiteRequest>]>([
    ['no title', { title: undefined }, { title: '坏了' }],
    ['no content', { content: null }, { content: '路灯' }],
    ['neither', { title: '', content: '<p></p>' }, { title: NO_WORDS, content: NO_WORDS }],
    ['a phone number that nobody can dial', { phone: '8221234', name: '张三' }, { caller: { name: '张三' } }],
    ['a phone number that is none', { phone: '无', name: '张三' }, { caller: { name: '张三' } }],
    ['a phone number of wide digits', { phone: '１３８００１３８０００' }, { caller: { phone: '13800138000' } }],
    ['a phone number as a number', { phone: 13800138000 }, { caller: { phone: '13800138000' } }],
    ['a long name', { name: '张'.repeat(60) }, { caller: { name: '张'.repeat(50) } }],
    ['a kind of ours', { kind: 'praise' }, { kind: 'praise' }],
    ['a kind in words', { kind: '投诉' }, { kind: 'complaint' }],
    ['a category in words', { category: '建言献策' }, { kind: 'suggestion' }],
    ['a kind of theirs', { kind: 'rant' }, { kind: 'help' }],
  ])('%s', (_what, changes, expected) => {
    const request = made(changes);
    for (const [field, value] of Object.entries(expected)) expect(request).toHaveProperty(field, value);
  });

  test('a title that is too long goes on in the text', () => {
    const title = '路灯'.repeat(80);
    const request = made({ title });
    expect(request.title).toBe(title.slice(0, 100));
    expect(request.content).toBe(`${title}\n坏了`);
  });

  test('a text that is too long is cut and says so, never within a character', () => {
    const { content } = made({ content: '🚰'.repeat(6000) });
    expect(content.length).toBeLessThanOrEqual(10_000);
    expect(content).toMatch(/🚰\n（原文过长，以下从略，全文见留言板）$/u);
    expect(content.isWellFormed()).toBe(true);
  });

  test('files that cannot be passed on are counted in the text', () => {
    const url = 'https://board.example/a.jpg';
    const files = [
      url,
      { url: 'http://board.example/b.jpg' },
      { url: '/c.jpg' },
      null,
      7,
      { url, bytes: -1, name: '<b>' },
    ];
    const few = made({ attachments: files });
    expect(few.attachments).toEqual([
      { name: '附件1', url },
      { name: '附件6', url },
    ]);
    expect(few.content).toBe('坏了\n（另有4个附件未能转交，请到留言板查看）');
    const many = made({ attachments: Array.from({ length: 12 }, () => url), content: '长'.repeat(20_000) });
    expect(many.attachments).toHaveLength(9);
    expect(many.content).toMatch(/从略，全文见留言板）\n（另有3个附件未能转交，请到留言板查看）$/);
    expect(many.content.length).toBeLessThanOrEqual(10_000);
  });

  test.each([
    ['2026-11-23T08:50:00+08:00', '2026-11-23T08:50:00.000+08:00'],
    ['2026-11-23T00:50:00Z', '2026-11-23T08:50:00.000+08:00'],
    ['2026-11-23 08:50:00', '2026-11-23T08:50:00.000+08:00'],
    ['2026/1/3 8:05', '2026-01-03T08:05:00.000+08:00'],
    [1_795_395_000, '2026-11-23T08:50:00.000+08:00'],
    [1_795_395_000_000, '2026-11-23T08:50:00.000+08:00'],
    ['1795395000', '2026-11-23T08:50:00.000+08:00'],
    ['2026-13-45 99:99:99', undefined],
    ['昨天', undefined],
    ['1970-01-01 00:00:00', undefined],
    [0, undefined],
    [null, undefined],
  ])('the time %j', (submitTime, submittedAt) => {
    expect(made({ submitTime }).board.submittedAt).toBe(submittedAt);
  });

  test.each([
    [true, true],
    ['1', true],
    [1, true],
    ['是', true],
    [false, false],
    ['0', false],
    ['也许', false],
    [undefined, false],
    [{}, false],
  ])('consent must be said: %j', (isPublicConsent, publicConsent) => {
    expect(made({ isPublicConsent }).board.publicConsent).toBe(publicConsent);
  });

  test.each([
    [undefined, undefined],
    [null, undefined],
    [false, undefined],
    ['0', undefined],
    ['', undefined],
    ['否', undefined],
    [true, true],
    [1, true],
    ['匿名', true],
    [{}, true],
  ])('anonymity must be denied: %j', (anonymous, expected) => {
    expect(made({ anonymous }).board.anonymous).toBe(expected);
  });
});

test('匿名发布 hides the writer from the department and leaves the hotline a way to reach them', () => {
  const body = made({ anonymous: true, name: '张三丰', phone: '13800138000', content: '我叫张三丰，路灯坏了' });
  const submission = boardSubmission(body);
  const request = toIntakeRequest(submission, {
    ticketNo: 'XA2026112300000018',
    receivedAt: '2026-11-23T09:00:00.000+08:00',
    callerToken: 't',
    queryKeyId: 'k',
    danger: false,
  });
  expect(request).toMatchObject({ confidential: true, anonymous: false });
  expect(JSON.stringify(request.masked)).not.toContain('张三丰');
  const caller = callerRecord(submission, { callerToken: 't', createdAt: '2026-11-23T09:00:00.000+08:00' });
  expect(caller).toMatchObject({ name: '张三丰', phone: '+8613800138000' });
});
