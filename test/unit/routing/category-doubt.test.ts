/** 类别存疑: a category by hand is kept, and flagged when the words speak of another matter. */
import { describe, expect, test } from 'vitest';
import type { ReadText } from '#domain/routing/choose-row.ts';
import { route } from '#domain/routing/route.ts';
import { loadDistrict } from '#infra/district.ts';
import { register, Story, system } from '#test/support/ticket-world.ts';

const district = loadDistrict('xianan');
const says =
  (...ranked: [label: string, probability: number][]): ReadText =>
  () =>
    ranked.map(([label, probability]) => ({ label, probability }));
const LAMP = { kind: 'complaint', title: '路灯坏了', content: '门口路灯不亮,路灯杆也歪了' } as const;
const VAGUE = { kind: 'complaint', title: '', content: '天黑看不见脚下' } as const;

describe('a given category', () => {
  test('that fits is kept without a word', () => {
    for (const read of [undefined, says(['09.1', 0.95], ['03.1', 0.05])]) {
      expect(route({ ...LAMP, category: '09.1' }, district, read).categoryDoubt).toBeUndefined();
      expect(route({ ...LAMP, category: '09' }, district, read).categoryDoubt).toBeUndefined();
    }
  });

  test('that the keywords contradict is kept and flagged', () => {
    const decided = route({ ...LAMP, category: '03.1' }, district);
    expect(decided).toMatchObject({
      owner: 'yibao',
      categoryCode: '03.1',
      categoryDoubt: { code: '09.1', by: 'keywords' },
    });
    expect(decided.trace.evidence.some((line) => line.startsWith('类别存疑:文字更像 09.1'))).toBe(true);
  });

  test('a class without sub-class is flagged as well', () => {
    expect(route({ ...LAMP, category: '03' }, district)).toMatchObject({ categoryDoubt: { code: '09.1' } });
  });

  test('is not doubted by keywords against a model that believes it', () => {
    const read = says(['03.1', 0.6], ['09.1', 0.4]);
    expect(route({ ...LAMP, category: '03.1' }, district, read).categoryDoubt).toBeUndefined();
  });

  test('is flagged by a sure model where no keyword speaks, and by no other', () => {
    const doubt = (...ranked: [string, number][]) =>
      route({ ...VAGUE, category: '03.1' }, district, says(...ranked)).categoryDoubt;
    expect(doubt(['09.1', 0.6], ['09.3', 0.38], ['03.1', 0.02])).toEqual({ code: '09.1', by: 'model' });
    expect(doubt(['09.1', 0.6], ['03.1', 0.1], ['07.1', 0.3])).toBeUndefined();
    expect(doubt(['09.1', 0.6], ['07.1', 0.4])).toBeUndefined();
  });

  test('that nobody knows is no choice to doubt', () => {
    const decided = route({ ...LAMP, category: '99.9' }, district);
    expect(decided.categoryDoubt).toBeUndefined();
    expect(decided.categoryCode).toBe('09.1');
  });
});

test('the ticket goes on and stands on the list of what the desk should look at', () => {
  const story = new Story().give(register({}, { categoryDoubt: { code: '09.1', by: 'keywords' } }), system);
  expect(story.is).toMatchObject({ status: 'AWAIT_SIGN', attention: ['category'] });
});
