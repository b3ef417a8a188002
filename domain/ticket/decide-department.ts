/** Commands of the owning unit (承办单位): sign, accept, contact, progress, reply. It never closes its own ticket. */
import type { DepartmentCommand } from '#schemas/command.ts';
import type { Actor } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { running, start } from './clocks.ts';
import type { DecideContext } from './command.ts';
import { type Outcome, reject } from './outcome.ts';

export function decideByDepartment(
  ticket: Ticket,
  command: DepartmentCommand,
  actor: Actor,
  context: DecideContext,
): Outcome {
  if (actor.kind !== 'department') return reject('roleForbids', 'a command of a unit');
  const unit = actor.id;
  switch (command.command) {
    case 'sign':
      return {
        drafts: [
          {
            type: 'signed',
            unit,
            stop: running(ticket, 'sign'),
            start: [start(ticket, 'accept', unit, context), start(ticket, 'contact', unit, context)],
          },
        ],
      };
    case 'accept':
      return { drafts: [{ type: 'accepted', unit, stop: running(ticket, 'accept') }] };
    case 'contact': {
      const key = `contact-${ticket.version + 1}`;
      const stop = running(ticket, 'contact');
      return command.note === undefined
        ? { drafts: [{ type: 'contacted', unit, stop }] }
        : {
            drafts: [{ type: 'contacted', unit, stop, noteKey: key }],
            texts: [{ key, text: { kind: 'note', text: command.note } }],
          };
    }
    case 'progress': {
      const key = `progress-${ticket.version + 1}`;
      return {
        drafts: [{ type: 'progressed', unit, noteKey: key }],
        texts: [{ key, text: { kind: 'note', text: command.note } }],
      };
    }
    case 'reply': {
      const key = `answer-${ticket.version + 1}`;
      return {
        drafts: [
          {
            type: 'replied',
            unit,
            resultCode: command.resultCode,
            textKey: key,
            stop: running(ticket, 'contact', 'finish', 'rework'),
            start: [start(ticket, 'replyReview', context.desk, context)],
          },
        ],
        texts: [{ key, text: { kind: 'answer', internal: command.handling, public: command.publicAnswer } }],
      };
    }
    case 'return':
    case 'requestExtension':
    case 'whistle':
    case 'reportIn':
      return reject('notYetSupported', `${command.command} is modelled, but not answered yet`);
  }
}
