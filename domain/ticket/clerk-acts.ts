/** 办理链接的权限: whose link shows a ticket, what it may do to it now, and after which messages a unit has something to do. */
import { ClerkAct } from '#schemas/clerk.ts';
import type { CallbackType } from '#schemas/event.ts';
import type { Status, Ticket } from '#schemas/ticket.ts';
import { running } from './clocks.ts';
import { transitionOf } from './transitions.ts';

/** Undefined: the ticket is not, or no longer, this unit's business. */
export function linkRole(
  { owner, coHandlers }: Pick<Ticket, 'owner' | 'coHandlers'>,
  unit: string,
): 'owner' | 'assisting' | undefined {
  if (owner === unit) return 'owner';
  return coHandlers.includes(unit) ? 'assisting' : undefined;
}

const allowedIn = (status: Status): ClerkAct[] =>
  ClerkAct.options.filter((act) => transitionOf(act).from.includes(status));

/** What the transition table allows now; a command's own rule may still refuse. */
export const actsOf = (ticket: Pick<Ticket, 'status' | 'clocks'>): ClerkAct[] =>
  allowedIn(ticket.status).filter((act) => ticket.status !== 'REWORK' || owesInRework(ticket, act));

/** 局长督办: signing and the report from the spot are owed while their clocks run, and the answer only afterwards. */
function owesInRework(ticket: Pick<Ticket, 'clocks'>, act: ClerkAct): boolean {
  if (act === 'sign') return running(ticket, 'sign').length > 0;
  const reports = running(ticket, 'onSite').length > 0;
  return act === 'reportOnSite' ? reports : act !== 'reply' || !reports;
}

const HANDS_OVER: ReadonlySet<string> = new Set<CallbackType>(['dispatched', 'reworkOrdered', 'decided']);

/** 派单, 重办, 审核决定: messages that put a ticket on the unit's desk, unless the decision took it off. */
export const handsOver = (type: string): boolean => HANDS_OVER.has(type);

/** `status`: as the message left the ticket. */
export const givesWork = (type: string, status: Status): boolean => handsOver(type) && allowedIn(status).length > 0;
