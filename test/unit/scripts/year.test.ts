/** The year's simulation, small: a thousand lives, the same figures in the same order, and a bucket that is emptied by hand. */
import { describe, expect, it } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import { year } from '../../../scripts/bench/year.ts';
import { crowd } from '../../../scripts/timers/crowd.ts';
import { longestWait } from '../../../scripts/timers/quotas.ts';
import { contextOf } from '../../../scripts/timers/timed-ticket.ts';
import { liveYear, peak, peakAt, perSecond } from '../../../scripts/timers/year.ts';

const asked = { lives: 1000, open: 1000, seed: 1, days: 90 };

describe('a quarter of a thousand lives', () => {
  const lived = liveYear(contextOf(compileDistrict('xianan')), asked);
  const { weight, open, days } = lived;

  it('has as many open as was asked for, all the time', () => {
    expect(weight).toBeGreaterThan(1);
    const mean = open.reduce((sum, count) => sum + count, 0) / open.length;
    expect(Math.abs(mean - asked.open)).toBeLessThan(weight);
    expect(open).toHaveLength(90);
    expect(Math.min(...open)).toBeGreaterThan(asked.open / 3);
  });

  it('rings together at the closing bell and the opening, and loses nothing by a spread', () => {
    const together = perSecond(lived.wakes, lived);
    const spread = perSecond(lived.wakes, { weight, days, spreadMs: 60_000 });
    const sum = (counts: Uint32Array) => counts.reduce((all, count) => all + count, 0);
    const bells = Math.max(peakAt(together, '17:30').count, peakAt(together, '08:30').count);
    expect(peak(together).count).toBe(bells);
    expect(peak(spread).count).toBeLessThan(bells / 10);
    expect(sum(together)).toBeGreaterThan(5 * asked.open);
    // The last seconds of the year may have gone into the next one.
    expect(Math.abs(sum(spread) - sum(together))).toBeLessThan(sum(together) / 100);
    expect(crowd(spread, 60).outside).toEqual([]);
  });

  it('starts little by little: people don’t act in the same second', () => {
    const starts = perSecond(lived.starts, lived);
    expect(peak(starts).count).toBeLessThan(peak(perSecond(lived.wakes, lived)).count / 5);
  });
});

it('the bench prints each figure with its quota’s verdict', () => {
  const names = [...year({ lives: 300, open: 300, seed: 2, days: 20 })].map(({ name }) => name);
  expect([...new Set(names)]).toEqual([
    'year_tickets',
    'year_open',
    'year_starts_peak',
    'year_stops_peak',
    'year_wakes_peak',
    'year_wakes_08:30',
    'year_wakes_15:00',
    'year_wakes_15:30',
    'year_wakes_17:30',
    'year_district_wakes_peak',
    'year_wakes_spread',
    'year_took',
  ]);
});

describe('a bucket', () => {
  const bucket = { size: 10, refill: 5 };
  it.each([
    [[10, 5, 5], 1, 0],
    [[15], 1, 1],
    [[60], 1, 10],
    // Three each: 30 asked, 20 left.
    [[10], 3, 4],
    // What was left is still there when the next come.
    [[20, 10], 1, 3],
  ])('%j, %d tokens each: the last waits %d s', (demand, each, seconds) => {
    expect(longestWait(Uint32Array.from(demand), bucket, each)).toBe(seconds);
  });
});
