/**
 * 工单流转表: which command may be given by whom in which state, and where it leads. This table is the only place that
 * knows; `decide` asks it, and the state diagram in docs/states.md is drawn from it.
 */
import type { Actor } from '#schemas/event.ts';
import type { Status } from '#schemas/ticket.ts';

export interface Transition {
  readonly command: string;
  /** More than one: the citizen, or an operator for the citizen on the line. */
  readonly by: Actor['kind'] | readonly Actor['kind'][];
  readonly from: readonly Status[];
  /** Every state that the command can lead to; empty when the state stays. */
  readonly to: readonly Status[];
  /** What must hold beside the state, in a few words for the diagram and the reader. */
  readonly requires?: string;
  /** Commands of the life cycle that are modelled but not answered yet. */
  readonly later?: true;
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
    command: 'reroute',
    by: 'system',
    from: ['DISPATCHING'],
    to: ['AWAIT_SIGN'],
    requires: 'never dispatched; one owner after all that was said',
  },
  { command: 'recordFeedback', by: 'system', from: ANY, to: [] },
  { command: 'attachRecordings', by: 'system', from: ANY, to: [] },
  { command: 'recordContentCheck', by: 'system', from: ANY, to: [] },
  { command: 'recordDeliveryLate', by: 'system', from: OPEN, to: [], requires: 'once per dispatch' },
  { command: 'recordDeliveryRecovered', by: 'system', from: ANY, to: [], requires: 'it was late' },

  { command: 'sign', by: 'department', from: ['AWAIT_SIGN'], to: ['SIGNED'], requires: 'owner' },
  { command: 'accept', by: 'department', from: ['SIGNED'], to: ['HANDLING'], requires: 'owner' },
  { command: 'contact', by: 'department', from: ['SIGNED', ...AT_WORK], to: [], requires: 'owner' },
  { command: 'progress', by: 'department', from: AT_WORK, to: [], requires: 'owner' },
  { command: 'reply', by: 'department', from: ['HANDLING', 'REWORK'], to: ['REPLIED'], requires: 'owner' },
  {
    command: 'return',
    by: 'department',
    from: ['AWAIT_SIGN', 'SIGNED'],
    to: ['RETURN_REVIEW', 'ARBITRATION'],
    requires: 'owner',
    later: true,
  },
  {
    command: 'requestExtension',
    by: 'department',
    from: ['HANDLING'],
    to: ['EXTENSION_REVIEW'],
    requires: 'owner',
    later: true,
  },
  { command: 'whistle', by: 'department', from: AT_WORK, to: [], requires: 'owner is a town', later: true },
  { command: 'reportIn', by: 'department', from: AT_WORK, to: [], requires: 'whistled unit', later: true },

  {
    command: 'assign',
    by: 'operator',
    from: ['DISPATCHING', 'AWAIT_SIGN'],
    to: ['AWAIT_SIGN'],
    requires: 'a unit of the district',
  },
  { command: 'refuse', by: 'operator', from: ['DISPATCHING'], to: ['NOT_ACCEPTED'], requires: 'the lawful route' },
  { command: 'directClose', by: 'operator', from: ['DISPATCHING'], to: ['DIRECT_CLOSED'], requires: 'an answer' },
  { command: 'review', by: 'operator', from: ['REPLIED'], to: ['AWAIT_VISIT', 'HANDLING', 'REWORK'] },
  { command: 'rework', by: 'operator', from: ['AWAIT_VISIT'], to: ['REWORK'] },
  { command: 'close', by: 'operator', from: ['AWAIT_VISIT'], to: ['CLOSED'] },
  { command: 'cancel', by: 'operator', from: OPEN, to: ['CANCELLED'] },
  { command: 'archive', by: 'operator', from: ENDED, to: ['ARCHIVED'] },
  { command: 'approveReturn', by: 'operator', from: ['RETURN_REVIEW'], to: ['AWAIT_SIGN', 'DISPATCHING'], later: true },
  { command: 'rejectReturn', by: 'operator', from: ['RETURN_REVIEW'], to: ['AWAIT_SIGN'], later: true },
  {
    command: 'designate',
    by: 'operator',
    from: ['ARBITRATION', 'DISPATCHING'],
    to: ['AWAIT_SIGN'],
    requires: 'leader',
    later: true,
  },
  { command: 'approveExtension', by: 'operator', from: ['EXTENSION_REVIEW'], to: ['HANDLING'], later: true },
  { command: 'rejectExtension', by: 'operator', from: ['EXTENSION_REVIEW'], to: ['HANDLING'], later: true },
  { command: 'merge', by: 'operator', from: OPEN, to: ['MERGED'], later: true },
  { command: 'suspend', by: 'operator', from: AT_WORK, to: [], later: true },
  { command: 'resume', by: 'operator', from: AT_WORK, to: [], later: true },
  { command: 'supervise', by: 'operator', from: OPEN, to: [], later: true },
  { command: 'openJointHandling', by: 'operator', from: OPEN, to: [], later: true },
  { command: 'noted', by: 'operator', from: ANY, to: [], requires: 'a topic that waits' },

  {
    command: 'urge',
    by: ['citizen', 'operator'],
    from: OPEN,
    to: [],
    requires: 'not again before the interval of the district is over',
  },
  {
    command: 'append',
    by: ['citizen', 'operator'],
    from: ANY,
    to: [],
    requires: 'after the end it goes to the desk',
  },
  { command: 'withdraw', by: ['citizen', 'operator'], from: OPEN, to: ['CANCELLED'] },
  {
    command: 'rate',
    by: ['citizen', 'operator'],
    from: ['AWAIT_VISIT', 'CLOSED'],
    to: ['CLOSED'],
    requires: 'once; closes when solved and satisfied',
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
