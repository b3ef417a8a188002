/**
 * 工作日历: working days and office hours of one district, laid out once as running totals, so that a deadline years away is a
 * look-up and not a walk from day to day.
 *
 * - A day is a working day if the State Council's notice says so (调休 included), else from Monday to Friday.
 * - Days outside `coveredFrom`…`coveredUntil` have no notice; what needed one of them is `provisional`, never silently wrong.
 * - Laid out from the year before the first notice until ten years after the last. Beyond: `CalendarRangeError`.
 */
import type { CalendarData } from '#schemas/sla.ts';
import { appendDay, cutOut, type DayStretch } from './day-stretches.ts';
import { CalendarRangeError, InvalidAmountError } from './errors.ts';
import { CLOSED, nextOpen, officeHours, type Span, timeWhenWorked, workedUntil } from './office-hours.ts';
import { dateOf, dayOf, dayOfDate, isWeekday, MINUTE, midnight } from './shanghai.ts';

/** 到期: epoch milliseconds, and whether a day without official notice was needed to find it (暂定). */
export interface Deadline {
  readonly dueAt: number;
  readonly provisional: boolean;
}

const YEARS_BEYOND = 10;

export class WorkingCalendar {
  readonly coveredFrom: string;
  readonly coveredUntil: string;

  readonly #firstDay: number;
  readonly #lastDay: number;
  readonly #coveredFromDay: number;
  readonly #coveredUntilDay: number;
  /** Per day: its open spans; none on a day off. */
  readonly #open: readonly (readonly Span[])[];
  /** Per day: milliseconds worked, and working days begun, since the first day. */
  readonly #workedBefore: Float64Array;
  readonly #workingDaysBefore: Int32Array;
  /** The working days' numbers in order. */
  readonly #workingDays: readonly number[];
  readonly #stretches: readonly DayStretch[];

  constructor(data: CalendarData) {
    const years = data.years.map(({ year }) => year);
    const firstYear = Math.min(...years);
    this.coveredFrom = `${firstYear}-01-01`;
    this.coveredUntil = data.coveredUntil;
    this.#coveredFromDay = dayOfDate(this.coveredFrom);
    this.#coveredUntilDay = dayOfDate(this.coveredUntil);
    this.#firstDay = dayOfDate(`${firstYear - 1}-01-01`);
    this.#lastDay = dayOfDate(`${Math.max(...years) + YEARS_BEYOND}-12-31`);

    const official = new Map(data.years.flatMap(({ days }) => days.map((day) => [day.date, day] as const)));
    const hoursOn = officeHours(data.office);
    const length = this.#lastDay - this.#firstDay + 1;
    const open: (readonly Span[])[] = [];
    const workingDays: number[] = [];
    const stretches: DayStretch[] = [];
    this.#workedBefore = new Float64Array(length);
    this.#workingDaysBefore = new Int32Array(length);
    let worked = 0;
    for (let row = 0; row < length; row++) {
      const day = this.#firstDay + row;
      const date = dateOf(day);
      const notice = official.get(date);
      const off = notice?.off ?? !isWeekday(day);
      const spans = off ? CLOSED : hoursOn(date.slice(5));
      this.#workedBefore[row] = worked;
      this.#workingDaysBefore[row] = workingDays.length;
      open.push(spans);
      worked += spans.reduce((sum, { from, to }) => sum + to - from, 0);
      if (!off) workingDays.push(day);
      const covered = day >= this.#coveredFromDay && day <= this.#coveredUntilDay;
      appendDay(stretches, day, { works: !off, name: notice?.name, official: covered, hours: spans });
    }
    this.#open = open;
    this.#workingDays = workingDays;
    this.#stretches = stretches;
  }

  /** 是否工作日. `date` as `YYYY-MM-DD`, a day of Shanghai. */
  isWorkingDay(date: string): boolean {
    return this.#spansOn(dayOfDate(date)).length > 0;
  }

  /** Is the office open at this instant? At the second of closing it no longer is. */
  isOfficeTime(instant: number): boolean {
    return this.nextOfficeTime(instant) === instant;
  }

