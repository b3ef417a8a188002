/** Limits that change more than once, or while something else stands: each by its dated story, in the week of Monday 2026-11-23. */
import { describe, expect, it } from 'vitest';
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import { runningClocks } from '#domain/ticket/clocks.ts';
import type { TicketCommand } from '#domain/ticket/command.ts';
import { decide } from '#domain/ticket/decide.ts';
import type { Danger } from '#schemas/routing.ts';
import type { Clock, ClockId } from '#schemas/sla.ts';
import { askReturn } from '#test/support/every-command.ts';
import {
  citizen,
  context,
  decision,
  dispatcher,
  HOUR,
  intake,
  register,
  reply,
  rules,
  Story,
  storyUntil,
  system,
  unit,
} from '#test/support/ticket-world.ts';
import { xiananData } from '#test/unit/calendar/xianan.ts';

const owner = unit('guanbuqiao');
const reason = '测试';
const at = (local: string): number => Date.parse(`${local.replace(' ', 'T')}:00+08:00`);
const short = (iso: string | undefined) => iso?.slice(5, 16).replace('T', ' ');
const running = (story: Story, id: ClockId): Clock | undefined =>
  runningClocks(story.is).find((clock) => clock.id === id);
const due = (story: Story, id: ClockId = 'finish') => short(running(story, id)?.dueAt);
const types = (story: Story) => story.events.map(({ type }) => type);
const codeOf = (result: ReturnType<Story['try']>) => (result.ok ? 'ok' : result.rejection.code);

/** A complaint of Monday 09:00, in work since 09:20: five working days, to Monday 30 November 17:30. */
const complaint = () => storyUntil('HANDLING');
const give = (story: Story, local: string, command: TicketCommand, by = dispatcher): Story => {
  story.now = at(local);
  return story.give(command, by);
};
const urgency = (to: 'critical' | 'urgent' | 'normal') => ({ command: 'setUrgency', urgency: to, reason }) as const;
const suspend = (until: string) => ({ command: 'suspend', until: new Date(at(until)).toISOString(), reason }) as const;
const resume = { command: 'resume', reason } as const;

