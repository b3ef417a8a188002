import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitSmsParam } from '#domain/feedback/sms-params.ts';
import { brokenLimit, FIELD_TYPES, fitField } from '#domain/feedback/wechat-fields.ts';
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

/** What each type may hold, and what it may not; the platform's fake says the same by its own rules. */
const holds: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['thing1', ['好', '一'.repeat(20), '𠮷'.repeat(20), 'A1,。'], ['一'.repeat(21), '', ' ', '上\n下']],
  ['character_string1', ['XA2026112300000018', 'x'.repeat(32), '+-/#'], ['工单1', 'x'.repeat(33)]],
  ['phrase1', ['已受理', '正在办理中'], ['正在办理中了', 'done', '已受理!', '已受理1']],
  ['letter1', ['abc', 'A'.repeat(32)], ['a1', 'a b', 'A'.repeat(33), '字']],
  ['number1', ['1', '-1.5', '1'.repeat(32)], ['1'.repeat(33), '1a', '一', '1.']],
  ['symbol1', ['!', '¥%&'], ['!!!!!!', 'a', '字']],
  ['name1', ['张三', '张'.repeat(10), 'Zhang San'], ['张'.repeat(11), 'Z'.repeat(21), '张3', '张Zhangsan San']],
  ['phone_number1', ['12345', '+86-0715-8322345', '(0715) 8322345'], ['1'.repeat(18), '电话12345']],
  ['car_number1', ['鄂L12345', '粤A8Z888挂'], ['鄂L1234567890']],
  ['amount1', ['¥100', '1234567890.50', '100元'], ['一百', '12345678901', '元']],
  ['time1', ['15:01', '15:01:30', '2026年11月23日 15:01'], ['2026-11-23T15:01:00+08:00', '25:01', '下午']],
  ['date1', ['2026年11月23日', '2026年11月23日 15:01'], ['11月', '15:01', '2026年11月23日下午']],
];

describe('limits by type', () => {
  it.each(holds)('%s', (key, good, bad) => {
    for (const value of good) {
      expect(brokenLimit(key, value), value).toBeUndefined();
      expect(fieldProblem({ [key]: { value } }), value).toBeUndefined();
    }
    for (const value of bad) expect(brokenLimit(key, value), value).toBeTypeOf('string');
  });

  it('covers every type', () => {
    expect(holds.map(([key]) => key.replace(/\d+$/, '')).toSorted()).toEqual(FIELD_TYPES.toSorted());
  });

  it('time and date also take a period', () => {
    expect(brokenLimit('time1', '15:01~16:00')).toBeUndefined();
    expect(brokenLimit('date1', '2026年11月23日~2026年11月24日')).toBeUndefined();
  });
});

/** Types of which any text can be made a value; a time can't be made of words. */
const FITTING = ['thing1', 'character_string1', 'phrase1', 'letter1', 'symbol1', 'phone_number1', 'name1'];

it.each(FITTING)('%s: whatever is put in comes out as the platform takes it', (key) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const value = fitField(key, text);
      if (value === '-') return;
      expect(fieldProblem({ [key]: { value } })).toBeUndefined();
      expect(brokenLimit(key, value)).toBeUndefined();
    }),
  );
});

it('what is right already stays as it is', () => {
  for (const [key, good] of holds) for (const value of good) expect(fitField(key, value)).toBe(value);
});

it('an SMS parameter is short and never empty', () => {
  expect(fitSmsParam(' ')).toBe('-');
  expect(fitSmsParam('上\n下')).toBe('上 下');
  expect([...fitSmsParam('长'.repeat(30))]).toHaveLength(20);
});
