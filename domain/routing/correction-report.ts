/** 纠正统计: which rows of the catalogue persons correct, to whom, and what the clerk who keeps the table may do about it. */
import type { CorrectionEntry } from '#schemas/catalogue.ts';

export type Corrected = Pick<CorrectionEntry, 'ticketNo' | 'at' | 'from' | 'to'>;

export interface CorrectedRow {
  /** Sub-class by which the router decided; absent when it knew none. */
  readonly code?: string;
  readonly times: number;
  /** Where persons sent these tickets, the most frequent first. */
  readonly to: readonly { readonly owner: string; readonly categoryCode?: string; readonly times: number }[];
  /** Rules by which the router had decided, the most frequent first. */
  readonly rules: readonly { readonly rule: string; readonly times: number }[];
  /** Chinese, for the clerk. */
  readonly suggestion: string;
}

/** Of each ticket the last correction; one that takes an earlier one back is none. Takes them in any order. */
export function standing<T extends Corrected>(corrections: readonly T[]): T[] {
  const last = new Map<string, T>();
  for (const correction of corrections) {
    const known = last.get(correction.ticketNo);
    if (known === undefined || Date.parse(known.at) <= Date.parse(correction.at)) {
      last.set(correction.ticketNo, correction);
    }
  }
  return [...last.values()].filter(
    ({ from, to }) => from.owner !== to.owner || (from.categoryCode ?? '') !== (to.categoryCode ?? ''),
  );
}

/** Rows, the most corrected first. */
export function correctionReport(corrections: readonly Corrected[]): CorrectedRow[] {
  const rows = new Map<string, Corrected[]>();
  for (const correction of standing(corrections)) {
    const code = correction.from.categoryCode ?? '';
    rows.set(code, [...(rows.get(code) ?? []), correction]);
  }
  return [...rows]
    .map(([code, list]) => rowOf(code, list))
    .sort((a, b) => b.times - a.times || ((a.code ?? '') < (b.code ?? '') ? -1 : 1));
}

function rowOf(code: string, list: readonly Corrected[]): CorrectedRow {
  const to = counted(list.map((one) => JSON.stringify([one.to.owner, one.to.categoryCode ?? '']))).map(
    ({ key, times }) => {
      const [owner = '', categoryCode = ''] = JSON.parse(key) as string[];
      return { owner, ...(categoryCode === '' ? {} : { categoryCode }), times };
    },
  );
  const rules = counted(list.map(({ from }) => from.rule)).map(({ key, times }) => ({ rule: key, times }));
  return {
    ...(code === '' ? {} : { code }),
    times: list.length,
    to,
    rules,
    suggestion: suggestion(code, list, to),
  };
}

function suggestion(code: string, list: readonly Corrected[], to: CorrectedRow['to']): string {
  const [most] = to;
  if (most === undefined) return '';
  const row = most.categoryCode;
  // Two thirds to one place is a habit, and a habit belongs into the table.
  const clear = most.times >= 2 && most.times * 3 >= list.length * 2;
  const named = list.filter((one) => one.to.categoryCode !== undefined).length;
  if (code === '') {
    if (named === 0) return '派单时一并选定小类,才能看出该补哪一行的关键词';
    return clear && row !== undefined
      ? `路由器识别不出类别:把这些诉求的说法补进 ${row} 的关键词`
      : '路由器识别不出类别:按去向分别补关键词,或用这些纠正训练分类模型';
  }
  if (!clear) {
    return list.length < 2 ? '次数少,先观察' : `去向不一:看看 ${code} 是否该拆分,或加决定要素(ownerByAttribute)`;
  }
  if (row === undefined || row === code) {
    return `多次改派 ${most.owner}:核对 ${code} 的承办单位(owner、ownerByKind),或加决定要素`;
  }
  return `多次改为 ${row}:把易混的说法从 ${code} 的关键词移到 ${row},再预演`;
}

function counted(keys: readonly string[]): { key: string; times: number }[] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts]
    .map(([key, times]) => ({ key, times }))
    .sort((a, b) => b.times - a.times || (a.key < b.key ? -1 : 1));
}
