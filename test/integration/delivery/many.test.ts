/** 多投: the bench's story of an outage on a small scale; every step throws unless it comes about. Nothing is timed. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { cast, DEAD, shareOut } from '../../../scripts/bench/deliveries/cast.ts';
import { Outage } from '../../../scripts/bench/deliveries/outage.ts';
import type { Plan } from '../../../scripts/bench/deliveries/plan.ts';

// Read when the logger and the metrics are loaded.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
  process.env.POWERTOOLS_METRICS_DISABLED = 'true';
});

const DELIVERIES = 480;
const EACH = 12;
let outage: Outage;
let plan: Plan;

beforeAll(async () => {
  const departments = cast();
  outage = await Outage.open(departments, { slowMs: 200, patienceMs: 3000, limitMs: 110_000 });
  plan = await outage.prepare(shareOut(departments, DELIVERIES, { dead: EACH, slow: EACH }), 1);
});
afterAll(() => outage?.stop());

it('dead and slow departments keep nobody else waiting, and one command brings what they missed', async () => {
  expect(plan.deliveries).toHaveLength(DELIVERIES);
  await outage.feed(plan.deliveries, { window: 40 });
  await outage.settle();
  expect(outage.departments.arrivals).toHaveLength(DELIVERIES - DEAD * EACH);
  // Both kinds of dead were asked, and not for each message.
  expect(outage.departments.refused).toBeGreaterThan(0);
  expect(outage.departments.refused).toBeLessThan(EACH);

  expect(await outage.giveUp()).toBe(plan.deliveries.filter(({ manner, n }) => manner === 'dead' && n === 1).length);
  await outage.replay();
  expect(outage.departments.arrivals).toHaveLength(DELIVERIES);
  expect(outage.repeated).toBe(0);
}, 120_000);
