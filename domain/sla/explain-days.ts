/** 计入与不计: the days of a deadline in words. Names of holidays are those of the notices in the district's calendar. */
import type { DayStretch } from '#domain/calendar/day-stretches.ts';
import type { Span } from '#domain/calendar/office-hours.ts';
import { DAY, dayOf, HOUR, isWeekday, MINUTE, midnight } from '#domain/calendar/shanghai.ts';
import type { WorkingCalendar } from '#domain/calendar/working-calendar.ts';

/** Which days a deadline counted and which it left out, each in order. Years are said where they differ from `year`. */
export interface CountedDays {
  readonly year: number;
  readonly counted: readonly DayStretch[];
  readonly omitted: readonly DayStretch[];
}

/** Of working days: all after the start day. Epoch ms. */
export function daysAfter(calendar: WorkingCalendar, from: number, to: number): CountedDays {
  return split(from, calendar.daysBetween(midnight(dayOf(from) + 1), to));
}

/** Of office hours: from the first open minute on; a start day on which the office had closed did not count. Epoch ms. */
export function daysOfOffice(calendar: WorkingCalendar, from: number, to: number): CountedDays {
  const days = split(from, calendar.daysBetween(from, to));
  return { ...days, counted: calendar.daysBetween(calendar.nextOfficeTime(from), to).filter(({ works }) => works) };
}

function split(from: number, days: readonly DayStretch[]): CountedDays {
  return {
    year: yearOf(dayOf(from)),
    counted: days.filter(({ works }) => works),
    omitted: days.filter(({ works }) => !works),
  };
}

/** `只计办公时间（08:30–12:00、14:30–17:30，午休不计）`, with the moment from which it counts when the office was closed at the start. */
export function onlyOffice(calendar: WorkingCalendar, from: number, { counted, year }: CountedDays): string {
  const hours = hoursInWords(counted, year);
  const rule = `只计办公时间${hours === '' ? '' : `（${hours}）`}`;
  const opens = calendar.nextOfficeTime(from);
  if (opens === from || counted.length === 0) return rule;
  return `${rule}，起算时不在办公时间，${dateInWords(dayOf(opens), year)}${timeOfDay(opens - midnight(dayOf(opens)))}开始计时`;
}

/** More than this often in one span the seasons' hours are not listed. */
const MOST_SEASONS = 2;

function hoursInWords(counted: readonly DayStretch[], year: number): string {
  const changes = counted.filter(({ hours }, i) => hours !== counted[i - 1]?.hours);
  if (changes.length > MOST_SEASONS) return '冬夏作息以当日为准，午休不计';
  const spans = changes.map(
    ({ first, hours }, i) => (i === 0 ? '' : `${dateInWords(first, year)}起`) + openInWords(hours),
  );
  return [...spans, ...(changes.some(({ hours }) => hours.length > 1) ? ['午休不计'] : [])].join('，');
}

const openInWords = (hours: readonly Span[]): string =>
  hours.map(({ from, to }) => `${timeOfDay(from)}–${timeOfDay(to)}`).join('、');

/** `（1月1日至4日的放假安排尚未公布，…）` */
export function provisionalWords({ counted, omitted, year }: CountedDays): string {
  const unknown = [...counted, ...omitted].filter(({ official }) => !official);
  // The notice has come since, and the deadline has not been counted anew yet.
  if (unknown.length === 0) return '（暂定，放假安排公布后重算）';
  const first = Math.min(...unknown.map((stretch) => stretch.first));
  const last = Math.max(...unknown.map((stretch) => stretch.last));
  const dates = datesInWords({ first, last }, year);
  return `（${dates}的放假安排尚未公布，暂按周一至周五上班计算，公布后重算）`;
}

/** So many stretches of counted days are listed, and weekends and holidays by their dates; more are summed up. */
const MOST = { stretches: 4, weekends: 2, makeUps: 4, holidays: 5 } as const;

