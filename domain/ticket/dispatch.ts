/** 派单 to a unit by a person: one owner, its clocks, and who hears of it. */
import type { CallbackType } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { carryOn, running, start } from './clocks.ts';
import type { DecideContext, Rejection } from './command.ts';
import type { Draft } from './drafts.ts';
import { reject } from './outcome.ts';
import { leftOut } from './partners.ts';
import { underUrgency } from './replan.ts';

export interface Dispatch {
  readonly owner: string;
  readonly reason: string;
  readonly round: number;
  readonly coHandlers?: readonly string[];
  readonly category?: string | undefined;
  readonly townCode?: string | undefined;
  readonly urgency?: Ticket['urgency'] | undefined;
  readonly designated?: true;
  /** Who hears of it first: an owner that loses it. */
  readonly tellBefore: readonly { readonly to: string; readonly type: CallbackType }[];
}

/** The draft of a `dispatched`; the citizen's deadline goes on unless the urgency changes. */
export function dispatchTo(ticket: Ticket, dispatch: Dispatch, context: DecideContext): Draft | Rejection {
  const { owner, reason, round, coHandlers = ticket.coHandlers, category, townCode, designated, tellBefore } = dispatch;
  const helpers = coHandlers.filter((unit) => unit !== owner);
  if (![owner, ...helpers].every((unit) => context.isUnit(unit))) {
    return reject('unknownUnit', 'no such unit in the district');
  }
  if (category !== undefined && !context.isCategory(category)) {
    return reject('unknownCategory', 'no such category in the catalogue');
  }
  if (townCode !== undefined && !context.isTown(townCode)) return reject('unknownTown', 'no such town in the district');
  if (owner === context.desk) return reject('ruleForbids', 'the desk refuses or closes directly, it does not own');
  const urgency = dispatch.urgency ?? ticket.urgency;
  const as = { ...ticket, urgency };
  // A district that changes its limits doesn't change what was promised before.
  const carried = carryOn(ticket, 'finish', owner, context).map((clock) =>
    urgency === ticket.urgency ? clock : underUrgency(ticket, clock, urgency, context),
  );
  const finish = carried.length > 0 ? carried : [start(as, 'finish', owner, context)];
  return {
    type: 'dispatched',
    reason,
    owner,
    coHandlers: helpers,
    ...(category === undefined ? {} : { categoryCode: category }),
    ...(townCode === undefined ? {} : { townCode }),
    urgency,
    round,
    handler: context.handlerOf(owner),
    ...(designated === undefined ? {} : { designated }),
    stop: running(ticket),
    start: [start(as, 'sign', owner, context), ...finish],
    tell: [...tellBefore, ...leftOut(ticket, owner, helpers), { to: owner, type: 'dispatched' }],
  };
}
