/** 时限查询: which limit holds for a clock. The numbers themselves are the district's data. */
import type { Limit, LimitProfile, LimitQuery, LimitRow } from '#schemas/sla.ts';

/** Total: the profile's schema sees to a row for every clock, and an urgency without a limit of its own has the normal one. */
export function findLimit(profile: LimitProfile, query: LimitQuery): Limit {
  const row = limitRow(profile, query);
  return row[query.urgency] ?? row.normal;
}

/** The row as the data file has it, with its source. Only finish (办结) differs by kind of request. */
export function limitRow(profile: LimitProfile, { clock, kind }: LimitQuery): LimitRow {
  return clock === 'finish' ? profile.finish[kind] : profile.limits[clock];
}

export const sameLimit = (one: Limit, other: Limit): boolean => one.amount === other.amount && one.unit === other.unit;
