/** Clocks under office time that is stepped: a Tick function that is down for an hour, and limits that change while they run. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#domain/calendar/shanghai.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { type Instance, phoneRequest, startInstance } from './support.ts';

const MONDAY = Date.parse('2026-11-23T09:00:00+08:00');
const TICKETS = 8;
/** An execution tries its tick again after 5, 10, 20 seconds. */
const PATIENCE = 60_000;
const silent = compileDistrict('xianan').departments.map(({ id }) => id);

let jieban: Instance;
beforeAll(async () => {
  jieban = await startInstance({ silent, frozen: true, startAt: MONDAY });
});
afterAll(() => jieban?.stop());

afterEach(() => jieban.runner.interrupt('tick', false));

const clock = () => jieban.runner.plane.clock;
async function step(ms: number): Promise<void> {
  clock().advanceTo(clock().now() + ms);
  await jieban.runner.idle();
}
async function tickets(name: string, count: number): Promise<string[]> {
  const receipts = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      jieban.post('phone', { ...phoneRequest(`${name}-${n}`), urgency: 'normal' }),
    ),
  );
  await jieban.runner.idle();
  return receipts.map(({ body }) => body.ticketNo);
}
const warned = async (ticketNo: string): Promise<string[]> => {
  const { events } = (await jieban.history(ticketNo)).body;
  return events.flatMap(({ type, clock, grade, at }) =>
    type === 'warned' && clock === 'sign' ? [`${grade} ${String(at).slice(5, 16)}`] : [],
  );
};
const executions = (ticketNo: string) =>
  jieban.runner.plane
    .executions()
    .filter(({ name }) => name.startsWith(ticketNo))
    .map(({ name, status }) => `${name.slice(ticketNo.length + 1)} ${status}`)
    .sort();

describe('a Tick function that is down for an hour', () => {
  it('loses no mark and fires none twice; the sweeper counts what was late; alarms go on when it is back', async () => {
    // Signed by Tuesday 17:30: B takes over at 08:45, yellow at 11:15, orange at 16:15.
    const all = await tickets('outage', TICKETS);
    await step(25 * HOUR);
    const from = jieban.lines.length;
    jieban.runner.interrupt('tick', true);
    clock().advanceTo(MONDAY + 26 * HOUR + 15 * MINUTE);
    await step(4 * MINUTE);
    expect(await Promise.all(all.map(warned))).toEqual(all.map(() => []));

    for (let minutes = 4; minutes < 60; minutes += 8) await step(8 * MINUTE);
    const byTheSweeper = await Promise.all(all.map(warned));
    for (const marks of byTheSweeper) expect(marks).toEqual([expect.stringMatching(/^yellow 11-24T11:2/)]);
    const counted = jieban.lines
      .slice(from)
      .flatMap((line) => /"marksLate":(\d+)/.exec(line)?.slice(1).map(Number) ?? []);
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(TICKETS);

    jieban.runner.interrupt('tick', false);
    clock().advanceTo(MONDAY + 31 * HOUR + 15 * MINUTE);
    await jieban.until(
      'orange by the alarms themselves',
      async () => (await Promise.all(all.map(warned))).every((marks) => marks.length === 2) || undefined,
      PATIENCE,
    );
    for (const marks of await Promise.all(all.map(warned))) expect(marks[1]).toBe('orange 11-24T16:15');
    for (const ticketNo of all) expect(executions(ticketNo)).toEqual(['g1 RUNNING']);
  }, 120_000);
});

describe('a limit that is shortened while it runs', () => {
  it('moves the next mark at once; the alarm of before is ended, its successor runs', async () => {
    const [ticketNo = ''] = await tickets('shorter', 1);
    const before = clock().now();
    expect(executions(ticketNo)).toEqual(['g1 RUNNING']);
    const answer = await jieban.operator(ticketNo, { command: 'setUrgency', urgency: 'critical', reason: '有人受困' });
    expect(answer.status).toBe(200);
    await jieban.runner.idle();
    expect(executions(ticketNo)).toEqual(['g1 ABORTED', 'g2 RUNNING']);
    // 30 natural minutes from now: yellow after 21 of them.
    clock().advanceTo(before + 21 * MINUTE);
    await jieban.runner.idle();
    expect(await warned(ticketNo)).toEqual([expect.stringContaining('yellow')]);
    const told = jieban.platforms.departments.received({ ticketNo }).map(({ event }) => event.type.split('.')[3]);
    expect(told).toContain('replanned');
  });
});
