/** 退单、裁定、延期、挂起、并单、拆单、吹号、交接: each rule of the life cycle by its dated story. */
import { describe, expect, it, test } from 'vitest';
import { deadlines, running } from '#domain/ticket/clocks.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { handlerOn } from '#domain/ticket/leave.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { askExtension, askReturn, HELPER, inState, later, OTHER, other, owner } from '#test/support/every-command.ts';
import {
  citizen,
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
const codeOf = (result: ReturnType<Story['try']>) => (result.ok ? 'ok' : result.rejection.code);
const told = (story: Story, to: string) =>
  story.events.flatMap((event) => event.callbacks ?? []).filter((callback) => callback.to === to);
const DAY = 24 * HOUR;
const finish = (ticket: Ticket) =>
  ticket.clocks.findLast(({ id, stoppedAt }) => id === 'finish' && stoppedAt === undefined);

describe('return', () => {
  it('goes to review; the citizen’s deadline runs on in the hotline’s hands', () => {
    const story = storyUntil('SIGNED');
    const promised = deadlines(story.is, 'guanbuqiao').finish;
    story.later(HOUR).give(askReturn, owner);
    expect(story.is).toMatchObject({
      status: 'RETURN_REVIEW',
      owner: 'guanbuqiao',
      returns: [{ unit: 'guanbuqiao', reasonCode: 'notOurDuty', suggested: 'renshe', outcome: 'pending' }],
    });
    expect(running(story.is)).toEqual(['returnReview#1', 'finish#2']);
    expect(finish(story.is)).toMatchObject({ holder: 'hotline', dueAt: promised });
    expect(story.is.holdings.at(-1)).toMatchObject({ unit: 'hotline' });
  });

  it('approved with a unit is a new round there at once, on the old deadline', () => {
    const story = inState('RETURN_REVIEW');
    const promised = deadlines(story.is, 'guanbuqiao').finish;
    story.give({ command: 'approveReturn', owner: 'renshe', reason }, dispatcher);
    expect(story.is).toMatchObject({
      status: 'AWAIT_SIGN',
      owner: 'renshe',
      round: 2,
      returns: [{ outcome: 'approved' }],
    });
    expect(deadlines(story.is, 'guanbuqiao').finish).toBe(promised);
    expect(told(story, 'guanbuqiao').map(({ type }) => type)).toEqual(['dispatched', 'decided']);
    expect(told(story, 'renshe').map(({ type }) => type)).toEqual(['dispatched']);
    expect(fold(story.events)).toEqual(story.is);
  });

  it('approved without a unit lies on the desk', () => {
    const story = inState('RETURN_REVIEW').give({ command: 'approveReturn', reason }, dispatcher);
    expect(story.is).toMatchObject({ status: 'DISPATCHING', returns: [{ outcome: 'approved' }] });
    expect(running(story.is)).toEqual(['dispatch#1', 'finish#3']);
    story.give({ command: 'assign', owner: 'renshe', reason }, dispatcher);
    expect(story.is.owner).toBe('renshe');
  });

  it('rejected comes back to be signed; the same unit can’t object again', () => {
    const story = inState('RETURN_REVIEW').give({ command: 'rejectReturn', reason }, dispatcher);
    expect(story.is).toMatchObject({ status: 'AWAIT_SIGN', owner: 'guanbuqiao', returns: [{ outcome: 'rejected' }] });
    expect(running(story.is)).toEqual(['sign#2', 'finish#3']);
    expect(codeOf(story.try(askReturn, owner))).toBe('returnLimit');
  });

  it('the third objection goes to arbitration, and after a designation nobody objects', () => {
    const back = (to: string) => ({ ...askReturn, suggestedDepartment: to });
    const story = inState('RETURN_REVIEW')
      .give({ command: 'approveReturn', owner: 'renshe', reason }, dispatcher)
      .give(back('zhujian'), unit('renshe'))
      .give({ command: 'approveReturn', owner: 'zhujian', reason }, dispatcher)
      .give(back('renshe'), unit('zhujian'));
    expect(story.is).toMatchObject({ status: 'ARBITRATION' });
    expect(running(story.is)).toContain('arbitration#1');
    expect(codeOf(story.try({ command: 'designate', owner: 'renshe', reason }, dispatcher))).toBe('roleForbids');
    story.give({ command: 'designate', owner: 'guanbuqiao', reason }, leader);
    expect(story.is).toMatchObject({ status: 'AWAIT_SIGN', owner: 'guanbuqiao', noReturn: true });
    expect(codeOf(story.try(askReturn, owner))).toBe('noReturn');
    expect(codeOf(story.try({ command: 'assign', owner: 'renshe', reason }, dispatcher))).toBe('noReturn');
  });

  it('needs a known unit that is another one', () => {
    const story = storyUntil('SIGNED');
    expect(codeOf(story.try({ ...askReturn, suggestedDepartment: 'nobody' }, owner))).toBe('unknownUnit');
    expect(codeOf(story.try({ ...askReturn, suggestedDepartment: 'guanbuqiao' }, owner))).toBe('ruleForbids');
    expect(
      codeOf(inState('RETURN_REVIEW').try({ command: 'approveReturn', owner: 'guanbuqiao', reason }, dispatcher)),
    ).toBe('ruleForbids');
  });
});

describe('extension', () => {
  it.each(['2006-12-01', '2022-12-31', '2037-01-01', '2062-12-04', '9999-12-31'])(
    'to %s, a year that no calendar has, is refused like any other that is too early or too late',
    (day) => {
      const story = storyUntil('HANDLING');
      const newDeadline = `${day}T17:30:00+08:00`;
      expect(codeOf(story.try({ command: 'requestExtension', newDeadline, reason }, owner))).toBe('ruleForbids');
    },
  );

  it('moves the deadline when it is approved, and arms its colours anew', () => {
    const story = inState('EXTENSION_REVIEW');
    const asked = story.is.extension?.newDeadline;
    expect(running(story.is)).toContain('finish#1');
    story.give({ command: 'approveExtension', reason }, dispatcher);
    expect(story.is).toMatchObject({ status: 'HANDLING', extension: { outcome: 'approved' } });
    expect(finish(story.is)).toMatchObject({ instance: 'finish#2', dueAt: asked, holder: 'guanbuqiao', fired: {} });
    expect(codeOf(story.try(askExtension(story), owner))).toBe('extensionLimit');
  });

  it('leaves it when it is rejected; there is one only', () => {
    const story = inState('EXTENSION_REVIEW');
    const before = deadlines(story.is, 'guanbuqiao').finish;
    story.give({ command: 'rejectExtension', reason }, dispatcher);
    expect(story.is).toMatchObject({ status: 'HANDLING', extension: { outcome: 'rejected' } });
    expect(deadlines(story.is, 'guanbuqiao').finish).toBe(before);
    expect(codeOf(story.try(askExtension(story), owner))).toBe('extensionLimit');
  });

  // Handling since Monday 2026-11-23; complaint, normal: due Monday 11-30 17:30. Ten working days behind that: 12-14 17:30.
  test.each([
    ['2026-11-30T17:30:00+08:00', 'ruleForbids'],
    ['2026-12-01T17:30:00+08:00', 'ok'],
    ['2026-12-14T17:30:00+08:00', 'ok'],
    // The day counts, to its closing; the next one is a day too many, and a Sunday is none.
    ['2026-12-14T23:00:00+08:00', 'ok'],
    ['2026-12-15T08:30:00+08:00', 'ruleForbids'],
    ['2026-12-06T10:00:00+08:00', 'ruleForbids'],
  ])('until %s: %s', (newDeadline, code) => {
    const ask = { command: 'requestExtension', newDeadline, reason } as const;
    expect(codeOf(storyUntil('HANDLING').try(ask, owner))).toBe(code);
  });

  it('is asked for before the deadline', () => {
    const story = storyUntil('HANDLING').later(10 * DAY);
    expect(codeOf(story.try(askExtension(story), owner))).toBe('tooLate');
  });
});

describe('suspension', () => {
  it('lets the clocks stand, and gives back exactly what was left of them', () => {
    const story = storyUntil('HANDLING');
    const due = Date.parse(deadlines(story.is, 'guanbuqiao').finish ?? '');
    story.give({ command: 'suspend', until: later(story, 2 * DAY), reason }, dispatcher);
    expect(running(story.is)).toEqual(['pause#1']);
    expect(codeOf(story.try({ command: 'suspend', until: later(story, 3 * DAY), reason }, dispatcher))).toBe(
      'ruleForbids',
    );
    // Two whole working days (Monday 09:20 to Wednesday 09:20).
    story.later(2 * DAY).give({ command: 'resume', reason }, dispatcher);
    expect(running(story.is)).toEqual(['finish#2', 'contact#2']);
    expect(Date.parse(deadlines(story.is, 'guanbuqiao').finish ?? '') - due).toBe(2 * DAY);
    expect(finish(story.is)?.usedMs).toBe(20 * 60_000);
    expect(
      told(story, 'guanbuqiao')
        .slice(-2)
        .map(({ type }) => type),
    ).toEqual(['suspended', 'resumed']);
  });

  it('ends by itself at its end date', () => {
    const story = storyUntil('HANDLING');
    story.give({ command: 'suspend', until: later(story, DAY), reason }, dispatcher);
    expect(story.later(DAY - 1).give({ command: 'tick' }, system).is.suspension).toBeDefined();
    story.later(1).give({ command: 'tick' }, system);
    expect(story.is.suspension).toBeUndefined();
    expect(running(story.is)).toEqual(['finish#2', 'contact#2']);
  });

  it('ends at its end date also when the alarm rings late', () => {
    const [punctual, late] = [storyUntil('HANDLING'), storyUntil('HANDLING')];
    for (const story of [punctual, late]) {
      story.give({ command: 'suspend', until: later(story, DAY), reason }, dispatcher).later(DAY);
    }
    punctual.give({ command: 'tick' }, system);
    late.later(3 * HOUR).give({ command: 'tick' }, system);
    expect(deadlines(late.is, 'guanbuqiao')).toEqual(deadlines(punctual.is, 'guanbuqiao'));
    expect(finish(late.is)?.startedAt).toBe(finish(punctual.is)?.startedAt);
  });

  it('happens three times a ticket at most', () => {
    const story = storyUntil('HANDLING');
    const suspend = () => story.try({ command: 'suspend', until: later(story, DAY), reason }, dispatcher);
    for (let times = 0; times < 3; times++) {
      expect(codeOf(suspend())).toBe('ok');
      story.later(HOUR).give({ command: 'resume', reason }, dispatcher);
    }
    expect(codeOf(suspend())).toBe('ruleForbids');
  });

  test.each([
    [-1, 'ruleForbids'],
    [0, 'ruleForbids'],
    [120, 'ruleForbids'],
  ])('of %i days is refused', (days, code) => {
    const story = storyUntil('HANDLING');
    expect(codeOf(story.try({ command: 'suspend', until: later(story, days * DAY), reason }, dispatcher))).toBe(code);
  });
});

describe('merge and split', () => {
  it('needs an open ticket that is another one', () => {
    const story = storyUntil('SIGNED');
    const merge = (into: string) => ({ command: 'merge', into, reason }) as const;
    expect(codeOf(story.try(merge(story.is.ticketNo), dispatcher, story.is))).toBe('ruleForbids');
    expect(codeOf(story.try(merge(OTHER), dispatcher))).toBe('unknownTicket');
    const ended = new Story().give(register({ ticketNo: OTHER }), system).give({ command: 'withdraw' }, citizen).is;
    expect(codeOf(story.try(merge(OTHER), dispatcher, ended))).toBe('ruleForbids');
    story.give(merge(OTHER), dispatcher, other());
    expect(story.is).toMatchObject({ status: 'MERGED', mergedInto: OTHER });
    expect(running(story.is)).toEqual([]);
    expect(told(story, 'guanbuqiao').at(-1)?.type).toBe('withdrawn');
  });

  it('a ticket that others wait for is not withdrawn', () => {
    const main = storyUntil('HANDLING').give({ command: 'absorb', from: OTHER, reason }, dispatcher);
    expect(main.is.merged).toEqual([OTHER]);
    expect(codeOf(main.try({ command: 'withdraw' }, citizen))).toBe('ruleForbids');
    expect(codeOf(main.try({ command: 'cancel', reason }, dispatcher))).toBe('ruleForbids');
  });

  it('the citizen of a merged one is answered, and may be answered anew', () => {
    const story = inState('MERGED');
    const answer = {
      command: 'answerByMain',
      main: OTHER,
      mainSeq: 7,
      resultCode: 'partly',
      publicAnswer: '先修一半。',
    } as const;
    story.give(answer, system);
    expect(story.is).toMatchObject({ status: 'MERGED', answer: { resultCode: 'partly' } });
    story.give({ ...answer, mainSeq: 12, resultCode: 'solved' }, system);
    expect(story.is.answer?.resultCode).toBe('solved');
    // The queue may bring the older one last.
    const { version } = story.is;
    story.give({ ...answer, mainSeq: 9 }, system);
    expect(story.is).toMatchObject({ version, answer: { resultCode: 'solved' } });
    expect(codeOf(story.try({ ...answer, main: 'XA2026112300000034' }, system))).toBe('ruleForbids');
    // The main ticket is reworked: what it was answered is nobody's answer any more, and an older one does not come back.
    story.give({ command: 'reworkByMain', main: OTHER, mainSeq: 15 }, system);
    expect(story.is.answerApprovedAt).toBeUndefined();
    story.give({ ...answer, mainSeq: 14 }, system);
    expect(story.is.answerApprovedAt).toBeUndefined();
    story.give({ ...answer, mainSeq: 20, resultCode: 'explained' }, system);
    expect(story.is).toMatchObject({ answer: { resultCode: 'explained' }, answerApprovedAt: expect.any(String) });
    expect(fold(story.events)).toEqual(story.is);
  });

  it('a part is a ticket of the same citizen with limits of its own', () => {
    const parent = storyUntil('HANDLING');
    const part = { title: '路灯', content: '门口路灯不亮', owner: 'zhujian', reason } as const;
    parent.give({ command: 'split', ...part, newTicketNo: OTHER }, dispatcher);
    expect(parent.is.splitInto).toEqual([OTHER]);
    const child = new Story(parent.now).give(
      { command: 'registerSplit', ticketNo: OTHER, parent: parent.is, ...part },
      dispatcher,
    );
    expect(child.is).toMatchObject({
      ticketNo: OTHER,
      splitFrom: parent.is.ticketNo,
      status: 'AWAIT_SIGN',
      owner: 'zhujian',
      callerToken: parent.is.callerToken,
      clocks: [
        { id: 'sign', instance: 'sign#1' },
        { id: 'finish', instance: 'finish#1' },
      ],
    });
    expect(fold(child.events)).toEqual(child.is);
  });
});

describe('whistle', () => {
  const call = (...units: string[]) => ({ command: 'whistle', units, reason }) as const;

  it('that is over withdraws nothing from a unit in joint handling, which lasts as long as the ticket', () => {
    const story = storyUntil('HANDLING')
      .give({ command: 'openJointHandling', units: ['renshe'], reason }, dispatcher)
      .give(call('renshe', HELPER), owner)
      .give(reply, owner);
    expect(told(story, 'renshe').map(({ type }) => type)).toEqual(['jointOpened', 'whistled']);
    expect(told(story, HELPER).at(-1)?.type).toBe('withdrawn');
  });

  it('calls departments in, each with its own limits, and the owner stays the owner', () => {
    const story = storyUntil('HANDLING').give(call('renshe', HELPER), owner);
    expect(story.is.owner).toBe('guanbuqiao');
    expect(story.is.assists).toMatchObject([
      { unit: 'renshe', state: 'called' },
      { unit: HELPER, state: 'called' },
    ]);
    expect(running(story.is)).toEqual(expect.arrayContaining(['reportIn#1', 'reportIn#2']));
    expect([told(story, 'renshe'), told(story, HELPER)].map(([first]) => first?.type)).toEqual([
      'whistled',
      'whistled',
    ]);
    story.give({ command: 'reportIn' }, unit(HELPER));
    expect(running(story.is)).toContain('assist#1');
    expect(codeOf(story.try({ command: 'reportIn' }, unit(HELPER)))).toBe('ruleForbids');
    story.give({ command: 'finishAssist', note: '已协助' }, unit(HELPER));
    expect(story.is.assists.find(({ unit: id }) => id === HELPER)?.state).toBe('finished');
    expect(
      told(story, 'guanbuqiao')
        .slice(-2)
        .map(({ type }) => type),
    ).toEqual(['reportedIn', 'assistFinished']);
    expect(
      codeOf(story.try({ command: 'reply', resultCode: 'solved', handling: 'x', publicAnswer: 'x' }, unit(HELPER))),
    ).toBe('notOwner');
    // The answer ends what is left of it, and says so.
    story.give({ command: 'contact' }, owner).give(reply, owner);
    expect(running(story.is)).toEqual(['replyReview#1']);
    expect(told(story, 'renshe').at(-1)?.type).toBe('withdrawn');
  });

  it('is a town’s; not for itself, the hotline, twice, or somebody unknown', () => {
    const story = storyUntil('HANDLING');
    for (const units of [['guanbuqiao'], ['hotline'], ['renshe', 'renshe']]) {
      expect(codeOf(story.try(call(...units), owner))).toBe('ruleForbids');
    }
    expect(codeOf(story.try(call('nobody'), owner))).toBe('unknownUnit');
    story.give(call('renshe'), owner);
    expect(codeOf(story.try(call('renshe'), owner))).toBe('ruleForbids');
    const department = new Story().give(register({}, { owner: 'renshe' }), system);
    department.give({ command: 'sign' }, unit('renshe')).give({ command: 'accept' }, unit('renshe'));
    expect(codeOf(department.try(call(HELPER), unit('renshe')))).toBe('ruleForbids');
  });
});

describe('A and B', () => {
  it('B takes over when A has not signed by half the limit; whose hands it was in is kept', () => {
    const story = storyUntil('AWAIT_SIGN');
    // Normal: one working day. Monday 09:00 to Tuesday 17:30 has 6 + 6.5 office hours; half of them: Tuesday 08:45.
    const sign = story.is.clocks.find(({ id }) => id === 'sign');
    expect(sign?.handover?.at).toBe('2026-11-24T08:45:00.000+08:00');
    story.later(23.75 * HOUR - 1).give({ command: 'tick' }, system);
    expect(story.is.handler).toBe('A');
    story.later(1).give({ command: 'tick' }, system);
    expect(story.is.handler).toBe('B');
    expect(story.events.at(-1)).toMatchObject({ type: 'handedOver', why: 'halfLimit', to: 'B' });
    expect(told(story, 'guanbuqiao').at(-1)?.type).toBe('handedOver');
    expect(story.is.holdings).toMatchObject([
      { unit: 'guanbuqiao', handler: 'A', until: '2026-11-24T08:45:00.000+08:00' },
      { unit: 'guanbuqiao', handler: 'B' },
    ]);
    const events = story.events.length;
    story.later(60_000).give({ command: 'tick' }, system);
    expect(story.events).toHaveLength(events);
    expect(fold(story.events)).toEqual(story.is);
  });

  it('a ticket that is signed in time stays with A', () => {
    const story = storyUntil('SIGNED')
      .later(12 * HOUR)
      .give({ command: 'tick' }, system);
    expect(story.events.some(({ type }) => type === 'handedOver')).toBe(false);
  });

  it('by word, to the other one only', () => {
    const story = storyUntil('HANDLING');
    expect(codeOf(story.try({ command: 'handOver', to: 'A', reason }, owner))).toBe('ruleForbids');
    expect(story.give({ command: 'handOver', to: 'B', reason }, owner).is.handler).toBe('B');
    expect(story.give({ command: 'handOver', to: 'A', reason }, dispatcher).is.handler).toBe('A');
  });

  test.each([
    ['2026-11-30', 'A'],
    ['2026-12-01', 'B'],
    ['2026-12-05', 'B'],
    ['2026-12-06', 'A'],
  ])('on %s %s is addressed', (day, role) => {
    const leaveA = { from: '2026-12-01', until: '2026-12-05' };
    expect(handlerOn({ leaveA }, day)).toBe(role);
    expect(handlerOn({}, day)).toBe('A');
  });
});

describe('the end', () => {
  // Closed on Monday 2026-11-23; ten working days: Monday 12-07 17:30.
  it('may be taken up again within the window, on the limit of a rework', () => {
    const closed = storyUntil('CLOSED');
    expect(
      codeOf(
        storyUntil('CLOSED')
          .later(15 * DAY)
          .try({ command: 'reopen', reason }, dispatcher),
      ),
    ).toBe('tooLate');
    closed.later(13 * DAY).give({ command: 'reopen', reason }, dispatcher);
    expect(closed.is).toMatchObject({ status: 'REWORK', round: 2 });
    expect(closed.is.answerApprovedAt).toBeUndefined();
    expect(running(closed.is)).toEqual(['rework#1']);
  });

  it('a visit that reached nobody is counted', () => {
    const story = storyUntil('AWAIT_VISIT');
    story.give({ command: 'visitFailed', reason }, dispatcher).give({ command: 'visitFailed', reason }, dispatcher);
    expect(story.is).toMatchObject({ status: 'AWAIT_VISIT', failedVisits: 2 });
  });
});
