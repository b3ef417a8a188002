/** 待关注: what puts a ticket before the desk's eye, and what takes it away. */
import type { EventOf } from '#schemas/event.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
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

/** Whether words of danger make it critical: until its first dispatch. After it, a change of limits is the desk's decision. */
export const becomesCritical = ({ dispatchedAt, status }: Ticket): boolean =>
  dispatchedAt === undefined && isOpen(status);

export const endangered = (ticket: Ticket): Ticket => ({
  ...look(ticket, 'danger'),
  flags: { ...ticket.flags, danger: true },
  ...(becomesCritical(ticket) ? { urgency: 'critical' as const } : {}),
});

/** Somebody who can be reached was not: the platform refused us, or the citizen closed the only way. */
export const isUntold = ({ outcome, detail }: EventOf<'feedbackRecorded'>): boolean =>
  outcome === 'rejected' || (outcome === 'unreachable' && detail === 'noConsent');

/** 将超期、暂定: topics that are over when the clocks are; `late` begins with a warning to the hotline. */
export function attentionByClocks({ attention, clocks }: Ticket): AttentionTopic[] {
  const live = clocks.filter(({ stoppedAt }) => stoppedAt === undefined);
  const late = attention.includes('late') && live.some(({ fired }) => fired.orange ?? fired.red);
  const others = attention.filter((topic) => topic !== 'late' && topic !== 'provisional');
  const provisional = live.some((clock) => clock.provisional);
  return [...others, ...(late ? ['late' as const] : []), ...(provisional ? ['provisional' as const] : [])];
}
