/**
 * The office's wall clock. Asia/Shanghai has been UTC+8 all year since September 1991 (the summer times of 1986–1991 were the
 * last), so a fixed offset is exact for every date that a ticket can carry, and nothing here asks the process's time zone.
 * Instants are epoch milliseconds; days are numbered from 1970-01-01, as seen in Shanghai.
 */
import { InvalidInstantError } from './errors.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const OFFSET = 8 * HOUR;
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** `2025-09-26T16:00:00.000+08:00`. Of fixed width, so that texts sort as the instants do. */
export function toShanghai(instant: number): string {
  return `${new Date(instant + OFFSET).toISOString().slice(0, -1)}+08:00`;
}

/** Epoch milliseconds of an ISO instant with any offset. Throws `InvalidInstantError` when there is none. */
export function fromIso(text: string): number {
  const instant = WITH_OFFSET.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant)) throw new InvalidInstantError(text);
  return instant;
}

/** Number of the day in Shanghai on which the instant falls. */
export function dayOf(instant: number): number {
  return Math.floor((instant + OFFSET) / DAY);
}

/** The instant at which the day begins in Shanghai. */
export function midnight(day: number): number {
  return day * DAY - OFFSET;
}

/** `2025-09-26` → day number. Throws `InvalidInstantError` for what isn't a date (30 February too). */
export function dayOfDate(date: string): number {
  const utc = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(utc) || dateOf(utc / DAY) !== date) throw new InvalidInstantError(date);
  return utc / DAY;
}

export function dateOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** Monday to Friday. Day 0, 1970-01-01, was a Thursday. */
export function isWeekday(day: number): boolean {
  const sundayIsZero = (((day + 4) % 7) + 7) % 7;
  return sundayIsZero >= 1 && sundayIsZero <= 5;
}

/** `2025年9月26日16:00`, for sentences that people read. */
export function inChinese(instant: number): string {
  const wall = new Date(instant + OFFSET);
  const date = `${wall.getUTCFullYear()}年${wall.getUTCMonth() + 1}月${wall.getUTCDate()}日`;
  return `${date}${twoDigits(wall.getUTCHours())}:${twoDigits(wall.getUTCMinutes())}`;
}

const twoDigits = (n: number): string => (n < 10 ? `0${n}` : `${n}`);
