/**
 * 局长督办: an enterprise that is not satisfied. The unit signs within hours and reports from the spot with a preliminary opinion
 * within a day, both from the start of the supervision and day and night, in place of the limit of a rework; that one runs
 * from the report on. The hours are the district's data.
 */
import { fromIso } from '#domain/calendar/shanghai.ts';
import { startClock } from '#domain/sla/clock.ts';
import { deadline } from '#domain/sla/working-clock.ts';
import type { DepartmentCommand } from '#schemas/command.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { handedOverInTime, running, start } from './clocks.ts';
import type { DecideContext } from './command.ts';
import type { Draft } from './drafts.ts';
import { type Outcome, reject } from './outcome.ts';

/** 重办 as the hotline orders it; of an enterprise that was not satisfied, under the director. */
export function reworked(ticket: Ticket, context: DecideContext, reason: string): Draft[] {
  if (ticket.flags.enterprise && ticket.rating !== undefined && !isSatisfied(ticket.rating)) {
    return supervised(ticket, context, { reason });
  }
  return [{ ...again(ticket), reason, start: [start(ticket, 'rework', ticket.owner, context)] }];
}

/**
 * What a dissatisfied rating brings about by itself: nothing, unless an enterprise gave it; after the end within the window for
 * taking a ticket up again.
 */
export function directed(ticket: Ticket, context: DecideContext): Draft[] {
  if (!ticket.flags.enterprise || (ticket.status === 'CLOSED' && !mayReopen(ticket, context))) return [];
  return supervised(ticket, context);
}

/** 重开期: whether a ticket that has ended may still be taken up again. */
export function mayReopen({ closedAt, updatedAt }: Ticket, { rules, now }: DecideContext): boolean {
  return now <= deadline(rules.calendar, fromIso(closedAt ?? updatedAt), rules.profile.reopenWindow.limit).dueAt;
}

const supervised = (ticket: Ticket, context: DecideContext, said: { readonly reason?: string } = {}): Draft[] => [
  { ...again(ticket), ...said, start: supervisionClocks(ticket, context) },
  { type: 'supervised', ...said, level: 'director', tell: [{ to: ticket.owner, type: 'supervised' }] },
];

const again = (ticket: Ticket) =>
  ({
    type: ticket.status === 'CLOSED' ? 'reopened' : 'reworkOrdered',
    round: ticket.round + 1,
    stop: running(ticket),
    tell: [{ to: ticket.owner, type: 'reworkOrdered' }],
  }) as const;

/** 满意率 counts the first three grades. */
export const isSatisfied = ({
  solved,
  satisfaction,
}: Pick<NonNullable<Ticket['rating']>, 'solved' | 'satisfaction'>): boolean =>
  solved && ['verySatisfied', 'satisfied', 'basicallySatisfied'].includes(satisfaction);

function supervisionClocks(ticket: Ticket, context: DecideContext) {
  const { rules, now } = context;
  const { kind, urgency, owner, clocks } = ticket;
  const query = { kind, urgency, holder: owner, startedAt: now };
  const sign = startClock(rules, { ...query, clock: 'sign', limit: rules.profile.director.sign }, clocks);
  return [handedOverInTime(sign, context), startClock(rules, { ...query, clock: 'onSite' }, clocks)];
}

/** 现场核查及初步意见: from then on the limit of a rework runs. */
export function reportOnSite(
  ticket: Ticket,
  { note }: Extract<DepartmentCommand, { command: 'reportOnSite' }>,
  unit: string,
  context: DecideContext,
): Outcome {
  const stop = running(ticket, 'onSite');
  if (stop.length === 0) return reject('ruleForbids', 'no report from the spot is asked for');
  const key = `onsite-${ticket.version + 1}`;
  return {
    drafts: [{ type: 'onSiteReported', unit, noteKey: key, stop, start: [start(ticket, 'rework', unit, context)] }],
    texts: [{ key, text: { kind: 'note', text: note } }],
  };
}