/** `计入：9月28日国庆节、中秋节调休上班，9月29日至30日。不计：10月1日至8日国庆节、中秋节放假，另有3个周末。` */
export function listDays({ counted, omitted, year }: CountedDays): string {
  return `${listCounted(counted, year)}${listOmitted(omitted, year)}`;
}

/** `计入520天。不计：节假日33天，周末200天。` */
export function sumUpDays({ counted, omitted }: CountedDays): string {
  const [holidays, weekends] = [omitted.filter(isHoliday), omitted.filter((days) => !isHoliday(days))];
  return `计入${total(counted)}天。不计：节假日${total(holidays)}天，周末${total(weekends)}天。`;
}

function listCounted(counted: readonly DayStretch[], year: number): string {
  if (counted.length === 0) return '';
  if (counted.length <= MOST.stretches) {
    const words = counted.map((days) => `${datesInWords(days, year)}${isMakeUp(days) ? `${days.name}调休上班` : ''}`);
    return `计入：${words.join('，')}。`;
  }
  const makeUps = counted.filter(isMakeUp);
  if (makeUps.length === 0) return `计入${total(counted)}天。`;
  const dates = makeUps.slice(0, MOST.makeUps).map((days) => datesInWords(days, year));
  const more = makeUps.length > MOST.makeUps ? `等${total(makeUps)}天` : '';
  return `计入${total(counted)}天，含${dates.join('、')}${more}调休上班。`;
}

function listOmitted(omitted: readonly DayStretch[], year: number): string {
  if (omitted.length === 0) return '';
  const weekends = omitted.filter((days) => !isHoliday(days)).length;
  const holidays = omitted.filter(isHoliday).length;
  const inSum = weekends > MOST.weekends;
  const shown = (inSum ? omitted.filter(isHoliday) : omitted).slice(0, MOST.holidays + (inSum ? 0 : weekends));
  const words = shown.map(
    (days) => `${datesInWords(days, year)}${isHoliday(days) ? `${days.name}放假` : weekend(days)}`,
  );
  const more =
    shown.filter(isHoliday).length < holidays ? [`另有${holidays - shown.filter(isHoliday).length}个假期`] : [];
  return `不计：${[...words, ...more, ...(inSum ? [`${holidays > 0 ? '另有' : ''}${weekends}个周末`] : [])].join('，')}。`;
}

/** Named by a notice. A weekend that a notice names belongs to its holiday. */
const isHoliday = ({ name, works }: DayStretch): boolean => name !== undefined && !works;
const isMakeUp = ({ name, works }: DayStretch): boolean => name !== undefined && works;

/** One day of a weekend is left when the other is worked in exchange, or when the count begins on it. */
function weekend({ first, last }: DayStretch): string {
  if (first !== last) return '周末';
  return isWeekday(first - 1) ? '周六' : '周日';
}

const total = (stretches: readonly DayStretch[]): number =>
  stretches.reduce((days, { first, last }) => days + last - first + 1, 0);

/** `10月1日至8日`, `9月29日至10月3日`, `2026年1月1日至3日`, `9月28日`. */
function datesInWords({ first, last }: Pick<DayStretch, 'first' | 'last'>, year: number): string {
  const from = dateInWords(first, year);
  if (first === last) return from;
  const [a, b] = [new Date(first * DAY), new Date(last * DAY)];
  const sameMonth = yearOf(first) === yearOf(last) && a.getUTCMonth() === b.getUTCMonth();
  return `${from}至${sameMonth ? `${b.getUTCDate()}日` : dateInWords(last, yearOf(first))}`;
}

function dateInWords(day: number, year: number): string {
  const date = new Date(day * DAY);
  const own = date.getUTCFullYear();
  return `${own === year ? '' : `${own}年`}${date.getUTCMonth() + 1}月${date.getUTCDate()}日`;
}

const yearOf = (day: number): number => new Date(day * DAY).getUTCFullYear();

/** `08:30`, from milliseconds since midnight. */
function timeOfDay(ms: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(ms / HOUR))}:${two(Math.floor((ms % HOUR) / MINUTE))}`;
}
