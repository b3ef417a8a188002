/** 重新计时: limits that change while they run. What changes takes effect at once: the ticket gets new clocks, and so a new alarm. */
import { changeLimit, recalculate } from '#domain/sla/clock.ts';
import { findLimit } from '#domain/sla/limits.ts';
import type { Clock, Limit } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { runningClocks } from './clocks.ts';
import type { CommandOf, DecideContext } from './command.ts';
import type { Draft } from './drafts.ts';
import { type Outcome, reject } from './outcome.ts';

const same = (one: Limit, other: Limit): boolean => one.amount === other.amount && one.unit === other.unit;

/** Replaces running clocks, in order: `next` answers the same clock where nothing changes. */
function replaced(
  ticket: Ticket,
  next: (clock: Clock, earlier: readonly Clock[]) => Clock,
): Pick<Draft, 'start' | 'stop'> {
  const start: Clock[] = [];
  const stop: string[] = [];
  for (const clock of runningClocks(ticket)) {
    const changed = next(clock, [...ticket.clocks, ...start]);
    if (changed === clock) continue;
    start.push(changed);
    stop.push(clock.instance);
  }
  return { start, stop };
}

const tellOwner = (ticket: Ticket, { desk }: DecideContext): Pick<Draft, 'tell'> =>
  ticket.owner === desk ? {} : { tell: [{ to: ticket.owner, type: 'replanned' }] };

/** 调整紧急程度: every running clock goes by the new limit. A deadline that was extended, or set by a supervision, stands. */
export function setUrgency(
  ticket: Ticket,
  { urgency, reason }: CommandOf<'setUrgency'>,
  context: DecideContext,
): Outcome {
  if (urgency === ticket.urgency) return reject('ruleForbids', 'the ticket has that urgency already');
  if (ticket.suspension !== undefined) return reject('ruleForbids', 'the ticket is suspended: resume it first');
  const clocks = replaced(ticket, (clock, earlier) => underUrgency(ticket, clock, urgency, context, earlier));
  return { drafts: [{ type: 'urgencyChanged', reason, urgency, ...clocks, ...tellOwner(ticket, context) }] };
}

/** A run of the ticket's under another urgency; the same clock where its limit is the same, or was set otherwise. */
export function underUrgency(
  ticket: Ticket,
  clock: Clock,
  urgency: Ticket['urgency'],
  { rules, now }: DecideContext,
  earlier: readonly Clock[] = ticket.clocks,
): Clock {
  if (clock.id === 'pause') return clock;
  const query = { clock: clock.id, kind: ticket.kind };
  const before = findLimit(rules.profile, { ...query, urgency: ticket.urgency });
  const limit = findLimit(rules.profile, { ...query, urgency });
  const stands = same(before, limit) || !same(clock.limit, before) || isExtended(ticket, clock);
  return stands ? clock : changeLimit(rules, clock, limit, now, earlier);
}

const isExtended = ({ extension }: Ticket, { id }: Clock): boolean =>
  id === 'finish' && extension?.outcome === 'approved';

/** 放假安排公布后重算: provisional clocks whose days are official by now. No draft when there are none. */
export function recalculated(ticket: Ticket, context: DecideContext): Draft[] {
  const { rules, now } = context;
  const clocks = replaced(ticket, (clock, earlier) =>
    recalculate(rules, clock, { now, fixed: isExtended(ticket, clock) }, earlier),
  );
  if (clocks.start?.length === 0) return [];
  return [{ type: 'deadlinesRecalculated', ...clocks, ...tellOwner(ticket, context) }];
}
