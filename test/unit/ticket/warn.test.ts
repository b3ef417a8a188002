/** 分级推送: who hears of which grade, once each, and what follows: supervision, the desk's list, an end when the work is done. */
import { describe, expect, it } from 'vitest';
import { nextMark } from '#domain/sla/marks.ts';
import { consumersOf } from '#domain/ticket/consumers.ts';
import type { EventOf } from '#schemas/event.ts';
import { HOUR, MONDAY, register, Story, storyUntil, system, unit } from '#test/support/ticket-world.ts';

const owner = unit('guanbuqiao');
const warned = (story: Story) => story.events.filter((event): event is EventOf<'warned'> => event.type === 'warned');
/** Ticks at every mark until `hours` of natural time have passed. */
function run(story: Story, hours: number): Story {
  const end = story.now + hours * HOUR;
  for (let mark = nextMark(story.is.clocks); mark !== undefined && mark.at <= end; mark = nextMark(story.is.clocks)) {
    story.now = Math.max(story.now, mark.at);
    story.give({ command: 'tick' }, system);
  }
  story.now = end;
  return story;
}
const ofSign = (story: Story) => warned(story).filter(({ clock }) => clock === 'sign');
const shown = ({ at, grade }: EventOf<'warned'>) => `${at.slice(5, 16).replace('T', ' ')} ${grade}`;

describe('a unit that does nothing', () => {
  // Registered on Monday 09:00: signed by Tuesday 17:30 at the latest.
  it('is warned in yellow, orange and red, then again and again, and the inspection office hears of it once', () => {
    const story = run(storyUntil('AWAIT_SIGN'), 5 * 24);
    expect(ofSign(story).map(shown)).toEqual([
      // 12.5 office hours in all: 525 of 750 minutes, then 675.
      '11-24 11:15 yellow',
      '11-24 16:15 orange',
      '11-24 17:30 red',
      '11-25 15:00 repeat',
      '11-26 08:30 inspection',
      '11-26 10:00 repeat',
      '11-26 16:30 repeat',
      // The next one would be Friday's closing bell: it waits for Monday.
      '11-27 11:30 repeat',
    ]);
  });

  it('by grade: its handlers, its liaison and the dispatcher, its head and the hotline, the inspection office', () => {
    const story = run(storyUntil('AWAIT_SIGN'), 4 * 24);
    const [yellow, orange, red, repeat, inspection] = ofSign(story);
    const unitPeople = ['handlerA', 'handlerB'];
    expect(yellow).toMatchObject({ to: unitPeople, holder: 'guanbuqiao' });
    expect(yellow).not.toHaveProperty('message');
    expect(orange).toMatchObject({ to: [...unitPeople, 'liaison', 'dispatcher'], message: unitPeople });
    expect(red).toMatchObject({ to: [...unitPeople, 'liaison', 'head', 'dispatcher', 'hotline'] });
    expect(repeat!.to).toEqual(red!.to);
    expect(inspection).toMatchObject({ to: [...red!.to!, 'inspection'], message: ['head', 'inspection'] });
  });

  it('is told in its system each time; a short message is asked for only where the district wants one', () => {
    const story = run(storyUntil('AWAIT_SIGN'), 4 * 24);
    for (const event of warned(story)) {
      expect(event.callbacks).toMatchObject([{ to: 'guanbuqiao', type: 'warned' }]);
      expect(consumersOf(event).includes('feedback')).toBe(event.message !== undefined);
    }
  });

  it('comes under the hotline’s supervision with its first red, once', () => {
    const story = run(storyUntil('AWAIT_SIGN'), 10 * 24);
    const supervised = story.events.filter(({ type }) => type === 'supervised');
    expect(supervised).toMatchObject([{ level: 'office', actor: system, callbacks: [{ to: 'guanbuqiao' }] }]);
    expect(supervised[0]!.at).toBe(ofSign(story)[2]!.at);
  });
});

describe('on the desk', () => {
  it('a ticket is late from orange until what was late is done', () => {
    const story = run(storyUntil('AWAIT_SIGN'), 27);
    expect(story.is.attention).toEqual([]);
    run(story, 5);
    expect(story.is.attention).toEqual(['late']);
    story.give({ command: 'sign' }, owner).give({ command: 'accept' }, owner);
    expect(story.is.attention).toEqual([]);
  });

  it('the hotline’s own clocks warn its own people', () => {
    const story = new Story(MONDAY).give(register({}, { disposition: 'desk', owner: 'hotline' }), system);
    run(story, 2 * 24);
    const [first] = warned(story);
    expect(first).toMatchObject({ clock: 'dispatch', grade: 'yellow', to: ['dispatcher'] });
    expect(first).not.toHaveProperty('callbacks');
    expect(story.events.some(({ type }) => type === 'supervised')).toBe(false);
  });
});

it('after a silence of a week each grade comes once, and the next reminder lies ahead', () => {
  const story = storyUntil('AWAIT_SIGN');
  story.now += 7 * 24 * HOUR;
  story.give({ command: 'tick' }, system);
  expect(ofSign(story).map(({ grade }) => grade)).toEqual(['yellow', 'orange', 'red', 'inspection']);
  expect(nextMark(story.is.clocks)!.at).toBeGreaterThan(story.now);
});

it('an extension takes back what it moved; a pause keeps what was rung', () => {
  const story = storyUntil('HANDLING');
  run(story, 24 * 9);
  const finish = story.is.clocks.findLast(({ id }) => id === 'finish')!;
  expect(finish.overdue?.repeats).toBeGreaterThan(0);
  const until = new Date(story.now + 48 * HOUR).toISOString();
  story.give({ command: 'suspend', until, reason: '等检测结果' }, { kind: 'operator', id: 'd', role: 'dispatcher' });
  const before = warned(story).length;
  story.now += 24 * HOUR;
  story.give({ command: 'tick' }, system);
  expect(warned(story).filter(({ clock }) => clock === 'finish').length).toBe(
    warned(story)
      .slice(0, before)
      .filter(({ clock }) => clock === 'finish').length,
  );
  story.give({ command: 'resume', reason: '已有结果' }, { kind: 'operator', id: 'd', role: 'dispatcher' });
  const resumed = story.is.clocks.findLast(({ id }) => id === 'finish')!;
  expect(resumed).toMatchObject({ fired: finish.fired, overdue: { inspected: finish.overdue!.inspected } });
});
