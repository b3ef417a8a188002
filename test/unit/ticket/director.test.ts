/** 局长督办: an enterprise that is not satisfied. 4 hours to sign, 24 hours for the report from the spot, day and night. */
import { describe, expect, it } from 'vitest';
import { runningClocks } from '#domain/ticket/clocks.ts';
import { directed } from '#test/support/every-command.ts';
import { citizen, dispatcher, HOUR, register, reply, Story, system, unit } from '#test/support/ticket-world.ts';

const owner = unit('guanbuqiao');
const reason = '测试';
const at = (iso: string): number => Date.parse(`${iso}+08:00`);
/** Answered and approved so that the rating can come at `iso`. */
function answered(iso: string, enterprise = true): Story {
  const story = new Story(at(iso) - 3 * HOUR)
    .give(register({ enterprise }), system)
    .give({ command: 'sign' }, owner)
    .give({ command: 'accept' }, owner)
    .give(reply, owner)
    .give({ command: 'review', approve: true, reason }, dispatcher);
  story.now = at(iso);
  return story;
}
const clocks = (story: Story) =>
  Object.fromEntries(runningClocks(story.is).map(({ id, dueAt }) => [id, dueAt.slice(0, 16)]));

describe('both clocks from the start of the supervision, in natural hours', () => {
  it.each([
    // A Tuesday in office hours.
    ['2026-11-24T15:00:00', '2026-11-24T19:00', '2026-11-25T15:00'],
    // At night: nobody waits for the office.
    ['2026-11-24T23:30:00', '2026-11-25T03:30', '2026-11-25T23:30'],
    // Saturday noon.
    ['2026-11-28T12:00:00', '2026-11-28T16:00', '2026-11-29T12:00'],
    // The eve of National Day, five minutes to closing.
    ['2026-09-30T17:25:00', '2026-09-30T21:25', '2026-10-01T17:25'],
    // A make-up Saturday.
    ['2026-10-10T09:00:00', '2026-10-10T13:00', '2026-10-11T09:00'],
    // New Year's Eve, over the turn of the year.
    ['2026-12-31T22:00:00', '2027-01-01T02:00', '2027-01-01T22:00'],
  ])('rated %s: sign by %s, report by %s', (rated, sign, onSite) => {
    const story = answered(rated).give({ command: 'rate', solved: false, satisfaction: 'dissatisfied' }, citizen);
    expect(clocks(story)).toEqual({ sign, onSite });
    expect(story.is).toMatchObject({ status: 'REWORK', supervision: { level: 'director' }, round: 2 });
    expect(runningClocks(story.is).every(({ provisional }) => !provisional)).toBe(true);
  });
});

it('begins with the rating; the unit hears of the rework and of the supervision', () => {
  const story = answered('2026-11-24T15:00:00');
  const before = story.events.length;
  story.give({ command: 'rate', solved: true, satisfaction: 'veryDissatisfied' }, citizen);
  expect(story.events.slice(before).map(({ type }) => type)).toEqual(['rated', 'reworkOrdered', 'supervised']);
  expect(story.events.slice(before).flatMap(({ callbacks = [] }) => callbacks.map(({ type }) => type))).toEqual([
    'reworkOrdered',
    'supervised',
  ]);
});

it.each([
  ['a satisfied enterprise', true, { solved: true, satisfaction: 'satisfied' }, 'CLOSED'],
  ['a dissatisfied citizen', false, { solved: false, satisfaction: 'dissatisfied' }, 'AWAIT_VISIT'],
] as const)('%s brings none about', (_, enterprise, rating, status) => {
  const story = answered('2026-11-24T15:00:00', enterprise).give({ command: 'rate', ...rating }, citizen);
  expect(story.is.status).toBe(status);
  expect(story.is.supervision).toBeUndefined();
});

describe('rated after the hotline has closed it', () => {
  const closedAt = (iso: string) => answered(iso).give({ command: 'close', reason }, dispatcher);
  const dissatisfied = { command: 'rate', solved: false, satisfaction: 'dissatisfied' } as const;

  it('is taken up again, under the director, while tickets may be', () => {
    const story = closedAt('2026-11-24T15:00:00')
      .later(24 * HOUR)
      .give(dissatisfied, citizen);
    expect(story.is).toMatchObject({ status: 'REWORK', supervision: { level: 'director' } });
    expect(clocks(story)).toEqual({ sign: '2026-11-25T19:00', onSite: '2026-11-26T15:00' });
  });

  it('only keeps what was said, afterwards', () => {
    const story = closedAt('2026-11-02T15:00:00')
      .later(25 * 24 * HOUR)
      .give(dissatisfied, citizen);
    expect(story.is).toMatchObject({ status: 'CLOSED', rating: { solved: false } });
  });
});

it('is signed once, reported once; from then on the limit of a rework runs, and a reply ends it all', () => {
  const story = directed();
  story.give({ command: 'sign' }, owner);
  expect(story.is.status).toBe('REWORK');
  expect(Object.keys(clocks(story))).toEqual(['onSite']);
  expect(story.try({ command: 'sign' }, owner)).toMatchObject({ ok: false, rejection: { code: 'ruleForbids' } });
  story.give({ command: 'reportOnSite', note: '已到场，拟三日内整改' }, owner);
  expect(Object.keys(clocks(story))).toEqual(['rework']);
  expect(story.try({ command: 'reportOnSite', note: '再报' }, owner)).toMatchObject({ ok: false });
  story.give(reply, owner);
  expect(Object.keys(clocks(story))).toEqual(['replyReview']);
});

it('a usual rework is neither signed nor reported', () => {
  const story = answered('2026-11-24T15:00:00', false).give({ command: 'rework', reason }, dispatcher);
  for (const command of [{ command: 'sign' }, { command: 'reportOnSite', note: '到场' }] as const) {
    expect(story.try(command, owner)).toMatchObject({ ok: false, rejection: { code: 'ruleForbids' } });
  }
});

it('another urgency leaves its hours alone', () => {
  const story = directed();
  const before = clocks(story);
  story.give({ command: 'setUrgency', urgency: 'critical', reason }, dispatcher);
  expect(clocks(story)).toEqual(before);
});
