/** `evolve(ticket, event) → ticket`: the only way a snapshot comes to be. Pure; `fold(events)` rebuilds it from nothing. */
import type { TicketEvent } from '#schemas/event.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
import type { Clock } from '#schemas/sla.ts';
import type { ReturnRecord, Status, Ticket } from '#schemas/ticket.ts';
import { attentionByClocks, doubted, endangered, isUntold, look, reached, unlook } from './attention.ts';
import { begin } from './begin.ts';
import { DESK, withHolding } from './holdings.ts';
import { assisted, sentHome, stillJoint } from './partners.ts';
import { isOpen } from './transitions.ts';
import { concernsHotline, warned } from './warn.ts';

/** Throws TypeError when the history doesn't begin with `registered`, or begins twice, or skips a number. */
export function evolve(ticket: Ticket | undefined, event: TicketEvent): Ticket {
  if (event.type === 'registered') {
    if (ticket !== undefined) throw new TypeError('a ticket is registered once');
    return common(begin(event), event);
  }
  if (ticket === undefined) throw new TypeError('a history begins with registered');
  if (event.seq !== ticket.version + 1) throw new TypeError('a history has no gaps');
  return common(withHolding(unpaused(apply(released(ticket, event), event)), event), event);
}

/** 挂起 is of work that goes on: what ends a ticket ends it, so that a reopened one doesn't begin suspended. */
function unpaused(ticket: Ticket): Ticket {
  if (ticket.suspension === undefined || isOpen(ticket.status)) return ticket;
  const { suspension: _over, ...rest } = ticket;
  return rest;
}

/** 超期督办 is of the unit that was late: another owner, or a ticket that is taken up again, begins without it. */
function released(ticket: Ticket, event: TicketEvent): Ticket {
  const { supervision: { of } = {}, ...rest } = ticket;
  if (of === undefined) return ticket;
  return event.type === 'reopened' || (event.type === 'dispatched' && event.owner !== of) ? rest : ticket;
}

export function fold(events: Iterable<TicketEvent>): Ticket | undefined {
  let ticket: Ticket | undefined;
  for (const event of events) ticket = evolve(ticket, event);
  return ticket;
}

/** What every event does alike: version, time, clocks, places in the callbacks' order. */
function common(ticket: Ticket, event: TicketEvent): Ticket {
  const next: Ticket = { ...ticket, version: event.seq, updatedAt: event.at };
  if (event.clocks !== undefined) {
    const stopped = new Set(event.clocks.stopped);
    next.clocks = [
      ...next.clocks.map((clock) => (stopped.has(clock.instance) ? ended(clock, event.at) : clock)),
      ...event.clocks.started,
    ];
    next.clockGeneration = event.clocks.generation;
    next.attention = attentionByClocks(next);
  }
  if (event.callbacks !== undefined) {
    next.callbackCount = { ...next.callbackCount };
    for (const callback of event.callbacks) next.callbackCount[callback.to] = callback.n;
  }
  return next;
}

/** What has ended needs no explanation on the ticket; it stays with the event that started it. */
const ended = ({ why: _, ...clock }: Clock, stoppedAt: string): Clock => ({ ...clock, stoppedAt });

