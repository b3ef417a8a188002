/** What is left of receipts and texts: no word of anybody, and everything that a replay needs. */
import { expect, test } from 'vitest';
import { filesOf, receiptWithout, textWithoutFiles } from '#domain/retention/without.ts';
import type { TicketText } from '#schemas/ticket.ts';

const receipt = {
  pk: 'R#phone#call-1',
  ticketNo: 'XA2026112300000018',
  bodyHash: 'hash',
  callerHash: 'caller',
  phoneHash: 'number',
  receivedAt: '2026-11-23T09:00:00.000+08:00',
  request: {
    channel: 'phone',
    kind: 'help',
    title: '标题',
    content: '内容',
    place: { text: '地点' },
    masked: { title: '标*', content: '内*', attachmentNames: ['照*'] },
    call: { callId: 'c-1', agentId: 'a-1', recordings: [{ id: 'r', url: 'https://example.org/录音' }] },
    attachments: [{ name: '照片', url: 'https://example.org/照片' }],
    callerHash: 'caller',
  },
};
const addition = { pk: 'R#wechat#m-1', addition: { channelRef: 'm-1', text: '补充', recordings: [], attachments: [] } };
const text: TicketText = {
  kind: 'request',
  title: '标题',
  content: '内容',
  attachments: [
    { name: '照片', key: 'kept/a/0', type: 'image/png', bytes: 9 },
    { name: '链接', url: 'https://example.org/a' },
  ],
  recordings: [{ id: 'r', url: 'https://example.org/r' }],
  masked: { title: '标*', content: '内*', attachmentNames: ['照*'] },
};

test('identity: nothing leads from a caller to the request', () => {
  const left = JSON.stringify(receiptWithout(receipt, ['identity']));
  expect(left).not.toMatch(/callerHash|phoneHash/);
  expect(left).toContain('内容');
});

test('attachments: no file, link or recording', () => {
  const left = JSON.stringify(receiptWithout(receipt, ['attachments']));
  expect(left).not.toMatch(/照片|录音|照\*/);
  expect(left).toContain('c-1');
  expect(receiptWithout(addition, ['attachments'])).toEqual({
    ...addition,
    addition: { channelRef: 'm-1', text: '补充' },
  });
});

test('words: the key, the number and the hash that tells a replay stay', () => {
  const { request: _, ...head } = receipt;
  const left = receiptWithout(receipt, ['words']);
  expect(left).toMatchObject(head);
  expect(JSON.stringify(left)).not.toMatch(/标题|内容|地点|照片|标\*|录音|a-1/);
  expect(receiptWithout(addition, ['words'])).toEqual({ ...addition, addition: { channelRef: 'm-1' } });
});

test('the same again changes nothing, and what was not there does not come', () => {
  const once = receiptWithout(receipt, ['identity', 'attachments', 'words']);
  expect(JSON.stringify(receiptWithout(once, ['identity', 'attachments', 'words']))).toBe(JSON.stringify(once));
  expect(receiptWithout({ pk: 'R#phone#2' }, ['identity', 'attachments', 'words'])).toEqual({ pk: 'R#phone#2' });
});

test('a text keeps its words and loses files, their names and recordings', () => {
  expect(filesOf(text)).toEqual(['kept/a/0']);
  expect(textWithoutFiles(text)).toEqual({
    kind: 'request',
    title: '标题',
    content: '内容',
    attachments: [],
    recordings: [],
    masked: { title: '标*', content: '内*' },
  });
  const note: TicketText = {
    kind: 'note',
    text: '补充',
    attachments: [{ name: '照片', key: 'kept/b/0', type: 'image/png', bytes: 9 }],
  };
  expect([filesOf(note), textWithoutFiles(note)]).toEqual([['kept/b/0'], { kind: 'note', text: '补充' }]);
  const answer: TicketText = { kind: 'answer', internal: '内部', public: '答复' };
  expect([filesOf(answer), textWithoutFiles(answer)]).toEqual([[], answer]);
});
