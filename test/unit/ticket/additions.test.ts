/** What comes later: additions of every kind, the desk's attention, routing again, the agent's hand for the caller. */
import { describe, expect, it, test } from 'vitest';
import { appendedIn } from '#domain/ticket/appended.ts';
import { running } from '#domain/ticket/clocks.ts';
import { fold } from '#domain/ticket/evolve.ts';
import type { Danger } from '#schemas/routing.ts';
import {
  citizen,
  decision,
  dispatcher,
  HOUR,
  MONDAY,
  operator,
  register,
  Story,
  storyUntil,
  system,
  unit,
} from '#test/support/ticket-world.ts';

const codeOf = (result: ReturnType<Story['try']>) => (result.ok ? 'ok' : result.rejection.code);
const append = { command: 'append', text: '昨晚又响了' } as const;

const FALL = { numbers: ['120'], phrase: '触电' } as const satisfies Danger;

describe('append', () => {
  it('tells the owner while the ticket is open, and asks for nobody else', () => {
    const story = storyUntil('HANDLING').give(append, citizen);
    expect(story.is).toMatchObject({ additions: 1, attention: [] });
    expect(story.events.at(-1)?.callbacks).toMatchObject([{ to: 'guanbuqiao', type: 'appended' }]);
  });

  it('goes to the desk after the end, and the unit hears nothing', () => {
    const story = storyUntil('CLOSED').give(append, citizen);
    expect(story.is).toMatchObject({ status: 'CLOSED', attention: ['appended'] });
    expect(story.events.at(-1)?.callbacks).toBeUndefined();
  });

  it('that speaks of danger marks the ticket and calls the desk', () => {
    const story = storyUntil('HANDLING').give({ ...append, danger: FALL }, citizen);
    expect(story.is).toMatchObject({ attention: ['danger'], flags: { danger: true } });
  });

  it('ends at thirty from a form; danger, a message and the agent are still heard', () => {
    const story = storyUntil('HANDLING');
    for (let n = 0; n < 30; n++) story.give(append, citizen);
    expect(codeOf(story.try(append, citizen))).toBe('ruleForbids');
    expect(codeOf(story.try({ ...append, saidAt: '2026-03-02T09:00:00.000+08:00' }, citizen))).toBe('ok');
    expect(codeOf(story.try({ ...append, danger: FALL }, citizen))).toBe('ok');
    expect(codeOf(story.try({ ...append, reason: '来电补充' }, dispatcher))).toBe('ok');
  });

  it('is read in the order in which it was said, whichever message the queue brought first', () => {
    const at = (second: number) => new Date(MONDAY + second * 1000).toISOString();
    const story = storyUntil('HANDLING');
    for (const said of [at(3), at(1), undefined, at(2), at(1)])
      story.give({ ...append, ...(said === undefined ? {} : { saidAt: said }) }, citizen);
    const appended = story.events.filter(({ type }) => type === 'appended');
    // Without an instant of its own: when it was written, which was later than all of them.
    const order = [1, 4, 3, 0, 2].map((index) => appended[index]?.seq);
    expect(appendedIn(story.events).map(({ seq }) => seq)).toEqual(order);
  });

  it('keeps pictures with the words', () => {
    const attachments = [{ name: '图片', url: 'https://mmbiz.qpic.cn/x' }];
    const result = storyUntil('HANDLING').try(
      { ...append, saidAt: '2026-03-02T09:00:00.000+08:00', attachments },
      citizen,
    );
    expect(result.ok && result.texts[0]?.text).toEqual({ kind: 'note', text: append.text, attachments });
  });
});

describe('attention', () => {
  const feedback = { command: 'recordFeedback', forSeq: 2, notice: 'accepted', channel: 'wechat' } as const;

  test.each([
    [{ outcome: 'rejected', detail: 'wechat:47003' }, ['feedback']],
    [{ outcome: 'unreachable', detail: 'noConsent' }, ['feedback']],
    // Somebody who gave no way back is not untold by a fault of ours.
    [{ outcome: 'unreachable', detail: 'noWay' }, []],
    [{ outcome: 'sent' }, []],
  ] as const)('a feedback that came to %j shows as %j', (result, attention) => {
    const story = storyUntil('HANDLING').give({ ...feedback, ...result }, system);
    expect(story.is.attention).toEqual(attention);
  });

  it('holds each topic once, and an operator takes it away with a reason', () => {
    const story = storyUntil('HANDLING');
    story
      .give({ ...feedback, outcome: 'rejected' }, system)
      .give({ ...feedback, forSeq: 3, outcome: 'rejected' }, system);
    expect(story.is.attention).toEqual(['feedback']);
    story.give({ command: 'noted', topic: 'feedback', reason: '已电话告知' }, dispatcher);
    expect(story.is.attention).toEqual([]);
    expect(story.events.at(-1)).toMatchObject({ type: 'attentionNoted', reason: '已电话告知' });
    expect(codeOf(story.try({ command: 'noted', topic: 'feedback', reason: '再次' }, dispatcher))).toBe('ruleForbids');
  });

  it('is raised by danger from the first moment', () => {
    expect(new Story().give(register({ danger: true }), system).is.attention).toEqual(['danger']);
  });

  it('names the tickets that a new one may repeat, and dispatches it all the same', () => {
    const story = new Story().give({ ...register(), similar: ['XA2026112000000019'] }, system);
    expect(story.is).toMatchObject({ status: 'AWAIT_SIGN', attention: ['duplicate'] });
    expect(story.events.at(-1)).toMatchObject({ type: 'duplicatesSuggested', of: ['XA2026112000000019'] });
    expect(fold(story.events)).toEqual(story.is);
  });
});

