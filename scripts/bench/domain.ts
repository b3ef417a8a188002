/** Pure rules on one core: how many deadlines and how many routing decisions a second. */
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import { reader, readModel } from '#domain/catalogue/text-model.ts';
import { route } from '#domain/routing/route.ts';
import { startClock } from '#domain/sla/clock.ts';
import { loadModel } from '#infra/district.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { starterExamples } from '../classifier/starter.ts';
import type { Figure } from './figure.ts';

const SECONDS = 1;

/** Calls `work` for about a second after warming up; calls/s. */
function rate(work: (round: number) => unknown): number {
  for (let round = 0; round < 500; round++) work(round);
  const start = performance.now();
  let round = 0;
  for (; performance.now() - start < SECONDS * 1000; round++) work(round);
  return Math.round(round / ((performance.now() - start) / 1000));
}

export function* domain(): Iterable<Figure> {
  const district = compileDistrict('xianan');
  const rules = { calendar: new WorkingCalendar(district.calendar), profile: district.limits };
  const monday = Date.parse('2026-03-02T09:00:00+08:00');
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
