/**
 * 并单与拆单: two tickets change in one transaction, so that neither can be lost between them. A merged ticket is answered by
 * the one that it was merged into; a part that was split off is a ticket of its own.
 */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { running, start } from './clocks.ts';
import type { Absorb, AnswerByMain, CommandOf, DecideContext, RegisterSplit, ReworkByMain } from './command.ts';
import { dispatchTo } from './dispatch.ts';
import { type Outcome, reject } from './outcome.ts';
import { allCalledOff } from './partners.ts';
import { isOpen } from './transitions.ts';

/** So many tickets may hang on one: what is more is a campaign, and the desk answers it as one. */
const MOST_MERGED = 50;

/** The side of the ticket that ends. `context.other` is the one that answers for it. */
export function merge(ticket: Ticket, { into, reason }: CommandOf<'merge'>, context: DecideContext): Outcome {
  const main = context.other;
  if (into === ticket.ticketNo) return reject('ruleForbids', 'a ticket is not merged into itself');
  if (main?.ticketNo !== into) return reject('unknownTicket', 'there is no such ticket to merge into');
  if (!isOpen(main.status)) return reject('ruleForbids', 'the other ticket has ended');
  if (outranks(ticket, main)) {
    return reject('ruleForbids', 'the more urgent ticket must be the one that goes on: merge the other into it');
  }
  if (main.merged.length >= MOST_MERGED) return reject('ruleForbids', 'the other ticket has as many as it bears');
  return {
    drafts: [
      {
        type: 'merged',
        reason,
        into,
        stop: running(ticket),
        tell: [
          ...(ticket.owner === context.desk ? [] : [{ to: ticket.owner, type: 'withdrawn' as const }]),
          ...allCalledOff(ticket),
        ],
      },
    ],
  };
}

const URGENCIES: readonly Ticket['urgency'][] = ['normal', 'urgent', 'critical'];
/** Danger and the shorter limit must not end in a ticket that knows neither. */
const outranks = (one: Ticket, other: Ticket): boolean =>
  URGENCIES.indexOf(one.urgency) > URGENCIES.indexOf(other.urgency) || (one.flags.danger && !other.flags.danger);

/** Whoever asked the same still waits for this one's answer: it can't just end. */
export const othersWait = (): Outcome =>
  reject('ruleForbids', 'other requests were merged into this ticket and wait for its answer');

/** The side of the ticket that goes on. */
export function absorb(ticket: Ticket, { from, reason }: Absorb, context: DecideContext): Outcome {
  const tell = ticket.owner === context.desk ? [] : [{ to: ticket.owner, type: 'merged' as const }];
  return { drafts: [{ type: 'absorbed', reason, from, tell }] };
}

const NOT_MERGED = 'the ticket was not merged into that one';

/** What the main ticket was answered, for the citizen of a merged one. The queue may bring a newer answer first: that one stays. */
export function answerByMain(ticket: Ticket, command: AnswerByMain): Outcome {
  const { main, mainSeq, by, resultCode, publicAnswer } = command;
  if (ticket.mergedInto !== main) return reject('ruleForbids', NOT_MERGED);
  if (mainSeq <= (ticket.mainSeq ?? 0)) return { drafts: [] };
  const key = `answer-${ticket.version + 1}`;
  return {
    drafts: [{ type: 'answeredByMain', main, mainSeq, ...(by === undefined ? {} : { by }), resultCode, textKey: key }],
    texts: [{ key, text: { kind: 'answer', internal: '', public: publicAnswer } }],
  };
}

/** What was answered holds no more: nobody may read it as the answer until the main ticket has another one. */
export function reworkByMain(ticket: Ticket, { main, mainSeq }: ReworkByMain): Outcome {
  if (ticket.mergedInto !== main) return reject('ruleForbids', NOT_MERGED);
  if (mainSeq <= (ticket.mainSeq ?? 0)) return { drafts: [] };
  return { drafts: [{ type: 'reworkedByMain', main, mainSeq }] };
}

/** The side of the ticket that a part is taken from; `newTicketNo` was drawn for the part. */
export function split({ newTicketNo, owner, category, reason }: CommandOf<'split'>, context: DecideContext): Outcome {
  if (newTicketNo === undefined) return reject('ruleForbids', 'the part has no number yet');
  if (!context.isUnit(owner) || owner === context.desk) return reject('unknownUnit', 'no such unit in the district');
  if (category !== undefined && !context.isCategory(category)) {
    return reject('unknownCategory', 'no such category in the catalogue');
  }
  return { drafts: [{ type: 'splitOff', reason, to: newTicketNo }] };
}

/** The part as a ticket of its own: of the same citizen, by the same channel, with a deadline of its own. */
export function registerSplit(command: RegisterSplit, context: DecideContext): Outcome {
  const { parent, title, content, owner, category, reason } = command;
  const { kind, urgency } = parent;
  const registered = {
    type: 'registered' as const,
    reason,
    channel: parent.channel,
    channelRef: `${parent.channelRef}#${parent.splitInto.length + 1}`,
    kind,
    urgency,
    flags: parent.flags,
    callerToken: parent.callerToken,
    queryKeyId: parent.queryKeyId,
    textKey: 'request',
    publicConsent: false,
    receivedAt: toShanghai(context.now),
    splitFrom: parent.ticketNo,
  };
  const blank = { ...parent, clocks: [], coHandlers: [], joint: undefined, townCode: undefined };
  const dispatched = dispatchTo(
    blank,
    { owner, reason, round: 1, category, townCode: parent.townCode, tellBefore: [] },
    context,
  );
  if ('code' in dispatched) return dispatched;
  const clocks = [start(blank, 'sign', owner, context), start(blank, 'finish', owner, context)];
  return {
    drafts: [registered, { ...dispatched, stop: [], start: clocks }],
    texts: [{ key: 'request', text: { kind: 'request', title, content, attachments: [], recordings: [] } }],
  };
}
