/** AB 角: who of a unit is addressed on a day. */
import type { Department } from '#schemas/district.ts';
import type { HandlerRole } from '#schemas/ticket.ts';

/** B while A is on leave by the district's folder, else A. `date`: a day in China, `2026-12-01`. */
export function handlerOn(unit: Pick<Department, 'leaveA'> | undefined, date: string): HandlerRole {
  const leave = unit?.leaveA;
  return leave !== undefined && leave.from <= date && date <= leave.until ? 'B' : 'A';
}