describe('urgency, up and down', () => {
  it('taken back after a minute moves nothing', () => {
    const story = give(complaint(), '2026-11-26 10:00', urgency('critical'));
    expect([due(story), running(story, 'finish')?.ran]).toEqual([
      '11-27 10:00',
      [
        {
          from: expect.stringContaining('11-23T09:00'),
          to: expect.stringContaining('11-26T10:00'),
          cut: { amount: 5, unit: 'workingDays' },
        },
      ],
    ]);
    give(story, '2026-11-26 10:01', urgency('normal'));
    expect(due(story)).toBe('11-30 17:30');
    expect(running(story, 'finish')).toMatchObject({ startedAt: '2026-11-23T09:00:00.000+08:00' });
    expect(running(story, 'finish')?.ran).toBeUndefined();
    expect(running(story, 'finish')?.why).toContain(
      '自2026年11月23日09:00起，起算当日不计，2026年11月30日17:30下班时到期',
    );
  });

  it('taken back as often as one likes moves nothing', () => {
    const story = complaint();
    for (const hour of ['10', '11', '15', '16']) {
      give(story, `2026-11-25 ${hour}:00`, urgency('critical'));
      give(story, `2026-11-25 ${hour}:05`, urgency('normal'));
    }
    expect(due(story)).toBe('11-30 17:30');
  });

  it('a raise that changed nothing does not stand in the way of the next one', () => {
    // Three working days from Friday would end later than Monday: the clock stays as it is.
    const story = give(complaint(), '2026-11-27 10:00', urgency('urgent'));
    expect(due(story)).toBe('11-30 17:30');
    give(story, '2026-11-27 10:05', urgency('critical'));
    expect(due(story)).toBe('11-28 10:05');
    give(story, '2026-11-27 10:10', urgency('normal'));
    expect(due(story)).toBe('11-30 17:30');
  });

  it.each([
    // Three working days from Tuesday; Wednesday's mistake is taken back five minutes later.
    ['complaint', ['2026-11-24 10:00', 'urgent'], ['2026-11-25 10:00', 'critical'], '11-27 17:30', '3 workingDays'],
    ['report', ['2026-11-30 10:00', 'urgent'], ['2026-12-01 10:00', 'critical'], '12-03 17:30', '3 workingDays'],
    // Critical by mistake where urgent would have changed nothing: three working days from Thursday end after Monday.
    ['complaint', ['2026-11-26 10:00', 'critical'], undefined, '11-30 17:30', '5 workingDays'],
  ] as const)(
    'of a %s, a raise that is taken back by one step is as if it had not been',
    (kind, one, two, then, limit) => {
      const story = new Story().give(register({ kind }), system).give({ command: 'sign' }, owner);
      story.give({ command: 'accept' }, owner);
      give(story, one[0], urgency(one[1]));
      if (two !== undefined) give(story, two[0], urgency(two[1]));
      story.later(5 * 60_000).give(urgency('urgent'), dispatcher);
      const finish = running(story, 'finish');
      expect([due(story), `${finish?.limit.amount} ${finish?.limit.unit}`]).toEqual([then, limit]);
    },
  );

  it.each([
    // Red rang on Thursday 17:30; a unit that is late does not get another day by being pressed.
    ['2026-11-27 10:05', true],
    // From Wednesday evening a natural day would end half an hour after Thursday's closing.
    ['2026-11-25 18:00', false],
  ])('a raise at %s never gives more time than there was', (local, overdue) => {
    const story = give(complaint(), '2026-11-23 10:00', urgency('urgent'));
    give(story, '2026-11-25 17:55', { command: 'tick' }, system);
    if (overdue) give(story, '2026-11-26 17:30', { command: 'tick' }, system);
    const before = running(story, 'finish')!;
    give(story, local, urgency('critical'));
    expect(running(story, 'finish')).toEqual(before);
    expect([due(story), before.overdue !== undefined]).toEqual(['11-26 17:30', overdue]);
  });

  it('goes back behind two raises although the one between would end earlier', () => {
    const story = new Story().give(register({ kind: 'report' }), system).give({ command: 'sign' }, owner);
    story.give({ command: 'accept' }, owner);
    const first = due(story);
    give(story, '2026-11-25 10:00', urgency('urgent'));
    give(story, '2026-11-29 17:00', urgency('critical'));
    give(story, '2026-11-29 17:30', suspend('2026-12-10 09:00'));
    give(story, '2026-12-02 08:30', resume);
    give(story, '2026-12-02 08:35', urgency('normal'));
    // Two working days stood.
    expect([first, due(story)]).toEqual(['12-14 17:30', '12-16 17:30']);
  });

  it('rings no colour twice for the same run', () => {
    const story = give(complaint(), '2026-11-27 16:00', { command: 'tick' }, system);
    const rung = () =>
      story.events.flatMap((event) => (event.type === 'warned' && event.clock === 'finish' ? [event.colour] : []));
    expect(rung()).toEqual(['yellow']);
    give(story, '2026-11-27 16:01', urgency('critical'));
    give(story, '2026-11-27 16:02', urgency('normal'));
    give(story, '2026-11-27 16:03', { command: 'tick' }, system);
    expect(rung()).toEqual(['yellow']);
  });

  it('that changed while the answer lay at the desk counts when it is sent back', () => {
    const back = { command: 'review', approve: false, reason } as const;
    const raised = give(complaint(), '2026-11-24 09:00', reply, owner);
    give(raised, '2026-11-24 10:00', urgency('critical'));
    give(raised, '2026-11-24 10:05', back);
    expect([raised.is.urgency, due(raised)]).toEqual(['critical', '11-25 10:05']);

    const lowered = new Story().give(register({ urgency: 'critical' }), system).give({ command: 'sign' }, owner);
    lowered.give({ command: 'accept' }, owner).give(reply, owner);
    give(lowered, '2026-11-23 10:00', urgency('normal'));
    give(lowered, '2026-11-23 10:05', back);
    expect([lowered.is.urgency, due(lowered)]).toEqual(['normal', '11-30 17:30']);
  });

  it('does not change what was promised when the district changes its limits: only another urgency does', () => {
    const story = storyUntil('AWAIT_SIGN');
    const row = { ...rules.profile.finish.complaint, normal: { amount: 8, unit: 'workingDays' } as const };
    const profile = { ...rules.profile, finish: { ...rules.profile.finish, complaint: row } };
    const assign = { command: 'assign', owner: 'renshe', reason } as const;
    const result = decide(story.is, assign, dispatcher, {
      ...context(at('2026-11-24 10:00')),
      rules: { ...rules, profile },
    });
    if (!result.ok) throw new Error(result.rejection.detail);
    expect(short(runningClocks(result.ticket).find(({ id }) => id === 'finish')?.dueAt)).toBe('11-30 17:30');
  });

  it('what was used in another kind of time counts by the clock of the limit that holds', () => {
    // Critical from Monday 09:00: 20 natural hours are used on Tuesday 05:00, of which six in office.
    const story = new Story(at('2026-11-23 09:00')).give(register({ urgency: 'critical' }), system);
    story.give({ command: 'sign' }, owner).give({ command: 'accept' }, owner);
    give(story, '2026-11-24 05:00', suspend('2026-11-30 09:00'));
    give(story, '2026-11-25 08:30', resume);
    expect([due(story), running(story, 'finish')?.usedMs]).toEqual(['11-25 12:30', 20 * HOUR]);
    give(story, '2026-11-25 09:00', urgency('normal'));
    // Tuesday alone stood: five working days and one.
    expect([due(story), running(story, 'finish')?.usedMs]).toEqual(['12-01 17:30', 6 * HOUR]);
    expect(running(story, 'finish')?.why).toContain('此前已计6小时');
  });

  it('leaves a pause out when it counts from the start again', () => {
    const story = give(complaint(), '2026-11-24 08:30', suspend('2026-11-30 09:00'));
    give(story, '2026-11-25 08:30', resume);
    expect(due(story)).toBe('12-01 17:30');
    give(story, '2026-11-25 09:00', urgency('critical'));
    expect(due(story)).toBe('11-26 09:00');
    give(story, '2026-11-25 09:05', urgency('normal'));
    expect(due(story)).toBe('12-01 17:30');
  });

  it('a clock that is shorter now still says when B takes over', () => {
    const story = storyUntil('AWAIT_SIGN');
    expect(short(running(story, 'sign')?.handover?.at)).toBe('11-24 08:45');
    give(story, '2026-11-23 10:00', urgency('urgent'));
    expect([due(story, 'sign'), short(running(story, 'sign')?.handover?.at)]).toEqual(['11-23 12:00', '11-23 11:00']);
    give(story, '2026-11-23 11:30', { command: 'tick' }, system);
    expect([story.is.handler, types(story).includes('handedOver')]).toEqual(['B', true]);
    // B has it already: no second handover.
    give(story, '2026-11-23 11:31', urgency('normal'));
    expect(running(story, 'sign')?.handover).toBeUndefined();
  });

  it('is told to every unit whose time it changes', () => {
    const story = give(complaint(), '2026-11-23 09:25', { command: 'whistle', units: ['renshe'], reason }, owner);
    expect(due(story, 'reportIn')).toBe('11-24 17:30');
    give(story, '2026-11-23 09:30', urgency('critical'));
    expect(due(story, 'reportIn')).toBe('11-23 10:30');
    expect(story.events.at(-1)?.callbacks).toMatchObject([
      { to: 'guanbuqiao', type: 'replanned' },
      { to: 'renshe', type: 'replanned' },
    ]);
  });
});

