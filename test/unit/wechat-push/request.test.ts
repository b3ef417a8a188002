/** From a message to the canonical form: whatever a citizen writes is kept, and fits the contract. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toForm } from '#functions/wechat/push/request.ts';
import { WechatRequest } from '#schemas/intake.ts';

const text = (content: string) => toForm({ kind: 'text', openid: 'o1', msgId: '24665421354865412', content });
const image = (picUrl?: string) =>
  toForm({ kind: 'image', openid: 'o1', msgId: '7', ...(picUrl === undefined ? {} : { picUrl }) });

describe('text', () => {
  test('becomes a request for help, titled by its first thirty characters', () => {
    const content = `一单元楼道\n灯不亮${'，请维修'.repeat(10)}`;
    expect(text(content)).toEqual({
      channelRef: 'mp:24665421354865412',
      kind: 'help',
      title: [...content.replace('\n', ' ')].slice(0, 30).join(''),
      content,
    });
  });

  test('is mended, not refused: control characters, lone surrogates, length', () => {
    expect(text('\u0000灯\u0007坏\ufffe了\ud800 ')?.content).toBe('灯坏了\ufffd');
    expect(text('灯'.repeat(20_000))?.content).toHaveLength(10_000);
  });

  test('without a visible character is no request', () => {
    for (const content of ['', '  \n', '\u0000']) expect(text(content)).toBeUndefined();
  });

  test('any text at all makes a valid form, or none', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.constantFrom('\ud83d', '\udc00', ' ', '👨‍👩‍👧', '\u0000', '\ufdd0'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const form = text(pieces.join(''));
        if (form !== undefined) expect(WechatRequest.parse(form)).toEqual(form);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('image', () => {
  const plain = { channelRef: 'mp:7', kind: 'help', title: '[图片消息]', content: '[图片消息]' };

  test('keeps an address with TLS; that of the platform is asked for with TLS', () => {
    expect(image('https://pic.example/1')).toEqual({
      ...plain,
      attachments: [{ name: '图片', url: 'https://pic.example/1' }],
    });
    expect(image('http://mmbiz.qpic.cn/mmbiz_jpg/abc/0')?.attachments?.[0]).toHaveProperty(
      'url',
      'https://mmbiz.qpic.cn/mmbiz_jpg/abc/0',
    );
  });

  test('is a request without a picture where the address is none of these', () => {
    for (const url of [
      undefined,
      '',
      'this is a url',
      'http://pic.example/1',
      'http://qpic.cn.example/1',
      'javascript:1',
      `https://x/${'a'.repeat(2000)}`,
    ]) {
      expect(image(url)).toEqual(plain);
    }
  });
});
