import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runningClocks } from '#domain/ticket/clocks.ts';
import type { TicketCommand } from '#domain/ticket/command.ts';
import { consumersOf } from '#domain/ticket/consumers.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { giversOf, isOpen, transitionOf, transitions } from '#domain/ticket/transitions.ts';
import type { Actor } from '#schemas/event.ts';
import { Status } from '#schemas/ticket.ts';
import {
  citizen,
  decision,
  dispatcher,
  HOUR,
  register,
  reply,
  Story,
  system,
  UNITS,
  unit,
} from '#test/support/ticket-world.ts';

const reason = '测试';
const anyCommand: fc.Arbitrary<TicketCommand> = fc.oneof(
  fc.constantFrom<TicketCommand>(
    { command: 'tick' },
    { command: 'sign' },
    { command: 'accept' },
    { command: 'contact' },
    { command: 'contact', note: '已联系' },
    { command: 'progress', note: '在办' },
    reply,
    { command: 'review', approve: true, reason },
    { command: 'review', approve: false, reason },
    { command: 'rework', reason },
    { command: 'close', reason },
    { command: 'cancel', reason },
    { command: 'archive', reason },
    { command: 'refuse', lawfulRoute: '诉讼', reason },
    { command: 'directClose', resultCode: 'explained', publicAnswer: '可以。', reason },
    { command: 'urge' },
    { command: 'append', text: '补充' },
    { command: 'withdraw' },
    { command: 'rate', solved: true, satisfaction: 'satisfied' },
    {
      command: 'append',
      text: '有人落水',
      danger: { numbers: ['119', '120'], phrase: '落水' },
      saidAt: '2026-03-02T09:00:00.000+08:00',
    },
    { command: 'append', text: '补充', reason },
    { command: 'attachRecordings', recordings: [{ id: 'r1', url: 'https://records.test/r1' }] },
    { command: 'recordContentCheck', outcome: 'risky', label: '10001' },
    { command: 'noted', topic: 'danger', reason },
    { command: 'recordTransfer', number: '119', outcome: 'callerCalls', reason },
    { command: 'reroute', decision: decision() },
    { command: 'rate', solved: false, satisfaction: 'dissatisfied', comment: '不行' },
    { command: 'recordFeedback', forSeq: 2, notice: 'accepted', channel: 'sms', outcome: 'sent' },
  ),
  fc.constantFrom(...UNITS, 'nobody').map((owner): TicketCommand => ({ command: 'assign', owner, reason })),
);
const anyActor: fc.Arbitrary<Actor> = fc.constantFrom(system, citizen, dispatcher, ...UNITS.map(unit));
const byRightActor = (story: Story, command: TicketCommand): Actor => {
  const [by] = giversOf(transitionOf(command.command));
  return by === 'department'
    ? unit(story.is.owner)
    : by === 'operator'
      ? dispatcher
      : by === 'citizen'
        ? citizen
        : system;
};
const step = fc.record({
  command: anyCommand,
  /** Mostly the actor who may; else anybody. */
  actor: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anyActor }),
  wait: fc.integer({ min: 0, max: 40 * HOUR }),
});

describe('any life of a ticket', () => {
  it('keeps the invariants', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.boolean(), fc.array(step, { maxLength: 30 }), (desk, steps) => {
        const story = new Story().give(register({}, desk ? { disposition: 'desk', owner: 'hotline' } : {}), system);
        for (const { command, actor, wait } of steps) {
          const before = story.is;
          const history = story.events.length;
          const by = actor ?? byRightActor(story, command);
          const result = story.later(wait).try(command, by);
          const row = transitionOf(command.command);
          if (!result.ok) {
            expect(story.is).toBe(before);
            continue;
          }
          accepted++;
          expect(giversOf(row)).toContain(by.kind);
          expect(row.from).toContain(before.status);
          if (story.is.status !== before.status) expect(row.to).toContain(story.is.status);
          expect(story.is.version).toBe(before.version + story.events.length - history);
          // A unit neither approves nor closes what it owns.
          if (by.kind === 'department') expect(['CLOSED', 'AWAIT_VISIT']).not.toContain(story.is.status);
        }
        const ticket = story.is;
        expect(fold(story.events)).toEqual(ticket);
        expect(UNITS).toContain(ticket.owner);
        // An open ticket always has a clock running: nothing waits in silence. An ended one has none.
        expect(runningClocks(ticket).length > 0).toBe(isOpen(ticket.status));
        const instances = ticket.clocks.map((clock) => clock.instance);
        expect(new Set(instances).size).toBe(instances.length);
        // Each grade of a clock rings once; only red comes again, and not twice at a moment.
        const firings = story.events.flatMap((e) =>
          e.type === 'warned' ? [`${e.instance} ${e.grade ?? e.colour} ${e.grade === 'repeat' ? e.at : ''}`] : [],
        );
        expect(new Set(firings).size).toBe(firings.length);
        for (const to of UNITS) {
          const places = story.events.flatMap((e) => e.callbacks ?? []).filter((c) => c.to === to);
          expect(places.map(({ n }) => n)).toEqual(places.map((_, index) => index + 1));
        }
        expect(story.events.map(({ seq }) => seq)).toEqual(story.events.map((_, index) => index + 1));
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(400);
  });

  it('reaches every consumer by what an event carries', () => {
    const story = new Story().give(register(), system);
    expect(story.events.map(consumersOf)).toEqual([[], ['dispatch', 'feedback', 'timers']]);
    // WeChat's content check is asked about what may be published, and about nothing else.
    const wechat = (publicConsent: boolean) =>
      new Story().give(register({ channel: 'wechat', publicConsent }), system).events.map(consumersOf)[0];
    expect(wechat(true)).toEqual(['feedback']);
    expect(wechat(false)).toEqual([]);
  });
});

describe('the transition table', () => {
  it('lists each command once, and only known states', () => {
    const names = transitions.map((row) => row.command);
    expect(new Set(names).size).toBe(names.length);
    for (const row of transitions)
      for (const status of [...row.from, ...row.to]) expect(Status.options).toContain(status);
  });

  it('leads into every state', () => {
    const reached = new Set(transitions.flatMap((row): readonly Status[] => row.to));
    expect(Status.options.filter((status) => !reached.has(status))).toEqual(['REGISTERED']);
  });
});
