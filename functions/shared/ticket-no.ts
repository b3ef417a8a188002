/**
 * 工单编号: two letters of the district, the day in China, seven random digits and a Luhn check digit, so that a number
 * read out over the phone with one wrong digit is noticed. Random, because a running number would tell every asker how
 * many requests came in before.
 */
import { randomInt } from 'node:crypto';
import { dateOf, dayOf } from '#domain/calendar/shanghai.ts';

const RANDOM_DIGITS = 7;

/** Check digit of ISO/IEC 7812-1 Annex B (Luhn) for a string of decimal digits. */
export function luhnDigit(digits: string): string {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const weighted = index % 2 === 0 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return String((10 - (sum % 10)) % 10);
}

/** A fresh number for a request received at `receivedAtMs` (office time). Unique only once the store has accepted it. */
export function drawTicketNo(prefix: string, receivedAtMs: number): string {
  const random = String(randomInt(10 ** RANDOM_DIGITS)).padStart(RANDOM_DIGITS, '0');
  const digits = `${dateOf(dayOf(receivedAtMs)).replaceAll('-', '')}${random}`;
  return `${prefix}${digits}${luhnDigit(digits)}`;
}

/** True when `text` has the form of a ticket number and its check digit fits. */
export function isTicketNo(text: string): boolean {
  return /^[A-Z]{2}\d{16}$/.test(text) && luhnDigit(text.slice(2, -1)) === text.slice(-1);
}
