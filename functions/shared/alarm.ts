/** How a ticket's clocks become an alarm: its name, and the next time to wake. */
import { nextMark } from '#domain/sla/marks.ts';
import { MAX_HOP_MS } from '#functions/adapters/step-functions-timer.ts';
import type { Ticket } from '#schemas/ticket.ts';

/**
 * An execution lives for a year at most, and its history holds 25,000 events, which twenty called units that all stay silent fill in
 * some hundred days: before that a new generation takes its place.
 */
export const MAX_ALARM_AGE_MS = 90 * 86_400_000;

export const alarmName = (ticketNo: string, generation: number): string => `${ticketNo}-g${generation}`;

/** Epoch ms of office time at which to wake next, a week ahead at most; undefined when nothing is left to fire. */
export function nextWake(ticket: Pick<Ticket, 'clocks'>, now: number): number | undefined {
  const mark = nextMark(ticket.clocks);
  return mark === undefined ? undefined : Math.min(mark.at, now + MAX_HOP_MS);
}
