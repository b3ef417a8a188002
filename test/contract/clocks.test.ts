/** Alarm clock and sweeper against the real store: deadlines whose days were announced, alarms that grew old. */
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useDistrict } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { MAX_ALARM_AGE_MS } from '#functions/shared/alarm.ts';
import type { District } from '#schemas/district.ts';
import { register, Story, system, unit } from '#test/support/ticket-world.ts';
import { startWorld } from './world.ts';

const DAY = 86_400_000;
let world: Awaited<ReturnType<typeof startWorld>>;
let sweep: () => Promise<unknown>;
let tick: (alarm: object) => Promise<{ done: boolean; reason: string; since?: string | undefined }>;
beforeAll(async () => {
  world = await startWorld();
  process.env.TIMER_STATE_MACHINE_ARN = 'arn:test:states:here:1:stateMachine:SlaTimer';
  const [sweeper, ticker] = [await import('#functions/sweeper/handler.ts'), await import('#functions/tick/handler.ts')];
  sweep = () => sweeper.handler({}, {} as Context);
  tick = (alarm) => ticker.handler(alarm, {} as Context);
});
afterAll(() => world?.stop());

async function seed(ticketNo: string, kind: 'report' | 'complaint', now: number): Promise<Story> {
  const story = new Story(now).give(register({ ticketNo, kind }), system);
  await ticketStore().commit({ ticket: story.is, events: story.events, texts: [], expectedVersion: 0 });
  return story;
}
const finish = async (ticketNo: string) =>
  (await ticketStore().load(ticketNo))?.clocks.findLast(({ id }) => id === 'finish');

/** The days of one year more than the district knows: nothing off but New Year's Day. */
function announced(district: District): District {
  const last = Math.max(...district.calendar.years.map(({ year }) => year));
  const years = [1, 2].map((more) => ({
    year: last + more,
    notice: 'https://www.gov.cn/',
    days: [{ date: `${last + more}-01-01`, name: '元旦', off: true }],
  }));
  const calendar = {
    ...district.calendar,
    years: [...district.calendar.years, ...years],
    coveredUntil: `${last + 2}-12-31`,
  };
  return { ...district, calendar };
}

test('the sweeper counts provisional deadlines, and has them counted again once the notice is in the district’s folder', async () => {
  const ticketNo = 'XA2026121500000011';
  await seed(ticketNo, 'report', Date.parse('2026-12-15T10:00:00+08:00'));
  await sweep();
  // Monday to Friday: fifteen working days after 15 December.
  expect(await finish(ticketNo)).toMatchObject({ provisional: true, dueAt: '2027-01-05T17:30:00.000+08:00' });
  expect(world.log.join('\n')).toContain('"provisionalDeadlines":1');

  useDistrict(announced(world.district));
  await sweep();
  expect(await finish(ticketNo)).toMatchObject({ provisional: false, dueAt: '2027-01-06T17:30:00.000+08:00' });
  const ticket = await ticketStore().load(ticketNo);
  expect(ticket?.attention).toEqual([]);
  expect((await ticketStore().events(ticketNo)).at(-1)).toMatchObject({
    type: 'deadlinesRecalculated',
    actor: { kind: 'system', id: 'sweeper' },
    callbacks: [{ to: 'guanbuqiao', type: 'replanned' }],
  });
  await sweep();
  expect((await ticketStore().load(ticketNo))?.version).toBe(ticket?.version);
  useDistrict(world.district);
});

test('an execution that has grown old ends, and its successor has the next generation', async () => {
  const ticketNo = 'XA2026112300000034';
  await seed(ticketNo, 'complaint', Date.now());
  const alarm = { ticketNo, generation: 1, until: new Date().toISOString() };
  const young = await tick({ ...alarm, since: new Date(Date.now() - MAX_ALARM_AGE_MS + DAY).toISOString() });
  expect(young).toMatchObject({ done: false, reason: 'next', since: expect.any(String) });
  const old = await tick({ ...alarm, since: new Date(Date.now() - MAX_ALARM_AGE_MS - DAY).toISOString() });
  expect(old).toMatchObject({ done: true, reason: 'superseded' });
  expect(await ticketStore().load(ticketNo)).toMatchObject({ clockGeneration: 2 });
  expect((await ticketStore().events(ticketNo)).at(-1)).toMatchObject({
    type: 'alarmRenewed',
    clocks: { generation: 2 },
  });
  // Another wake of the old one changes nothing more.
  expect(await tick({ ...alarm, since: old.since })).toMatchObject({ done: true, reason: 'superseded' });
  expect(await ticketStore().load(ticketNo)).toMatchObject({ clockGeneration: 2 });
});

test('signing under another generation ends the alarm of the one before', async () => {
  const ticketNo = 'XA2026112300000042';
  const story = await seed(ticketNo, 'complaint', Date.now());
  const version = story.is.version;
  const before = story.events.length;
  story.give({ command: 'sign' }, unit('guanbuqiao'));
  await ticketStore().commit({
    ticket: story.is,
    events: story.events.slice(before),
    texts: [],
    expectedVersion: version,
  });
  expect(await tick({ ticketNo, generation: 1, until: new Date().toISOString() })).toMatchObject({
    reason: 'superseded',
  });
});
