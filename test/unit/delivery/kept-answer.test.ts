/** What stays of a department's words about its own failure. */
import { describe, expect, it, test } from 'vitest';
import { keptAnswer } from '#domain/delivery/kept-answer.ts';
import { answerText } from '#functions/shared/delivery/answer-text.ts';

const SENT = {
  names: ['张三丰'],
  texts: ['官埠桥镇某工地拖欠七名工人两个月工资。', 'https://files.example/a?sig=AbCdEf123456'],
};
const kept = (answer: string) => keptAnswer(answer, SENT);

describe('an answer', () => {
  it('stays when it speaks of the failure only', () => {
    expect(kept('{"code":500,"msg":"数据库连接失败","traceId":"7f3a"}')).toBe(
      '{"code":500,"msg":"数据库连接失败","traceId":"7f3a"}',
    );
    expect(kept('<h1>502 Bad Gateway</h1>\r\n<hr>nginx/1.20\n')).toBe('<h1>502 Bad Gateway</h1> <hr>nginx/1.20');
    expect(kept('')).toBe('');
  });

  it.each([
    ['提交人张三丰，电话13812345678，身份证422301199001011234', '提交人张**，电话***，身份证***'],
    ['电话：１３８ 1234 5678', '电话：***'],
    ['{"name":"\\u5f20\\u4e09\\u4e30","tel":"13812345678"}', '{"name":"张**","tel":"***"}'],
    ['{\\"name\\":\\"\\\\u5f20\\\\u4e09\\\\u4e30\\"}', '{\\"name\\":\\"张**\\"}'],
    ['&#24352;&#x4e09;&#20016; 13812345678', '张** ***'],
    ['name=%E5%BC%A0%E4%B8%89%E4%B8%B0', 'name=张**'],
  ])('loses people: %s', (answer, expected) => {
    expect(kept(answer)).toBe(expected);
  });

  it('loses what it quotes of our message, wherever it begins and ends', () => {
    expect(kept('字段 content 过长："官埠桥镇某工地拖欠七名工人两个月工资。"')).toBe('字段 content 过长："***"');
    expect(kept('…地拖欠七名工人两个…')).toBe('…***…');
    expect(kept('官埠桥镇某工地…拖欠七名工人')).toBe('***…***');
    expect(kept('GET https://files.example/a?sig=AbCdEf123456 failed')).toBe('GET *** failed');
    expect(kept('工地、工资')).toBe('工地、工资');
  });

  it.each([
    ['key whsec_AAAABBBBCCCC== is wrong', 'key *** is wrong'],
    [
      'expected v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= got v1sm3,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
      'expected *** got ***',
    ],
    ['Authorization: Bearer abc.def.ghi', '***'],
    ['got Bearer abc.def.ghi', 'got ***'],
    ['{"password":"hunter2","x":1}', '{"***","x":1}'],
    ['spring.datasource.password=hunter2&x=1', 'spring.datasource.***&x=1'],
    ['Cookie: JSESSIONID=1A2B', '***'],
  ])('loses keys: %s', (answer, expected) => {
    expect(kept(answer)).toBe(expected);
  });

  it('is cut at two thousand bytes, between characters', () => {
    expect(kept('x'.repeat(3000))).toHaveLength(2000);
    const chinese = kept('错'.repeat(3000));
    expect(Buffer.byteLength(chinese)).toBe(1998);
    expect(kept('𠮷'.repeat(3000))).toBe('𠮷'.repeat(500));
  });

  it('bears what is no text of this kind', () => {
    expect(kept('\\uZZZZ %E5%BC % &#99999999; &#x110000; \\ud800')).toContain('%E5%BC');
    expect(kept('a\0b\u0007c')).toBe('a b c');
  });
});

test('the bytes are read in the charset that the answer names', () => {
  const gbk = Buffer.from([0xca, 0xa7, 0xb0, 0xdc]);
  expect(answerText(gbk, 'text/html; charset=GBK')).toBe('失败');
  expect(answerText(gbk, 'text/html; charset="gb18030"')).toBe('失败');
  expect(answerText(Buffer.from('失败'), 'text/plain; charset=nonsense')).toBe('失败');
  expect(answerText(Buffer.from('失败'), undefined)).toBe('失败');
  // Cut in the middle of a character.
  expect(answerText(Buffer.from('很久很久以前的失败').subarray(0, -1), undefined)).toMatch(/^很久很久以前的失/);
  expect(answerText(Buffer.from([0, 1, 2, 0xff, 0xfe, 0, 0, 0]), 'application/octet-stream')).toBe('');
});
