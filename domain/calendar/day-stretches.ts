/** 同类相连的日子: the calendar's days in groups of equal ones, for whoever has to say which days counted and which did not. */
import type { Span } from './office-hours.ts';

/** What a calendar knows of one day. */
export interface DayKind {
  /** Does the office open? */
  readonly works: boolean;
  /** Of the holiday that the notice gives as the reason: why it is off (放假), or why it is worked in exchange (调休上班). */
  readonly name: string | undefined;
  /** Whether a notice covers the day; without one Monday to Friday is assumed. */
  readonly official: boolean;
  /** When the office is open; none on a day off. */
  readonly hours: readonly Span[];
}

/** Days of one kind that follow each other, by their numbers, both included. */
export interface DayStretch extends DayKind {
  readonly first: number;
  readonly last: number;
}

/** Adds the next day to stretches that end the day before it. */
export function appendDay(stretches: DayStretch[], day: number, kind: DayKind): void {
  const before = stretches.at(-1);
  if (before !== undefined && isAlike(before, kind)) stretches[stretches.length - 1] = { ...before, last: day };
  else stretches.push({ first: day, last: day, ...kind });
}

/** Those between two days, both included; the outer ones cut to fit. None when `last` comes before `first`. */
export function cutOut(stretches: readonly DayStretch[], first: number, last: number): DayStretch[] {
  const cut: DayStretch[] = [];
  if (last < first) return cut;
  for (let i = indexOf(stretches, first); i < stretches.length; i++) {
    const stretch = stretches[i];
    if (stretch === undefined || stretch.first > last) break;
    cut.push({ ...stretch, first: Math.max(stretch.first, first), last: Math.min(stretch.last, last) });
  }
  return cut;
}

/** Where the stretch is that holds `day`. */
function indexOf(stretches: readonly DayStretch[], day: number): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle]?.last ?? day) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

const isAlike = (a: DayKind, b: DayKind): boolean =>
  a.works === b.works && a.name === b.name && a.official === b.official && a.hours === b.hours;
