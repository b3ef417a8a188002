/** 办公时间: which spans of a day the office is open, and where in them so much work has been done. */
import type { CalendarData, OfficeDay } from '#schemas/sla.ts';
import { HOUR, MINUTE } from './shanghai.ts';

/** Half open, milliseconds from midnight. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const CLOSED: readonly Span[] = [];

/** The open spans of a working day, by its `MM-DD`: those of the season that it falls in, else the usual ones. */
export function officeHours(office: CalendarData['office']): (monthDay: string) => readonly Span[] {
  const usual = spans(office.hours);
  const seasons = office.seasons.map((season) => ({ ...season, spans: spans(season.hours) }));
  return (monthDay) => seasons.find((season) => contains(season, monthDay))?.spans ?? usual;
}

function contains({ from, until }: { from: string; until: string }, monthDay: string): boolean {
  const overNewYear = from > until;
  return overNewYear ? monthDay >= from || monthDay <= until : monthDay >= from && monthDay <= until;
}

function spans(day: OfficeDay): readonly Span[] {
  return day.map(({ from, to }) => ({ from: timeOfDay(from), to: timeOfDay(to) }));
}

function timeOfDay(text: string): number {
  return Number(text.slice(0, 2)) * HOUR + Number(text.slice(3, 5)) * MINUTE;
}

/** Work done from midnight until `time`, in milliseconds. */
export function workedUntil(open: readonly Span[], time: number): number {
  return open.reduce((worked, { from, to }) => worked + Math.min(Math.max(time - from, 0), to - from), 0);
}

/** The earliest time of day by which `worked` > 0 milliseconds are done: at a break, its beginning, not its end. */
export function timeWhenWorked(open: readonly Span[], worked: number): number {
  let rest = worked;
  for (const { from, to } of open) {
    if (rest <= to - from) return from + rest;
    rest -= to - from;
  }
  return open.at(-1)?.to ?? 0;
}

/** The earliest time of day, `time` or later, at which the office is open; undefined when it is closed for the day. */
export function nextOpen(open: readonly Span[], time: number): number | undefined {
  const span = open.find(({ to }) => time < to);
  return span && Math.max(time, span.from);
}
