/**
 * `decide(ticket, command, actor, context) → events | rejection`. Pure. First the table in `transitions.ts` is asked whether
 * this actor may say this in this state; then the command's own rule drafts what happens.
 */
import type { Actor } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';
import type { DecideContext, Decision, Rejection, TicketCommand } from './command.ts';
import { isAssisting } from './decide-assist.ts';
import { decideByCitizen } from './decide-citizen.ts';
import { decideByDepartment, handOver } from './decide-department.ts';
import { decideByHotline } from './decide-hotline.ts';
import { registerSplit } from './decide-merge.ts';
import { decideBySystem } from './decide-system.ts';
import { stamp } from './drafts.ts';
import { type Outcome, reject } from './outcome.ts';
import { giversOf, transitionOf } from './transitions.ts';

export function decide(
  ticket: Ticket | undefined,
  command: TicketCommand,
  actor: Actor,
  context: DecideContext,
): Decision {
  const refusal = forbidden(ticket, command, actor);
  if (refusal !== undefined) return { ok: false, rejection: refusal };
  const outcome = rule(ticket, command, actor, context);
  if ('code' in outcome) return { ok: false, rejection: outcome };
  const ticketNo = ticket?.ticketNo ?? numberOf(command);
  if (outcome.drafts.length === 0) {
    return ticket === undefined
      ? { ok: false, rejection: reject('stateForbids', 'there is no such ticket') }
      : { ok: true, events: [], texts: [], ticket };
  }
  return {
    ok: true,
    ...stamp(ticket, outcome.drafts, { ticketNo, now: context.now, actor }),
    texts: outcome.texts ?? [],
  };
}

/** The checks that the table alone can answer: who, and in which state. */
function forbidden(ticket: Ticket | undefined, command: TicketCommand, actor: Actor): Rejection | undefined {
  const row = transitionOf(command.command);
  if (!giversOf(row).includes(actor.kind)) return reject('roleForbids', `${command.command} is not for this role`);
  if (actor.kind === 'operator' && row.roles !== undefined && !row.roles.some((role) => role === actor.role)) {
    return reject('roleForbids', `${command.command} is for ${row.roles.join(', ')}`);
  }
  if (actor.kind === 'department' && !actsOn(ticket, row.unit ?? 'owner', actor.id)) {
    return reject('notOwner', 'only the owning unit may act on a ticket, and for its own part one that works along');
  }
  const status = ticket?.status ?? 'REGISTERED';
  if (!row.from.includes(status)) {
    return reject('stateForbids', `${command.command} is not possible in ${status}; it is in ${row.from.join(', ')}`);
  }
  return undefined;
}

const actsOn = (ticket: Ticket | undefined, as: 'owner' | 'assisting', unit: string): boolean =>
  ticket !== undefined && (as === 'owner' ? ticket.owner === unit : isAssisting(ticket, unit));

function rule(ticket: Ticket | undefined, command: TicketCommand, actor: Actor, context: DecideContext): Outcome {
  if (command.command === 'register') return decideBySystem(ticket, command, context);
  if (command.command === 'registerSplit' && ticket === undefined) return registerSplit(command, context);
  if (ticket === undefined) return reject('stateForbids', 'there is no such ticket');
  switch (command.command) {
    case 'tick':
    case 'recalculate':
    case 'recordFeedback':
    case 'attachRecordings':
    case 'recordContentCheck':
    case 'recordDeliveryLate':
    case 'recordDeliveryRecovered':
    case 'reroute':
    case 'answerByMain':
    case 'reworkByMain':
      return decideBySystem(ticket, command, context);
    case 'rate':
    case 'urge':
    case 'append':
    case 'withdraw':
      return decideByCitizen(ticket, command, context);
    case 'sign':
    case 'accept':
    case 'contact':
    case 'progress':
    case 'reply':
    case 'return':
    case 'requestExtension':
    case 'whistle':
    case 'reportIn':
    case 'finishAssist':
    case 'reportOnSite':
      return decideByDepartment(ticket, command, actor, context);
    case 'handOver':
      return handOver(ticket, command);
    default:
      return decideByHotline(ticket, command, context);
  }
}

/** The number of a ticket that doesn't exist yet. */
function numberOf(command: TicketCommand): string {
  if (command.command === 'register') return command.intake.ticketNo;
  return command.command === 'registerSplit' ? command.ticketNo : '';
}
