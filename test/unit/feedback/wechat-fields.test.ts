import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitField, messageData, smsParameter } from '#domain/feedback/wechat-fields.ts';
import { fieldProblem } from '#infra/local/platforms/wechat-fields.ts';

describe('values are made to fit', () => {
  it.each([
    ['thing2', '诉求已答复', '诉求已答复'],
    ['thing2', '一二三四五六七八九十一二三四五六七八九十', '一二三四五六七八九十一二三四五六七八九十'],
    ['thing2', '一二三四五六七八九十一二三四五六七八九十一', '一二三四五六七八九十一二三四五六七八九…'],
    ['thing2', `${'𠮷'.repeat(21)}`, `${'𠮷'.repeat(19)}…`],
    ['thing2', '  ', '-'],
    ['character_string1', '工单XA2026', 'XA2026'],
    ['character_string1', '工单', '-'],
    ['character_string1', 'x'.repeat(40), 'x'.repeat(32)],
    ['phrase3', '正在办理中了', '正在办理中'],
    ['phrase3', 'done', '无'],
    ['name1', '爱新觉罗欧阳司马上官诸葛', '爱新觉罗欧阳司马上官'],
    ['name1', 'a'.repeat(30), 'a'.repeat(20)],
    ['phone_number1', '电话0715-8322345', '0715-8322345'],
    ['number1', '1'.repeat(40), '1'.repeat(32)],
    ['letter1', 'ab1', 'ab'],
    ['symbol1', '!!!!!!!', '!!!!!'],
    ['time4', '2026年11月23日 15:01', '2026年11月23日 15:01'],
    ['date4', '2026年11月23日', '2026年11月23日'],
  ])('%s: %s → %s', (key, value, fitted) => {
    expect(fitField(key, value)).toBe(fitted);
  });

  it.each(['thing', 'foo1', '1', ''])('refuses the key %j, which no template can have', (key) => {
    expect(() => fitField(key, 'x')).toThrow(RangeError);
  });
});

it('whatever ticket and department: the platform takes the message', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.string(),
      (status, department, ticketNo) => {
        const data = messageData({ ticketNo, status, department, time: '2026年11月23日 15:01' });
        expect(fieldProblem(data)).toBeUndefined();
      },
    ),
  );
});

it('an SMS parameter is short and never empty', () => {
  expect(smsParameter(' ')).toBe('-');
  expect([...smsParameter('长'.repeat(30))]).toHaveLength(20);
});
