/**
 * 100,000 open tickets for a year, in the pure domain and virtual time: when executions start and wake, and whether the service's
 * quotas bear it; if not, over how many seconds wakes have to be spread.
 */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { type Crowd, crowd } from '../timers/crowd.ts';
import { longestWait, OPEN_EXECUTIONS, QUOTAS } from '../timers/quotas.ts';
import { contextOf } from '../timers/timed-ticket.ts';
import { type Asked, liveYear, peak, peakAt, perSecond } from '../timers/year.ts';
import type { Figure } from './figure.ts';

const ASKED: Asked = { lives: 50_000, open: 100_000, seed: 2026 };
const DISTRICT_SPREAD_S = 5;
const SPREADS_S = [5, 15, 30, 60, 90, 120, 150];

const when = ({ at }: { at: number }): string => toShanghai(at).slice(0, 19).replace('T', ' ');
const verdict = (inside: boolean): string => (inside ? 'inside' : 'outside');

const ring = (name: string, found: Crowd, more: Record<string, number>): Figure => ({
  name,
  value: found.wakes,
  unit: '1/s',
  ...more,
  at: when(found),
  transitions_per_s: found.transitions,
  wait_s: found.wait.other,
  wait_large_region_s: found.wait.large,
  lambda_at_once: found.concurrency,
  key_write_units_per_s: found.keyUnits,
  verdict: found.outside.length === 0 ? 'inside' : `outside: ${found.outside.join('; ')}`,
});

export function* year(asked: Asked = ASKED): Iterable<Figure> {
  const begun = performance.now();
  const lived = liveYear(contextOf(compileDistrict('xianan')), asked);
  const { weight, arrivals, open, days } = lived;
  const most = Math.max(...open);
  yield { name: 'year_tickets', value: arrivals, unit: 'tickets', lives: asked.lives, weight };
  yield {
    name: 'year_open',
    value: most,
    unit: 'executions',
    least: Math.min(...open),
    quota: OPEN_EXECUTIONS,
    verdict: verdict(most <= OPEN_EXECUTIONS),
  };

  for (const [name, of, bucket] of [
    ['starts', lived.starts, 'startExecution'],
    ['stops', lived.stops, 'stopExecution'],
  ] as const) {
    const counts = perSecond(of, lived);
    const second = peak(counts);
    const wait = longestWait(counts, QUOTAS.other[bucket]);
    yield {
      name: `year_${name}_peak`,
      value: second.count,
      unit: '1/s',
      at: when(second),
      minute: peak(counts, 60).count,
      wait_s: wait,
      verdict: verdict(wait <= 1),
    };
  }

  const wakes = perSecond(lived.wakes, lived);
  yield ring('year_wakes_peak', crowd(wakes, 0), { minute: peak(wakes, 60).count });
  for (const time of ['08:30', '15:00', '15:30', '17:30']) {
    const found = peakAt(wakes, time);
    yield { name: `year_wakes_${time}`, value: found.count, unit: '1/s', at: when(found) };
  }
  // Each life for one ticket: a district of the size of ours.
  const tickets = Math.round(arrivals / weight);
  for (const spread of [0, DISTRICT_SPREAD_S]) {
    const district = perSecond(lived.wakes, { weight: 1, days, spreadMs: spread * 1000 });
    yield ring('year_district_wakes_peak', crowd(district, spread), { tickets, spread_s: spread });
  }
  for (const spread of SPREADS_S) {
    perSecond(lived.wakes, { weight, days, spreadMs: spread * 1000 }, wakes);
    const spreadOut = crowd(wakes, spread);
    yield ring('year_wakes_spread', spreadOut, { spread_s: spread });
    if (spreadOut.outside.length === 0) break;
  }
  yield {
    name: 'year_took',
    value: Math.round((performance.now() - begun) / 1000),
    unit: 's',
    rss_mb: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}
