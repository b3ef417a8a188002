/** Commands of the hotline office (热线办). What several commands share has a file of its own beside this one. */
import type { Ticket } from '#schemas/ticket.ts';
import { carryOn, contact, running, start } from './clocks.ts';
import type { CommandOf, DecideContext, DeskCommand } from './command.ts';
import { handOver } from './decide-department.ts';
import { approveExtension, rejectExtension } from './decide-extension.ts';
import { absorb, merge, othersWait, split } from './decide-merge.ts';
import { resume, suspend } from './decide-pause.ts';
import { approveReturn, arbitrate, designate, rejectReturn } from './decide-return.ts';
import { mayReopen, reworked } from './director.ts';
import { dispatchTo } from './dispatch.ts';
import type { Draft } from './drafts.ts';
import { type Outcome, reject } from './outcome.ts';
import { allCalledOff, jointClosed } from './partners.ts';
import { setUrgency, underUrgency } from './replan.ts';

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
      return {
        drafts: [
          { type: 'notAccepted', reason, lawfulRoute: command.lawfulRoute, stop: all, tell: allCalledOff(ticket) },
        ],
      };
    case 'directClose': {
      const key = `answer-${ticket.version + 1}`;
      return {
        drafts: [
          {
            type: 'directClosed',
            reason,
            resultCode: command.resultCode,
            textKey: key,
            stop: all,
            tell: allCalledOff(ticket),
          },
        ],
        texts: [{ key, text: { kind: 'answer', internal: '', public: command.publicAnswer } }],
      };
    }
    case 'review':
      return { drafts: [command.approve ? approve(ticket, reason, context) : sendBack(ticket, reason, context)] };
    case 'rework':
      return { drafts: reworked(ticket, context, reason) };
    case 'close':
      return { drafts: [closed(ticket, 'hotline', reason)] };
    case 'cancel':
      if (ticket.merged.length > 0) return othersWait();
      return {
        drafts: [
          {
            type: 'cancelled',
            reason,
            stop: all,
            tell: [...tellOwner(ticket, 'withdrawn', context), ...allCalledOff(ticket)],
          },
        ],
      };
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
      return approveReturn(ticket, command, context);
    case 'rejectReturn':
      return rejectReturn(ticket, command, context);
    case 'arbitrate':
      return arbitrate(ticket, command, context);
    case 'designate':
      return designate(ticket, command, context);
    case 'approveExtension':
      return approveExtension(ticket, command, context);
    case 'rejectExtension':
      return rejectExtension(ticket, command);
    case 'merge':
      return merge(ticket, command, context);
    case 'absorb':
      return absorb(ticket, command, context);
    case 'split':
      return split(command, context);
    case 'suspend':
      return suspend(ticket, command, context);
    case 'resume':
      return resume(ticket, command, context);
    case 'setUrgency':
      return setUrgency(ticket, command, context);
    case 'supervise':
      return ticket.owner === context.desk
        ? reject('ruleForbids', 'no unit owns the ticket yet')
        : {
            drafts: [
              { type: 'supervised', reason, level: command.level, tell: [{ to: ticket.owner, type: 'supervised' }] },
            ],
          };
    case 'openJointHandling':
      return openJoint(ticket, command, context);
    case 'handOver':
      return handOver(ticket, command);
    case 'visitFailed':
      return { drafts: [{ type: 'visitFailed', reason, times: ticket.failedVisits + 1 }] };
    case 'reopen':
      return reopen(ticket, command, context);
    case 'unmask':
      return { drafts: [{ type: 'unmasked', reason }] };
    case 'registerSplit':
      return reject('stateForbids', 'the ticket exists');
  }
}

