/** 待关注: what puts a ticket before the desk's eye, and what takes it away. */
import type { EventOf } from '#schemas/event.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
import type { Clock } from '#schemas/sla.ts';
import type { AttentionTopic, Ticket } from '#schemas/ticket.ts';
import { isOpen } from './transitions.ts';

export const look = (ticket: Ticket, topic: AttentionTopic): Ticket =>
  ticket.attention.includes(topic) ? ticket : { ...ticket, attention: [...ticket.attention, topic] };

export const unlook = (ticket: Ticket, topic: AttentionTopic): Ticket => ({
  ...ticket,
  attention: ticket.attention.filter((other) => other !== topic),
});

/** 类别存疑: the request went on with the category that it came with; the desk should look. */
export const doubted = (ticket: Ticket, decision: RoutingDecision | undefined): Ticket =>
  decision?.categoryDoubt === undefined ? ticket : look(ticket, 'category');

/** The topic goes with the last dispatch that was late. */
export function reached(ticket: Ticket, { unit, n }: EventOf<'deliveryRecovered'>): Ticket {
  const { undelivered = [], ...rest } = ticket;
  const left = undelivered.filter((one) => one.unit !== unit || one.n !== n);
  return left.length > 0
    ? { ...rest, undelivered: left }
    : { ...rest, attention: ticket.attention.filter((topic) => topic !== 'undelivered') };
}

/** Before the first dispatch no limit runs on the urgency yet; after it, a change of limits is the desk's decision. */
export const endangered = (ticket: Ticket): Ticket => ({
  ...look(ticket, 'danger'),
  flags: { ...ticket.flags, danger: true },
  ...(ticket.dispatchedAt === undefined && isOpen(ticket.status) ? { urgency: 'critical' as const } : {}),
});

/** Somebody who can be reached was not: the platform refused us, or the citizen closed the only way. */
export const isUntold = ({ outcome, detail }: EventOf<'feedbackRecorded'>): boolean =>
  outcome === 'rejected' || (outcome === 'unreachable' && detail === 'noConsent');

/** 将超期、已超期: what the hotline was warned of. */
export const isLate = ({ stoppedAt, fired }: Clock): boolean =>
  stoppedAt === undefined && (fired.orange ?? fired.red) !== undefined;
