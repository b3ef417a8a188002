/** Which clocks of a ticket run, and how a step of the life cycle starts and stops them. */
import { continueClock, isRunning, startClock } from '#domain/sla/clock.ts';
import type { Clock, ClockId } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';
import type { DecideContext } from './command.ts';

export const runningClocks = (ticket: Pick<Ticket, 'clocks'>): Clock[] => ticket.clocks.filter(isRunning);

/** Instances of the running clocks with these ids; all running ones without ids. */
export const running = (ticket: Pick<Ticket, 'clocks'>, ...ids: ClockId[]): string[] =>
  runningClocks(ticket)
    .filter((clock) => ids.length === 0 || ids.includes(clock.id))
    .map((clock) => clock.instance);

/** 各环节时限: due instants of what runs now, by clock. */
export function deadlines(ticket: Pick<Ticket, 'clocks'>): Record<string, string> {
  return Object.fromEntries(runningClocks(ticket).map((clock) => [clock.id, clock.dueAt]));
}

/** A fresh run of clock `id`, held by `holder`, from now on. */
export function start(
  ticket: Pick<Ticket, 'clocks' | 'kind' | 'urgency'>,
  id: ClockId,
  holder: string,
  { rules, now }: DecideContext,
): Clock {
  const { kind, urgency, clocks } = ticket;
  return startClock(rules, { clock: id, kind, urgency, holder, startedAt: now }, clocks);
}

/**
 * The last run of clock `id` goes on under a new instance: same start, same deadline, warnings armed anew for `holder`.
 * So neither a change of owner nor a refused answer moves the citizen's deadline.
 */
export function carryOn(ticket: Pick<Ticket, 'clocks'>, id: ClockId, holder: string): Clock[] {
  const last = ticket.clocks.findLast((clock) => clock.id === id);
  return last === undefined ? [] : [continueClock(last, holder, ticket.clocks)];
}
