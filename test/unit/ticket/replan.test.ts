/** 重新计时: another urgency, days that were announced, an alarm that grew old. What changes takes effect at once. */
import { describe, expect, it } from 'vitest';
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import { timePerHolder } from '#domain/sla/holders.ts';
import { nextMark } from '#domain/sla/marks.ts';
import { runningClocks } from '#domain/ticket/clocks.ts';
import { decide } from '#domain/ticket/decide.ts';
import {
  context,
  dispatcher,
  HOUR,
  intake,
  register,
  rules,
  Story,
  storyUntil,
  system,
  unit,
} from '#test/support/ticket-world.ts';
import { xiananData } from '#test/unit/calendar/xianan.ts';

const owner = unit('guanbuqiao');
const reason = '测试';
const at = (iso: string): number => Date.parse(`${iso}:00+08:00`);
const due = (story: Story) =>
  Object.fromEntries(runningClocks(story.is).map(({ id, dueAt }) => [id, dueAt.slice(5, 16).replace('T', ' ')]));

describe('another urgency', () => {
  // A complaint, registered on Monday 09:00: sign by Tuesday, finish by Monday 30 November.
  it('shortens from now on, and the next mark comes sooner', () => {
    const story = storyUntil('AWAIT_SIGN');
    expect(due(story)).toEqual({ sign: '11-24 17:30', finish: '11-30 17:30' });
    story.now = at('2026-11-23T15:00');
    const before = nextMark(story.is.clocks)!.at;
    story.give({ command: 'setUrgency', urgency: 'critical', reason }, dispatcher);
    expect(due(story)).toEqual({ sign: '11-23 15:30', finish: '11-24 15:00' });
    expect(nextMark(story.is.clocks)!.at).toBeLessThan(before);
    expect(story.is).toMatchObject({ urgency: 'critical', clockGeneration: 2 });
    expect(story.events.at(-1)).toMatchObject({ callbacks: [{ to: 'guanbuqiao', type: 'replanned' }] });
  });

  it('raised after yellow: the new run has its own colours', () => {
    const story = storyUntil('HANDLING');
    story.now = at('2026-11-27T15:00');
    story.give({ command: 'tick' }, system);
    const before = story.is.clocks.findLast(({ id }) => id === 'finish')!;
    expect(Object.keys(before.fired)).toEqual(['yellow']);
    story.give({ command: 'setUrgency', urgency: 'critical', reason }, dispatcher);
    const after = story.is.clocks.findLast(({ id }) => id === 'finish')!;
    expect(after).toMatchObject({ instance: 'finish#2', fired: {}, dueAt: '2026-11-28T15:00:00.000+08:00' });
  });

  it('never gives more time than there was: a raise on the last afternoon changes nothing', () => {
    const story = storyUntil('HANDLING');
    story.now = at('2026-11-30T10:00');
    story.give({ command: 'setUrgency', urgency: 'critical', reason }, dispatcher);
    expect(due(story).finish).toBe('11-30 17:30');
  });

  it('lowered counts from the start; what was raised and lies ahead now is armed again', () => {
    const story = new Story().give(register({ urgency: 'critical' }), system).give({ command: 'sign' }, owner);
    story.give({ command: 'accept' }, owner);
    story.now = at('2026-11-24T08:30');
    story.give({ command: 'tick' }, system);
    expect(story.is.clocks.findLast(({ id }) => id === 'finish')!.fired).toHaveProperty('yellow');
    story.give({ command: 'setUrgency', urgency: 'normal', reason }, dispatcher);
    expect(due(story).finish).toBe('11-30 17:30');
    expect(story.is.clocks.findLast(({ id }) => id === 'finish')!.fired).toEqual({});
  });

  it('an extended deadline stands; the same urgency and a suspended ticket are refused', () => {
    const story = storyUntil('HANDLING');
    const newDeadline = '2026-12-04T17:30:00+08:00';
    story.give({ command: 'requestExtension', newDeadline, reason }, owner);
    story.give({ command: 'approveExtension', reason }, dispatcher);
    story.give({ command: 'setUrgency', urgency: 'urgent', reason }, dispatcher);
    expect(due(story).finish).toBe('12-04 17:30');
    const again = { command: 'setUrgency', urgency: 'urgent', reason } as const;
    expect(story.try(again, dispatcher)).toMatchObject({ rejection: { code: 'ruleForbids' } });
    story.give({ command: 'suspend', until: newDeadline, reason }, dispatcher);
    expect(story.try({ ...again, urgency: 'normal' }, dispatcher)).toMatchObject({
      rejection: { code: 'ruleForbids' },
    });
  });
});

