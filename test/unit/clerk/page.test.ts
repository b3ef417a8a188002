/** What the clerk's page computes by itself: what is left of a deadline, and what a typed code means. */
import { describe, expect, test } from 'vitest';
import { ACTS, commandValue } from '#functions/clerk/page/acts.ts';
import { isCode, tidyCode } from '#functions/clerk/page/code.ts';
import { leftInWords, momentInWords, pressureOf } from '#functions/clerk/page/time.ts';
import { foldTyped } from '#functions/shared/crockford.ts';
import { ClerkAct, ClerkCommand } from '#schemas/clerk.ts';

const DUE = Date.parse('2026-11-24T17:30:00+08:00');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a deadline', () => {
  test.each([
    [72 * HOUR, '还剩 3 天'],
    [49 * HOUR + 59 * MINUTE, '还剩 2 天 1 小时'],
    [24 * HOUR, '还剩 1 天'],
    [3 * HOUR + 20 * MINUTE, '还剩 3 小时 20 分'],
    [2 * HOUR, '还剩 2 小时'],
    [59 * MINUTE + 59_000, '还剩 59 分钟'],
    [30_000, '还剩 不到 1 分钟'],
    [0, '已超过 不到 1 分钟'],
    [-26 * HOUR, '已超过 1 天 2 小时'],
  ])('%i ms before it is told as %s', (left, words) => {
    expect(leftInWords(DUE - left, DUE)).toBe(words);
  });

  test('is as pressing as the office’s own warnings say', () => {
    const at = (now: number) => pressureOf(now, 300, 100, 200);
    expect([0, 99, 100, 199, 200, 299, 300, 900].map(at)).toEqual([
      'calm',
      'calm',
      'soon',
      'soon',
      'urgent',
      'urgent',
      'over',
      'over',
    ]);
  });

  test('is told on the office’s wall clock, also across midnight and the year', () => {
    expect(momentInWords(DUE)).toBe('11月24日（周二）17:30');
    expect(momentInWords(Date.parse('2026-12-31T23:59:00+08:00'))).toBe('12月31日（周四）23:59');
    expect(momentInWords(Date.parse('2026-12-31T16:00:00Z'))).toBe('1月1日（周五）00:00');
  });
});

describe('a code', () => {
  test('is read as the server reads it, whatever was typed', () => {
    for (const typed of [' 7k3m9-p2qxt 4v6wy-z8a1b ', 'oilOIL0', '', '7K3M9P2QXT4V6WYZ8A1B', '７K3']) {
      expect(tidyCode(typed)).toBe(foldTyped(typed));
    }
    expect(isCode(tidyCode('7k3m9-p2qxt 4v6wy-z8alb'))).toBe(true);
    for (const wrong of ['', '7K3M9P2QXT4V6WYZ8A1', '7K3M9P2QXT4V6WYZ8A1B0', '7K3M9P2QXT4V6WYZ8A1U']) {
      expect(isCode(wrong)).toBe(false);
    }
  });
});

describe('a form', () => {
  const choices = {
    results: [{ code: 'solved', name: '已解决' }],
    returnReasons: [{ code: 'notOurDuty', name: '不属于本单位职责' }],
    units: [{ code: 'renshe', name: '区人社局' }],
  };

  test.each(ClerkAct.options)('of %s, filled in to the brim, is a command that the door takes', (act) => {
    const command = Object.fromEntries(
      ACTS[act].fields.map((field) => {
        const typed = {
          choice: field.options?.(choices)[0]?.code ?? '',
          moment: '2026-12-01T17:30',
          line: '字'.repeat(field.max ?? 0),
          text: '字'.repeat(field.max ?? 0),
        }[field.kind];
        return [field.name, commandValue(field, typed)];
      }),
    );
    expect(ClerkCommand.parse({ command: act, ...command })).toEqual({ command: act, ...command });
    // One character more is more than it takes, so the page's limit is the door's.
    for (const { name, max } of ACTS[act].fields) {
      if (max === undefined) continue;
      const longer = { command: act, ...command, [name]: '字'.repeat(max + 1) };
      expect(ClerkCommand.safeParse(longer).success, name).toBe(false);
    }
  });
});