function apply(ticket: Ticket, event: Exclude<TicketEvent, { type: 'registered' }>): Ticket {
  const to = (status: Status, changes: Partial<Ticket> = {}): Ticket => ({ ...ticket, ...changes, status });
  switch (event.type) {
    case 'queuedAtDesk':
      return doubted(
        to('DISPATCHING', { owner: event.decision.owner, ...placed(event.decision), ...routed(event.decision) }),
        event.decision,
      );
    case 'dispatched':
      return doubted(
        stillJoint(
          to('AWAIT_SIGN', {
            owner: event.owner,
            coHandlers: event.coHandlers,
            urgency: event.urgency,
            round: event.round,
            dispatchedAt: event.at,
            handler: event.handler ?? 'A',
            ...(event.designated === undefined ? {} : { noReturn: true }),
            // Named again, the unit was overruled.
            ...(ticket.status === 'ARBITRATION'
              ? { returns: judged(ticket, event.owner === ticket.owner ? 'rejected' : 'approved') }
              : {}),
            ...placed(event),
            ...(event.decision === undefined ? {} : routed(event.decision)),
          }),
        ),
        event.decision,
      );
    case 'returnRequested': {
      const { unit, reasonCode, suggested, at } = event;
      const outcome = event.to === 'ARBITRATION' ? 'arbitration' : 'pending';
      return to(event.to, { returns: [...ticket.returns, { unit, reasonCode, suggested, at, outcome }] });
    }
    case 'returnApproved':
      // Out of the unit's hands at once: it hears and sees no more of it.
      return to('DISPATCHING', { owner: DESK, coHandlers: [], returns: judged(ticket, 'approved') });
    case 'returnRejected':
      return to('AWAIT_SIGN', { returns: judged(ticket, 'rejected') });
    case 'arbitrationOpened':
      return to('ARBITRATION', { returns: judged(ticket, 'arbitration') });
    case 'extensionRequested': {
      const { unit, newDeadline, at } = event;
      return to('EXTENSION_REVIEW', { extension: { unit, newDeadline, at, outcome: 'pending' } });
    }
    case 'extensionApproved':
      return to('HANDLING', answered(ticket, 'approved'));
    case 'extensionRejected':
      return refused(to('HANDLING'));
    case 'merged':
      return to('MERGED', { mergedInto: event.into, closedAt: event.at, ...sentHome(ticket, event.at) });
    case 'absorbed':
      return { ...ticket, merged: [...ticket.merged.filter((other) => other !== event.from), event.from] };
    case 'answeredByMain': {
      const { resultCode, textKey, at, by = ticket.owner, mainSeq } = event;
      const answer = { resultCode, textKey, at, by };
      return { ...ticket, answer, answerApprovedAt: event.at, ...(mainSeq === undefined ? {} : { mainSeq }) };
    }
    case 'reworkedByMain': {
      const { answerApprovedAt: _approved, ...rest } = ticket;
      return { ...rest, mainSeq: event.mainSeq };
    }
    case 'splitOff':
      return { ...ticket, splitInto: [...ticket.splitInto, event.to] };
    case 'suspended':
      return { ...ticket, suspension: { until: event.until, at: event.at, instances: event.instances } };
    case 'resumed': {
      const { suspension: _over, ...rest } = ticket;
      return rest;
    }
    case 'urgencyChanged':
      return { ...ticket, urgency: event.urgency };
    case 'deadlinesRecalculated':
    case 'alarmRenewed':
    case 'onSiteReported':
      return ticket;
    case 'supervised':
      return {
        ...ticket,
        // By the clock, and not by a person.
        supervision: {
          level: event.level,
          at: event.at,
          ...(event.actor.kind === 'system' ? { of: ticket.owner } : {}),
        },
      };
    case 'jointOpened': {
      const coHandlers = [...new Set([...ticket.coHandlers, ...event.units])];
      const units = [...new Set([...(ticket.joint?.units ?? []), ...event.units])];
      return { ...ticket, coHandlers, joint: { units, at: event.at } };
    }
    case 'whistled': {
      const called = event.units.map((unit) => ({ unit, state: 'called' as const, at: event.at }));
      return { ...ticket, assists: [...ticket.assists.filter(({ unit }) => !event.units.includes(unit)), ...called] };
    }
    case 'reportedIn':
      return assisted(ticket, event.unit, 'reported', event.at);
    case 'assistFinished':
      return assisted(ticket, event.unit, 'finished', event.at);
    case 'handedOver':
      return { ...ticket, handler: event.to, clocks: ticket.clocks.map((clock) => takenOver(clock, event.at)) };
    case 'visitFailed':
      return { ...ticket, failedVisits: event.times };
    case 'unmasked':
      return ticket;
    case 'reopened': {
      const {
        answerApprovedAt: _approved,
        rating: _rating,
        closedAt: _closed,
        ...rest
      } = to('REWORK', {
        round: event.round,
      });
      return { ...rest, failedVisits: 0 };
    }
    case 'signed':
      return to(ticket.status === 'REWORK' ? 'REWORK' : 'SIGNED');
    case 'accepted':
      return to('HANDLING');
    case 'contacted':
      return {
        ...ticket,
        contactedAt: ticket.contactedAt ?? event.at,
        contactedBy: [...new Set([...ticket.contactedBy, event.unit])],
      };
    case 'progressed':
    case 'opinionGiven':
    case 'recordingsAttached':
      return ticket;
    case 'appended': {
      const next = { ...ticket, additions: ticket.additions + 1 };
      const heard = event.danger ? endangered(next) : next;
      return isOpen(ticket.status) ? heard : look(heard, 'appended');
    }
    case 'emergencyAdvised': {
      const { advisedAt = event.at, numbers = [], transfers = [] } = ticket.emergency ?? {};
      return { ...ticket, emergency: { advisedAt, numbers: [...new Set([...numbers, ...event.numbers])], transfers } };
    }
    case 'transferRecorded': {
      const { number, outcome, at, actor } = event;
      const by = 'id' in actor ? actor.id : actor.kind;
      const known = ticket.emergency ?? { numbers: [number], advisedAt: at, transfers: [] };
      const emergency = { ...known, transfers: [...known.transfers, { number, outcome, at, by }] };
      return { ...unlook(ticket, 'danger'), emergency };
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
      return unlook(ticket, event.topic);
    case 'replied':
      return to('REPLIED', {
        answer: {
          resultCode: event.resultCode,
          textKey: event.textKey,
          at: event.at,
          by: event.unit,
          urgency: ticket.urgency,
        },
        ...sentHome(ticket, event.at),
      });
    case 'answerApproved':
      return to('AWAIT_VISIT', { answerApprovedAt: event.at });
    case 'answerRejected':
      return to(event.backTo);
    case 'reworkOrdered': {
      // The new round is answered and rated anew; what was said of the last one stays in the events.
      const { answerApprovedAt: _approved, rating: _rating, ...rest } = to('REWORK', { round: event.round });
      return { ...rest, failedVisits: 0 };
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
      return to('CANCELLED', { closedAt: event.at, ...sentHome(ticket, event.at) });
    case 'archived':
      return to('ARCHIVED');
    case 'warned': {
      const next = { ...ticket, clocks: ticket.clocks.map((clock) => warned(clock, event)) };
      return concernsHotline(event) ? look(next, 'late') : next;
    }
  }
}

/** The return that waited for a decision. */
const judged = ({ returns }: Ticket, outcome: ReturnRecord['outcome']): ReturnRecord[] =>
  returns.map((record, at) =>
    at === returns.length - 1 && (record.outcome === 'pending' || record.outcome === 'arbitration')
      ? { ...record, outcome }
      : record,
  );

const answered = ({ extension }: Ticket, outcome: 'approved' | 'rejected'): Partial<Ticket> =>
  extension === undefined ? {} : { extension: { ...extension, outcome } };

/** Where the ticket has more time by now than was asked for, nothing was refused: the unit may still ask. */
function refused(ticket: Ticket): Ticket {
  const { extension, ...rest } = ticket;
  const finish = ticket.clocks.findLast(({ id, stoppedAt }) => id === 'finish' && stoppedAt === undefined);
  if (extension === undefined || finish === undefined || finish.dueAt < extension.newDeadline) {
    return { ...ticket, ...answered(ticket, 'rejected') };
  }
  return rest;
}

/** Once somebody else has the ticket, nobody takes it over by the clock. */
const takenOver = (clock: Clock, at: string): Clock =>
  clock.handover === undefined || clock.handover.done !== undefined || clock.stoppedAt !== undefined
    ? clock
    : { ...clock, handover: { ...clock.handover, done: at } };

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
