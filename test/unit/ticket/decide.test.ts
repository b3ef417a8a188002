import { describe, expect, it } from 'vitest';
import { deadlines, running } from '#domain/ticket/clocks.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { TicketEvent } from '#schemas/event.ts';
import { Ticket } from '#schemas/ticket.ts';
import {
  citizen,
  dispatcher,
  HOUR,
  MONDAY,
  register,
  reply,
  Story,
  storyUntil,
  system,
  unit,
} from '#test/support/ticket-world.ts';

const owner = unit('guanbuqiao');
const types = (story: Story) => story.events.map((event) => event.type);
const codeOf = (result: ReturnType<Story['try']>) => (result.ok ? 'ok' : result.rejection.code);

describe('register', () => {
  it('gives a sure decision to its one owner, starts sign and finish, tells the owner first', () => {
    const story = new Story().give(register(), system);
    expect(types(story)).toEqual(['registered', 'dispatched']);
    expect(story.is).toMatchObject({
      status: 'AWAIT_SIGN',
      owner: 'guanbuqiao',
      round: 1,
      clockGeneration: 1,
      version: 2,
    });
    expect(running(story.is)).toEqual(['sign#1', 'finish#1']);
    expect(story.events[1]?.callbacks).toEqual([{ to: 'guanbuqiao', n: 1, type: 'dispatched' }]);
    // Complaint, normal: 5 working days; Monday doesn't count, so Monday the week after, at closing.
    expect(deadlines(story.is, 'guanbuqiao').finish).toBe('2026-11-30T17:30:00.000+08:00');
    expect(deadlines(story.is, 'guanbuqiao').sign).toBe('2026-11-24T17:30:00.000+08:00');
  });

  it('leaves an unsure one to the desk, on the dispatch clock, and tells no unit', () => {
    const story = new Story().give(register({}, { disposition: 'desk', owner: 'hotline' }), system);
    expect(story.is).toMatchObject({ status: 'DISPATCHING', owner: 'hotline' });
    expect(running(story.is)).toEqual(['dispatch#1']);
    expect(story.events.flatMap((event) => event.callbacks ?? [])).toEqual([]);
  });

  it('makes danger to life critical whatever the form says', () => {
    const story = new Story().give(register({ danger: true, urgency: 'normal' }), system);
    expect(story.is).toMatchObject({ urgency: 'critical', flags: { danger: true } });
    // 30 minutes by the wall clock.
    expect(deadlines(story.is, 'guanbuqiao').sign).toBe('2026-11-23T09:30:00.000+08:00');
  });

  it('is an enterprise matter (涉企) when the caller says so or the catalogue does', () => {
    const flag = (story: Story) => story.is.flags.enterprise;
    expect(flag(new Story().give(register({ enterprise: true }), system))).toBe(true);
    expect(flag(new Story().give(register({}, { enterprise: true }), system))).toBe(true);
    expect(flag(new Story().give(register(), system))).toBe(false);
  });

  it("prefers the caller's urgency to the catalogue's", () => {
    expect(new Story().give(register({ urgency: 'urgent' }), system).is.urgency).toBe('urgent');
  });

  it('keeps the text apart from the events', () => {
    const story = new Story();
    const result = story.try(register({ place: { text: '发展大道 1 号', townCode: '421202102000' } }), system);
    expect(result.ok && result.texts.map(({ key, text }) => [key, text.kind])).toEqual([['request', 'request']]);
    expect(JSON.stringify(story.events)).not.toContain('七名工人');
    expect(JSON.stringify(story.ticket)).not.toContain('发展大道');
  });

  it('happens once', () => {
    expect(codeOf(new Story().give(register(), system).try(register(), system))).toBe('stateForbids');
  });
});

