/** The counted part of docs/sla-cost.md. */
import { DAY, fromIso } from '#domain/calendar/shanghai.ts';
import { seeded } from '#domain/catalogue/training/random.ts';
import { timerDefinition } from '#infra/constructs/sla-timer.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import type { District } from '#schemas/district.ts';
import { type Bill, Costs, dollars, MEASURES, type Measure, PRICES } from './cost.ts';
import { Executions } from './executions.ts';
import { arrival, live } from './lives.ts';
import { aWeekLate, inTime, type StoryOf, silentForAYear, silentHelpers } from './stories.ts';
import { contextOf } from './timed-ticket.ts';

/** 咸安 and its neighbours, about. */
const TICKETS_A_YEAR = 40_000;
const SAMPLE = 1000;
const WORST = 'worst';
const [BEGIN_MARK, END_MARK] = ['<!-- counted: npm run sla:cost -->', '<!-- /counted -->'];

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

const number = (value: number): string =>
  (Number.isInteger(value) ? value : Number(value.toFixed(1))).toLocaleString('en-US');
const money = (value: number): string => {
  if (value >= 100) return `$${Math.round(value).toLocaleString('en-US')}`;
  return `$${value.toPrecision(2)}`;
};
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Prices, counts and money as Markdown. */
export function costTables(): string {
  const district = compileDistrict('xianan');
  const columns: readonly (readonly [string, Bill])[] = [
    ['in time', billOf(inTime, district)],
    ['a week late', billOf(aWeekLate, district)],
    [`mean of ${number(SAMPLE)} random lives`, meanBill(district)],
    ['silent for a year', billOf(silentForAYear, district)],
    [WORST, billOf(silentHelpers, district)],
  ];
  const million = (price: number): string => `$${Number((price * 1e6).toPrecision(6))}`;
  return [
    row(['per ticket', ...columns.map(([name]) => name)]),
    row(['---', ...columns.map(() => '---:')]),
    ...MEASURES.map((name) => row([NAMES[name], ...columns.map(([, bill]) => number(bill[name]))])),
    row(['money', ...columns.map(([, bill]) => money(dollars(bill)))]),
    row([
      `${number(TICKETS_A_YEAR)} such tickets`,
      // Nobody has forty thousand of the worst.
      ...columns.map(([name, bill]) => (name === WORST ? '' : money(TICKETS_A_YEAR * dollars(bill)))),
    ]),
    '',
    row([`list price, US East (N. Virginia), noted ${PRICES.noted}`, 'per million']),
    row(['---', '---:']),
    row(['Step Functions Standard, state transitions', million(PRICES.perTransition)]),
    row(['DynamoDB on demand, write units', million(PRICES.perWriteUnit)]),
    row(['DynamoDB on demand, read units', million(PRICES.perReadUnit)]),
    row(['Lambda, requests', million(PRICES.perCall)]),
    row(['Lambda on Arm, GB-seconds', million(PRICES.perGigabyteSecond)]),
    row(['SQS standard, requests', million(PRICES.perQueueRequest)]),
  ].join('\n');
}

/** @throws Error when the page has lost the marks around its counted part */
export function withTables(page: string, tables: string): string {
  const [from, to] = [page.indexOf(BEGIN_MARK), page.indexOf(END_MARK)];
  if (from < 0 || to < from) throw new Error('docs/sla-cost.md has no counted part');
  return `${page.slice(0, from + BEGIN_MARK.length)}\n${tables}\n${page.slice(to)}`;
}
