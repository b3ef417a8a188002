/**
 * 工单流转表: which command may be given by whom in which state, and where it leads. This table is the only place that
 * knows; `decide` asks it, and the state diagram in docs/states.md is drawn from it.
 */
import type { Actor } from '#schemas/event.ts';
import type { Status } from '#schemas/ticket.ts';
import type { Role } from './roles.ts';

export interface Transition {
  readonly command: string;
  /** More than one: the citizen, or an operator for the citizen on the line. */
  readonly by: Actor['kind'] | readonly Actor['kind'][];
  /** 岗位: which operators, where operators may. */
  readonly roles?: readonly Role[];
  /** Which units, where units may; the owner unless told. */
  readonly unit?: 'owner' | 'assisting';
  readonly from: readonly Status[];
  /** Every state that the command can lead to; empty when the state stays. */
  readonly to: readonly Status[];
  /** What must hold beside the state, in a few words for the diagram and the reader. */
  readonly requires?: string;
}

const OPEN = [
  'DISPATCHING',
  'AWAIT_SIGN',
  'SIGNED',
  'RETURN_REVIEW',
  'ARBITRATION',
  'HANDLING',
  'EXTENSION_REVIEW',
  'REPLIED',
  'AWAIT_VISIT',
  'REWORK',
] as const satisfies readonly Status[];
const ENDED = ['NOT_ACCEPTED', 'DIRECT_CLOSED', 'MERGED', 'CLOSED', 'CANCELLED'] as const satisfies readonly Status[];
const ANY = [...OPEN, ...ENDED, 'ARCHIVED'] as const satisfies readonly Status[];
const AT_WORK = ['HANDLING', 'EXTENSION_REVIEW', 'REWORK'] as const satisfies readonly Status[];
/** Before anybody has answered: what may still be joined to another ticket or taken apart. */
const UNANSWERED = [
  'DISPATCHING',
  'AWAIT_SIGN',
  'SIGNED',
  'RETURN_REVIEW',
  'ARBITRATION',
  ...AT_WORK,
] as const satisfies readonly Status[];

/** Whoever may decide: 派单员, 负责人. */
const DESK = ['dispatcher', 'leader'] as const satisfies readonly Role[];
const LEADER = ['leader'] as const satisfies readonly Role[];
/** 在编话务员 answer and refuse on the phone. */
const PHONE = ['agent', ...DESK] as const satisfies readonly Role[];
/** 外包话务员 (contractors), too: what the citizen on the line asks for. Handling may not be outsourced. */
const ANY_AGENT = ['agent', 'contractor', ...DESK] as const satisfies readonly Role[];

/** 待办结: states in which somebody still owes the citizen something. */
export const openStatuses: readonly Status[] = OPEN;
export const isOpen = (status: Status): boolean => openStatuses.includes(status);

