/**
 * 岗位: who works at the hotline office. Which commands each may give stands in the transition table; here is what they may do
 * beside a ticket's life. Whoever may not decide may still look.
 */

export const roles = ['agent', 'contractor', 'dispatcher', 'leader', 'auditor'] as const;
/** 话务员, 外包话务员, 派单员, 负责人, 审计员 */
export type Role = (typeof roles)[number];

export const isRole = (value: unknown): value is Role => roles.some((role) => role === value);

/** 派单目录: publishing and rolling back decide about everybody's work. */
export const mayManageCatalogue = (role: Role): boolean => role === 'leader';

/** 第二意见: for whoever may assign. */
export const mayAskOpinion = (role: Role): boolean => role === 'dispatcher' || role === 'leader';

/** 办理链接 let a unit's clerk act: for whoever sends tickets to units. */
export const mayMakeLinks = (role: Role): boolean => role === 'dispatcher' || role === 'leader';

/** 纠正 teach the router; they show what citizens wrote, masked. */
export const mayReadCorrections = (role: Role): boolean => role === 'dispatcher' || role === 'leader';

/** 审计员 see what was done, not who asked: they read masked words until they unmask a ticket, with a reason that is kept. */
export const readsMasked = (role: Role): boolean => role === 'auditor';

/** 投递处置: replaying, skipping and enabling decide what departments hear. */
export const mayOperateDeliveries = (role: Role): boolean => role === 'dispatcher' || role === 'leader';

/** 个人信息权利: exporting shows who called and all that they said, erasing can't be undone. */
export const mayServeRights = (role: Role): boolean => role === 'leader';
