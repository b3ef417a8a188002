/** The default profile against the table of limits, typed a second time. */
import { describe, expect, test } from 'vitest';
import { findLimit, limitRow } from '#domain/sla/limits.ts';
import { Kind, Urgency } from '#schemas/common.ts';
import { type Limit, LimitProfile, TimedClockId } from '#schemas/sla.ts';
import { xiananLimits } from '../calendar/xianan.ts';

const min = (amount: number): Limit => ({ amount, unit: 'naturalMinutes' });
const h = (amount: number): Limit => min(amount * 60);
const wh = (amount: number): Limit => ({ amount: amount * 60, unit: 'workingMinutes' });
const wd = (amount: number): Limit => ({ amount, unit: 'workingDays' });

const table: [TimedClockId, critical: Limit, urgent: Limit, normal: Limit][] = [
  ['dispatch', min(10), min(30), wh(4)],
  ['sign', min(30), h(2), wd(1)],
  ['accept', h(1), h(4), wd(1)],
  ['contact', min(30), h(2), wd(1)],
  ['visit', h(24), wd(2), wd(3)],
  ['rework', h(24), wd(2), wd(3)],
  ['returnReview', min(30), h(2), wh(4)],
  ['extensionReview', h(1), h(4), wd(1)],
  ['replyReview', h(1), h(4), wd(1)],
  ['arbitration', h(4), wd(1), wd(1)],
  ['reportIn', h(1), h(4), wd(1)],
  ['assist', h(12), wd(1), wd(3)],
  ['onSite', h(24), h(24), h(24)],
];
const finish: [Kind, critical: Limit, urgent: Limit, normal: Limit][] = [
  ['consult', h(24), wd(1), wd(3)],
  ['help', h(24), wd(2), wd(5)],
  ['complaint', h(24), wd(3), wd(5)],
  ['report', h(24), wd(3), wd(15)],
  ['suggestion', wd(7), wd(7), wd(7)], // no limits by urgency: the normal one holds
  ['praise', wd(3), wd(3), wd(3)],
];

describe('xianan-default', () => {
  test.each(table)('%s is the same for every kind', (clock, critical, urgent, normal) => {
    for (const kind of Kind.options) {
      expect(findLimit(xiananLimits, { clock, kind, urgency: 'critical' })).toEqual(critical);
      expect(findLimit(xiananLimits, { clock, kind, urgency: 'urgent' })).toEqual(urgent);
      expect(findLimit(xiananLimits, { clock, kind, urgency: 'normal' })).toEqual(normal);
    }
  });

  test.each(finish)('finish of a %s', (kind, critical, urgent, normal) => {
    expect(findLimit(xiananLimits, { clock: 'finish', kind, urgency: 'critical' })).toEqual(critical);
    expect(findLimit(xiananLimits, { clock: 'finish', kind, urgency: 'urgent' })).toEqual(urgent);
    expect(findLimit(xiananLimits, { clock: 'finish', kind, urgency: 'normal' })).toEqual(normal);
  });

  test('the tables above leave nothing out, and every row has a source', () => {
    expect(new Set([...table.map(([clock]) => clock), 'finish'])).toEqual(new Set(TimedClockId.options));
    expect(finish.map(([kind]) => kind)).toEqual(Kind.options);
    for (const clock of TimedClockId.options)
      for (const kind of Kind.options)
        for (const urgency of Urgency.options)
          expect(limitRow(xiananLimits, { clock, kind, urgency }).source).not.toBe('');
  });
});

describe('a profile is total', () => {
  test('a missing clock, a missing kind and an unknown one are refused', () => {
    const { sign: _sign, ...withoutSign } = xiananLimits.limits;
    const { praise: _praise, ...withoutPraise } = xiananLimits.finish;
    expect(LimitProfile.safeParse({ ...xiananLimits, limits: withoutSign }).success).toBe(false);
    expect(LimitProfile.safeParse({ ...xiananLimits, finish: withoutPraise }).success).toBe(false);
    expect(
      LimitProfile.safeParse({ ...xiananLimits, limits: { ...xiananLimits.limits, nap: withoutSign.visit } }).success,
    ).toBe(false);
  });

  test('yellow must not come after orange', () => {
    const warnings = { ...xiananLimits.warnings, yellow: { ratio: 0.95 } };
    expect(LimitProfile.safeParse({ ...xiananLimits, warnings }).success).toBe(false);
  });
});