describe('the main path', () => {
  it('goes from sign to close, each step stopping and starting its clocks', () => {
    const story = storyUntil('AWAIT_SIGN').give({ command: 'sign', handler: 'A' }, owner);
    expect(running(story.is)).toEqual(['finish#1', 'accept#1', 'contact#1']);
    story.give({ command: 'contact', note: '已电话联系' }, owner);
    expect(story.is.contactedAt).toBe('2026-11-23T09:00:00.000+08:00');
    expect(running(story.is)).toEqual(['finish#1', 'accept#1']);
    story.give({ command: 'accept' }, owner).give({ command: 'progress', note: '正在核实' }, owner);
    expect(running(story.is)).toEqual(['finish#1']);
    story.give(reply, owner);
    expect(story.is.status).toBe('REPLIED');
    expect(running(story.is)).toEqual(['replyReview#1']);
    story.give({ command: 'review', approve: true, reason: '清楚' }, dispatcher);
    expect(story.is.answerApprovedAt).toBeDefined();
    expect(running(story.is)).toEqual(['visit#1']);
    story.give({ command: 'close', reason: '回访满意' }, dispatcher);
    expect(story.is).toMatchObject({ status: 'CLOSED', answer: { resultCode: 'solved', by: 'guanbuqiao' } });
    expect(running(story.is)).toEqual([]);
    expect(story.give({ command: 'archive', reason: '期满' }, dispatcher).is.status).toBe('ARCHIVED');
  });

  it("numbers each unit's callbacks without gaps", () => {
    const story = storyUntil('CLOSED');
    const callbacks = story.events.flatMap((event) => event.callbacks ?? []);
    expect(callbacks.map(({ to, n, type }) => `${to} ${n} ${type}`)).toEqual([
      'guanbuqiao 1 dispatched',
      'guanbuqiao 2 decided',
      'guanbuqiao 3 closed',
    ]);
  });

  it('is refused out of order, to strangers and to the wrong role', () => {
    expect(codeOf(storyUntil('AWAIT_SIGN').try({ command: 'accept' }, owner))).toBe('stateForbids');
    expect(codeOf(storyUntil('AWAIT_SIGN').try({ command: 'sign' }, unit('renshe')))).toBe('notOwner');
    expect(codeOf(storyUntil('REPLIED').try({ command: 'review', approve: true, reason: 'x' }, owner))).toBe(
      'roleForbids',
    );
    expect(codeOf(storyUntil('AWAIT_SIGN').try({ command: 'sign' }, citizen))).toBe('roleForbids');
    expect(codeOf(new Story().try({ command: 'tick' }, system))).toBe('stateForbids');
  });
});

describe('review', () => {
  it('sends a weak answer back on the same deadline, with warnings armed anew', () => {
    const story = storyUntil('REPLIED');
    const before = story.is.clocks.find((clock) => clock.id === 'finish');
    story.give({ command: 'review', approve: false, reason: '答非所问' }, dispatcher);
    expect(story.is.status).toBe('HANDLING');
    const after = story.is.clocks.find((clock) => clock.instance === 'finish#2');
    expect(after).toMatchObject({ dueAt: before?.dueAt, startedAt: before?.startedAt, fired: {} });
    expect(running(story.is)).toEqual(['finish#2', 'contact#2']);
  });

  it('hides the answer again when rework is ordered, and goes back to rework when that answer is weak too', () => {
    const story = storyUntil('AWAIT_VISIT').give({ command: 'rework', reason: '群众不满意' }, dispatcher);
    expect(story.is).toMatchObject({ status: 'REWORK', round: 2 });
    expect(story.is.answerApprovedAt).toBeUndefined();
    expect(running(story.is)).toEqual(['rework#1']);
    story.give(reply, owner).give({ command: 'review', approve: false, reason: '仍不清楚' }, dispatcher);
    expect(story.is.status).toBe('REWORK');
    expect(running(story.is)).toEqual(['rework#2']);
  });
});

