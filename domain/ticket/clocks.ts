/** Which clocks of a ticket run, and how a step of the life cycle starts and stops them. */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { continueClock, handoverAt, isRunning, resumeClock, startClock } from '#domain/sla/clock.ts';
import { sameLimit } from '#domain/sla/limits.ts';
import type { Clock, ClockId, TimedClockId } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';
import type { DecideContext } from './command.ts';

export const runningClocks = (ticket: Pick<Ticket, 'clocks'>): Clock[] => ticket.clocks.filter(isRunning);

/** Instances of the running clocks with these ids; all running ones without ids. */
export const running = (ticket: Pick<Ticket, 'clocks'>, ...ids: ClockId[]): string[] =>
  runningClocks(ticket)
    .filter((clock) => ids.length === 0 || ids.includes(clock.id))
    .map((clock) => clock.instance);

/** 报到、协办: of these each unit that works along has a clock of its own. */
const OF_EACH_UNIT: ReadonlySet<ClockId> = new Set(['reportIn', 'assist']);

/** 各环节时限: due instants of what runs now, by clock, as `unit` (or the hotline) reads them. */
export function deadlines(ticket: Pick<Ticket, 'clocks'>, unit: string): Record<string, string> {
  const shown = runningClocks(ticket).filter(({ id, holder }) => holder === unit || !OF_EACH_UNIT.has(id));
  return Object.fromEntries(shown.map(({ id, dueAt }) => [id, dueAt]));
}

/**
 * A fresh run of clock `id`, held by `holder`, from now on. Of a unit's sign clock B takes over after a share of it, unless B
 * holds it from the start.
 */
export function start(
  ticket: Pick<Ticket, 'clocks' | 'kind' | 'urgency'>,
  id: TimedClockId,
  holder: string,
  context: DecideContext,
): Clock {
  const { kind, urgency, clocks } = ticket;
  return handedOverInTime(
    startClock(context.rules, { clock: id, kind, urgency, holder, startedAt: context.now }, clocks),
    context,
  );
}

/** B 角接办: a unit's sign clock has a mark for it, others have none. */
export function handedOverInTime(clock: Clock, { rules, desk, handlerOf }: DecideContext): Clock {
  if (clock.id !== 'sign' || clock.holder === desk || handlerOf(clock.holder) === 'B') return clock;
  return { ...clock, handover: { at: toShanghai(handoverAt(rules, clock)) } };
}

/**
 * The last run of clock `id` goes on under a new instance: same start, same deadline, warnings armed anew for `holder`.
 * So neither a change of owner nor a refused answer moves the citizen's deadline.
 */
export function carryOn(
  ticket: Pick<Ticket, 'clocks'>,
  id: ClockId,
  holder: string,
  { rules, now }: Pick<DecideContext, 'rules' | 'now'>,
): Clock[] {
  const last = ticket.clocks.findLast((clock) => clock.id === id);
  return last === undefined ? [] : [continueClock(rules, last, { holder, now }, ticket.clocks)];
}

/**
 * 首次联系: none for a unit that has spoken with the citizen; else what is left of the time that it had before its return or its
 * answer, unless the limit is another one now.
 */
export function contact(ticket: Ticket, unit: string, context: DecideContext): Clock[] {
  if (ticket.contactedBy.includes(unit)) return [];
  const fresh = start(ticket, 'contact', unit, context);
  const last = ticket.clocks.findLast(({ id, holder }) => id === 'contact' && holder === unit);
  if (last === undefined || !sameLimit(last.limit, fresh.limit)) return [fresh];
  return [resumeClock(context.rules, last, context.now, ticket.clocks)];
}