export const transitions = [
  {
    command: 'register',
    by: 'system',
    from: ['REGISTERED'],
    to: ['AWAIT_SIGN', 'DISPATCHING'],
    requires: 'one owner, else the desk',
  },
  { command: 'tick', by: 'system', from: OPEN, to: [] },
  {
    command: 'recalculate',
    by: 'system',
    from: OPEN,
    to: [],
    requires: 'provisional deadlines whose days are official now',
  },
  {
    command: 'reroute',
    by: 'system',
    from: ['DISPATCHING'],
    to: ['AWAIT_SIGN'],
    requires: 'never dispatched; one owner after all that was said',
  },
  { command: 'recordFeedback', by: 'system', from: ANY, to: [] },
  { command: 'attachRecordings', by: 'system', from: ANY, to: [] },
  { command: 'recordContentCheck', by: 'system', from: ANY, to: [] },
  { command: 'answerByMain', by: 'system', from: ['MERGED', 'ARCHIVED'], to: [], requires: 'merged into that ticket' },
  { command: 'reworkByMain', by: 'system', from: ['MERGED', 'ARCHIVED'], to: [], requires: 'merged into that ticket' },
  { command: 'recordDeliveryLate', by: 'system', from: OPEN, to: [], requires: 'once per dispatch' },
  { command: 'recordDeliveryRecovered', by: 'system', from: ANY, to: [], requires: 'it was late' },

  {
    command: 'sign',
    by: 'department',
    from: ['AWAIT_SIGN', 'REWORK'],
    to: ['SIGNED', 'REWORK'],
    requires: 'in rework: under a director’s supervision, once',
  },
  { command: 'accept', by: 'department', from: ['SIGNED'], to: ['HANDLING'] },
  { command: 'contact', by: 'department', from: ['SIGNED', ...AT_WORK], to: [] },
  { command: 'progress', by: 'department', from: AT_WORK, to: [] },
  {
    command: 'reportOnSite',
    by: 'department',
    from: ['REWORK'],
    to: [],
    requires: 'under a director’s supervision, once',
  },
  { command: 'reply', by: 'department', from: ['HANDLING', 'REWORK'], to: ['REPLIED'] },
  {
    command: 'return',
    by: 'department',
    from: ['AWAIT_SIGN', 'SIGNED'],
    to: ['RETURN_REVIEW', 'ARBITRATION'],
    requires: 'not designated; once a unit; the third objection goes to arbitration',
  },
  {
    command: 'requestExtension',
    by: 'department',
    from: ['HANDLING'],
    to: ['EXTENSION_REVIEW'],
    requires: 'once; before the deadline; at most the district’s limit behind it',
  },
  { command: 'whistle', by: 'department', from: AT_WORK, to: [], requires: 'the owner is a town or a zone' },
  {
    command: 'reportIn',
    by: 'department',
    unit: 'assisting',
    from: AT_WORK,
    to: [],
    requires: 'called and not yet there',
  },
  { command: 'finishAssist', by: 'department', unit: 'assisting', from: AT_WORK, to: [], requires: 'reported in' },
  {
    command: 'handOver',
    by: ['department', 'operator'],
    roles: DESK,
    from: ['AWAIT_SIGN', 'SIGNED', ...AT_WORK],
    to: [],
    requires: 'to the other handler',
  },

  {
    command: 'assign',
    by: 'operator',
    roles: DESK,
    from: ['DISPATCHING', 'AWAIT_SIGN'],
    to: ['AWAIT_SIGN'],
    requires: 'a unit of the district; not designated',
  },
  {
    command: 'recordOpinion',
    by: 'operator',
    roles: DESK,
    from: ['DISPATCHING'],
    to: [],
    requires: 'the district has a second opinion',
  },
  {
    command: 'refuse',
    by: 'operator',
    roles: PHONE,
    from: ['DISPATCHING'],
    to: ['NOT_ACCEPTED'],
    requires: 'the lawful route',
  },
  {
    command: 'directClose',
    by: 'operator',
    roles: PHONE,
    from: ['DISPATCHING'],
    to: ['DIRECT_CLOSED'],
    requires: 'an answer',
  },
  { command: 'review', by: 'operator', roles: DESK, from: ['REPLIED'], to: ['AWAIT_VISIT', 'HANDLING', 'REWORK'] },
  { command: 'visitFailed', by: 'operator', roles: ANY_AGENT, from: ['AWAIT_VISIT'], to: [] },
  { command: 'rework', by: 'operator', roles: DESK, from: ['AWAIT_VISIT'], to: ['REWORK'] },
  { command: 'close', by: 'operator', roles: DESK, from: ['AWAIT_VISIT'], to: ['CLOSED'] },
  {
    command: 'reopen',
    by: 'operator',
    roles: DESK,
    from: ['CLOSED'],
    to: ['REWORK'],
    requires: 'within the district’s window',
  },
  { command: 'cancel', by: 'operator', roles: DESK, from: OPEN, to: ['CANCELLED'] },
  { command: 'archive', by: 'operator', roles: DESK, from: ENDED, to: ['ARCHIVED'] },
  {
    command: 'approveReturn',
    by: 'operator',
    roles: DESK,
    from: ['RETURN_REVIEW'],
    to: ['AWAIT_SIGN', 'DISPATCHING'],
    requires: 'another unit, else the desk',
  },
  { command: 'rejectReturn', by: 'operator', roles: DESK, from: ['RETURN_REVIEW'], to: ['AWAIT_SIGN'] },
  {
    command: 'arbitrate',
    by: 'operator',
    roles: DESK,
    from: ['RETURN_REVIEW', 'DISPATCHING'],
    to: ['ARBITRATION'],
  },
  {
    command: 'designate',
    by: 'operator',
    roles: LEADER,
    from: ['ARBITRATION', 'DISPATCHING', 'AWAIT_SIGN'],
    to: ['AWAIT_SIGN'],
    requires: 'no return from then on; again, when the wrong unit was named',
  },
  { command: 'approveExtension', by: 'operator', roles: DESK, from: ['EXTENSION_REVIEW'], to: ['HANDLING'] },
  { command: 'rejectExtension', by: 'operator', roles: DESK, from: ['EXTENSION_REVIEW'], to: ['HANDLING'] },
  {
    command: 'merge',
    by: 'operator',
    roles: DESK,
    from: UNANSWERED,
    to: ['MERGED'],
    requires: 'an open ticket that is itself not merged',
  },
  { command: 'absorb', by: 'operator', roles: DESK, from: OPEN, to: [], requires: 'with the merge of the other' },
  { command: 'split', by: 'operator', roles: DESK, from: UNANSWERED, to: [] },
  {
    command: 'registerSplit',
    by: 'operator',
    roles: DESK,
    from: ['REGISTERED'],
    to: ['AWAIT_SIGN'],
    requires: 'with the split of the other',
  },
  {
    command: 'suspend',
    by: 'operator',
    roles: DESK,
    from: ['HANDLING', 'REWORK'],
    to: [],
    requires:
      'an end date, until which clocks stand; so often as the district lets it; not while a supervision’s clocks run',
  },
  { command: 'resume', by: 'operator', roles: DESK, from: ['HANDLING', 'REWORK'], to: [], requires: 'suspended' },
  {
    command: 'setUrgency',
    by: 'operator',
    roles: DESK,
    from: OPEN,
    to: [],
    requires: 'another one; not suspended',
  },
  { command: 'supervise', by: 'operator', roles: DESK, from: OPEN, to: [], requires: 'a unit owns it' },
  { command: 'openJointHandling', by: 'operator', roles: DESK, from: UNANSWERED, to: [], requires: 'a unit owns it' },
  {
    command: 'recordTransfer',
    by: 'operator',
    roles: ANY_AGENT,
    from: ANY,
    to: [],
    requires: 'the ticket speaks of danger',
  },
  { command: 'noted', by: 'operator', roles: DESK, from: ANY, to: [], requires: 'a topic that waits' },
  { command: 'unmask', by: 'operator', roles: ['auditor'], from: ANY, to: [] },

  {
    command: 'urge',
    by: ['citizen', 'operator'],
    roles: ANY_AGENT,
    from: OPEN,
    to: [],
    requires: 'not again before the interval of the district is over',
  },
  {
    command: 'append',
    by: ['citizen', 'operator'],
    roles: ANY_AGENT,
    from: ANY,
    to: [],
    requires: 'after the end it goes to the desk',
  },
  { command: 'withdraw', by: ['citizen', 'operator'], roles: ANY_AGENT, from: OPEN, to: ['CANCELLED'] },
  {
    command: 'rate',
    by: ['citizen', 'operator'],
    roles: ANY_AGENT,
    from: ['AWAIT_VISIT', 'CLOSED'],
    to: ['CLOSED', 'REWORK'],
    requires:
      'once; closes when solved and satisfied; an enterprise’s dissatisfied one goes under the director’s supervision',
  },
] as const satisfies readonly Transition[];

export type CommandName = (typeof transitions)[number]['command'];

const byCommand = new Map<string, Transition>(transitions.map((row) => [row.command, row]));

/** Who may give the command, first the one whose it is. */
export const giversOf = ({ by }: Pick<Transition, 'by'>): readonly Actor['kind'][] =>
  typeof by === 'string' ? [by] : by;

export function transitionOf(command: CommandName): Transition {
  const row = byCommand.get(command);
  if (row === undefined) throw new RangeError('unknown command');
  return row;
}