describe('days that were announced', () => {
  /** 2027 as it may be announced: New Year's Day and the day after off, the Saturday before made up for it. */
  const announced = new WorkingCalendar({
    ...xiananData,
    coveredUntil: '2027-12-31',
    years: [
      ...xiananData.years,
      {
        year: 2027,
        notice: 'https://www.gov.cn/2027',
        days: [
          { date: '2026-12-26', name: '元旦', off: false },
          { date: '2027-01-01', name: '元旦', off: true },
          { date: '2027-01-04', name: '元旦', off: true },
        ],
      },
    ],
  });
  /** A report (15 working days) of mid-December: its deadline needs January. */
  function provisional(): Story {
    const story = new Story(at('2026-12-15T10:00'));
    story
      .give(register({ kind: 'report' }), system)
      .give({ command: 'sign' }, owner)
      .give({ command: 'accept' }, owner);
    return story;
  }
  const recalculate = (story: Story, calendar: WorkingCalendar) =>
    decide(story.is, { command: 'recalculate' }, system, {
      ...context(story.now),
      rules: { ...rules, calendar },
    });

  it('a deadline beyond the last notice is provisional, and the desk sees it', () => {
    const story = provisional();
    expect(due(story).finish).toBe('01-05 17:30');
    expect(story.is.attention).toEqual(['provisional']);
    expect(recalculate(story, rules.calendar)).toMatchObject({ ok: true, events: [] });
  });

  it('is counted again: the make-up day before, the days off after', () => {
    const story = provisional();
    const result = recalculate(story, announced);
    if (!result.ok) throw new Error(result.rejection.detail);
    const finish = runningClocks(result.ticket).find(({ id }) => id === 'finish');
    expect(finish).toMatchObject({ dueAt: '2027-01-06T17:30:00.000+08:00', provisional: false, instance: 'finish#2' });
    expect(result.ticket.attention).toEqual([]);
    expect(result.events).toMatchObject([{ type: 'deadlinesRecalculated', callbacks: [{ type: 'replanned' }] }]);
    expect(decide(result.ticket, { command: 'recalculate' }, system, context(story.now))).toMatchObject({ events: [] });
  });
});

it('an alarm that grew old gets a successor with the same clocks', () => {
  const story = storyUntil('HANDLING');
  const before = story.is;
  story.give({ command: 'tick', renew: true }, system);
  expect(story.is).toMatchObject({ clocks: before.clocks, clockGeneration: before.clockGeneration + 1 });
});

describe('time per holder', () => {
  it('is kept apart over a return, and adds up', () => {
    const story = storyUntil('AWAIT_SIGN');
    story.now = at('2026-11-24T10:00');
    story.give({ command: 'assign', owner: 'renshe', reason }, dispatcher);
    story.now = at('2026-11-25T10:00');
    const held = timePerHolder(rules.calendar, story.is.clocks, story.now);
    // Monday 09:00 to Tuesday 10:00: six hours and a half; to Wednesday 10:00 as much again.
    expect(held.filter(({ clock }) => clock === 'finish')).toEqual([
      { clock: 'finish', holder: 'guanbuqiao', counted: 'workingMinutes', minutes: 450 },
      { clock: 'finish', holder: 'renshe', counted: 'workingMinutes', minutes: 390 },
    ]);
  });

  it('a pause is nobody’s; a moved deadline counts nothing twice', () => {
    const story = storyUntil('HANDLING');
    const from = story.now;
    story.now = at('2026-11-24T10:00');
    story.give({ command: 'suspend', until: '2026-11-26T09:00:00+08:00', reason }, dispatcher);
    story.now = at('2026-11-26T09:00');
    story.give({ command: 'tick' }, system);
    const newDeadline = '2026-12-04T17:30:00+08:00';
    story.give({ command: 'requestExtension', newDeadline, reason }, owner);
    story.now += HOUR;
    story.give({ command: 'approveExtension', reason }, dispatcher);
    story.now += HOUR;
    const finish = timePerHolder(rules.calendar, story.is.clocks, story.now).find(({ clock }) => clock === 'finish');
    const began = Date.parse(intake().receivedAt) + 60_000;
    const worked = rules.calendar.workedMs(began, at('2026-11-24T10:00')) + 2 * HOUR;
    expect(from).toBeGreaterThan(began);
    expect(finish?.minutes).toBe(worked / 60_000);
  });
});
