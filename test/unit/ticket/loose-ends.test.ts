/** Where two rules of the life cycle meet: what one leaves behind must not trip the other. */
import { describe, expect, it } from 'vitest';
import { dueMarks, nextMark } from '#domain/sla/marks.ts';
import { deadlines, running } from '#domain/ticket/clocks.ts';
import { decide } from '#domain/ticket/decide.ts';
import { isAssisting } from '#domain/ticket/decide-assist.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { askReturn, HELPER, inState, later, OTHER, OWNER, other, owner } from '#test/support/every-command.ts';
import {
  citizen,
  context,
  dispatcher,
  HOUR,
  leader,
  register,
  reply,
  Story,
  storyUntil,
  system,
  unit,
} from '#test/support/ticket-world.ts';

const reason = '测试';
const DAY = 24 * HOUR;
const codeOf = (result: ReturnType<Story['try']>) => (result.ok ? 'ok' : result.rejection.code);

it('a unit whose return was approved hears no more of the ticket, and the next dispatch is another round', () => {
  const story = inState('RETURN_REVIEW').give({ command: 'approveReturn', reason }, dispatcher);
  expect(story.is).toMatchObject({ status: 'DISPATCHING', owner: 'hotline', coHandlers: [] });
  expect(codeOf(story.try({ command: 'supervise', level: 'office', reason }, leader))).toBe('ruleForbids');
  story.give({ command: 'assign', owner: 'renshe', reason }, dispatcher);
  expect(story.is).toMatchObject({ owner: 'renshe', round: 2 });
  expect(fold(story.events)).toEqual(story.is);
});

it('an answer ends a suspension, and a refused one finds the deadline as the pause left it', () => {
  const story = storyUntil('HANDLING');
  const promised = deadlines(story.is, 'guanbuqiao').finish ?? '';
  story.give({ command: 'suspend', until: later(story, 10 * DAY), reason }, dispatcher);
  story.later(5 * DAY).give(reply, owner);
  expect(story.is.suspension).toBeUndefined();
  expect(running(story.is)).toEqual(['replyReview#1']);
  const { answer } = story.is;
  expect(answer?.textKey).toBe(`answer-${story.is.version}`);
  story.later(HOUR).give({ command: 'review', approve: false, reason }, dispatcher);
  expect(running(story.is, 'finish')).toHaveLength(1);
  expect((deadlines(story.is, 'guanbuqiao').finish ?? '') > promised).toBe(true);
  expect(codeOf(story.try({ command: 'suspend', until: later(story, 10 * DAY), reason }, dispatcher))).toBe('ok');
});

it('a ticket that ended while it was suspended doesn’t begin suspended when it is reopened', () => {
  const story = storyUntil('HANDLING');
  story.give({ command: 'suspend', until: later(story, 10 * DAY), reason }, dispatcher);
  story.give({ command: 'cancel', reason }, dispatcher);
  expect(story.is.suspension).toBeUndefined();
});

it('who was contacted during a pause isn’t waited for afterwards', () => {
  const story = storyUntil('HANDLING');
  story.give({ command: 'suspend', until: later(story, 10 * DAY), reason }, dispatcher);
  story.later(HOUR).give({ command: 'contact' }, owner).later(DAY).give({ command: 'resume', reason }, dispatcher);
  expect(running(story.is, 'contact')).toEqual([]);
});

