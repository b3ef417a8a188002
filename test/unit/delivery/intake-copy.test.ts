/** From the form to the department: the masked copy is made at the door and reaches the ticket's text unchanged. */
import { describe, expect, it } from 'vitest';
import { decide } from '#domain/ticket/decide.ts';
import { toIntakeRequest } from '#functions/shared/intake-request.ts';
import { IntakeRequest, PhoneRequest, WebsiteRequest, WechatRequest } from '#schemas/intake.ts';
import { TicketText } from '#schemas/ticket.ts';
import { context, register, system } from '#test/support/ticket-world.ts';

const made = {
  ticketNo: 'XA2026112300000018',
  receivedAt: '2026-11-23T08:59:00.000+08:00',
  callerToken: 't',
  queryKeyId: 'k',
  danger: false,
};
const words = {
  channelRef: 'r-1',
  kind: 'report',
  title: '张三举报老板',
  content: '我叫张三，电话１３８ １２３４ ５６７８（张先生），示例建设有限公司拖欠工资',
  place: { text: '某小区3栋502室' },
  attachments: [{ name: '张三.jpg', url: 'https://files.example.cn/1' }],
};
const masked = {
  title: '***举报老板',
  content: '我叫***，电话***（***），示例建设有限公司拖欠工资',
  placeText: '某小区***室',
  attachmentNames: ['***.jpg'],
};
const phone = (caller: object, from = '13812345678') =>
  toIntakeRequest(
    {
      channel: 'phone',
      body: PhoneRequest.parse({ ...words, caller, call: { callId: 'c', caller: from, agentId: 'a' } }),
    },
    made,
  );

describe('the copy for the department', () => {
  it.each([
    ['confidential', phone({ name: '张三', phone: '+86 138-1234-5678', confidential: true })],
    ['confidential, number seen by the exchange', phone({ name: '张三', confidential: true })],
    ['anonymous, with a name on the form', phone({ name: '张三', anonymous: true })],
  ])('%s', (_, request) => {
    expect(IntakeRequest.parse(request)).toEqual(request);
    expect(request.masked).toEqual(masked);
    // The hotline keeps every word.
    expect(request.content).toBe(words.content);
  });

  it('hides the enterprise that asks for discretion', () => {
    const enterprise = { name: '示例建设有限公司' };
    const { masked: copy } = phone({ name: '张三', confidential: true, enterprise });
    expect(copy?.content).toBe('我叫***，电话***（***），***拖欠工资');
  });

  it('knows landlines and foreign numbers', () => {
    const body = (content: string, number: string) =>
      WebsiteRequest.parse({
        ...words,
        content,
        caller: { name: '李', phone: number, confidential: true },
        board: { messageId: 'm-1', publicConsent: false },
      });
    const copyOf = (content: string, number: string) =>
      toIntakeRequest({ channel: 'website', body: body(content, number) }, made).masked?.content;
    expect(copyOf('我的座机(0715)8322345或8322345', '0715-8322345')).toBe('我的座机(***或***');
    expect(copyOf('我的号码9123 4567，李女士', '+852 9123 4567')).toBe('我的号码9123 4567，***');
    expect(copyOf('我的号码+852 9123 4567', '+852 9123 4567')).toBe('我的号码+***');
  });

  it('goes by patterns where the form has no name', () => {
    const body = WechatRequest.parse({ ...words, caller: { anonymous: true } });
    const request = toIntakeRequest({ channel: 'wechat', body, openid: 'o' }, made);
    // The name that the text itself tells is hidden everywhere.
    expect(request.masked).toEqual(masked);
  });

  it('is made for nobody else', () => {
    expect(phone({ name: '张三' })).not.toHaveProperty('masked');
  });

  it('lies in the ticket’s text', () => {
    const outcome = decide(undefined, register({ confidential: true, masked }), system, context());
    if (!outcome.ok) throw new Error('refused');
    const text = outcome.texts[0]?.text;
    expect(TicketText.parse(text)).toMatchObject({ kind: 'request', masked });
  });
});
