/** 保存期限: when a term that began at an instant is over. */
import { DAY, fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import type { Term } from '#schemas/retention.ts';

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
