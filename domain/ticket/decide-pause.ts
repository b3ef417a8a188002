/** 挂起与恢复: the clocks of a ticket stand until an end date or an earlier word; what had passed of them is kept. */
import { fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import { pauseUntil, resumeClock } from '#domain/sla/clock.ts';
import { deadline } from '#domain/sla/working-clock.ts';
import type { Clock } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { running } from './clocks.ts';
import type { CommandOf, DecideContext } from './command.ts';
import type { Draft } from './drafts.ts';
import { type Outcome, reject } from './outcome.ts';

export function suspend(ticket: Ticket, { until, reason }: CommandOf<'suspend'>, context: DecideContext): Outcome {
  const { now, rules } = context;
  const { limit, perTicket } = rules.profile.suspension;
  if (ticket.suspension !== undefined) return reject('ruleForbids', 'the ticket is suspended already');
  if (ticket.clocks.filter(({ id }) => id === 'pause').length >= perTicket) {
    return reject('ruleForbids', `a ticket is suspended ${perTicket} time(s) at most`);
  }
  if (running(ticket, 'sign', 'onSite').length > 0) {
    return reject(
      'ruleForbids',
      'a supervision’s clocks do not stand: it waits for the signature and the report from the spot',
    );
  }
  const end = fromIso(until);
  if (end <= now) return reject('ruleForbids', 'a suspension ends in the future');
  if (end > deadline(rules.calendar, now, limit).dueAt) {
    return reject('ruleForbids', 'a suspension may not last so long');
  }
  // What others were called for goes on: only the owner's own clocks stand.
  const instances = running(ticket, 'finish', 'rework', 'contact');
  return {
    drafts: [
      {
        type: 'suspended',
        reason,
        until: toShanghai(end),
        instances,
        stop: instances,
        start: [pauseUntil(end, { holder: context.desk, startedAt: now }, ticket.clocks)],
        tell: [{ to: ticket.owner, type: 'suspended' }],
      },
    ],
  };
}

export function resume(ticket: Ticket, { reason }: CommandOf<'resume'>, context: DecideContext): Outcome {
  const draft = resumed(ticket, context, reason);
  return draft === undefined ? reject('ruleForbids', 'the ticket is not suspended') : { drafts: [draft] };
}

/** Also what the alarm clock does when the end date has come; a pause ends then, however late the alarm rings. */
export function resumed(ticket: Ticket, { rules, now }: DecideContext, reason?: string): Draft | undefined {
  if (ticket.suspension === undefined) return undefined;
  const { instances, until } = ticket.suspension;
  const from = Math.min(now, fromIso(until));
  const started: Clock[] = [];
  for (const clock of ticket.clocks.filter(({ instance }) => instances.includes(instance))) {
    // Contacted while it stood.
    if (clock.id === 'contact' && ticket.contactedBy.includes(clock.holder)) continue;
    started.push(resumeClock(rules, clock, from, [...ticket.clocks, ...started]));
  }
  return {
    type: 'resumed',
    ...(reason === undefined ? {} : { reason }),
    stop: running(ticket, 'pause'),
    start: started,
    tell: [{ to: ticket.owner, type: 'resumed' }],
  };
}
