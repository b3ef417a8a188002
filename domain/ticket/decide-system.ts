/** Commands that only the system gives: register (the router), tick (the alarm clock), recordFeedback. */
import { dueMarks } from '#domain/sla/marks.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import type { Ticket, TicketText } from '#schemas/ticket.ts';
import { start } from './clocks.ts';
import type { CommandOf, DecideContext, Register } from './command.ts';
import type { Draft } from './drafts.ts';
import { type Outcome, reject } from './outcome.ts';

const REQUEST_TEXT = 'request';

export function decideBySystem(
  ticket: Ticket | undefined,
  command: CommandOf<'register' | 'tick' | 'recordFeedback'>,
  context: DecideContext,
): Outcome {
  switch (command.command) {
    case 'register':
      return ticket === undefined ? register(command, context) : reject('stateForbids', 'the ticket exists');
    case 'tick':
      return { drafts: ticket === undefined ? [] : warnings(ticket, context) };
    case 'recordFeedback': {
      const { command: _, ...facts } = command;
      return { drafts: [{ type: 'feedbackRecorded', ...facts }] };
    }
  }
}

function register({ intake, decision }: Register, context: DecideContext): Outcome {
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
    publicConsent: intake.board?.publicConsent ?? false,
    ...(intake.board === undefined ? {} : { boardMessageId: intake.board.messageId }),
    receivedAt: intake.receivedAt,
  };
  const blank = { clocks: [], kind: intake.kind, urgency };
  const placed: Draft =
    decision.disposition === 'desk'
      ? { type: 'queuedAtDesk', decision, start: [start(blank, 'dispatch', context.desk, context)] }
      : {
          type: 'dispatched',
          owner: decision.owner,
          coHandlers: decision.coHandlers,
          ...(decision.categoryCode === undefined ? {} : { categoryCode: decision.categoryCode }),
          ...(decision.townCode === undefined ? {} : { townCode: decision.townCode }),
          urgency,
          round: 1,
          decision,
          start: [start(blank, 'sign', decision.owner, context), start(blank, 'finish', decision.owner, context)],
          tell: [{ to: decision.owner, type: 'dispatched' }],
        };
  return { drafts: [registered, placed], texts: [{ key: REQUEST_TEXT, text: requestText(intake) }] };
}

function requestText(intake: IntakeRequest): TicketText {
  const { text, ...place } = intake.place ?? {};
  return {
    kind: 'request',
    title: intake.title,
    content: intake.content,
    ...(text === undefined ? {} : { placeText: text }),
    ...(Object.keys(place).length === 0 ? {} : { place }),
    ...(intake.occurredAt === undefined ? {} : { occurredAt: intake.occurredAt }),
    attachments: intake.attachments ?? [],
    recordings: intake.call?.recordings ?? [],
    ...(intake.masked === undefined ? {} : { masked: intake.masked }),
  };
}

/** 预警: one event for each mark that is due; the unit whose clock it is hears of it. */
function warnings(ticket: Ticket, context: DecideContext): Draft[] {
  return dueMarks(ticket.clocks, context.now).map(({ clock, colour }): Draft => {
    const warned: Extract<Draft, { type: 'warned' }> = {
      type: 'warned',
      clock: clock.id,
      instance: clock.instance,
      colour,
      dueAt: clock.dueAt,
      holder: clock.holder,
    };
    return clock.holder === context.desk ? warned : { ...warned, tell: [{ to: clock.holder, type: 'warned' }] };
  });
}