describe('the desk', () => {
  const atDesk = () => new Story().give(register({}, { disposition: 'desk', owner: 'hotline' }), system);

  it('assigns what the router left, and the place and category that it found', () => {
    const story = atDesk()
      .later(HOUR)
      .give(
        {
          command: 'assign',
          owner: 'zhujian',
          category: '07.1',
          townCode: '421202001000',
          coHandlers: ['renshe'],
          reason: '物业',
        },
        dispatcher,
      );
    expect(story.is).toMatchObject({
      status: 'AWAIT_SIGN',
      owner: 'zhujian',
      round: 1,
      categoryCode: '07.1',
      townCode: '421202001000',
      coHandlers: ['renshe'],
    });
    expect(running(story.is)).toEqual(['sign#1', 'finish#1']);
  });

  it('reassigns an unsigned ticket: the old owner is told first, the deadline stays', () => {
    const story = storyUntil('AWAIT_SIGN');
    const due = deadlines(story.is, 'guanbuqiao').finish;
    story.later(24 * HOUR).give({ command: 'assign', owner: 'renshe', reason: '跨镇' }, dispatcher);
    expect(story.is).toMatchObject({ owner: 'renshe', round: 2 });
    expect(deadlines(story.is, 'guanbuqiao').finish).toBe(due);
    expect(story.events.at(-1)?.callbacks).toEqual([
      { to: 'guanbuqiao', n: 2, type: 'withdrawn' },
      { to: 'renshe', n: 1, type: 'dispatched' },
    ]);
  });

  it('gives the finish clock a new limit when the urgency changes with the owner', () => {
    const story = storyUntil('AWAIT_SIGN');
    story.give({ command: 'assign', owner: 'renshe', urgency: 'critical', reason: '升级' }, dispatcher);
    expect(deadlines(story.is, 'guanbuqiao').finish).toBe('2026-11-24T09:00:00.000+08:00');
  });

  it.each([
    ['nobody', 'unknownUnit'],
    ['hotline', 'ruleForbids'],
  ])('does not assign to %s', (to, code) => {
    expect(codeOf(atDesk().try({ command: 'assign', owner: to, reason: 'x' }, dispatcher))).toBe(code);
  });

  it.each([
    [{ coHandlers: ['nobody'] }, 'unknownUnit'],
    [{ coHandlers: ['renshe'] }, 'ruleForbids'],
    [{ coHandlers: ['zhujian', 'zhujian'] }, 'ruleForbids'],
    [{ category: '99.9' }, 'unknownCategory'],
    [{ townCode: '000000000000' }, 'unknownTown'],
  ])('does not write %o into events', (wrong, code) => {
    expect(codeOf(atDesk().try({ command: 'assign', owner: 'renshe', reason: 'x', ...wrong }, dispatcher))).toBe(code);
  });

  it('does not assign to the owner again', () => {
    expect(
      codeOf(storyUntil('AWAIT_SIGN').try({ command: 'assign', owner: 'guanbuqiao', reason: 'x' }, dispatcher)),
    ).toBe('ruleForbids');
  });

  it('refuses with the lawful route, answers directly, cancels: each ends every clock', () => {
    const refused = atDesk().give({ command: 'refuse', lawfulRoute: '向法院起诉', reason: '已诉讼' }, dispatcher);
    expect(refused.is).toMatchObject({ status: 'NOT_ACCEPTED' });
    const direct = atDesk().give(
      { command: 'directClose', resultCode: 'explained', publicAnswer: '窗口周六也开。', reason: '咨询' },
      dispatcher,
    );
    expect(direct.is).toMatchObject({ status: 'DIRECT_CLOSED', answer: { resultCode: 'explained', by: 'hotline' } });
    const cancelled = storyUntil('HANDLING').give({ command: 'cancel', reason: '来电人撤回' }, dispatcher);
    expect(cancelled.is.status).toBe('CANCELLED');
    expect(cancelled.events.at(-1)?.callbacks).toEqual([{ to: 'guanbuqiao', n: 2, type: 'withdrawn' }]);
    const atTheDesk = atDesk().give({ command: 'cancel', reason: '误操作' }, dispatcher);
    expect(atTheDesk.events.at(-1)?.callbacks).toBeUndefined();
    for (const story of [refused, direct, cancelled, atTheDesk]) expect(running(story.is)).toEqual([]);
  });
});

describe('rating', () => {
  const good = { command: 'rate', solved: true, satisfaction: 'satisfied' } as const;

  it('closes a visited ticket when solved and satisfied', () => {
    const story = storyUntil('AWAIT_VISIT').give({ ...good, comment: '很快' }, citizen);
    expect(types(story).slice(-2)).toEqual(['rated', 'closed']);
    expect(story.is).toMatchObject({ status: 'CLOSED', rating: { solved: true, commentKey: 'rating-7' } });
  });

  it.each([
    { ...good, solved: false },
    { ...good, satisfaction: 'dissatisfied' as const },
  ])('leaves a discontented citizen to the hotline', (rating) => {
    const story = storyUntil('AWAIT_VISIT').give(rating, citizen);
    expect(story.is).toMatchObject({ status: 'AWAIT_VISIT', rating: { satisfaction: rating.satisfaction } });
  });

  it('is asked for again after a rework', () => {
    const story = storyUntil('AWAIT_VISIT').give({ ...good, solved: false }, citizen);
    story.give({ command: 'rework', reason: '未解决' }, dispatcher);
    expect(story.is.rating).toBeUndefined();
    story
      .give(reply, owner)
      .give({ command: 'review', approve: true, reason: '已解决' }, dispatcher)
      .give(good, citizen);
    expect(story.is).toMatchObject({ status: 'CLOSED', rating: { solved: true } });
    expect(fold(story.events)).toEqual(story.is);
  });

  it('is taken once, also after closing', () => {
    const story = storyUntil('CLOSED').give(good, citizen);
    expect(story.is.status).toBe('CLOSED');
    expect(codeOf(story.try(good, citizen))).toBe('ruleForbids');
  });
});

