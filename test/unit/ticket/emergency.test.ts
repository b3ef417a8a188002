/** 紧急转办记录: who was told to call whom, and what persons did about it. */
import { describe, expect, it } from 'vitest';
import { fold } from '#domain/ticket/evolve.ts';
import { citizen, dispatcher, HOUR, register, Story, storyUntil, system, unit } from '#test/support/ticket-world.ts';

const FIRE = { numbers: ['119'], phrase: '着火' } as const;
const reason = '已核';
const atOnce = () => new Story().give(register({ danger: true }, { danger: { ...FIRE, numbers: ['119'] } }), system);

describe('a request that speaks of danger', () => {
  it('has the record of what its caller was told from the first moment, before anybody owns it', () => {
    const story = atOnce();
    expect(story.events.map(({ type }) => type)).toEqual(['registered', 'emergencyAdvised', 'dispatched']);
    expect(story.events[1]).toMatchObject({ numbers: ['119'], phrase: '着火' });
    expect(story.is).toMatchObject({
      urgency: 'critical',
      attention: ['danger'],
      emergency: { numbers: ['119'], advisedAt: story.events[0]?.at, transfers: [] },
    });
  });

  it('collects the numbers of everything that was said, and the first time stands', () => {
    const story = atOnce();
    const advisedAt = story.is.emergency?.advisedAt;
    story
      .later(HOUR)
      .give({ command: 'append', text: '有人烧伤', danger: { numbers: ['120', '119'], phrase: '烧伤' } }, citizen);
    expect(story.is.emergency).toEqual({ numbers: ['119', '120'], advisedAt, transfers: [] });
    expect(story.is.attention).toEqual(['danger']);
  });

  it('keeps what a person did, by whom and when, and leaves the list', () => {
    const story = atOnce().later(60_000);
    story.give({ command: 'recordTransfer', number: '119', outcome: 'transferred', reason }, dispatcher);
    const at = story.events.at(-1)?.at;
    expect(story.is.attention).toEqual([]);
    expect(story.is.emergency?.transfers).toEqual([{ number: '119', outcome: 'transferred', at, by: 'desk-7' }]);
    story.give({ command: 'recordTransfer', number: '120', outcome: 'helpThere', reason }, dispatcher);
    expect(story.is.emergency?.transfers).toHaveLength(2);
    expect(fold(story.events)).toEqual(story.is);
  });

  it('comes back to the list when danger is heard again', () => {
    const story = atOnce().give({ command: 'recordTransfer', number: '119', outcome: 'noDanger', reason }, dispatcher);
    story.give({ command: 'append', text: '又着火了', danger: { ...FIRE, numbers: ['119'] } }, citizen);
    expect(story.is.attention).toEqual(['danger']);
  });
});

it('a transfer is recorded for danger only, and by the hotline only', () => {
  const transfer = { command: 'recordTransfer', number: '119', outcome: 'reported', reason } as const;
  const calm = storyUntil('HANDLING').try(transfer, dispatcher);
  expect(calm.ok ? 'ok' : calm.rejection.code).toBe('ruleForbids');
  const byUnit = atOnce().try(transfer, unit('guanbuqiao'));
  expect(byUnit.ok ? 'ok' : byUnit.rejection.code).toBe('roleForbids');
});
