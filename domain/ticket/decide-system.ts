/** Commands that only the system gives: register and reroute (the router), tick (the alarm clock), records of what came. */
import { dueMarks } from '#domain/sla/marks.ts';
import type { Urgency } from '#schemas/common.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
import type { Ticket, TicketText } from '#schemas/ticket.ts';
import { running, start } from './clocks.ts';
import type { DecideContext, Register, Reroute, SystemCommand } from './command.ts';
import { advised } from './decide-citizen.ts';
import { decideDelivery } from './decide-delivery.ts';
import { answerByMain, reworkByMain } from './decide-merge.ts';
import { resumed } from './decide-pause.ts';
import type { Draft } from './drafts.ts';
import { type Outcome, reject } from './outcome.ts';
import { recalculated } from './replan.ts';
import { supervisedFor, warnings } from './warn.ts';

const REQUEST_TEXT = 'request';

export function decideBySystem(ticket: Ticket | undefined, command: SystemCommand, context: DecideContext): Outcome {
  switch (command.command) {
    case 'register':
      return ticket === undefined ? register(command, context) : reject('stateForbids', 'the ticket exists');
    case 'tick':
      if (ticket === undefined) return { drafts: [] };
      return { drafts: [...due(ticket, context), ...(command.renew ? [{ type: 'alarmRenewed' } as const] : [])] };
    case 'recalculate':
      return { drafts: ticket === undefined ? [] : recalculated(ticket, context) };
    case 'recordFeedback': {
      const { command: _, ...facts } = command;
      return { drafts: [{ type: 'feedbackRecorded', ...facts }] };
    }
    case 'recordContentCheck': {
      const { command: _, ...facts } = command;
      return { drafts: [{ type: 'contentChecked', ...facts }] };
    }
    case 'attachRecordings': {
      const key = `recordings-${(ticket?.version ?? 0) + 1}`;
      return {
        drafts: [{ type: 'recordingsAttached', noteKey: key }],
        texts: [{ key, text: { kind: 'note', text: '', recordings: [...command.recordings] } }],
      };
    }
    case 'answerByMain':
      return ticket === undefined ? { drafts: [] } : answerByMain(ticket, command);
    case 'reworkByMain':
      return ticket === undefined ? { drafts: [] } : reworkByMain(ticket, command);
    case 'recordDeliveryLate':
    case 'recordDeliveryRecovered':
      return ticket === undefined ? { drafts: [] } : decideDelivery(ticket, command);
    case 'reroute':
      return ticket === undefined ? { drafts: [] } : reroute(ticket, command, context);
  }
}

/** What no message made clear stays where it is: on the desk. */
function reroute(ticket: Ticket, { decision }: Reroute, context: DecideContext): Outcome {
  if (decision.disposition === 'desk' || ticket.dispatchedAt !== undefined) return { drafts: [] };
  const danger = ticket.flags.danger || decision.danger !== undefined;
  const urgency = danger ? 'critical' : moreUrgent(ticket.urgency, decision.urgency);
  return { drafts: [{ ...dispatched(decision, urgency, ticket, context), stop: running(ticket) }] };
}

const URGENCIES: readonly Urgency[] = ['critical', 'urgent', 'normal'];
const moreUrgent = (one: Urgency, other: Urgency): Urgency =>
  URGENCIES.indexOf(one) < URGENCIES.indexOf(other) ? one : other;

