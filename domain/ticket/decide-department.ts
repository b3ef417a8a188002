/** Commands of the owning unit (承办单位) and of those that work along. A unit never closes its own ticket. */
import type { DepartmentCommand } from '#schemas/command.ts';
import type { Actor } from '#schemas/event.ts';
import type { HandlerRole, Ticket } from '#schemas/ticket.ts';
import { contact, running, start } from './clocks.ts';
import type { DecideContext } from './command.ts';
import { finishAssist, reportIn, whistle } from './decide-assist.ts';
import { askExtension } from './decide-extension.ts';
import { resumed } from './decide-pause.ts';
import { askReturn } from './decide-return.ts';
import { reportOnSite } from './director.ts';
import { type Outcome, reject } from './outcome.ts';
import { calledOff } from './partners.ts';

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
      if (ticket.status === 'REWORK') {
        const stop = running(ticket, 'sign');
        return stop.length === 0
          ? reject('ruleForbids', 'a rework is not signed again')
          : { drafts: [{ type: 'signed', unit, stop }] };
      }
      return {
        drafts: [
          {
            type: 'signed',
            unit,
            stop: running(ticket, 'sign'),
            start: [start(ticket, 'accept', unit, context), ...contact(ticket, unit, context)],
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
      if (running(ticket, 'onSite').length > 0) return reject('ruleForbids', 'the report from the spot comes first');
      // Work that is answered no longer stands; its clocks go on for the case that the answer is refused.
      const over = resumed(ticket, context);
      const key = `answer-${ticket.version + (over === undefined ? 1 : 2)}`;
      return {
        drafts: [
          ...(over === undefined ? [] : [over]),
          {
            type: 'replied',
            unit,
            resultCode: command.resultCode,
            textKey: key,
            stop: [...running(ticket), ...(over?.start ?? []).map(({ instance }) => instance)],
            start: [start(ticket, 'replyReview', context.desk, context)],
            tell: calledOff(ticket),
          },
        ],
        texts: [{ key, text: { kind: 'answer', internal: command.handling, public: command.publicAnswer } }],
      };
    }
    case 'return':
      return askReturn(ticket, command, unit, context);
    case 'requestExtension':
      return askExtension(ticket, command, unit, context);
    case 'whistle':
      return whistle(ticket, command, context);
    case 'reportIn':
      return reportIn(ticket, command, unit, context);
    case 'finishAssist':
      return finishAssist(ticket, command, unit);
    case 'reportOnSite':
      return reportOnSite(ticket, command, unit, context);
    case 'handOver':
      return handOver(ticket, command);
  }
}

/** 交接: by the unit itself, or by the hotline for it. */
export function handOver(
  ticket: Ticket,
  { to, reason }: { readonly to: HandlerRole; readonly reason: string },
): Outcome {
  if (ticket.handler === to) return reject('ruleForbids', 'that handler holds the ticket already');
  const tell = [{ to: ticket.owner, type: 'handedOver' as const }];
  return { drafts: [{ type: 'handedOver', reason, unit: ticket.owner, to, why: 'command', tell }] };
}
