/** 重新计时: limits that change while they run. What changes takes effect at once: the ticket gets new clocks, and so a new alarm. */
import { changeLimit, recalculate } from '#domain/sla/clock.ts';
import { findLimit } from '#domain/sla/limits.ts';
import type { Clock } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { handedOverInTime, runningClocks } from './clocks.ts';
import type { CommandOf, DecideContext } from './command.ts';
import type { Draft } from './drafts.ts';
import { type Outcome, reject } from './outcome.ts';

/** Replaces running clocks, in order: `next` answers the same clock where nothing changes. */
function replaced(
  ticket: Ticket,
  context: DecideContext,
  next: (clock: Clock, earlier: readonly Clock[]) => Clock,
): { readonly start: readonly Clock[]; readonly stop: readonly string[] } {
  const start: Clock[] = [];
  const stop: string[] = [];
  for (const clock of runningClocks(ticket)) {
    const changed = next(clock, [...ticket.clocks, ...start]);
    if (changed === clock) continue;
    // Where B has not taken over yet, the new run says when.
    const awaitsB = clock.handover !== undefined && clock.handover.done === undefined;
    start.push(awaitsB ? handedOverInTime(changed, context) : changed);
    stop.push(clock.instance);
  }
  return { start, stop };
}

/** Whoever's time it is, and the owner, who answers for all of it. */
const tellThem = ({ owner }: Ticket, { desk }: DecideContext, start: readonly Clock[]): Pick<Draft, 'tell'> => {
  const units = new Set([owner, ...start.map(({ holder }) => holder)]);
  units.delete(desk);
  return units.size === 0 ? {} : { tell: [...units].map((to) => ({ to, type: 'replanned' as const })) };
};

/** 调整紧急程度: every running clock goes by the new limit. A deadline that was extended, or a supervision's limit, stands. */
export function setUrgency(
  ticket: Ticket,
  { urgency, reason }: CommandOf<'setUrgency'>,
  context: DecideContext,
): Outcome {
  if (urgency === ticket.urgency) return reject('ruleForbids', 'the ticket has that urgency already');
  if (ticket.suspension !== undefined) return reject('ruleForbids', 'the ticket is suspended: resume it first');
  const clocks = atUrgency(ticket, urgency, context);
  const draft: Draft = {
    type: 'urgencyChanged',
    reason,
    urgency,
    ...clocks,
    ...tellThem(ticket, context, clocks.start),
  };
  return { drafts: [draft] };
}

/** All running clocks of the ticket under another urgency. */
export const atUrgency = (ticket: Ticket, urgency: Ticket['urgency'], context: DecideContext) =>
  replaced(ticket, context, (clock, earlier) => underUrgency(ticket, clock, urgency, context, earlier));

/** A run of the ticket's under another urgency; the same clock where its limit is the same, or was set otherwise. */
export function underUrgency(
  ticket: Ticket,
  clock: Clock,
  urgency: Ticket['urgency'],
  { rules, now }: DecideContext,
  earlier: readonly Clock[] = ticket.clocks,
): Clock {
  if (clock.id === 'pause' || clock.set !== undefined) return clock;
  const limit = findLimit(rules.profile, { clock: clock.id, kind: ticket.kind, urgency });
  return changeLimit(rules, clock, limit, now, earlier);
}

/** 放假安排公布后重算: provisional clocks whose days are official by now. No draft when there are none. */
export function recalculated(ticket: Ticket, context: DecideContext): Draft[] {
  const { rules, now } = context;
  const clocks = replaced(ticket, context, (clock, earlier) => recalculate(rules, clock, now, earlier));
  if (clocks.start.length === 0) return [];
  return [{ type: 'deadlinesRecalculated', ...clocks, ...tellThem(ticket, context, clocks.start) }];
}
