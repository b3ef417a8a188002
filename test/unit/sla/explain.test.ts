/** 时限说明, word for word: each was checked against the calendar's rows and read aloud. */
import { describe, expect, test } from 'vitest';
import { fromIso } from '#domain/calendar/shanghai.ts';
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import {
  changeLimit,
  continueClock,
  moveDeadline,
  pauseUntil,
  recalculate,
  resumeClock,
  startClock,
  stopClock,
} from '#domain/sla/clock.ts';
import { CLOCK_NAMES, explain } from '#domain/sla/explain.ts';
import { type Clock, ClockId, type Limit } from '#schemas/sla.ts';
import { storyUntil } from '#test/support/ticket-world.ts';
import { withHours, xianan, xiananData, xiananLimits } from '../calendar/xianan.ts';

const at = (local: string) => fromIso(`${local.replace(' ', 'T')}:00+08:00`);
const wd = (amount: number): Limit => ({ amount, unit: 'workingDays' });
const wm = (amount: number): Limit => ({ amount, unit: 'workingMinutes' });
const nm = (amount: number): Limit => ({ amount, unit: 'naturalMinutes' });
const rules = { calendar: xianan, profile: xiananLimits };
const finish = (startedAt: string, limit: Limit, calendar = xianan): Clock =>
  startClock(
    { ...rules, calendar },
    { clock: 'finish', kind: 'help', urgency: 'normal', holder: 'renshe', startedAt: at(startedAt), limit },
    [],
  );

describe('a fresh clock says which days counted and which did not', () => {
  test.each<[start: string, Limit, why: string]>([
    // A Friday: the Saturday is free, the Sunday is worked in exchange for National Day.
    [
      '2025-09-26 16:00',
      wd(1),
      '办结时限1个工作日，自2025年9月26日16:00起，起算当日不计，2025年9月28日17:30下班时到期。计入：9月28日国庆节、中秋节调休上班。不计：9月27日周六。',
    ],
    [
      '2025-09-26 16:00',
      wd(5),
      '办结时限5个工作日，自2025年9月26日16:00起，起算当日不计，2025年10月10日17:30下班时到期。计入：9月28日国庆节、中秋节调休上班，9月29日至30日，10月9日至10日。不计：9月27日周六，10月1日至8日国庆节、中秋节放假。',
    ],
    // Night, weekend and holiday count: there is no day to name.
    [
      '2025-10-03 02:00',
      nm(30),
      '办结时限30分钟，自2025年10月3日02:00起，昼夜连续计时，周末和节假日照计，2025年10月3日02:30到期。',
    ],
    [
      '2025-03-03 16:00',
      nm(1440),
      '办结时限24小时，自2025年3月3日16:00起，昼夜连续计时，周末和节假日照计，2025年3月4日16:00到期。',
    ],
    // Monday afternoon into Tuesday morning.
    [
      '2025-03-03 16:00',
      wm(240),
      '办结时限4个工作小时，自2025年3月3日16:00起，只计办公时间（08:30–12:00、14:30–17:30，午休不计），2025年3月4日11:00到期。计入：3月3日至4日。',
    ],
    [
      '2025-03-03 13:15',
      wm(90),
      '办结时限90个工作分钟，自2025年3月3日13:15起，只计办公时间（08:30–12:00、14:30–17:30，午休不计），起算时不在办公时间，3月3日14:30开始计时，2025年3月3日16:00到期。计入：3月3日。',
    ],
    // Friday after closing: Friday itself gave nothing.
    [
      '2025-03-07 20:00',
      wm(240),
      '办结时限4个工作小时，自2025年3月7日20:00起，只计办公时间（08:30–12:00、14:30–17:30，午休不计），起算时不在办公时间，3月10日08:30开始计时，2025年3月10日15:00到期。计入：3月10日。不计：3月8日至9日周末。',
    ],
    // A Saturday as start day: its Sunday is all that is left of the weekend.
    [
      '2025-03-08 10:00',
      wd(1),
      '办结时限1个工作日，自2025年3月8日10:00起，起算当日不计，2025年3月10日17:30下班时到期。计入：3月10日。不计：3月9日周日。',
    ],
    // Over New Year the year is said; the Sunday after it is worked.
    [
      '2025-12-31 10:00',
      wd(3),
      '办结时限3个工作日，自2025年12月31日10:00起，起算当日不计，2026年1月6日17:30下班时到期。计入：2026年1月4日元旦调休上班，2026年1月5日至6日。不计：2026年1月1日至3日元旦放假。',
    ],
    // Three weeks of a report: the counted days are summed up, the make-up days named.
    [
      '2024-09-13 10:00',
      wd(15),
      '办结时限15个工作日，自2024年9月13日10:00起，起算当日不计，2024年10月11日17:30下班时到期。计入15天，含9月14日、9月29日调休上班。不计：9月15日至17日中秋节放假，9月21日至22日周末，9月28日周六，10月1日至7日国庆节放假。',
    ],
    [
      '2026-01-13 10:00',
      wd(60),
      '办结时限60个工作日，自2026年1月13日10:00起，起算当日不计，2026年4月14日17:30下班时到期。计入60天，含2月14日、2月28日调休上班。不计：2月15日至23日春节放假，4月4日至6日清明节放假，另有10个周末。',
    ],
    [
      '2026-07-01 10:00',
      wd(30),
      '办结时限30个工作日，自2026年7月1日10:00起，起算当日不计，2026年8月12日17:30下班时到期。计入30天。不计：6个周末。',
    ],
    // Two and a half years: too much to list.
    [
      '2024-01-02 10:00',
      wd(600),
      '办结时限600个工作日，自2024年1月2日10:00起，起算当日不计，2026年6月3日17:30下班时到期。计入600天，含2月4日、2月18日、4月7日、4月28日等17天调休上班。不计：2月10日至17日春节放假，4月4日至6日清明节放假，5月1日至5日劳动节放假，6月10日端午节放假，9月15日至17日中秋节放假，另有11个假期，另有110个周末。',
    ],
    // No notice for 2027 yet.
    [
      '2026-12-31 09:00',
      wd(1),
      '办结时限1个工作日，自2026年12月31日09:00起，起算当日不计，2027年1月1日17:30下班时到期（2027年1月1日的放假安排尚未公布，暂按周一至周五上班计算，公布后重算）。计入：2027年1月1日。',
    ],
    [
      '2026-12-30 09:00',
      wd(4),
      '办结时限4个工作日，自2026年12月30日09:00起，起算当日不计，2027年1月5日17:30下班时到期（2027年1月1日至5日的放假安排尚未公布，暂按周一至周五上班计算，公布后重算）。计入：12月31日，2027年1月1日，2027年1月4日至5日。不计：2027年1月2日至3日周末。',
    ],
  ])('%s + %j', (startedAt, limit, why) => {
    expect(finish(startedAt, limit).why).toBe(why);
  });
});