describe('the citizen', () => {
  it('urges once an interval; the owner is told each time it counts', () => {
    const story = storyUntil('HANDLING').give({ command: 'urge' }, citizen);
    expect(story.is.urged).toMatchObject({ times: 1 });
    expect(codeOf(story.try({ command: 'urge' }, citizen))).toBe('ruleForbids');
    expect(story.later(24 * HOUR).give({ command: 'urge' }, citizen).is.urged).toMatchObject({ times: 2 });
    const told = story.events.filter(({ type }) => type === 'urged').map(({ callbacks }) => callbacks?.[0]?.type);
    expect(told).toEqual(['urged', 'urged']);
  });

  it('adds a text that stays out of the event', () => {
    const story = storyUntil('HANDLING');
    const result = story.try({ command: 'append', text: '昨晚又发生了一次' }, citizen);
    expect(result.ok && result.texts).toEqual([{ key: 'append-5', text: { kind: 'note', text: '昨晚又发生了一次' } }]);
    expect(JSON.stringify(story.events)).not.toContain('昨晚');
    expect(story.events.at(-1)?.callbacks).toEqual([{ to: 'guanbuqiao', n: 2, type: 'appended' }]);
  });

  it('withdraws an open request: every clock ends, the owner is told', () => {
    const story = storyUntil('HANDLING').give({ command: 'withdraw' }, citizen);
    expect(story.is.status).toBe('CANCELLED');
    expect(running(story.is)).toEqual([]);
    expect(story.events.at(-1)?.callbacks).toEqual([{ to: 'guanbuqiao', n: 2, type: 'withdrawn' }]);
    expect(codeOf(storyUntil('CLOSED').try({ command: 'withdraw' }, citizen))).toBe('stateForbids');
  });

  it('bothers no unit while the request waits at the desk', () => {
    const story = new Story().give(register({}, { disposition: 'desk', owner: 'hotline' }), system);
    story.give({ command: 'urge' }, citizen).give({ command: 'append', text: '补充一点' }, citizen);
    expect(story.events.flatMap(({ callbacks }) => callbacks ?? [])).toEqual([]);
  });
});

describe('tick', () => {
  it('fires each colour once and tells the holder', () => {
    const story = storyUntil('AWAIT_SIGN');
    story.give({ command: 'tick' }, system);
    expect(types(story)).toEqual(['registered', 'dispatched']);
    story.now = MONDAY + 10 * 24 * HOUR;
    story.give({ command: 'tick' }, system).give({ command: 'tick' }, system);
    const warned = story.events.filter((event) => event.type === 'warned');
    expect(warned.map(({ clock, colour, grade = colour }) => `${clock} ${grade}`).sort()).toEqual([
      'finish inspection',
      'finish orange',
      'finish red',
      'finish yellow',
      'sign inspection',
      'sign orange',
      'sign red',
      'sign yellow',
    ]);
    expect(warned.every((event) => event.callbacks?.[0]?.to === 'guanbuqiao')).toBe(true);
    expect(story.is.clockGeneration).toBe(1);
  });

  it("keeps the desk's own warnings at the desk", () => {
    const story = new Story().give(register({}, { disposition: 'desk', owner: 'hotline' }), system);
    story.now = MONDAY + 3 * 24 * HOUR;
    story.give({ command: 'tick' }, system);
    expect(story.events.filter((event) => event.type === 'warned').map(({ grade, to }) => [grade, to])).toEqual([
      ['yellow', ['dispatcher']],
      ['orange', ['dispatcher']],
      ['red', ['dispatcher', 'hotline']],
      ['inspection', ['dispatcher', 'hotline', 'inspection']],
    ]);
    expect(story.events.flatMap((event) => event.callbacks ?? [])).toEqual([]);
  });

  it('is refused by a closed ticket', () => {
    expect(codeOf(storyUntil('CLOSED').try({ command: 'tick' }, system))).toBe('stateForbids');
  });
});

describe('feedback', () => {
  it('is recorded without changing anything else', () => {
    const story = storyUntil('CLOSED');
    const before = story.is;
    story.give({ command: 'recordFeedback', forSeq: 2, notice: 'accepted', channel: 'sms', outcome: 'sent' }, system);
    expect({ ...story.is, version: before.version, updatedAt: before.updatedAt }).toEqual(before);
  });
});

describe('history', () => {
  it.each(['AWAIT_SIGN', 'SIGNED', 'HANDLING', 'REPLIED', 'AWAIT_VISIT', 'CLOSED'] as const)(
    'up to %s folds into the snapshot, and both fit their schemas',
    (until) => {
      const story = storyUntil(until);
      expect(story.is.status).toBe(until);
      expect(fold(story.events)).toEqual(story.is);
      expect(Ticket.parse(story.is)).toEqual(story.is);
      for (const event of story.events) expect(TicketEvent.parse(event)).toEqual(event);
    },
  );

  it('does not fold with a gap, without its beginning, or with two beginnings', () => {
    const { events } = storyUntil('HANDLING');
    expect(fold([])).toBeUndefined();
    expect(() => fold(events.slice(1))).toThrow('begins with registered');
    expect(() => fold([...events.slice(0, 2), ...events.slice(3)])).toThrow('no gaps');
    expect(() => fold([...events, ...events.slice(0, 1)])).toThrow('registered once');
  });
});
