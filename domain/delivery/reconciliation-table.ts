/** 对账表: the reconciliation as a spreadsheet opens it. No words of people stand in it, so no cell can be a formula. */
import { STATUS_NAMES } from '#domain/ticket/names.ts';
import type { DepartureHow, ReconciliationEntry } from '#schemas/reconciliation.ts';

/** 投递状态. A state that has no name here is shown as it is called. */
export const DELIVERY_NAMES: Readonly<Record<string, string>> = {
  pending: '投递中',
  delivered: '已送达',
  dead: '投递失败',
  skipped: '已跳过',
  superseded: '已被撤回取代',
};
export const DEPARTURE_NAMES: Readonly<Record<DepartureHow, string>> = { ended: '已结束', moved: '已转出' };

const COLUMNS: readonly (readonly [
  title: string,
  cell: (entry: ReconciliationEntry) => string | number | undefined,
])[] = [
  ['工单编号', ({ ticketNo }) => ticketNo],
  ['版本', ({ ticketVersion }) => ticketVersion],
  ['状态', ({ status }) => STATUS_NAMES[status]],
  ['轮次', ({ round }) => round],
  ['更新时间', ({ updatedAt }) => minute(updatedAt)],
  ['最早时限', ({ deadlines }) => Object.values(deadlines).map(minute).sort()[0]],
  ['最后推送', ({ lastCallback }) => lastCallback?.n],
  ['推送版本', ({ lastCallback }) => lastCallback?.ticketVersion],
  ['推送状态', ({ lastCallback: { state } = {} }) => (state === undefined ? '' : (DELIVERY_NAMES[state] ?? state))],
  ['离开时间', ({ departed }) => departed && minute(departed.at)],
  ['离开方式', ({ departed }) => departed && DEPARTURE_NAMES[departed.how]],
];

/** A spreadsheet takes UTF-8 for GBK unless this stands in front. */
const BYTE_ORDER_MARK = '\ufeff';

/** RFC 4180. */
export const reconciliationTable = (entries: readonly ReconciliationEntry[]): string =>
  [
    `${BYTE_ORDER_MARK}${COLUMNS.map(([title]) => title).join(',')}`,
    ...entries.map((entry) => COLUMNS.map(([, cell]) => cell(entry) ?? '').join(',')),
    '',
  ].join('\r\n');

/** `2026-11-23 09:30`, office time. */
const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');