describe('danger that is heard while a ticket waits at the desk', () => {
  const danger: Danger = { numbers: ['120'], phrase: '触电' };
  const atDesk = () => {
    const story = new Story(at('2026-11-27 17:00'));
    const command = {
      command: 'register',
      intake: intake(),
      decision: decision({ disposition: 'desk', owner: 'hotline' }),
    };
    return story.give(command as TicketCommand, system);
  };

  it('shortens the desk’s own clock at once, also on a Friday evening', () => {
    const story = atDesk();
    expect(due(story, 'dispatch')).toBe('11-30 12:00');
    give(story, '2026-11-27 17:35', { command: 'append', text: '有人触电', danger }, citizen);
    expect([story.is.urgency, due(story, 'dispatch')]).toEqual(['critical', '11-27 17:45']);
  });

  it('leaves the clocks of a ticket that has an owner to the desk', () => {
    const story = give(complaint(), '2026-11-26 10:00', { command: 'append', text: '有人触电', danger }, citizen);
    expect([story.is.urgency, due(story)]).toEqual(['normal', '11-30 17:30']);
  });
});

describe('a supervision', () => {
  const rating = { command: 'rate', solved: false, satisfaction: 'dissatisfied' } as const;
  /** An enterprise's, rated on Tuesday 15:00: sign by 19:00, report from the spot by Wednesday 15:00. */
  function directed(): Story {
    const story = new Story().give(register({ enterprise: true }), system);
    story.give({ command: 'sign' }, owner).give({ command: 'accept' }, owner);
    story.give({ command: 'reply', resultCode: 'solved', handling: '已办', publicAnswer: '已办。' }, owner);
    story.give({ command: 'review', approve: true, reason }, dispatcher);
    return give(story, '2026-11-24 15:00', rating, citizen);
  }

  it('of the director is not suspended before it was signed and reported', () => {
    const story = directed();
    story.now = at('2026-11-24 16:00');
    expect(codeOf(story.try(suspend('2026-12-01 09:00'), dispatcher))).toBe('ruleForbids');
    story.give({ command: 'sign' }, owner);
    expect(codeOf(story.try(suspend('2026-12-01 09:00'), dispatcher))).toBe('ruleForbids');
    story.give({ command: 'reportOnSite', note: '已到现场' }, owner);
    expect(codeOf(story.try(suspend('2026-12-01 09:00'), dispatcher))).toBe('ok');
    expect(runningClocks(story.is).map(({ id }) => id)).toEqual(['pause']);
  });

  it('has limits that no urgency changes', () => {
    const story = give(directed(), '2026-11-24 16:00', urgency('critical'));
    expect([due(story, 'sign'), due(story, 'onSite')]).toEqual(['11-24 19:00', '11-25 15:00']);
  });

  it('by the office is of the unit that was late: the next owner comes under it by its own red', () => {
    const story = give(storyUntil('AWAIT_SIGN'), '2026-11-25 09:00', { command: 'tick' }, system);
    expect(story.is.supervision).toMatchObject({ level: 'office' });
    give(story, '2026-11-25 09:05', { command: 'assign', owner: 'renshe', reason });
    expect(story.is.supervision).toBeUndefined();
    give(story, '2026-11-26 17:30', { command: 'tick' }, system);
    const supervised = story.events.filter(({ type }) => type === 'supervised');
    expect(supervised.map(({ callbacks = [] }) => callbacks[0]?.to)).toEqual(['guanbuqiao', 'renshe']);
  });

  it.each(['office', 'leader'] as const)(
    'that somebody ordered (%s) stays with the ticket, whoever has it',
    (level) => {
      const story = give(storyUntil('AWAIT_SIGN'), '2026-11-23 10:00', { command: 'supervise', level, reason });
      give(story, '2026-11-23 10:05', { command: 'assign', owner: 'renshe', reason });
      expect(story.is.supervision).toMatchObject({ level });
    },
  );

  it('by the office stays where the late unit is named again after a return', () => {
    const story = give(storyUntil('SIGNED'), '2026-11-30 17:30', { command: 'tick' }, system);
    expect(story.is.supervision).toMatchObject({ level: 'office', of: 'guanbuqiao' });
    give(story, '2026-12-01 09:00', askReturn, owner);
    give(story, '2026-12-01 09:10', { command: 'approveReturn', reason });
    give(story, '2026-12-01 09:20', { command: 'assign', owner: 'guanbuqiao', reason });
    expect(story.is.supervision).toMatchObject({ level: 'office' });
  });
});

