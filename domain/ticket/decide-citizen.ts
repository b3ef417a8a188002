/**
 * Commands of the citizen: rate, urge, append, withdraw; the agent may say them for the citizen on the line. A rating is
 * a visit: solved and satisfied closes the ticket, anything else leaves it to the hotline.
 */
import { fromIso } from '#domain/calendar/shanghai.ts';
import { deadline } from '#domain/sla/working-clock.ts';
import type { CallbackType } from '#schemas/event.ts';
import type { Danger } from '#schemas/routing.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { becomesCritical } from './attention.ts';
import { running } from './clocks.ts';
import type { Append, CitizenCommand, DecideContext, OnBehalfCommand, Rate } from './command.ts';
import { closed } from './decide-hotline.ts';
import { othersWait } from './decide-merge.ts';
import { directed, isSatisfied } from './director.ts';
import type { Draft } from './drafts.ts';
import { type Outcome, reject } from './outcome.ts';
import { allCalledOff } from './partners.ts';
import { atUrgency } from './replan.ts';
import { isOpen } from './transitions.ts';

/** Additions that one ticket takes from a form: more is no request any more, and the hotline can still write them. */
const MOST_ADDITIONS = 30;

export function decideByCitizen(
  ticket: Ticket,
  command: CitizenCommand | OnBehalfCommand,
  context: DecideContext,
): Outcome {
  const outcome = said(ticket, command, context);
  if ('code' in outcome || !('reason' in command)) return outcome;
  const { reason } = command;
  return { ...outcome, drafts: outcome.drafts.map((draft) => ({ ...draft, reason })) };
}

function said(ticket: Ticket, command: CitizenCommand | OnBehalfCommand, context: DecideContext): Outcome {
  switch (command.command) {
    case 'rate':
      return rate(ticket, command, context);
    case 'urge':
      return urge(ticket, context);
    case 'append':
      return append(ticket, command, context);
    case 'withdraw':
      if (ticket.merged.length > 0) return othersWait();
      return {
        drafts: [
          {
            type: 'cancelled',
            stop: running(ticket),
            tell: [...tellOwner(ticket, 'withdrawn', context), ...allCalledOff(ticket)],
          },
        ],
      };
  }
}

/** 补充. What comes after the end is the desk's to read: the unit has done with the ticket. */
function append(
  ticket: Ticket,
  command: Append | Extract<OnBehalfCommand, { command: 'append' }>,
  context: DecideContext,
): Outcome {
  const { text, attachments, danger, saidAt }: Append = command;
  if (danger === undefined && saidAt === undefined && !('reason' in command) && ticket.additions >= MOST_ADDITIONS) {
    return reject('ruleForbids', `a ticket takes ${MOST_ADDITIONS} additions; the hotline can write more`);
  }
  const key = `append-${ticket.version + 1}`;
  const tell = isOpen(ticket.status) ? tellOwner(ticket, 'appended', context) : [];
  // What the desk has to do with it is urgent from now on; its clocks know that at once.
  const clocks = danger !== undefined && becomesCritical(ticket) ? atUrgency(ticket, 'critical', context) : {};
  return {
    drafts: [
      {
        type: 'appended',
        noteKey: key,
        ...(saidAt === undefined ? {} : { saidAt }),
        ...(danger === undefined ? {} : { danger: true as const }),
        ...clocks,
        tell,
      },
      ...(danger === undefined ? [] : [advised(danger)]),
    ],
    texts: [
      { key, text: { kind: 'note', text, ...(attachments === undefined ? {} : { attachments: [...attachments] }) } },
    ],
  };
}

/** 紧急告知: what the answer to the caller says at this moment. */
export const advised = ({ numbers, phrase }: Danger): Draft => ({
  type: 'emergencyAdvised',
  numbers: [...numbers],
  phrase,
});

const tellOwner = (ticket: Ticket, type: CallbackType, context: DecideContext) =>
  ticket.owner === context.desk ? [] : [{ to: ticket.owner, type }];

/** 催办: the owner hears of it, but not of every tap on the button. */
function urge(ticket: Ticket, context: DecideContext): Outcome {
  const { calendar, profile } = context.rules;
  const last = ticket.urged;
  if (last !== undefined && context.now < deadline(calendar, fromIso(last.at), profile.urgeInterval.limit).dueAt) {
    return reject('ruleForbids', 'the ticket was urged a short while ago; the unit has been told');
  }
  const times = (last?.times ?? 0) + 1;
  return { drafts: [{ type: 'urged', times, tell: tellOwner(ticket, 'urged', context) }] };
}

function rate(ticket: Ticket, { solved, satisfaction, comment }: Rate, context: DecideContext): Outcome {
  if (ticket.rating !== undefined) return reject('ruleForbids', 'the ticket is rated already');
  const key = `rating-${ticket.version + 1}`;
  const rated: Draft = { type: 'rated', solved, satisfaction, ...(comment === undefined ? {} : { commentKey: key }) };
  const ends = ticket.status === 'AWAIT_VISIT' ? [closed(ticket, 'citizen')] : [];
  // 局长督办 begins with the rating itself; of all others the desk decides.
  const follows = isSatisfied({ solved, satisfaction }) ? ends : directed(ticket, context);
  return {
    drafts: [rated, ...follows],
    texts: comment === undefined ? [] : [{ key, text: { kind: 'note', text: comment } }],
  };
}
