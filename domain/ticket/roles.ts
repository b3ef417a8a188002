/** 岗位权限: what each role of the hotline office may do. Whoever may not decide may still look. */
import type { HotlineCommand } from '#schemas/command.ts';

export const roles = ['agent', 'dispatcher', 'leader', 'auditor'] as const;
/** 话务员, 派单员, 负责人, 审计员 */
export type Role = (typeof roles)[number];

export const isRole = (value: unknown): value is Role => roles.some((role) => role === value);

/** An agent answers and refuses on the phone, sees to danger, and acts for the caller; only dispatchers and leaders send, review and close; an auditor only reads. */
const AGENT: readonly HotlineCommand['command'][] = [
  'directClose',
  'refuse',
  'recordTransfer',
  'urge',
  'append',
  'withdraw',
  'rate',
];

/** 派单目录: publishing and rolling back decide about everybody's work. */
export const mayManageCatalogue = (role: Role): boolean => role === 'leader';

/** 第二意见: for whoever may assign. */
export const mayAskOpinion = (role: Role): boolean => role === 'dispatcher' || role === 'leader';

/** 办理链接 let a unit's clerk act: for whoever sends tickets to units. */
export const mayMakeLinks = (role: Role): boolean => role === 'dispatcher' || role === 'leader';

/** 纠正 teach the router; they show what citizens wrote, masked. */
export const mayReadCorrections = (role: Role): boolean => role === 'dispatcher' || role === 'leader';

export function mayCommand(role: Role, command: HotlineCommand['command']): boolean {
  switch (role) {
    case 'agent':
      return AGENT.includes(command);
    case 'dispatcher':
      return command !== 'designate';
    case 'leader':
      return true;
    case 'auditor':
      return false;
  }
}