  /** The earliest instant, this one or later, at which the office is open. */
  nextOfficeTime(instant: number): number {
    const day = dayOf(instant);
    const time = nextOpen(this.#spansOn(day), instant - midnight(day));
    return time === undefined ? this.#opening(this.#workingDay(this.#workingDaysUntil(day))) : midnight(day) + time;
  }

  /**
   * 工作时间: so many minutes of office hours after `start`, breaks and days off left out; additive. Ends as early as it can: at
   * 12:00, not after lunch. `minutes` is a whole number ≥ 0.
   */
  workingMinutes(start: number, minutes: number): Deadline {
    if (!Number.isInteger(minutes) || minutes < 0) throw new InvalidAmountError('working minutes', minutes);
    return this.#deadline(dayOf(start), this.afterWorked(start, minutes * MINUTE));
  }

  /**
   * 工作日: the start day isn't counted, whatever the hour and whether it is a working day; due when the office closes on the
   * last one. `days` is a whole number ≥ 1.
   */
  workingDays(start: number, days: number): Deadline {
    if (!Number.isInteger(days) || days < 1) throw new InvalidAmountError('working days', days);
    const startDay = dayOf(start);
    const dueDay = this.#workingDay(this.#workingDaysUntil(startDay) + days - 1);
    return this.#deadline(startDay + 1, this.#closing(dueDay));
  }

  /** Office time between two instants, in milliseconds; negative when `to` is the earlier one. */
  workedMs(from: number, to: number): number {
    return this.#worked(to) - this.#worked(from);
  }

  /** The inverse of `workedMs`: the earliest instant from `start` on by which `ms` ≥ 0 of office time have passed. */
  afterWorked(start: number, ms: number): number {
    const total = this.#worked(start) + ms;
    if (ms === 0) return start;
    const day = this.#dayWhenWorked(total);
    return midnight(day) + timeWhenWorked(this.#spansOn(day), total - this.#workedBeforeDay(day));
  }

  /** When the office opens on the `days`-th last working day up to the day of `due`: from then on so many are left. */
  whenDaysLeft(due: number, days: number): number {
    return this.#opening(this.#workingDay(this.#workingDaysUntil(dayOf(due)) - days));
  }

  /** 逐段日历: the days of Shanghai from that of `from` up to and with that of `to` (epoch ms), equal ones together; none backwards. */
  daysBetween(from: number, to: number): DayStretch[] {
    const [first, last] = [dayOf(from), dayOf(to)];
    if (first < this.#firstDay || last > this.#lastDay) throw this.#outOfRange();
    return cutOut(this.#stretches, first, last);
  }

  /** When the office closes on the day of `instant`; undefined on a day off. */
  closingOn(instant: number): number | undefined {
    const day = dayOf(instant);
    return this.#spansOn(day).length === 0 ? undefined : this.#closing(day);
  }

  /** Whether there is an official notice for the day of `instant`: what needs a later day is provisional. */
  isOfficial(instant: number): boolean {
    const day = dayOf(instant);
    return day >= this.#coveredFromDay && day <= this.#coveredUntilDay;
  }

  #deadline(firstDayNeeded: number, dueAt: number): Deadline {
    const provisional = firstDayNeeded < this.#coveredFromDay || dayOf(dueAt) > this.#coveredUntilDay;
    return { dueAt, provisional };
  }

  #worked(instant: number): number {
    const day = dayOf(instant);
    return this.#workedBeforeDay(day) + workedUntil(this.#spansOn(day), instant - midnight(day));
  }

  /** The last day before which less than `total` was worked: the day on which it is reached. */
  #dayWhenWorked(total: number): number {
    let low = 0;
    let high = this.#workedBefore.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#laidOut(this.#workedBefore[middle]) < total) low = middle;
      else high = middle - 1;
    }
    if (low === this.#workedBefore.length - 1) throw this.#outOfRange();
    return this.#firstDay + low;
  }

  #workedBeforeDay(day: number): number {
    return this.#laidOut(this.#workedBefore[day - this.#firstDay]);
  }

  /** How many working days there are up to and with this one. */
  #workingDaysUntil(day: number): number {
    const begun = this.#laidOut(this.#workingDaysBefore[day - this.#firstDay]);
    return begun + (this.#spansOn(day).length > 0 ? 1 : 0);
  }

  #workingDay(index: number): number {
    return this.#laidOut(this.#workingDays[index]);
  }

  #opening(day: number): number {
    return midnight(day) + this.#laidOut(this.#spansOn(day)[0]).from;
  }

  #closing(day: number): number {
    return midnight(day) + this.#laidOut(this.#spansOn(day).at(-1)).to;
  }

  #spansOn(day: number): readonly Span[] {
    return this.#laidOut(this.#open[day - this.#firstDay]);
  }

  #laidOut<T>(value: T | undefined): T {
    if (value === undefined) throw this.#outOfRange();
    return value;
  }

  #outOfRange(): CalendarRangeError {
    return new CalendarRangeError(dateOf(this.#firstDay), dateOf(this.#lastDay));
  }
}
