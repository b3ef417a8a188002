/** How a ticket's clocks become an alarm: its name, and the next time to wake. */
import { nextMark } from '#domain/sla/marks.ts';
import { MAX_HOP_MS } from '#functions/adapters/step-functions-timer.ts';
import type { Ticket } from '#schemas/ticket.ts';

/** An execution lives for a year at most, and its history is bounded: long before, a new generation takes its place. */
export const MAX_ALARM_AGE_MS = 300 * 86_400_000;

export const alarmName = (ticketNo: string, generation: number): string => `${ticketNo}-g${generation}`;

/** Epoch ms of office time at which to wake next, a week ahead at most; undefined when nothing is left to fire. */
export function nextWake(ticket: Pick<Ticket, 'clocks'>, now: number): number | undefined {
  const mark = nextMark(ticket.clocks);
  return mark === undefined ? undefined : Math.min(mark.at, now + MAX_HOP_MS);
}