describe('an extension', () => {
  it('never takes time away: an urgency that was lowered meanwhile gave more', () => {
    const story = new Story().give(register({ kind: 'report', urgency: 'urgent' }), system);
    story.give({ command: 'sign' }, owner).give({ command: 'accept' }, owner);
    const before = running(story, 'finish')!.dueAt;
    const newDeadline = new Date(Date.parse(before) + 24 * HOUR).toISOString();
    give(story, '2026-11-24 10:00', { command: 'requestExtension', newDeadline, reason }, owner);
    give(story, '2026-11-24 11:00', urgency('normal'));
    const moved = running(story, 'finish')!.dueAt;
    expect(Date.parse(moved)).toBeGreaterThan(Date.parse(newDeadline));
    expect(codeOf(story.try({ command: 'approveExtension', reason }, dispatcher))).toBe('ruleForbids');
    expect(running(story, 'finish')?.dueAt).toBe(moved);
    expect(codeOf(story.try({ command: 'rejectExtension', reason }, dispatcher))).toBe('ok');
    // Nothing was refused: the one extension is still to be had.
    expect(story.is.extension).toBeUndefined();
    const later = new Date(Date.parse(moved) + 24 * HOUR).toISOString();
    expect(codeOf(story.try({ command: 'requestExtension', newDeadline: later, reason }, owner))).toBe('ok');
    expect(codeOf(story.try({ command: 'rejectExtension', reason }, dispatcher))).toBe('ok');
    expect(story.is.extension).toMatchObject({ outcome: 'rejected' });
  });
});

