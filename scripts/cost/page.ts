/** The counted part of docs/cost.md: what a run used, times list prices. */
import { figure, money, table, withCounted } from '../shared/counted-page.ts';
import { PRICES } from '../shared/prices.ts';
import { type Counts, SCHEDULED } from './counts.ts';

const COMMAND = 'cost';
const TICKETS = 100_000;
const MONTH_MINUTES = (365.25 / 12) * 1440;
/** Send, receive, delete: every message alone, as in quiet hours. */
const REQUESTS_A_MESSAGE = 3;
/** Lambda asks each queue with so many pollers, who wait 20 s when it is empty. */
const POLLS_A_MINUTE = 5 * 3;
/** A wake enters three states, a start one. */
const TRANSITIONS_A_WAKE = 3;
const GIGABYTE = 1e9;

export const withTables = (page: string, tables: string): string => withCounted(page, COMMAND, tables);

interface Line {
  readonly of: string;
  readonly perTicket: string;
  readonly dollars: number;
}

const isScheduled = (fn: string): boolean => SCHEDULED.includes(fn);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Money of this many tickets, the dearest first. */
export function linesOf(counts: Counts, tickets: number): Line[] {
  const each = (value: number): number => value / counts.tickets;
  const calls = counts.calls.filter(({ fn }) => !isScheduled(fn));
  const functions = Object.entries(counts.functions).filter(([fn]) => !isScheduled(fn));
  const made = (service: string, operation?: RegExp) =>
    each(
      sum(
        calls
          .filter((call) => call.service === service && (operation?.test(call.operation) ?? true))
          .map(({ count }) => count),
      ),
    );
  const reads = each(sum(calls.map(({ readUnits }) => readUnits)));
  const writes = each(sum(calls.map(({ writeUnits }) => writeUnits)));
  const invocations = each(sum(functions.map(([, { invocations: times }]) => times)));
  const gigabyteSeconds = each(
    sum(functions.map(([, { milliseconds, memoryMb }]) => (milliseconds / 1000) * (memoryMb / 1024))),
  );
  const messages = made('AmazonSQS', /^SendMessage/);
  const requests = each(counts.apiRequests);
  const transitions =
    made('AWSStepFunctions', /^StartExecution$/) + TRANSITIONS_A_WAKE * each(counts.functions.tick?.invocations ?? 0);
  const logs = each(counts.logBytes);
  const stored = each(counts.storedBytes);
  const secrets = made('secretsmanager');
  const lines: [of: string, perTicket: string, dollars: number][] = [
    ['DynamoDB, written', `${figure(writes)} units`, writes * PRICES.perWriteUnit],
    ['DynamoDB, read', `${figure(reads)} units`, reads * PRICES.perReadUnit],
    ['DynamoDB, kept for a year', `${figure(stored / 1024)} KB`, (12 * stored * PRICES.tableGigabyte) / GIGABYTE],
    ['API Gateway', `${figure(requests)} requests`, requests * PRICES.perApiRequest],
    ['firewall', `${figure(requests)} requests`, requests * PRICES.perFirewallRequest],
    ['Lambda, requests', figure(invocations), invocations * PRICES.perCall],
    ['Lambda, time', `${figure(gigabyteSeconds)} GB-s`, gigabyteSeconds * PRICES.perGigabyteSecond],
    ['SQS', `${figure(messages)} messages`, messages * REQUESTS_A_MESSAGE * PRICES.perQueueRequest],
    ['Step Functions', `${figure(transitions)} transitions`, transitions * PRICES.perTransition],
    ['logs', `${figure(logs / 1024)} KB`, (logs * PRICES.perLogGigabyte) / GIGABYTE],
    ['secrets, read', figure(secrets), secrets * PRICES.perSecretRequest],
  ];
  return lines
    .map(([of, perTicket, dollars]) => ({ of, perTicket, dollars: dollars * tickets }))
    .sort((a, b) => b.dollars - a.dollars);
}