describe('the first contact is owed by each holder once', () => {
  const contact = (story: Story) =>
    story.is.clocks.findLast(({ id, stoppedAt }) => id === 'contact' && stoppedAt === undefined);
  const sentBack = (story: Story) => {
    story
      .give(askReturn, owner)
      .later(20 * DAY)
      .give({ command: 'rejectReturn', reason }, dispatcher);
    return story.give({ command: 'sign' }, owner);
  };

  it('and not again after a return that was refused', () => {
    const story = storyUntil('SIGNED').give({ command: 'contact' }, owner);
    expect(running(sentBack(story).is)).toEqual(['finish#3', 'accept#2']);
  });

  it('within what was left of its time before the return', () => {
    const story = storyUntil('SIGNED');
    const whole = contact(story);
    sentBack(story.later(HOUR));
    expect(contact(story)).toMatchObject({ instance: 'contact#2', limit: whole?.limit, usedMs: HOUR });
    expect(fold(story.events)).toEqual(story.is);
  });

  it('also after an answer without it that was refused', () => {
    const story = storyUntil('HANDLING').later(HOUR).give(reply, owner);
    const used = HOUR + HOUR / 6;
    story.later(DAY).give({ command: 'review', approve: false, reason }, dispatcher);
    expect(contact(story)).toMatchObject({ instance: 'contact#2', usedMs: used });
    story.give({ command: 'contact' }, owner).give(reply, owner);
    story.give({ command: 'review', approve: false, reason }, dispatcher);
    expect(running(story.is, 'contact')).toEqual([]);
  });

  it('by the next unit, whoever spoke with the citizen before, also after a pause', () => {
    const story = storyUntil('SIGNED').give({ command: 'contact' }, owner).give(askReturn, owner);
    story.give({ command: 'approveReturn', owner: 'renshe', reason }, dispatcher);
    for (const command of ['sign', 'accept'] as const) story.give({ command }, unit('renshe'));
    expect(contact(story)).toMatchObject({ holder: 'renshe' });
    story.give({ command: 'suspend', until: later(story, 2 * DAY), reason }, dispatcher);
    story.later(DAY).give({ command: 'resume', reason }, dispatcher);
    expect(contact(story)).toMatchObject({ holder: 'renshe', instance: 'contact#3' });
  });

  it('on the limit of a new urgency, if that has changed', () => {
    const story = storyUntil('SIGNED').later(HOUR).give(askReturn, owner);
    story.give({ command: 'approveReturn', reason }, dispatcher);
    story.give({ command: 'assign', owner: 'guanbuqiao', urgency: 'urgent', reason }, dispatcher);
    const { usedMs, limit } = contact(story.give({ command: 'sign' }, owner)) ?? {};
    expect([usedMs, limit]).toEqual([undefined, { amount: 120, unit: 'naturalMinutes' }]);
  });
});

it('every mark is settled when it rings, also the handover of a ticket that B has already', () => {
  const story = storyUntil('AWAIT_SIGN').give({ command: 'handOver', to: 'B', reason }, owner);
  story.give(askReturn, owner).give({ command: 'rejectReturn', reason }, dispatcher);
  story.later(20 * DAY).give({ command: 'tick' }, system);
  expect(dueMarks(story.is.clocks, story.now)).toEqual([]);
  const next = nextMark(story.is.clocks);
  expect(next === undefined || next.at > story.now).toBe(true);
});

it('of those who work along each reads its own limits, and the owner none of theirs', () => {
  const story = storyUntil('HANDLING').give({ command: 'whistle', units: [HELPER], reason }, owner);
  story.later(HOUR).give({ command: 'reportIn' }, unit(HELPER));
  story.later(HOUR).give({ command: 'whistle', units: ['renshe'], reason }, owner);
  const due = (id: string, holder: string) =>
    story.is.clocks.find((clock) => clock.id === id && clock.holder === holder)?.dueAt;
  const { finish, contact } = deadlines(story.is, OWNER);
  expect(deadlines(story.is, OWNER)).toEqual({ finish, contact });
  expect(deadlines(story.is, HELPER)).toEqual({ finish, contact, assist: due('assist', HELPER) });
  expect(deadlines(story.is, 'renshe')).toEqual({ finish, contact, reportIn: due('reportIn', 'renshe') });
});

it('who worked along is out once the answer is given, and may be called again when it is refused', () => {
  const story = storyUntil('HANDLING').give({ command: 'whistle', units: [HELPER], reason }, owner);
  story.give(reply, owner);
  expect(isAssisting(story.is, HELPER)).toBe(false);
  story.give({ command: 'review', approve: false, reason }, dispatcher);
  expect(codeOf(story.try({ command: 'reportIn' }, unit(HELPER)))).toBe('notOwner');
  expect(codeOf(story.try({ command: 'whistle', units: [HELPER], reason }, owner))).toBe('ok');
});

