/** What committed events leave with the operator: the lines that a ticket is followed by, and the counts of the dashboard. */
import type { EventOf, TicketEvent } from '#schemas/event.ts';
import { log } from './log.ts';
import { type Metric, publish } from './metrics.ts';

/** One line an event, and the counts of all of them. */
export function recordEvents(events: readonly TicketEvent[]): void {
  for (const event of events) {
    log.info('ticket event', {
      ticketNo: event.ticketNo,
      seq: event.seq,
      event: event.type,
      at: event.at,
      ...(event.type === 'registered' ? { channel: event.channel } : {}),
      ...(event.type === 'dispatched' ? { owner: event.owner } : {}),
      ...(event.type === 'queuedAtDesk' || (event.type === 'dispatched' && event.decision !== undefined)
        ? { rule: event.decision?.trace.rule ?? '' }
        : {}),
      ...(event.type === 'deliveryLate' || event.type === 'deliveryRecovered' ? { department: event.unit } : {}),
      ...(event.type === 'warned'
        ? { clock: event.clock, colour: event.colour, grade: event.grade ?? event.colour, owner: event.holder }
        : {}),
      ...(event.type === 'feedbackRecorded'
        ? { notice: event.notice, channel: event.channel, outcome: event.outcome }
        : {}),
      ...(event.type === 'contentChecked' ? { outcome: event.outcome } : {}),
    });
  }
  publish(countsOf(events));
}

/** Of the many types, those that show whether the office flows: in, to an owner, past a mark, told, out. */
const COUNTED: Readonly<Partial<Record<TicketEvent['type'], Metric>>> = {
  registered: 'ticketsRegistered',
  dispatched: 'ticketsDispatched',
  queuedAtDesk: 'ticketsToDesk',
  warned: 'warningsFired',
  closed: 'ticketsEnded',
  directClosed: 'ticketsEnded',
  notAccepted: 'ticketsEnded',
  cancelled: 'ticketsEnded',
};

export function countsOf(events: readonly TicketEvent[]): Partial<Record<Metric, number>> {
  const counts: Partial<Record<Metric, number>> = {};
  for (const event of events) {
    const metric = event.type === 'feedbackRecorded' ? feedbackMetric(event) : COUNTED[event.type];
    if (metric !== undefined) counts[metric] = (counts[metric] ?? 0) + 1;
  }
  return counts;
}

/** Who left no way to be told is no failure. */
function feedbackMetric({ channel, outcome }: EventOf<'feedbackRecorded'>): Metric | undefined {
  if (channel === 'none') return undefined;
  return outcome === 'sent' ? 'feedbackSent' : 'feedbackNotSent';
}
