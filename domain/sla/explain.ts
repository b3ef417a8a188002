/** 时限说明: why a deadline is what it is, in Chinese for clerks and citizens: how it was counted, which days counted, which not. */
import { fromIso, inChinese, MINUTE } from '#domain/calendar/shanghai.ts';
import type { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { Clock, ClockId, Limit, LimitUnit } from '#schemas/sla.ts';
import { daysAfter, daysOfOffice, listDays, onlyOffice, provisionalWords, sumUpDays } from './explain-days.ts';
import { hasStood, type Stretches, stretchesOf, usedMs, whenDue } from './stretches.ts';

/** What the office calls its clocks. */
export const CLOCK_NAMES: Readonly<Record<ClockId, string>> = {
  dispatch: '派单',
  sign: '签收',
  accept: '受理',
  contact: '首次联系',
  finish: '办结',
  visit: '回访',
  rework: '重办',
  returnReview: '退单审核',
  extensionReview: '延期审核',
  replyReview: '答复审核',
  arbitration: '争议裁定',
  reportIn: '报到',
  pause: '挂起',
  onSite: '现场核查',
  assist: '协办',
};

/** 由来: what an instance of a clock follows from, where that is not a fresh start. `overdue`: it stood, but was late before. */
export type Origin = 'handedOn' | 'extended' | 'changed' | 'recalculated' | 'resumed' | 'overdue';

/** What an explanation needs of a clock: no holder, no person. */
type Explained = Pick<Clock, 'id' | 'limit' | 'startedAt' | 'dueAt' | 'provisional' | 'ran' | 'set'>;

/** Characters; a stored explanation may have 400. */
const LONGEST = 300;

/**
 * E.g. `签收时限1个工作日，自2025年9月26日16:00起，起算当日不计，2025年9月28日17:30下班时到期。计入：9月28日国庆节、中秋节调休上班。不计：9月27日周六。`
 * At most 300 characters: of long spans the days are summed up. Names nobody.
 */
export function explain(calendar: WorkingCalendar, clock: Explained, origin?: Origin): string {
  const to = fromIso(clock.dueAt);
  const run = whenDue(stretchesOf(clock), to);
  const from = run.startedAt;
  if (clock.id === 'pause') return explainPause(from, to);
  // What was left when a clock of working days stood is no whole number of days: it goes on by office hours.
  const how = hasStood(run) && clock.limit.unit === 'workingDays' ? 'workingMinutes' : clock.limit.unit;
  const due = `${dueWords(clock, run, how, origin)}${origin ? ORIGIN_WORDS[origin] : ''}`;
  const used = usedMs(calendar, run, clock.limit.unit);
  const head = `${CLOCK_NAMES[clock.id]}时限${limitInChinese(clock.limit)}，${beginning(run, used)}`;
  if (how === 'naturalMinutes') return `${head}，昼夜连续计时，周末和节假日照计，${due}。`;
  const days = how === 'workingDays' ? daysAfter(calendar, from, to) : daysOfOffice(calendar, from, to);
  const rule = how === 'workingDays' ? '起算当日不计' : onlyOffice(calendar, from, days);
  const sentence = `${head}，${rule}，${due}${clock.provisional ? provisionalWords(days) : ''}。`;
  const whole = `${sentence}${listDays(days)}`;
  return whole.length <= LONGEST ? whole : `${sentence}${sumUpDays(days)}`;
}

/** 挂起: when what stands goes on. Epoch ms. */
export const explainPause = (from: number, to: number): string =>
  `自${inChinese(from)}挂起，至${inChinese(to)}恢复，其间停止的环节不计时。`;

const ORIGIN_WORDS: Readonly<Record<Origin, string>> = {
  handedOn: '（接续计时，期限不变）',
  extended: '',
  changed: '（时限已变更）',
  recalculated: '（放假安排公布后重算）',
  resumed: '',
  overdue: '（停止计时时已超期，期限不变）',
};

function beginning(run: Stretches, used: number): string {
  const from = inChinese(run.startedAt);
  if (!hasStood(run)) return `自${from}起`;
  return `暂停后自${from}继续${used === 0 ? '' : `，此前已计${durationInChinese(used)}`}`;
}

function dueWords({ dueAt, set }: Explained, run: Stretches, how: LimitUnit, origin: Origin | undefined): string {
  const due = inChinese(fromIso(dueAt));
  if (origin === 'extended') return `延期至${due}`;
  // An extension that a later instance of the run carries with it.
  if (set === 'deadline' && !hasStood(run)) return `到期时间另定为${due}`;
  return `${due}${how === 'workingDays' ? '下班时' : ''}到期`;
}

/** `30分钟`, `24小时`, `4个工作小时`, `5个工作日`. */
export function limitInChinese({ amount, unit }: Limit): string {
  const hours = amount % 60 === 0 ? amount / 60 : undefined;
  switch (unit) {
    case 'naturalMinutes':
      return hours ? `${hours}小时` : `${amount}分钟`;
    case 'workingMinutes':
      return hours ? `${hours}个工作小时` : `${amount}个工作分钟`;
    case 'workingDays':
      return `${amount}个工作日`;
  }
}

/** `45分钟`, `6小时`, `6小时30分钟`; what is less than a minute is left out. */
function durationInChinese(ms: number): string {
  const minutes = Math.floor(ms / MINUTE);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest}分钟`;
  return rest === 0 ? `${hours}小时` : `${hours}小时${rest}分钟`;
}