describe('reroute', () => {
  const unsure = { disposition: 'desk', owner: 'hotline', categoryCode: undefined, townCode: undefined } as const;
  const atDesk = () => new Story().give(register({}, unsure), system);

  it('gives a ticket of the desk its owner as the first routing would have', () => {
    const story = atDesk().give({ command: 'reroute', decision: decision() }, system);
    expect(story.is).toMatchObject({ status: 'AWAIT_SIGN', owner: 'guanbuqiao', round: 1, categoryCode: '01.1' });
    expect(running(story.is)).toEqual(['sign#1', 'finish#1']);
    expect(story.events.at(-1)?.callbacks).toEqual([{ to: 'guanbuqiao', n: 1, type: 'dispatched' }]);
  });

  it('changes nothing while nobody can tell whose it is', () => {
    const story = atDesk();
    const before = story.is;
    story.give({ command: 'reroute', decision: decision({ disposition: 'desk', owner: 'hotline' }) }, system);
    expect(story.is).toBe(before);
  });

  it('takes the more urgent of two, and danger above all', () => {
    const urgent = atDesk().give({ command: 'reroute', decision: decision({ urgency: 'urgent' }) }, system);
    expect(urgent.is.urgency).toBe('urgent');
    const form = new Story().give(register({ urgency: 'urgent' }, unsure), system);
    expect(form.give({ command: 'reroute', decision: decision() }, system).is.urgency).toBe('urgent');
    const danger = atDesk().give({ ...append, danger: FALL }, citizen);
    expect(danger.give({ command: 'reroute', decision: decision() }, system).is.urgency).toBe('critical');
  });

  it('is too late once a person or the router has given it an owner', () => {
    const story = atDesk().give({ command: 'assign', owner: 'renshe', reason: '职责' }, dispatcher);
    expect(codeOf(story.try({ command: 'reroute', decision: decision() }, system))).toBe('stateForbids');
    expect(story.is.owner).toBe('renshe');
  });
});

describe('what the machine records', () => {
  it('holds back publication after a risky check, and nothing else', () => {
    const story = storyUntil('HANDLING').give(
      { command: 'recordContentCheck', outcome: 'risky', label: '20002' },
      system,
    );
    expect(story.is).toMatchObject({ status: 'HANDLING', publicationHeld: true });
    const passed = storyUntil('HANDLING').give({ command: 'recordContentCheck', outcome: 'passed' }, system);
    expect(passed.is.publicationHeld).toBeUndefined();
  });

  test.each(['HANDLING', 'CLOSED'] as const)('attaches recordings in %s', (status) => {
    const recordings = [{ id: 'r1', url: 'https://records.test/r1' }];
    const story = storyUntil(status);
    const result = story.try({ command: 'attachRecordings', recordings }, system);
    expect(result.ok && result.texts[0]?.text).toEqual({ kind: 'note', text: '', recordings });
    expect(story.is.status).toBe(status);
  });
});

describe('for the citizen on the line', () => {
  const reason = '来电人要求';

  it('the agent urges, withdraws and rates with a reason, under the same rules', () => {
    const agent = { kind: 'operator', id: 'seat-3', role: 'agent' } as const;
    const story = storyUntil('HANDLING').give({ command: 'urge', reason }, agent);
    expect(story.events.at(-1)).toMatchObject({ type: 'urged', reason, actor: agent });
    expect(codeOf(story.try({ command: 'urge', reason }, agent))).toBe('ruleForbids');
    expect(story.later(24 * HOUR).give({ command: 'withdraw', reason }, agent).is.status).toBe('CANCELLED');
    const rated = storyUntil('AWAIT_VISIT').give(
      { command: 'rate', solved: true, satisfaction: 'satisfied', reason },
      agent,
    );
    expect(rated.is.status).toBe('CLOSED');
  });

  it('an agent and a contractor may, an auditor and a unit may not', () => {
    const reason = '代来电人';
    const commands = [
      { command: 'urge', reason },
      { command: 'append', text: '补充', reason },
      { command: 'withdraw', reason },
    ] as const;
    for (const command of commands) {
      for (const role of ['agent', 'contractor', 'dispatcher'] as const) {
        expect(codeOf(storyUntil('HANDLING').try(command, operator(role))), `${command.command} ${role}`).toBe('ok');
      }
      expect(codeOf(storyUntil('HANDLING').try(command, operator('auditor')))).toBe('roleForbids');
    }
    expect(codeOf(storyUntil('HANDLING').try({ command: 'urge' }, unit('guanbuqiao')))).toBe('roleForbids');
  });
});