describe('a pause', () => {
  const inspected = (story: Story): number =>
    story.events.filter((event) => event.type === 'warned' && event.clock === 'finish' && event.grade === 'inspection')
      .length;

  it('brings nobody before the inspection office', () => {
    const story = complaint();
    for (const local of ['2026-11-27 17:30', '2026-11-30 16:00', '2026-11-30 17:30'])
      give(story, local, { command: 'tick' }, system);
    expect(short(running(story, 'finish')?.overdue?.inspectionAt)).toBe('12-02 08:30');
    // One working hour of Tuesday is gone, five and a half are left until its closing bell.
    give(story, '2026-12-01 09:30', suspend('2026-12-15 09:00'));
    give(story, '2026-12-15 09:00', { command: 'tick' }, system);
    expect(types(story).slice(-1)).toEqual(['resumed']);
    expect(short(running(story, 'finish')?.overdue?.inspectionAt)).toBe('12-15 17:00');
    give(story, '2026-12-15 09:05', { command: 'tick' }, system);
    expect(inspected(story)).toBe(0);
    give(story, '2026-12-15 17:00', { command: 'tick' }, system);
    expect(inspected(story)).toBe(1);
  });

  it('brings nobody before the inspection office either when red came due in it unheard', () => {
    const story = give(complaint(), '2026-11-30 16:00', { command: 'tick' }, system);
    // A minute after the deadline, and before anybody ticked.
    give(story, '2026-11-30 17:31', suspend('2026-12-15 09:00'));
    give(story, '2026-12-15 09:00', { command: 'tick' }, system);
    give(story, '2026-12-15 09:01', { command: 'tick' }, system);
    const finish = running(story, 'finish')!;
    expect([finish.fired.red !== undefined, inspected(story)]).toEqual([true, 0]);
    expect(short(finish.overdue?.inspectionAt)).toBe('12-16 09:00');
    give(story, '2026-12-16 09:00', { command: 'tick' }, system);
    expect(inspected(story)).toBe(1);
  });

  it('is not forgotten by what comes after it: a refused answer, another urgency', () => {
    const story = complaint();
    give(story, '2026-11-30 17:30', { command: 'tick' }, system);
    give(story, '2026-12-01 09:30', suspend('2026-12-15 09:00'));
    give(story, '2026-12-15 09:00', resume);
    give(story, '2026-12-15 09:30', reply, owner);
    give(story, '2026-12-15 09:40', { command: 'review', approve: false, reason });
    expect(short(running(story, 'finish')?.overdue?.inspectionAt)).toBe('12-15 17:00');
    give(story, '2026-12-15 09:41', { command: 'tick' }, system);
    expect(inspected(story)).toBe(0);

    const critical = new Story().give(register({ urgency: 'critical' }), system).give({ command: 'sign' }, owner);
    give(critical, '2026-11-24 10:00', { command: 'tick' }, system);
    critical.give({ command: 'accept' }, owner);
    give(critical, '2026-11-24 11:00', suspend('2026-12-15 09:00'));
    give(critical, '2026-12-10 11:00', resume);
    expect(due(critical)).toBe('11-24 09:00');
    give(critical, '2026-12-10 11:05', urgency('normal'));
    // Monday from 09:00 and Tuesday to 11:00 are gone, eight and a half hours of the five working days.
    expect(due(critical)).toBe('12-16 17:30');
    expect(running(critical, 'finish')?.overdue).toBeUndefined();
  });

  describe('and days that were announced', () => {
    const years = (days: readonly { date: string; name: string; off: boolean }[]) =>
      new WorkingCalendar({
        ...xiananData,
        coveredUntil: '2027-12-31',
        years: [...xiananData.years, { year: 2027, notice: 'https://www.gov.cn/2027', days: [...days] }],
      });
    /** As expected: Friday 1 January is off as on every New Year's Day, and nothing else. */
    const newYear = years([{ date: '2027-01-01', name: '元旦', off: true }]);
    const nothing = years([]);
    const by = (story: Story, local: string, command: TicketCommand, calendar: WorkingCalendar) => {
      const result = decide(story.is, command, command.command === 'recalculate' ? system : dispatcher, {
        ...context(at(local)),
        rules: { ...rules, calendar },
      });
      if (!result.ok) throw new Error(result.rejection.detail);
      story.ticket = result.ticket;
      return story;
    };
    /** A report of Tuesday 15 December, fifteen working days: to Tuesday 5 January, as far as anybody knows. */
    const report = () => {
      const story = new Story(at('2026-12-15 08:30')).give(register({ kind: 'report' }), system);
      return story.give({ command: 'sign' }, owner).give({ command: 'accept' }, owner);
    };

    it('give the same deadline whether the notice came during the pause or after it', () => {
      const during = give(report(), '2026-12-16 08:30', suspend('2026-12-30 09:00'));
      by(during, '2026-12-17 08:30', resume, newYear);
      const after = give(report(), '2026-12-16 08:30', suspend('2026-12-30 09:00'));
      give(after, '2026-12-17 08:30', resume);
      expect(running(after, 'finish')).toMatchObject({ provisional: true });
      by(after, '2026-12-18 08:30', { command: 'recalculate' }, newYear);
      // Wednesday stood, and New Year's Day is off: two working days more than the 5th.
      expect([due(during), due(after)]).toEqual(['01-07 17:30', '01-07 17:30']);
      expect([during, after].map((story) => running(story, 'finish')?.provisional)).toEqual([false, false]);
    });

    it('give an extended deadline what was left of it, and say how', () => {
      const story = new Story(at('2026-12-18 09:00')).give(register(), system).give({ command: 'sign' }, owner);
      story.give({ command: 'accept' }, owner);
      const newDeadline = '2026-12-28T17:30:00+08:00';
      give(story, '2026-12-21 09:00', { command: 'requestExtension', newDeadline, reason }, owner);
      give(story, '2026-12-21 09:05', { command: 'approveExtension', reason });
      give(story, '2026-12-25 17:30', suspend('2027-01-15 09:00'));
      give(story, '2026-12-31 17:30', resume);
      expect([due(story), running(story, 'finish')?.provisional]).toEqual(['01-01 17:30', true]);
      by(story, '2027-01-01 09:00', { command: 'recalculate' }, newYear);
      expect([due(story), running(story, 'finish')?.provisional]).toEqual(['01-04 17:30', false]);
      expect(running(story, 'finish')?.why).toContain('（放假安排公布后重算）');
    });

    it('after red rang: there is time again, and red rings again when it is over', () => {
      const story = report();
      give(story, '2027-01-05 17:30', { command: 'tick' }, system);
      expect(running(story, 'finish')?.fired.red).toBeDefined();
      give(story, '2027-01-05 17:31', suspend('2027-01-20 09:00'));
      by(story, '2027-01-07 08:30', resume, newYear);
      const finish = running(story, 'finish')!;
      expect([due(story), finish.fired.red, finish.overdue]).toEqual(['01-07 17:30', undefined, undefined]);
    });

    it('change nothing where none of the days changed', () => {
      const story = give(report(), '2026-12-16 17:00', suspend('2026-12-30 09:00'));
      give(story, '2026-12-17 17:00', resume);
      expect(due(story)).toBe('01-06 17:30');
      by(story, '2026-12-18 08:30', { command: 'recalculate' }, nothing);
      expect([due(story), running(story, 'finish')?.provisional]).toEqual(['01-06 17:30', false]);
    });
  });
});
