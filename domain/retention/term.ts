/** 保存期限: when a term that began at an instant is over. */
import { DAY, fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import type { RetentionRules, Term } from '#schemas/retention.ts';

/**
 * Epoch ms. A year ends at the same wall time in Shanghai; what began on 29 February ends on 1 March of a year without one,
 * so that no term is shorter than it says.
 */
export function endOf(term: Term, from: number): number {
  if ('days' in term) return from + term.days * DAY;
  const wall = toShanghai(from);
  const year = Number(wall.slice(0, 4)) + term.years;
  const leapDay = wall.slice(5, 10) === '02-29' && new Date(Date.UTC(year, 1, 29)).getUTCMonth() !== 1;
  return fromIso(`${year}-${leapDay ? '03-01' : wall.slice(5, 10)}${wall.slice(10)}`);
}

/** For the privacy notice: how long a citizen's data is kept (《个人信息保护法》第十七条: the notice says so). */
export const keptInChinese = ({ identity, attachments, words }: RetentionRules): string =>
  `办结后,姓名、电话等身份信息保存${inChinese(identity.keep)},附件保存${inChinese(attachments.keep)},诉求内容和答复保存${inChinese(words.keep)}。`;

const inChinese = (term: Term): string => ('years' in term ? `${term.years}年` : `${term.days}天`);