test('hours that change within the span are said with their day, and often changing ones are not listed', () => {
  const [long, short] = [[{ from: '08:00', to: '12:00' }], [{ from: '08:00', to: '11:00' }]];
  const summer = withHours(long, [{ name: '夏令', from: '06-01', until: '08-31', hours: short }]);
  expect(finish('2025-05-30 08:00', wm(300), summer).why).toBe(
    '办结时限5个工作小时，自2025年5月30日08:00起，只计办公时间（08:00–12:00，6月3日起08:00–11:00），2025年6月3日09:00到期。计入：5月30日，6月3日。不计：5月31日至6月2日端午节放假。',
  );
  expect(finish('2025-05-30 08:00', wm(60 * 300), summer).why).toContain(
    '只计办公时间（冬夏作息以当日为准，午休不计），',
  );
});

describe('what a run went through is said', () => {
  const first = finish('2025-03-03 20:00', wd(3)); // Monday evening → Thursday
  const stood = stopClock(first, at('2025-03-04 09:00'));
  const resumed = resumeClock(rules, stood, at('2025-03-05 09:00'), [stood]);
  const later = at('2025-03-10 12:00');
  const moved = moveDeadline(rules, first, later, at('2025-03-06 09:00'), [first]);

  test('extended', () => {
    expect(moved.why).toBe(
      '办结时限3个工作日，自2025年3月3日20:00起，起算当日不计，延期至2025年3月10日12:00。计入：3月4日至7日，3月10日。不计：3月8日至9日周末。',
    );
  });

  test('resumed: the rest of working days is counted by office hours', () => {
    expect(resumed.why).toBe(
      '办结时限3个工作日，暂停后自2025年3月5日09:00继续，此前已计30分钟，只计办公时间（08:30–12:00、14:30–17:30，午休不计），2025年3月7日17:30到期。计入：3月5日至7日。',
    );
    expect(moveDeadline(rules, resumed, later, at('2025-03-06 09:00'), []).why).toContain(
      '此前已计30分钟，只计办公时间（08:30–12:00、14:30–17:30，午休不计），延期至2025年3月10日12:00。',
    );
  });

  test('resumed, having stood from its first moment', () => {
    const day = finish('2025-03-03 20:00', wd(1));
    const unused = stopClock(day, at('2025-03-03 20:00'));
    expect(resumeClock(rules, unused, at('2025-03-05 09:00'), [unused]).why).toBe(
      '办结时限1个工作日，暂停后自2025年3月5日09:00继续，只计办公时间（08:30–12:00、14:30–17:30，午休不计），2025年3月6日09:00到期。计入：3月5日至6日。',
    );
  });

  test('resumed by natural time', () => {
    const natural = stopClock(finish('2025-10-01 08:00', nm(120)), at('2025-10-01 09:35'));
    expect(resumeClock(rules, natural, at('2025-10-02 08:00'), [natural]).why).toBe(
      '办结时限2小时，暂停后自2025年10月2日08:00继续，此前已计1小时35分钟，昼夜连续计时，周末和节假日照计，2025年10月2日08:25到期。',
    );
  });

  test('overdue before it stood', () => {
    const late = stopClock(first, at('2025-03-07 09:00'));
    expect(resumeClock(rules, late, at('2025-03-12 09:00'), [late]).why).toContain(
      '2025年3月6日17:30下班时到期（停止计时时已超期，期限不变）。',
    );
  });

  const handedOn = { holder: 'guanbuqiao', now: at('2025-03-05 09:00') };

  test('handed on, and with it an extension', () => {
    expect(continueClock(rules, first, handedOn, [first]).why).toContain(
      '自2025年3月3日20:00起，起算当日不计，2025年3月6日17:30下班时到期（接续计时，期限不变）。',
    );
    expect(continueClock(rules, moved, handedOn, [first, moved]).why).toContain(
      '到期时间另定为2025年3月10日12:00（接续计时，期限不变）。',
    );
  });

  test('under another limit: a shorter one from now, a longer one from the start', () => {
    expect(changeLimit(rules, first, nm(240), at('2025-03-05 09:00'), [first]).why).toBe(
      '办结时限4小时，自2025年3月5日09:00起，昼夜连续计时，周末和节假日照计，2025年3月5日13:00到期（时限已变更）。',
    );
    expect(changeLimit(rules, first, wd(4), at('2025-03-05 09:00'), [first]).why).toBe(
      '办结时限4个工作日，自2025年3月3日20:00起，起算当日不计，2025年3月7日17:30下班时到期（时限已变更）。计入：3月4日至7日。',
    );
  });

  test('counted anew when the notice has come, unless the deadline was set by hand', () => {
    const years = xiananData.years.filter(({ year }) => year < 2026);
    const in2025 = new WorkingCalendar({ ...xiananData, years, coveredUntil: '2025-12-31' });
    const unknown = finish('2025-12-31 10:00', wd(1), in2025);
    expect([unknown.provisional, unknown.dueAt.slice(0, 10)]).toEqual([true, '2026-01-01']);
    const now = at('2025-12-31 12:00');
    expect(recalculate(rules, unknown, now, [unknown]).why).toBe(
      '办结时限1个工作日，自2025年12月31日10:00起，起算当日不计，2026年1月4日17:30下班时到期（放假安排公布后重算）。计入：2026年1月4日元旦调休上班。不计：2026年1月1日至3日元旦放假。',
    );
    expect(recalculate(rules, { ...unknown, set: 'deadline' }, now, [unknown]).why).toContain(
      '延期至2026年1月1日17:30。',
    );
  });

  test('suspended until', () => {
    const pause = pauseUntil(later, { holder: 'hotline', startedAt: at('2025-03-04 09:00') }, []);
    expect(pause.why).toBe('自2025年3月4日09:00挂起，至2025年3月10日12:00恢复，其间停止的环节不计时。');
    expect(explain(xianan, pause)).toBe(pause.why);
  });

  test('a provisional one whose days were announced since says that it will be counted anew', () => {
    expect(explain(xianan, { ...first, provisional: true })).toContain(
      '（暂定，放假安排公布后重算）。计入：3月4日至6日。',
    );
  });
});

test('a ticket carries the explanations of what runs; of what has ended they stay with the events', () => {
  const { is, events } = storyUntil('REPLIED');
  expect(is.clocks.length).toBeGreaterThan(3);
  for (const { why, stoppedAt } of is.clocks) expect(why === undefined).toBe(stoppedAt !== undefined);
  const started = events.flatMap(({ clocks }) => clocks?.started ?? []);
  expect(started.length).toBe(is.clocks.length);
  for (const { why } of started) expect(why).toMatch(/。$/);
});

test('every clock has a name of its own', () => {
  expect(new Set(Object.values(CLOCK_NAMES)).size).toBe(ClockId.options.length);
});