/** Money a month that no ticket changes. */
export function fixedOf({ fixed, functions, calls }: Counts): Line[] {
  const runs = Object.entries(functions).filter(([fn]) => isScheduled(fn));
  const ran = Math.max(1, sum(runs.map(([, { invocations }]) => invocations)));
  const seconds = sum(runs.map(([, { milliseconds, memoryMb }]) => (milliseconds / 1000) * (memoryMb / 1024))) / ran;
  const reads = sum(calls.filter(({ fn }) => isScheduled(fn)).map(({ readUnits }) => readUnits)) / ran;
  const aRun = PRICES.perCall + seconds * PRICES.perGigabyteSecond + reads * PRICES.perReadUnit;
  const polls = fixed.polledQueues * POLLS_A_MINUTE * MONTH_MINUTES;
  const lines: [of: string, count: string, dollars: number][] = [
    ['alarms', figure(fixed.alarms), fixed.alarms * PRICES.alarm],
    ['metrics of our own that alarms watch', figure(fixed.metrics), fixed.metrics * PRICES.metric],
    ['dashboards', figure(fixed.dashboards), fixed.dashboards * PRICES.dashboard],
    [
      'firewall and its rules',
      figure(fixed.firewallRules),
      fixed.firewalls * PRICES.firewall + fixed.firewallRules * PRICES.firewallRule,
    ],
    ['secrets', figure(fixed.secrets), fixed.secrets * PRICES.secret],
    ['keys', figure(fixed.keys), fixed.keys * PRICES.key],
    ['empty queues, asked', figure(Math.round(polls)), polls * PRICES.perQueueRequest],
    ['scheduled runs', figure(fixed.runsAMonth), fixed.runsAMonth * aRun],
  ];
  return lines.map(([of, perTicket, dollars]) => ({ of, perTicket, dollars })).sort((a, b) => b.dollars - a.dollars);
}

function callTable(counts: Counts): string {
  const each = (value: number): string => figure(value / counts.tickets);
  const names = Object.keys(counts.functions).filter((fn) => !isScheduled(fn));
  const rows = names.map((fn) => {
    const own = counts.calls.filter((call) => call.fn === fn);
    const { invocations = 0, milliseconds = 0 } = counts.functions[fn] ?? {};
    const total = sum(own.map(({ count }) => count));
    return {
      total,
      cells: [
        fn,
        each(invocations),
        each(milliseconds),
        each(total),
        each(sum(own.map(({ readUnits }) => readUnits))),
        each(sum(own.map(({ writeUnits }) => writeUnits))),
      ],
    };
  });
  const whole = sum(counts.calls.filter(({ fn }) => !isScheduled(fn)).map(({ count }) => count));
  return table(
    ['per ticket', 'invocations', 'ms', 'calls of AWS', 'read units', 'write units'],
    [...rows.sort((a, b) => b.total - a.total).map(({ cells }) => cells), ['all', '', '', each(whole), '', '']],
  );
}

function moneyTable(title: string, unit: string, lines: readonly Line[]): string {
  const total = sum(lines.map(({ dollars }) => dollars));
  return table(
    [title, unit, 'money', 'share'],
    [
      ...lines.map(({ of, perTicket, dollars }) => [
        of,
        perTicket,
        money(dollars),
        `${Math.round((100 * dollars) / total)} %`,
      ]),
      ['**all**', '', `**${money(total)}**`, ''],
    ],
  );
}

export function costTables(counts: Counts): string {
  return [
    `Counted on ${counts.measured}, ${counts.tickets} tickets; prices of US East (N. Virginia), noted ${PRICES.noted}.`,
    moneyTable('100,000 tickets', 'of one', linesOf(counts, TICKETS)),
    moneyTable('a month, whatever comes', 'how many', fixedOf(counts)),
    callTable(counts),
  ].join('\n\n');
}
