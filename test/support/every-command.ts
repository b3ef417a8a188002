/** A ticket in every state, and for every command of the table a scene in which it is allowed. */
import type { TicketCommand } from '#domain/ticket/command.ts';
import { isAssisting } from '#domain/ticket/decide-assist.ts';
import type { CommandName } from '#domain/ticket/transitions.ts';
import type { Status, Ticket } from '#schemas/ticket.ts';
import {
  decision,
  dispatcher,
  HOUR,
  leader,
  register,
  reply,
  Story,
  storyUntil,
  system,
  unit,
} from './ticket-world.ts';

export const OWNER = 'guanbuqiao';
export const HELPER = 'zhujian';
export const owner = unit(OWNER);
const reason = '测试';
const DAY = 24 * HOUR;

export const askReturn = {
  command: 'return',
  reasonCode: 'notOurDuty',
  reason: '不属本单位职责',
  legalBasis: '《测试条例》第一条',
  suggestedDepartment: 'renshe',
} as const;
export const later = (story: Story, ms: number): string => new Date(story.now + ms).toISOString();
export const askExtension = (story: Story) =>
  ({
    command: 'requestExtension',
    newDeadline: later(story, 9 * DAY),
    reason: '须会同有关部门核查',
  }) as const;

/** The other ticket of a merge: open, of the same unit. */
export const other = (): Ticket => new Story().give(register({ ticketNo: 'XA2026112300000026' }), system).is;
export const OTHER = 'XA2026112300000026';

const undecided = () => new Story().give(register({}, { disposition: 'desk', owner: 'hotline' }), system);
const atHandling = () => storyUntil('HANDLING');

const scenes: Readonly<Record<Status, () => Story>> = {
  REGISTERED: () => new Story(),
  DISPATCHING: undecided,
  AWAIT_SIGN: () => storyUntil('AWAIT_SIGN'),
  SIGNED: () => storyUntil('SIGNED'),
  RETURN_REVIEW: () => storyUntil('SIGNED').give(askReturn, owner),
  ARBITRATION: () => storyUntil('SIGNED').give(askReturn, owner).give({ command: 'arbitrate', reason }, dispatcher),
  HANDLING: atHandling,
  EXTENSION_REVIEW: () => {
    const story = atHandling();
    return story.give(askExtension(story), owner);
  },
  REPLIED: () => storyUntil('REPLIED'),
  AWAIT_VISIT: () => storyUntil('AWAIT_VISIT'),
  REWORK: () => storyUntil('AWAIT_VISIT').give({ command: 'rework', reason }, dispatcher),
  CLOSED: () => storyUntil('CLOSED'),
  ARCHIVED: () => storyUntil('CLOSED').give({ command: 'archive', reason }, dispatcher),
  NOT_ACCEPTED: () => undecided().give({ command: 'refuse', lawfulRoute: '诉讼', reason }, dispatcher),
  DIRECT_CLOSED: () =>
    undecided().give({ command: 'directClose', resultCode: 'explained', publicAnswer: '可以。', reason }, dispatcher),
  MERGED: () => storyUntil('SIGNED').give({ command: 'merge', into: OTHER, reason }, dispatcher, other()),
  CANCELLED: () => storyUntil('SIGNED').give({ command: 'cancel', reason }, dispatcher),
};
export const inState = (status: Status): Story => scenes[status]();

/** 局长督办: an enterprise was not satisfied. */
export const directed = (): Story =>
  new Story()
    .give(register({ enterprise: true }), system)
    .give({ command: 'sign' }, owner)
    .give({ command: 'accept' }, owner)
    .give(reply, owner)
    .give({ command: 'review', approve: true, reason }, dispatcher)
    .give({ command: 'rate', solved: false, satisfaction: 'dissatisfied' }, { kind: 'citizen' });

/** Brings a ticket of that state to where the command has something to do; states that can't be brought there stay. */
function ready(story: Story, command: CommandName): Story {
  const at = (...states: Status[]) => story.ticket !== undefined && states.includes(story.is.status);
  const working = at('HANDLING', 'EXTENSION_REVIEW', 'REWORK');
  switch (command) {
    case 'reportIn':
      return working ? story.give({ command: 'whistle', units: [HELPER], reason }, owner) : story;
    case 'finishAssist':
      return working ? ready(story, 'reportIn').give({ command: 'reportIn' }, unit(HELPER)) : story;
    case 'resume':
      return at('HANDLING', 'REWORK')
        ? story.give({ command: 'suspend', until: later(story, 5 * DAY), reason }, dispatcher)
        : story;
    case 'recordTransfer':
    case 'noted':
      if (story.ticket === undefined) return story;
      return story.give(
        { command: 'append', text: '着火了', danger: { numbers: ['119'], phrase: '着火' } },
        { kind: 'citizen' },
      );
    case 'sign':
    case 'reportOnSite':
      return at('REWORK') ? directed() : story;
    case 'answerByMain':
    case 'reworkByMain':
      // An archived ticket that was merged before.
      return at('ARCHIVED') ? scenes.MERGED().give({ command: 'archive', reason }, dispatcher) : story;
    default:
      return story;
  }
}

