/** `evolve(ticket, event) → ticket`: the only way a snapshot comes to be. Pure; `fold(events)` rebuilds it from nothing. */
import type { EventOf, TicketEvent } from '#schemas/event.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
import type { Clock } from '#schemas/sla.ts';
import type { AttentionTopic, Status, Ticket } from '#schemas/ticket.ts';
import { isOpen } from './transitions.ts';

/** Throws TypeError when the history doesn't begin with `registered`, or begins twice, or skips a number. */
export function evolve(ticket: Ticket | undefined, event: TicketEvent): Ticket {
  if (event.type === 'registered') {
    if (ticket !== undefined) throw new TypeError('a ticket is registered once');
    return common(begin(event), event);
  }
  if (ticket === undefined) throw new TypeError('a history begins with registered');
  if (event.seq !== ticket.version + 1) throw new TypeError('a history has no gaps');
  return common(apply(ticket, event), event);
}

export function fold(events: Iterable<TicketEvent>): Ticket | undefined {
  let ticket: Ticket | undefined;
  for (const event of events) ticket = evolve(ticket, event);
  return ticket;
}

function begin(event: EventOf<'registered'>): Ticket {
  const { ticketNo, channel, channelRef, kind, urgency, flags, callerToken, queryKeyId, textKey, publicConsent } =
    event;
  return {
    ticketNo,
    version: event.seq,
    status: 'REGISTERED',
    channel,
    channelRef,
    kind,
    urgency,
    flags,
    callerToken,
    queryKeyId,
    textKey,
    owner: 'hotline',
    coHandlers: [],
    round: 1,
    additions: 0,
    attention: flags.danger ? ['danger'] : [],
    clocks: [],
    clockGeneration: 0,
    callbackCount: {},
    publicConsent,
    ...(event.boardMessageId === undefined ? {} : { boardMessageId: event.boardMessageId }),
    receivedAt: event.receivedAt,
    updatedAt: event.at,
  };
}

/** What every event does alike: version, time, clocks, places in the callbacks' order. */
function common(ticket: Ticket, event: TicketEvent): Ticket {
  const next: Ticket = { ...ticket, version: event.seq, updatedAt: event.at };
  if (event.clocks !== undefined) {
    const stopped = new Set(event.clocks.stopped);
    next.clocks = [
      ...next.clocks.map((clock) => (stopped.has(clock.instance) ? { ...clock, stoppedAt: event.at } : clock)),
      ...event.clocks.started,
    ];
    next.clockGeneration = event.clocks.generation;
  }
  if (event.callbacks !== undefined) {
    next.callbackCount = { ...next.callbackCount };
    for (const callback of event.callbacks) next.callbackCount[callback.to] = callback.n;
  }
  return next;
}

