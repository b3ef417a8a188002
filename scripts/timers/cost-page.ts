/** The counted part of docs/sla-cost.md. */
import { DAY, fromIso } from '#domain/calendar/shanghai.ts';
import { seeded } from '#domain/catalogue/training/random.ts';
import { timerDefinition } from '#infra/constructs/sla-timer.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import type { District } from '#schemas/district.ts';
import { figure, money, table, withCounted } from '../shared/counted-page.ts';
import { PRICES } from '../shared/prices.ts';
import { type Bill, Costs, dollars, MEASURES, type Measure } from './cost.ts';
import { Executions } from './executions.ts';
import { arrival, live } from './lives.ts';
import { aWeekLate, inTime, type StoryOf, silentForAYear, silentHelpers } from './stories.ts';
import { contextOf } from './timed-ticket.ts';

/** 咸安 and its neighbours, about. */
const TICKETS_A_YEAR = 40_000;
const SAMPLE = 1000;
const WORST = 'worst';
const COMMAND = 'sla:cost';

const NAMES: Readonly<Record<Measure, string>> = {
  starts: 'executions started',
  wakes: 'wakes',
  transitions: 'state transitions',
  calls: 'Lambda calls',
  items: 'transaction items written',
  writeUnits: 'write units, indexes included',
  readUnits: 'read units',
  messages: 'SQS messages',
};

export function billOf(story: StoryOf, district: District): Bill {
  const costs = new Costs(new Executions(timerDefinition('tick')));
  story(district, costs);
  return costs.bill;
}

/** Mean of random lives over a year; what is not ended is followed for two more months. */
function meanBill(district: District): Bill {
  const random = seeded(12345);
  const contextAt = contextOf(district);
  const begin = fromIso('2026-01-01T00:00:00+08:00');
  const sum = Object.fromEntries(MEASURES.map((name) => [name, 0])) as Record<Measure, number>;
  for (let n = 0; n < SAMPLE; n++) {
    const arrives = arrival(contextAt(begin).rules.calendar, begin + Math.floor(random() * 300) * DAY, random);
    const costs = new Costs(new Executions(timerDefinition('tick')));
    live(contextAt, random, { arrives, end: begin + 365 * DAY }, costs);
    for (const name of MEASURES) sum[name] += costs.bill[name] / SAMPLE;
  }
  return sum;
}

/** Prices, counts and money as Markdown. */
export function costTables(): string {
  const district = compileDistrict('xianan');
  const columns: readonly (readonly [string, Bill])[] = [
    ['in time', billOf(inTime, district)],
    ['a week late', billOf(aWeekLate, district)],
    [`mean of ${figure(SAMPLE)} random lives`, meanBill(district)],
    ['silent for a year', billOf(silentForAYear, district)],
    [WORST, billOf(silentHelpers, district)],
  ];
  const million = (price: number): string => `$${Number((price * 1e6).toPrecision(6))}`;
  const counted = table(
    ['per ticket', ...columns.map(([name]) => name)],
    [
      ...MEASURES.map((name) => [NAMES[name], ...columns.map(([, bill]) => figure(bill[name]))]),
      ['money', ...columns.map(([, bill]) => money(dollars(bill)))],
      [
        `${figure(TICKETS_A_YEAR)} such tickets`,
        // Nobody has forty thousand of the worst.
        ...columns.map(([name, bill]) => (name === WORST ? '' : money(TICKETS_A_YEAR * dollars(bill)))),
      ],
    ],
  );
  const prices = table(
    [`list price, US East (N. Virginia), noted ${PRICES.noted}`, 'per million'],
    [
      ['Step Functions Standard, state transitions', million(PRICES.perTransition)],
      ['DynamoDB on demand, write units', million(PRICES.perWriteUnit)],
      ['DynamoDB on demand, read units', million(PRICES.perReadUnit)],
      ['Lambda, requests', million(PRICES.perCall)],
      ['Lambda on Arm, GB-seconds', million(PRICES.perGigabyteSecond)],
      ['SQS standard, requests', million(PRICES.perQueueRequest)],
    ],
  );
  return `${counted}\n\n${prices}`;
}

/** @throws Error when the page has lost the marks around its counted part */
export const withTables = (page: string, tables: string): string => withCounted(page, COMMAND, tables);
