/**
 * 延期: asked for once and before the deadline, by at most so much; the finish clock runs on while the hotline decides. A limit of
 * working time is extended to the closing of the day that was named.
 */
import { dayOf, fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import { moveDeadline } from '#domain/sla/clock.ts';
import { deadline } from '#domain/sla/working-clock.ts';
import type { DepartmentCommand } from '#schemas/command.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { running, runningClocks, start } from './clocks.ts';
import type { CommandOf, DecideContext } from './command.ts';
import { type Outcome, reject } from './outcome.ts';

const BEHIND = 'the new deadline must lie behind the old one';
const TOO_FAR = 'the new deadline lies too far behind the old one';

export function askExtension(
  ticket: Ticket,
  command: Extract<DepartmentCommand, { command: 'requestExtension' }>,
  unit: string,
  context: DecideContext,
): Outcome {
  const { now, rules } = context;
  if (ticket.extension !== undefined) return reject('extensionLimit', 'a ticket is extended once');
  if (ticket.suspension !== undefined) return reject('ruleForbids', 'the ticket is suspended: its clocks stand');
  const finish = runningClocks(ticket).findLast((clock) => clock.id === 'finish');
  if (finish === undefined) return reject('ruleForbids', 'no finish clock is running');
  const due = fromIso(finish.dueAt);
  if (now >= due) return reject('tooLate', 'an extension is asked for before the deadline');
  const day = fromIso(command.newDeadline);
  const latest = deadline(rules.calendar, due, rules.profile.extension.limit).dueAt;
  // First by the day: the calendar does not know every year that somebody may type.
  if (dayOf(day) < dayOf(due)) return reject('ruleForbids', BEHIND);
  if (dayOf(day) > dayOf(latest)) return reject('ruleForbids', TOO_FAR);
  const asked = finish.limit.unit === 'naturalMinutes' ? day : rules.calendar.closingOn(day);
  if (asked === undefined) return reject('ruleForbids', 'the new deadline lies on a day off');
  if (asked <= due) return reject('ruleForbids', BEHIND);
  if (asked > latest) return reject('ruleForbids', TOO_FAR);
  const key = `extension-${ticket.version + 1}`;
  return {
    drafts: [
      {
        type: 'extensionRequested',
        unit,
        newDeadline: toShanghai(asked),
        noteKey: key,
        start: [start(ticket, 'extensionReview', context.desk, context)],
      },
    ],
    texts: [{ key, text: { kind: 'note', text: command.reason } }],
  };
}

export function approveExtension(
  ticket: Ticket,
  { reason }: CommandOf<'approveExtension'>,
  { rules, now }: DecideContext,
): Outcome {
  const finish = runningClocks(ticket).findLast((clock) => clock.id === 'finish');
  const newDeadline = ticket.extension?.newDeadline;
  if (finish === undefined || newDeadline === undefined) return reject('ruleForbids', 'there is nothing to extend');
  if (fromIso(newDeadline) <= now) return reject('tooLate', 'the deadline that was asked for has passed');
  if (fromIso(newDeadline) <= fromIso(finish.dueAt)) {
    return reject('ruleForbids', 'the ticket has more time by now than was asked for: reject the extension');
  }
  return {
    drafts: [
      {
        type: 'extensionApproved',
        reason,
        newDeadline,
        stop: running(ticket, 'extensionReview', 'finish'),
        start: [moveDeadline(rules, finish, fromIso(newDeadline), now, ticket.clocks)],
        tell: [{ to: ticket.owner, type: 'decided' }],
      },
    ],
  };
}

export const rejectExtension = (ticket: Ticket, { reason }: CommandOf<'rejectExtension'>): Outcome => ({
  drafts: [
    {
      type: 'extensionRejected',
      reason,
      stop: running(ticket, 'extensionReview'),
      tell: [{ to: ticket.owner, type: 'decided' }],
    },
  ],
});