/** A command of that name that the scene allows. */
function sample(command: CommandName, story: Story): TicketCommand {
  switch (command) {
    case 'register':
      return register();
    case 'reroute':
      return { command, decision: decision() };
    case 'recordFeedback':
      return { command, forSeq: 2, notice: 'accepted', channel: 'sms', outcome: 'sent' };
    case 'attachRecordings':
      return { command, recordings: [{ id: 'r1', url: 'https://records.test/r1' }] };
    case 'recordContentCheck':
      return { command, outcome: 'passed' };
    case 'reworkByMain':
      return { command, main: OTHER, mainSeq: 7 };
    case 'answerByMain':
      return { command, main: OTHER, mainSeq: 7, resultCode: 'solved', publicAnswer: '已办结。' };
    case 'progress':
    case 'reportOnSite':
    case 'finishAssist':
      return { command, note: '在办' };
    case 'reply':
      return reply;
    case 'return':
      return askReturn;
    case 'requestExtension':
      return askExtension(story);
    case 'whistle':
      return { command, units: ['renshe'], reason };
    case 'handOver':
      return { command, to: 'B', reason };
    case 'assign':
      return { command, owner: story.ticket?.owner === 'renshe' ? 'zhujian' : 'renshe', reason };
    case 'recordOpinion':
      return { command, model: 'm', candidates: [] };
    case 'refuse':
      return { command, lawfulRoute: '诉讼', reason };
    case 'directClose':
      return { command, resultCode: 'explained', publicAnswer: '可以。', reason };
    case 'review':
      return { command, approve: true, reason };
    case 'designate':
      return { command, owner: 'renshe', reason };
    case 'merge':
      return { command, into: OTHER, reason };
    case 'absorb':
      return { command, from: OTHER, reason };
    case 'split':
      return { command, title: '另一件事', content: '路灯不亮', owner: 'zhujian', reason, newTicketNo: OTHER };
    case 'registerSplit':
      return {
        command,
        ticketNo: OTHER,
        parent: storyUntil('SIGNED').is,
        title: '另一件事',
        content: '路灯不亮',
        owner: 'zhujian',
        reason,
      };
    case 'setUrgency':
      return { command, urgency: story.ticket?.urgency === 'urgent' ? 'normal' : 'urgent', reason };
    case 'suspend':
      return { command, until: later(story, 5 * DAY), reason };
    case 'supervise':
      return { command, level: 'office', reason };
    case 'openJointHandling':
      return { command, units: ['renshe', 'zhujian'], reason };
    case 'recordTransfer':
      return { command, number: '119', outcome: 'reported', reason };
    case 'noted':
      return { command, topic: 'danger', reason };
    case 'append':
      return { command, text: '补充' };
    case 'rate':
      return { command, solved: true, satisfaction: 'satisfied' };
    case 'tick':
    case 'recalculate':
    case 'sign':
    case 'accept':
    case 'contact':
    case 'reportIn':
    case 'urge':
    case 'withdraw':
      return { command } as TicketCommand;
    default:
      return { command, reason } as TicketCommand;
  }
}

/** What an operator says for the citizen carries a reason. */
const onBehalf = (command: TicketCommand): TicketCommand =>
  ['append', 'rate', 'urge', 'withdraw'].includes(command.command)
    ? ({ ...command, reason } as TicketCommand)
    : command;

export interface Scene {
  readonly story: Story;
  /** As a citizen, a unit or the system gives it. */
  readonly command: TicketCommand;
  readonly asOperator: TicketCommand;
}

/**
 * A ticket in that state with something to do for the command. `supervise` and its like need an owner: at the desk they are
 * refused by rule.
 */
export function sceneFor(name: CommandName, status: Status): Scene {
  const story = ready(inState(status), name);
  const command = sample(name, story);
  return { story, command, asOperator: onBehalf(command) };
}

export const helperOf = (story: Story): string | undefined =>
  story.ticket === undefined ? undefined : [HELPER].find((id) => isAssisting(story.is, id));
export { leader };