function apply(ticket: Ticket, event: Exclude<TicketEvent, { type: 'registered' }>): Ticket {
  const to = (status: Status, changes: Partial<Ticket> = {}): Ticket => ({ ...ticket, ...changes, status });
  switch (event.type) {
    case 'queuedAtDesk':
      return to('DISPATCHING', { owner: event.decision.owner, ...placed(event.decision), ...routed(event.decision) });
    case 'dispatched':
      return to('AWAIT_SIGN', {
        owner: event.owner,
        coHandlers: event.coHandlers,
        urgency: event.urgency,
        round: event.round,
        dispatchedAt: event.at,
        ...placed(event),
        ...(event.decision === undefined ? {} : routed(event.decision)),
      });
    case 'signed':
      return to('SIGNED');
    case 'accepted':
      return to('HANDLING');
    case 'contacted':
      return { ...ticket, contactedAt: ticket.contactedAt ?? event.at };
    case 'progressed':
    case 'recordingsAttached':
      return ticket;
    case 'appended': {
      const next = { ...ticket, additions: ticket.additions + 1 };
      const heard = event.danger ? endangered(next) : next;
      return isOpen(ticket.status) ? heard : look(heard, 'appended');
    }
    case 'duplicatesSuggested':
      return look(ticket, 'duplicate');
    case 'contentChecked':
      return event.outcome === 'risky' ? { ...ticket, publicationHeld: true } : ticket;
    case 'feedbackRecorded':
      return isUntold(event) ? look(ticket, 'feedback') : ticket;
    case 'deliveryLate': {
      const { unit, n } = event;
      return { ...look(ticket, 'undelivered'), undelivered: [...(ticket.undelivered ?? []), { unit, n }] };
    }
    case 'deliveryRecovered':
      return reached(ticket, event);
    case 'attentionNoted':
      return { ...ticket, attention: ticket.attention.filter((topic) => topic !== event.topic) };
    case 'replied':
      return to('REPLIED', {
        answer: { resultCode: event.resultCode, textKey: event.textKey, at: event.at, by: event.unit },
      });
    case 'answerApproved':
      return to('AWAIT_VISIT', { answerApprovedAt: event.at });
    case 'answerRejected':
      return to(event.backTo);
    case 'reworkOrdered': {
      // The new round is answered and rated anew; what was said of the last one stays in the events.
      const { answerApprovedAt: _approved, rating: _rating, ...rest } = to('REWORK', { round: event.round });
      return rest;
    }
    case 'urged':
      return { ...ticket, urged: { times: event.times, at: event.at } };
    case 'rated': {
      const { solved, satisfaction, commentKey } = event;
      const rating = { solved, satisfaction, at: event.at, ...(commentKey === undefined ? {} : { commentKey }) };
      return { ...ticket, rating };
    }
    case 'closed':
      return to('CLOSED', { closedAt: event.at });
    case 'notAccepted':
      return to('NOT_ACCEPTED', { closedAt: event.at });
    case 'directClosed':
      return to('DIRECT_CLOSED', {
        closedAt: event.at,
        answerApprovedAt: event.at,
        answer: { resultCode: event.resultCode, textKey: event.textKey, at: event.at, by: ticket.owner },
      });
    case 'cancelled':
      return to('CANCELLED', { closedAt: event.at });
    case 'archived':
      return to('ARCHIVED');
    case 'warned':
      return { ...ticket, clocks: ticket.clocks.map((clock) => fired(clock, event)) };
  }
}

const look = (ticket: Ticket, topic: AttentionTopic): Ticket =>
  ticket.attention.includes(topic) ? ticket : { ...ticket, attention: [...ticket.attention, topic] };

/** The topic goes with the last dispatch that was late. */
function reached(ticket: Ticket, { unit, n }: EventOf<'deliveryRecovered'>): Ticket {
  const { undelivered = [], ...rest } = ticket;
  const left = undelivered.filter((one) => one.unit !== unit || one.n !== n);
  return left.length > 0
    ? { ...rest, undelivered: left }
    : { ...rest, attention: ticket.attention.filter((topic) => topic !== 'undelivered') };
}

/** Before the first dispatch no limit runs on the urgency yet; after it, a change of limits is the desk's decision. */
const endangered = (ticket: Ticket): Ticket => ({
  ...look(ticket, 'danger'),
  flags: { ...ticket.flags, danger: true },
  ...(ticket.dispatchedAt === undefined && isOpen(ticket.status) ? { urgency: 'critical' as const } : {}),
});

/** Somebody who can be reached was not: the platform refused us, or the citizen closed the only way. */
const isUntold = ({ outcome, detail }: EventOf<'feedbackRecorded'>): boolean =>
  outcome === 'rejected' || (outcome === 'unreachable' && detail === 'noConsent');

const placed = (from: { categoryCode?: string | undefined; townCode?: string | undefined }): Partial<Ticket> => ({
  ...(from.categoryCode === undefined ? {} : { categoryCode: from.categoryCode }),
  ...(from.townCode === undefined ? {} : { townCode: from.townCode }),
});

const routed = ({ owner, categoryCode, trace }: RoutingDecision): Partial<Ticket> => ({
  routed: {
    owner,
    ...(categoryCode === undefined ? {} : { categoryCode }),
    rule: trace.rule,
    catalogueVersion: trace.catalogueVersion,
  },
});

const fired = (clock: Clock, event: EventOf<'warned'>): Clock =>
  clock.instance === event.instance ? { ...clock, fired: { ...clock.fired, [event.colour]: event.at } } : clock;
