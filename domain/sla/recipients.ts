/** 分级推送: who is warned of a clock, grade by grade. The lists are the district's data. */
import type { Grade, Recipient, WarningRules } from '#schemas/sla.ts';

/** 短信模板 of a warning; its parameters are `ticketNo`, `unit`, `clock`, `grade` and `due`. */
export const WARNING_TEMPLATE = 'clockWarned';

/** What the office calls its grades. */
export const GRADE_NAMES: Readonly<Record<Grade, string>> = {
  yellow: '黄色预警',
  orange: '橙色预警',
  red: '红色预警',
  repeat: '超期催办',
  inspection: '报督查室',
};

const HOTLINE: ReadonlySet<Recipient> = new Set(['dispatcher', 'hotline', 'inspection']);

/** Of the hotline or above it: warned of every unit's clocks. The others are the holder's own people. */
export const isOfHotline = (recipient: Recipient): boolean => HOTLINE.has(recipient);

export interface Recipients {
  readonly to: readonly Recipient[];
  readonly message: readonly Recipient[];
}

/** `byHotline`: the clock is the hotline's own, with no department behind it. Its first warnings are the dispatchers'. */
export function recipientsOf(rules: WarningRules, grade: Grade, byHotline: boolean): Recipients {
  const { to, message } = rules.recipients[grade];
  if (!byHotline) return { to, message };
  const own = to.filter(isOfHotline);
  return { to: own.length === 0 ? ['dispatcher'] : own, message: message.filter(isOfHotline) };
}