describe('a unit of joint handling hears of the end as it heard of the beginning', () => {
  const joint = (story = storyUntil('HANDLING'), units = ['renshe', HELPER]) =>
    story.give({ command: 'openJointHandling', units, reason }, dispatcher);
  const lastTold = (story: Story, to: string) =>
    story.events
      .flatMap(({ callbacks = [] }) => callbacks)
      .filter((callback) => callback.to === to)
      .at(-1)?.type;

  it.each([
    ['cancelled', (story: Story) => story.give({ command: 'cancel', reason }, dispatcher), 'withdrawn'],
    ['withdrawn by the citizen', (story: Story) => story.give({ command: 'withdraw' }, citizen), 'withdrawn'],
    [
      'merged',
      (story: Story) => story.give({ command: 'merge', into: OTHER, reason }, dispatcher, other()),
      'withdrawn',
    ],
    [
      'closed',
      (story: Story) =>
        story
          .give(reply, owner)
          .give({ command: 'review', approve: true, reason }, dispatcher)
          .give({ command: 'close', reason }, dispatcher),
      'closed',
    ],
  ])('%s', (_, end, type) => {
    const story = end(joint());
    expect([lastTold(story, 'renshe'), lastTold(story, HELPER), lastTold(story, OWNER)]).toEqual([type, type, type]);
    expect(fold(story.events)).toEqual(story.is);
  });

  it('once, also when it was whistled for', () => {
    const story = joint().give({ command: 'whistle', units: [HELPER], reason }, owner);
    story.give({ command: 'cancel', reason }, dispatcher);
    expect(story.events.at(-1)?.callbacks?.filter(({ to }) => to === HELPER)).toHaveLength(1);
  });

  it('when the ticket goes to another unit without it, and not again afterwards', () => {
    const story = joint(storyUntil('AWAIT_SIGN'));
    story.give({ command: 'assign', owner: 'renshe', reason }, dispatcher);
    expect(story.is.joint).toBeUndefined();
    expect([lastTold(story, HELPER), lastTold(story, 'renshe')]).toEqual(['withdrawn', 'dispatched']);
    story.give({ command: 'cancel', reason }, dispatcher);
    expect(story.events.at(-1)?.callbacks?.map(({ to }) => to)).toEqual(['renshe']);
  });

  it('at the desk too, after a return', () => {
    const story = joint(storyUntil('SIGNED')).give(askReturn, owner);
    story.give({ command: 'approveReturn', reason }, dispatcher);
    expect(lastTold(story, HELPER)).toBe('jointOpened');
    story.give({ command: 'refuse', lawfulRoute: '诉讼', reason }, dispatcher);
    expect(lastTold(story, HELPER)).toBe('withdrawn');
  });

  it('and nothing of a part that is split off', () => {
    const parent = joint().is;
    const part = { ticketNo: OTHER, parent, title: '路灯', content: '路灯不亮', owner: 'guanbuqiao', reason };
    const child = new Story().give({ command: 'registerSplit', ...part }, dispatcher);
    expect(child.events.flatMap(({ callbacks = [] }) => callbacks).map(({ to }) => to)).toEqual([OWNER]);
  });

  it('of all that were named, when more are named later', () => {
    const story = joint(joint(undefined, ['renshe']), [HELPER]);
    expect(story.is.joint?.units).toEqual(['renshe', HELPER]);
  });
});

describe('who is called, and what rings at once, is bounded: a change is one transaction of 100 rows', () => {
  const units = Array.from({ length: 30 }, (_, at) => `unit${at}`);
  const wide = (story: Story) => ({
    ...context(story.now),
    isUnit: () => true,
    levelOf: (id: string) => (id.startsWith('unit') ? ('department' as const) : ('town' as const)),
  });
  const call = (story: Story, from: number, to: number) => {
    const command = { command: 'whistle', units: units.slice(from, to), reason } as const;
    const result = decide(story.is, command, owner, wide(story));
    if (result.ok) story.ticket = result.ticket;
    return codeOf(result);
  };

  it('20 units in a ticket’s life', () => {
    const story = storyUntil('HANDLING');
    expect([call(story, 0, 10), call(story, 10, 20), call(story, 20, 21)]).toEqual(['ok', 'ok', 'ruleForbids']);
  });

  it('25 marks; the rest rings right after', () => {
    const story = storyUntil('HANDLING');
    call(story, 0, 10);
    call(story, 10, 20);
    story.later(60 * DAY);
    const before = story.is.version;
    expect(dueMarks(story.is.clocks, story.now).length).toBeGreaterThan(50);
    story.give({ command: 'tick' }, system);
    expect(story.is.version - before).toBe(25);
    for (let round = 0; round < 3; round++) story.give({ command: 'tick' }, system);
    expect(dueMarks(story.is.clocks, story.now)).toEqual([]);
  });
});

it('the more urgent ticket is the one that goes on', () => {
  const urgent = new Story().give(register({ danger: true }, { urgency: 'critical' }), system);
  const merge = { command: 'merge', into: OTHER, reason } as const;
  expect(codeOf(urgent.try(merge, dispatcher, other()))).toBe('ruleForbids');
  expect(codeOf(storyUntil('HANDLING').try(merge, dispatcher, other()))).toBe('ok');
});

it('a designation that confirms the unit overrules its return, and can be corrected', () => {
  const story = inState('ARBITRATION').give({ command: 'designate', owner: 'guanbuqiao', reason }, leader);
  expect(story.is).toMatchObject({ owner: 'guanbuqiao', round: 2, noReturn: true, returns: [{ outcome: 'rejected' }] });
  story.give({ command: 'designate', owner: 'renshe', reason }, leader);
  expect(story.is).toMatchObject({ status: 'AWAIT_SIGN', owner: 'renshe', noReturn: true });
});

it('an extension whose date has passed is not granted any more', () => {
  const story = inState('EXTENSION_REVIEW').later(30 * DAY);
  expect(codeOf(story.try({ command: 'approveExtension', reason }, dispatcher))).toBe('tooLate');
});
