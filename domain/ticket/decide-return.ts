/**
 * 退单与争议: a unit says that a ticket isn't its own; the hotline lets it go, sends it back, or has it arbitrated. The citizen's
 * deadline doesn't move while units dispute: the finish clock is carried on from hand to hand.
 */
import type { DepartmentCommand } from '#schemas/command.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { carryOn, running, start } from './clocks.ts';
import type { CommandOf, DecideContext } from './command.ts';
import { dispatchTo } from './dispatch.ts';
import { type Outcome, reject } from './outcome.ts';

/** 退单. What a unit must bring: a reason code, the legal basis and the unit whose it should be. */
export function askReturn(
  ticket: Ticket,
  command: Extract<DepartmentCommand, { command: 'return' }>,
  unit: string,
  context: DecideContext,
): Outcome {
  const { perTicket, perUnit } = context.rules.profile.returns;
  const { reasonCode, suggestedDepartment: suggested, reason, legalBasis } = command;
  if (ticket.noReturn) return reject('noReturn', 'the owner was designated: the ticket can’t be returned');
  if (!context.isUnit(suggested)) return reject('unknownUnit', 'no such unit in the district');
  if (suggested === unit) return reject('ruleForbids', 'the suggested unit must be another one');
  if (ticket.returns.filter((earlier) => earlier.unit === unit).length >= perUnit) {
    return reject('returnLimit', `a unit may return a ticket ${perUnit} time(s)`);
  }
  const to = ticket.returns.length < perTicket ? 'RETURN_REVIEW' : 'ARBITRATION';
  const key = `return-${ticket.version + 1}`;
  const clock = to === 'RETURN_REVIEW' ? 'returnReview' : 'arbitration';
  return {
    drafts: [
      {
        type: 'returnRequested',
        unit,
        reasonCode,
        suggested,
        noteKey: key,
        to,
        stop: running(ticket),
        start: [start(ticket, clock, context.desk, context), ...carryOn(ticket, 'finish', context.desk, context)],
      },
    ],
    texts: [{ key, text: { kind: 'note', text: `${reason}\n依据:${legalBasis}` } }],
  };
}

/** 同意退单. With a unit it goes there at once; without one to the desk. */
export function approveReturn(ticket: Ticket, command: CommandOf<'approveReturn'>, context: DecideContext): Outcome {
  const { reason, owner } = command;
  const unit = ticket.owner;
  const approved = { type: 'returnApproved' as const, reason, unit, tell: [{ to: unit, type: 'decided' as const }] };
  if (owner === undefined) {
    const clocks = [
      start(ticket, 'dispatch', context.desk, context),
      ...carryOn(ticket, 'finish', context.desk, context),
    ];
    return { drafts: [{ ...approved, stop: running(ticket), start: clocks }] };
  }
  if (owner === unit) return reject('ruleForbids', 'an approved return goes to another unit');
  const next = dispatchTo(ticket, { owner, reason, round: ticket.round + 1, tellBefore: [] }, context);
  return 'code' in next ? next : { drafts: [approved, next] };
}

/** 不同意退单: the unit signs, on a fresh sign clock and the old deadline. */
export function rejectReturn(ticket: Ticket, { reason }: CommandOf<'rejectReturn'>, context: DecideContext): Outcome {
  const unit = ticket.owner;
  return {
    drafts: [
      {
        type: 'returnRejected',
        reason,
        unit,
        stop: running(ticket),
        start: [start(ticket, 'sign', unit, context), ...carryOn(ticket, 'finish', unit, context)],
        tell: [{ to: unit, type: 'decided' }],
      },
    ],
  };
}

/** 提交裁定: to the joint meeting (联席会议). */
export function arbitrate(ticket: Ticket, { reason }: CommandOf<'arbitrate'>, context: DecideContext): Outcome {
  return {
    drafts: [
      {
        type: 'arbitrationOpened',
        reason,
        stop: running(ticket),
        start: [
          start(ticket, 'arbitration', context.desk, context),
          ...carryOn(ticket, 'finish', context.desk, context),
        ],
      },
    ],
  };
}

/** 裁定指定: the named unit owns it and can't return it (Weifang Art. 22). */
export function designate(ticket: Ticket, { owner, reason }: CommandOf<'designate'>, context: DecideContext): Outcome {
  const again = owner === ticket.owner;
  const told = ticket.dispatchedAt !== undefined && !again && ticket.owner !== context.desk;
  const next = dispatchTo(
    ticket,
    {
      owner,
      reason,
      round: ticket.dispatchedAt === undefined ? ticket.round : ticket.round + 1,
      designated: true,
      tellBefore: told ? [{ to: ticket.owner, type: 'withdrawn' }] : [],
    },
    context,
  );
  return 'code' in next ? next : { drafts: [next] };
}