function register({ intake, decision, similar = [] }: Register, context: DecideContext): Outcome {
  // Danger to life outranks whatever the form says; a caller's own word outranks the catalogue's default.
  const urgency = intake.danger || decision.danger ? 'critical' : (intake.urgency ?? decision.urgency);
  const registered: Draft = {
    type: 'registered',
    channel: intake.channel,
    channelRef: intake.channelRef,
    kind: intake.kind,
    urgency,
    flags: {
      anonymous: intake.anonymous,
      confidential: intake.confidential,
      enterprise: intake.enterprise || decision.enterprise,
      danger: intake.danger || decision.danger !== undefined,
    },
    callerToken: intake.callerToken,
    queryKeyId: intake.queryKeyId,
    textKey: REQUEST_TEXT,
    publicConsent: intake.board?.publicConsent ?? intake.publicConsent ?? false,
    ...(intake.board === undefined ? {} : { boardMessageId: intake.board.messageId }),
    receivedAt: intake.receivedAt,
  };
  const blank = { clocks: [], kind: intake.kind, urgency };
  const placed: Draft =
    decision.disposition === 'desk'
      ? { type: 'queuedAtDesk', decision, start: [start(blank, 'dispatch', context.desk, context)] }
      : dispatched(decision, urgency, blank, context);
  const repeats: Draft[] = similar.length === 0 ? [] : [{ type: 'duplicatesSuggested', of: [...similar] }];
  const emergency = decision.danger === undefined ? [] : [advised(decision.danger)];
  return {
    drafts: [registered, ...emergency, placed, ...repeats],
    texts: [{ key: REQUEST_TEXT, text: requestText(intake) }],
  };
}

/** 派单 by the router: the first owner, with the clocks that start there. */
function dispatched(
  decision: RoutingDecision,
  urgency: Urgency,
  ticket: Pick<Ticket, 'clocks' | 'kind'>,
  context: DecideContext,
): Draft {
  const { owner, coHandlers, categoryCode, townCode } = decision;
  const as = { ...ticket, urgency };
  return {
    type: 'dispatched',
    owner,
    coHandlers,
    ...(categoryCode === undefined ? {} : { categoryCode }),
    ...(townCode === undefined ? {} : { townCode }),
    urgency,
    round: 1,
    handler: context.handlerOf(owner),
    decision,
    start: [start(as, 'sign', owner, context), start(as, 'finish', owner, context)],
    tell: [{ to: owner, type: 'dispatched' }],
  };
}

function requestText(intake: IntakeRequest): TicketText {
  const { text, ...place } = intake.place ?? {};
  return {
    kind: 'request',
    title: intake.title,
    content: intake.content,
    ...(text === undefined ? {} : { placeText: text }),
    ...(Object.keys(place).length === 0 ? {} : { place }),
    ...(intake.category === undefined ? {} : { category: intake.category }),
    ...(intake.occurredAt === undefined ? {} : { occurredAt: intake.occurredAt }),
    attachments: intake.attachments ?? [],
    recordings: intake.call?.recordings ?? [],
    ...(intake.masked === undefined ? {} : { masked: intake.masked }),
  };
}

/** So many marks fit into one transaction beside the rows of those who work along; the rest rings right after. */
const MOST_AT_ONCE = 25;

/** What has become due: warnings to the unit whose clock it is, B in A's place, the end of a pause. */
function due(ticket: Ticket, context: DecideContext): Draft[] {
  const marks = dueMarks(ticket.clocks, context.now).slice(0, MOST_AT_ONCE);
  const reds = marks.filter(({ kind }) => kind === 'red').map(({ clock }) => clock);
  const drafts = marks.flatMap(({ clock, kind }): Draft[] => {
    const { holder } = clock;
    switch (kind) {
      case 'resume': {
        const draft = resumed(ticket, context);
        return draft === undefined ? [] : [draft];
      }
      case 'handover':
        // Where A has gone already nobody needs to hear it, but the mark must be settled, or it would ring for ever.
        return [
          {
            type: 'handedOver',
            unit: holder,
            to: 'B',
            why: 'halfLimit',
            ...(ticket.handler === 'B' ? {} : { tell: [{ to: holder, type: 'handedOver' }] }),
          },
        ];
      default:
        return warnings(clock, kind, context);
    }
  });
  return [...drafts, ...supervisedFor(ticket, reds, context)];
}