/** 部门联办: the named units take part; the owner leads them. */
function openJoint(ticket: Ticket, { units, reason }: CommandOf<'openJointHandling'>, context: DecideContext): Outcome {
  if (ticket.owner === context.desk) return reject('ruleForbids', 'no unit owns the ticket yet');
  if (!units.every((unit) => context.isUnit(unit))) return reject('unknownUnit', 'no such unit in the district');
  const others = [...new Set(units)].filter((unit) => unit !== ticket.owner && unit !== context.desk);
  if (others.length === 0) return reject('ruleForbids', 'joint handling needs another unit than the owner');
  const tell = [ticket.owner, ...others].map((to) => ({ to, type: 'jointOpened' as const }));
  return { drafts: [{ type: 'jointOpened', reason, units: others, tell }] };
}

/** 重开: the unit that had it takes it up again, on the limit of a rework. */
function reopen(ticket: Ticket, { reason }: CommandOf<'reopen'>, context: DecideContext): Outcome {
  if (!mayReopen(ticket, context)) {
    return reject('tooLate', 'the window for taking the ticket up again is over');
  }
  return {
    drafts: [
      {
        type: 'reopened',
        reason,
        round: ticket.round + 1,
        start: [start(ticket, 'rework', ticket.owner, context)],
        tell: [{ to: ticket.owner, type: 'reworkOrdered' }],
      },
    ],
  };
}

/** 办结. Shared with the citizen's rating, which closes a ticket when it says solved and satisfied. */
export function closed(ticket: Ticket, by: 'hotline' | 'citizen', reason?: string): Draft {
  return {
    type: 'closed',
    by,
    ...(reason === undefined ? {} : { reason }),
    stop: running(ticket),
    tell: [{ to: ticket.owner, type: 'closed' }, ...jointClosed(ticket)],
  };
}

function assign(ticket: Ticket, command: CommandOf<'assign'>, context: DecideContext): Outcome {
  const { owner, reason, coHandlers = [], category, townCode, urgency } = command;
  if (ticket.noReturn) return reject('noReturn', 'the owner was designated; designate again to change it');
  if (new Set([owner, ...coHandlers]).size !== coHandlers.length + 1) {
    return reject('ruleForbids', 'a unit is named once: as owner or as co-handler');
  }
  if (owner === ticket.owner && owner !== context.desk) {
    return reject('ruleForbids', 'the unit owns the ticket already');
  }
  const reassigned = ticket.status === 'AWAIT_SIGN';
  const next = dispatchTo(
    ticket,
    {
      owner,
      reason,
      coHandlers,
      category,
      townCode,
      urgency,
      // The citizen hears of the first dispatch alone: one that came back begins another round.
      round: ticket.dispatchedAt === undefined ? ticket.round : ticket.round + 1,
      tellBefore: reassigned ? [{ to: ticket.owner, type: 'withdrawn' }] : [],
    },
    context,
  );
  return 'code' in next ? next : { drafts: [next] };
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

/** 审核退回: the unit goes on under the same deadline as before its answer; in a rework nobody waits for a first contact. */
function sendBack(ticket: Ticket, reason: string, context: DecideContext): Draft {
  const last = ticket.clocks.findLast((clock) => clock.id === 'finish' || clock.id === 'rework');
  const inRework = last?.id === 'rework';
  const own = carryOn(ticket, inRework ? 'rework' : 'finish', ticket.owner, context).map((clock) =>
    // It stood while the answer lay here, and another urgency changes what runs.
    (ticket.answer?.urgency ?? ticket.urgency) === ticket.urgency
      ? clock
      : underUrgency(ticket, clock, ticket.urgency, context),
  );
  return {
    type: 'answerRejected',
    reason,
    backTo: inRework ? 'REWORK' : 'HANDLING',
    stop: running(ticket),
    start: inRework ? own : [...own, ...contact(ticket, ticket.owner, context)],
    tell: [{ to: ticket.owner, type: 'decided' }],
  };
}

const tellOwner = (ticket: Ticket, type: 'withdrawn', context: DecideContext) =>
  ticket.owner === context.desk ? [] : [{ to: ticket.owner, type }];
