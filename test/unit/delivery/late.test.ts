/** 未送达: which dispatches are watched, for how long, and what the ticket says of it. */
import { describe, expect, it } from 'vitest';
import { minutesLost, watchesOf } from '#domain/delivery/late.ts';
import { consumersOf } from '#domain/ticket/consumers.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { dispatcher, MONDAY, register, rules, Story, storyUntil, system } from '#test/support/ticket-world.ts';

const MINUTE = 60_000;
const engine = { kind: 'system', id: 'delivery' } as const;

describe('a watch', () => {
  it.each([
    ['critical', 2],
    ['urgent', 15],
    ['normal', 15],
  ] as const)('over a %s dispatch ends after %i minutes', (urgency, minutes) => {
    const { events } = new Story().give(register({ urgency }), system);
    const since = events[1]!.at;
    expect(watchesOf(events, rules)).toEqual([
      {
        watch: { kind: 'deliveryWatch', ticketNo: events[0]!.ticketNo, unit: 'guanbuqiao', n: 1, since, state: 'set' },
        lateAt: MONDAY + minutes * MINUTE,
      },
    ]);
  });

  it('is set by dispatches alone: for the new owner, not for the withdrawal', () => {
    const moved = new Story()
      .give(register(), system)
      .give({ command: 'assign', owner: 'renshe', reason: '改派' }, dispatcher);
    expect(watchesOf(moved.events, rules).map(({ watch }) => watch.unit)).toEqual(['guanbuqiao', 'renshe']);
    const desk = new Story().give(register({}, { disposition: 'desk', owner: 'hotline' }), system);
    expect(watchesOf(desk.events, rules)).toEqual([]);
    expect(watchesOf(storyUntil('CLOSED').events.slice(2), rules)).toEqual([]);
  });
});

describe('the ticket', () => {
  const late = (unit: string, n = 1) =>
    ({ command: 'recordDeliveryLate', unit, n, since: '2026-11-23T09:00:00.000+08:00' }) as const;
  const over = (unit: string, n = 1) =>
    ({ command: 'recordDeliveryRecovered', unit, n, minutesLost: 16, how: 'delivered' }) as const;

  it('takes each once, and is looked at until the last one has arrived', () => {
    const story = storyUntil('AWAIT_SIGN').give(late('guanbuqiao'), engine).give(late('guanbuqiao'), engine);
    expect(story.events.filter(({ type }) => type === 'deliveryLate')).toHaveLength(1);
    story.give(late('renshe'), engine);
    expect(story.is).toMatchObject({
      attention: ['undelivered'],
      undelivered: [{ unit: 'guanbuqiao' }, { unit: 'renshe' }],
    });
    story.give(over('guanbuqiao'), engine).give(over('guanbuqiao'), engine);
    expect(story.is).toMatchObject({ attention: ['undelivered'], undelivered: [{ unit: 'renshe' }] });
    story.give(over('renshe'), engine);
    expect(story.is.attention).toEqual([]);
    expect(story.is).not.toHaveProperty('undelivered');
    expect(fold(story.events)).toEqual(story.is);
    expect(story.events.filter(({ type }) => type === 'deliveryRecovered')).toHaveLength(2);
  });

  it('says nothing of what was never late, and nothing new after its end', () => {
    const open = storyUntil('AWAIT_SIGN');
    const { version } = open.is;
    expect(open.give(over('guanbuqiao'), engine).is.version).toBe(version);
    const ended = storyUntil('AWAIT_SIGN')
      .give(late('guanbuqiao'), engine)
      .give({ command: 'cancel', reason: '撤' }, dispatcher);
    expect(ended.try(late('renshe'), engine)).toMatchObject({ ok: false, rejection: { code: 'stateForbids' } });
    expect(ended.give(over('guanbuqiao'), engine).is.attention).toEqual([]);
  });

  it('has its unit’s handler told when it is late', () => {
    const { events } = storyUntil('AWAIT_SIGN').give(late('guanbuqiao'), engine).give(over('guanbuqiao'), engine);
    expect(events.slice(-2).map(consumersOf)).toEqual([['feedback'], []]);
  });
});

it('counts whole minutes', () => {
  expect(minutesLost('2026-11-23T09:00:00.000+08:00', MONDAY + 16 * MINUTE - 1)).toBe(15);
  expect(minutesLost('2026-11-23T09:00:00.000+08:00', MONDAY - 1)).toBe(0);
});
