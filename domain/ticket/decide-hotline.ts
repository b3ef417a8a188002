/** Commands of the hotline office (热线办): assign, refuse, directClose, review, rework, close, cancel, archive, noted. */
import type { Ticket } from '#schemas/ticket.ts';
import { carryOn, running, start } from './clocks.ts';
import type { CommandOf, DecideContext, DeskCommand } from './command.ts';
import type { Draft } from './drafts.ts';
import { type Outcome, reject } from './outcome.ts';

export function decideByHotline(ticket: Ticket, command: DeskCommand, context: DecideContext): Outcome {
  if (command.command === 'recordOpinion') {
    const { command: _, ...facts } = command;
    return { drafts: [{ type: 'opinionGiven', ...facts }] };
  }
  const { reason } = command;
  const all = running(ticket);
  switch (command.command) {
    case 'assign':
      return assign(ticket, command, context);
    case 'refuse':
      return { drafts: [{ type: 'notAccepted', reason, lawfulRoute: command.lawfulRoute, stop: all }] };
    case 'directClose': {
      const key = `answer-${ticket.version + 1}`;
      return {
        drafts: [{ type: 'directClosed', reason, resultCode: command.resultCode, textKey: key, stop: all }],
        texts: [{ key, text: { kind: 'answer', internal: '', public: command.publicAnswer } }],
      };
    }
    case 'review':
      return { drafts: [command.approve ? approve(ticket, reason, context) : sendBack(ticket, reason)] };
    case 'rework':
      return {
        drafts: [
          {
            type: 'reworkOrdered',
            reason,
            round: ticket.round + 1,
            stop: all,
            start: [start(ticket, 'rework', ticket.owner, context)],
            tell: [{ to: ticket.owner, type: 'reworkOrdered' }],
          },
        ],
      };
    case 'close':
      return { drafts: [closed(ticket, 'hotline', reason)] };
    case 'cancel':
      return { drafts: [{ type: 'cancelled', reason, stop: all, tell: tellOwner(ticket, 'withdrawn', context) }] };
    case 'archive':
      return { drafts: [{ type: 'archived', reason }] };
    case 'noted':
      return ticket.attention.includes(command.topic)
        ? { drafts: [{ type: 'attentionNoted', reason, topic: command.topic }] }
        : reject('ruleForbids', 'the ticket has no such topic');
    case 'recordTransfer':
      return ticket.flags.danger
        ? { drafts: [{ type: 'transferRecorded', reason, number: command.number, outcome: command.outcome }] }
        : reject('ruleForbids', 'nothing in the ticket speaks of danger');
    case 'approveReturn':
    case 'rejectReturn':
    case 'designate':
    case 'approveExtension':
    case 'rejectExtension':
    case 'merge':
    case 'suspend':
    case 'resume':
    case 'supervise':
    case 'openJointHandling':
      return reject('notYetSupported', `${command.command} is modelled, but not answered yet`);
  }
}

/** 办结. Shared with the citizen's rating, which closes a ticket when it says solved and satisfied. */
export function closed(ticket: Ticket, by: 'hotline' | 'citizen', reason?: string): Draft {
  return {
    type: 'closed',
    by,
    ...(reason === undefined ? {} : { reason }),
    stop: running(ticket),
    tell: [{ to: ticket.owner, type: 'closed' }],
  };
}

function assign(ticket: Ticket, command: CommandOf<'assign'>, context: DecideContext): Outcome {
  const { owner, reason, coHandlers = [], category, townCode } = command;
  if (![owner, ...coHandlers].every((unit) => context.isUnit(unit))) {
    return reject('unknownUnit', 'no such unit in the district');
  }
  if (category !== undefined && !context.isCategory(category)) {
    return reject('unknownCategory', 'no such category in the catalogue');
  }
  if (townCode !== undefined && !context.isTown(townCode)) return reject('unknownTown', 'no such town in the district');
  if (new Set([owner, ...coHandlers]).size !== coHandlers.length + 1) {
    return reject('ruleForbids', 'a unit is named once: as owner or as co-handler');
  }
  if (owner === context.desk) return reject('ruleForbids', 'the desk refuses or closes directly, it does not own');
  if (owner === ticket.owner) return reject('ruleForbids', 'the unit owns the ticket already');
  const reassigned = ticket.status === 'AWAIT_SIGN';
  const urgency = command.urgency ?? ticket.urgency;
  const as = { ...ticket, urgency };
  const finish =
    reassigned && urgency === ticket.urgency ? carryOn(ticket, 'finish', owner) : [start(as, 'finish', owner, context)];
  return {
    drafts: [
      {
        type: 'dispatched',
        reason,
        owner,
        coHandlers,
        ...(category === undefined ? {} : { categoryCode: category }),
        ...(townCode === undefined ? {} : { townCode }),
        urgency,
        round: reassigned ? ticket.round + 1 : ticket.round,
        stop: running(ticket),
        start: [start(as, 'sign', owner, context), ...finish],
        tell: [
          ...(reassigned ? [{ to: ticket.owner, type: 'withdrawn' as const }] : []),
          { to: owner, type: 'dispatched' },
        ],
      },
    ],
  };
}

function approve(ticket: Ticket, reason: string, context: DecideContext): Draft {
  return {
    type: 'answerApproved',
    reason,
    stop: running(ticket),
    start: [start(ticket, 'visit', context.desk, context)],
    tell: [{ to: ticket.owner, type: 'decided' }],
  };
}

/** 审核退回: the unit goes on under the same deadline as before its answer. */
function sendBack(ticket: Ticket, reason: string): Draft {
  const last = ticket.clocks.findLast((clock) => clock.id === 'finish' || clock.id === 'rework');
  const inRework = last?.id === 'rework';
  return {
    type: 'answerRejected',
    reason,
    backTo: inRework ? 'REWORK' : 'HANDLING',
    stop: running(ticket),
    start: carryOn(ticket, inRework ? 'rework' : 'finish', ticket.owner),
    tell: [{ to: ticket.owner, type: 'decided' }],
  };
}

const tellOwner = (ticket: Ticket, type: 'withdrawn', context: DecideContext) =>
  ticket.owner === context.desk ? [] : [{ to: ticket.owner, type }];
