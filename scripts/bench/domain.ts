/** Pure rules on one core: how many deadlines, explanations and routing decisions a second. */
import { MINUTE, toShanghai } from '#domain/calendar/shanghai.ts';
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import { reader, readModel } from '#domain/catalogue/text-model.ts';
import { route } from '#domain/routing/route.ts';
import { startClock } from '#domain/sla/clock.ts';
import { explain } from '#domain/sla/explain.ts';
import { deadline } from '#domain/sla/working-clock.ts';
import { loadModel } from '#infra/district.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import type { CalendarData, Limit } from '#schemas/sla.ts';
import { starterExamples } from '../classifier/starter.ts';
import type { Figure } from './figure.ts';
import { rate } from './rate.ts';
import { besideWorkingTimes } from './working-times.ts';

/** Working minutes of limits: half an hour, half a day, five days. */
const LIMITS = [30, 240, 1950];
/** Starts an hour and seven minutes apart, nights and days off included: more than a year and the holidays of 2025 and 2026. */
const STARTS = Array.from({ length: 9000 }, (_, i) => Date.parse('2025-03-03T09:00:00+08:00') + i * 67 * MINUTE);

function* deadlines(calendar: WorkingCalendar, data: CalendarData): Iterable<Figure> {
  const asked = STARTS.map((start, i) => {
    const limit: Limit = { amount: LIMITS[i % LIMITS.length] as number, unit: 'workingMinutes' };
    const { dueAt } = deadline(calendar, start, limit);
    return { start, limit, minutes: limit.amount, dueAt, nextOpen: calendar.nextOfficeTime(dueAt) };
  });
  const value = rate((round) => {
    const { start, limit } = asked[round % asked.length] as (typeof asked)[number];
    return deadline(calendar, start, limit);
  });
  yield { name: 'deadlines', value, unit: '1/s' };
  yield* besideWorkingTimes(data, asked);
}

/** 时限说明 of limits from one working day to half a year. */
function explanations(calendar: WorkingCalendar): Figure {
  const clocks = STARTS.map((startedAt, i) => {
    const limit: Limit = { amount: [1, 5, 15, 120][i % 4] as number, unit: 'workingDays' };
    const dueAt = toShanghai(deadline(calendar, startedAt, limit).dueAt);
    return { id: 'finish', limit, startedAt: toShanghai(startedAt), dueAt, provisional: false } as const;
  });
  let longest = 0;
  const times = clocks.map((clock) => {
    const start = performance.now();
    const { length } = explain(calendar, clock);
    const took = performance.now() - start;
    longest = Math.max(longest, length);
    return took;
  });
  times.sort((a, b) => a - b);
  const at = (percent: number) => Math.round((times[Math.floor((times.length * percent) / 100)] ?? 0) * 1e4) / 1e4;
  return { name: 'explanation', value: at(50), unit: 'ms', p99_ms: at(99), characters: longest };
}

export function* domain(): Iterable<Figure> {
  const district = compileDistrict('xianan');
  const rules = { calendar: new WorkingCalendar(district.calendar), profile: district.limits };
  const monday = Date.parse('2026-03-02T09:00:00+08:00');
  yield* deadlines(rules.calendar, district.calendar);
  yield explanations(rules.calendar);
  yield {
    name: 'clocks_started',
    value: rate((round) =>
      startClock(
        rules,
        {
          clock: 'finish',
          kind: 'complaint',
          urgency: 'normal',
          holder: 'hotline',
          startedAt: monday + (round % 5000) * 3_600_000,
        },
        [],
      ),
    ),
    unit: '1/s',
  };
  const request = {
    kind: 'complaint',
    title: '小区物业乱收费',
    content: '温泉街道一处小区的物业不公示就涨停车费,业主都有意见,请有关部门管一管。',
  } as const;
  const bytes = loadModel('xianan');
  const read = bytes === undefined ? undefined : reader(readModel(bytes));
  yield { name: 'routes_decided', value: rate(() => route(request, district, read)), unit: '1/s' };
  // Place, category by both readers, owner: sentences as different as the catalogue's own examples.
  const sentences = starterExamples('xianan').map(
    ({ content }) => ({ kind: 'complaint', title: '', content }) as const,
  );
  const times = sentences.map((sentence) => {
    const start = performance.now();
    route(sentence, district, read);
    return performance.now() - start;
  });
  times.sort((a, b) => a - b);
  const percentile = (percent: number) => Math.round((times[Math.floor((times.length * percent) / 100)] ?? 0) * 1000);
  yield { name: 'route_decision', value: percentile(50), unit: 'us', p99_us: percentile(99), requests: times.length };
}
