/**
 * 对账: a department's own list against ours. Our version of a ticket also grows with what the department is not told (the
 * citizen got an SMS), so its version is right anywhere between the last message to it and ours.
 */
import type { ReconciliationEntry } from '#schemas/reconciliation.ts';

/** What a department says that it has. Without a version only its presence is compared. */
export interface TheirTicket {
  readonly ticketNo: string;
  readonly version?: number | undefined;
}

export type Difference =
  /** 对方缺: open and theirs, and they don't have it. */
  | { readonly kind: 'missingThere'; readonly ours: ReconciliationEntry }
  /** 我方没有: neither open with this unit nor gone from it on that day. */
  | { readonly kind: 'missingHere'; readonly theirs: TheirTicket }
  /** 对方旧: they missed at least the last message. */
  | { readonly kind: 'olderThere'; readonly ours: ReconciliationEntry; readonly version: number }
  /** 对方新: a version that never was. Theirs belongs to another installation, or was typed. */
  | { readonly kind: 'newerThere'; readonly ours: ReconciliationEntry; readonly version: number };

export interface Comparison {
  readonly ours: number;
  readonly theirs: number;
  /** On both sides, and of a version that agrees. */
  readonly agree: number;
  /** Gone from the unit, and not on its list: as it should be. */
  readonly goneOnBothSides: number;
  readonly differences: readonly Difference[];
}

/** Differences come by ticket number. A ticket that either side names twice counts once, by its highest version. */
export function compare(ours: Iterable<ReconciliationEntry>, theirs: Iterable<TheirTicket>): Comparison {
  const ourLines = byTicket(ours, (a, b) => (b.ticketVersion > a.ticketVersion ? b : a));
  const theirLines = byTicket(theirs, (a, b) => ((b.version ?? -1) > (a.version ?? -1) ? b : a));
  const differences: Difference[] = [];
  let agree = 0;
  let goneOnBothSides = 0;
  for (const [ticketNo, line] of ourLines) {
    const their = theirLines.get(ticketNo);
    if (their !== undefined) {
      const difference = versionDifference(line, their.version);
      if (difference === undefined) agree += 1;
      else differences.push(difference);
    } else if (line.departed === undefined) differences.push({ kind: 'missingThere', ours: line });
    else goneOnBothSides += 1;
  }
  for (const [ticketNo, their] of theirLines) {
    if (!ourLines.has(ticketNo)) differences.push({ kind: 'missingHere', theirs: their });
  }
  differences.sort((a, b) => (ticketOf(a) < ticketOf(b) ? -1 : 1));
  return { ours: ourLines.size, theirs: theirLines.size, agree, goneOnBothSides, differences };
}

function versionDifference(ours: ReconciliationEntry, version: number | undefined): Difference | undefined {
  if (version === undefined) return undefined;
  if (version > ours.ticketVersion) return { kind: 'newerThere', ours, version };
  if (version < (ours.lastCallback?.ticketVersion ?? 0)) return { kind: 'olderThere', ours, version };
  return undefined;
}

export const ticketOf = (difference: Difference): string =>
  difference.kind === 'missingHere' ? difference.theirs.ticketNo : difference.ours.ticketNo;

function byTicket<T extends { readonly ticketNo: string }>(
  lines: Iterable<T>,
  better: (a: T, b: T) => T,
): Map<string, T> {
  const found = new Map<string, T>();
  for (const line of lines) {
    const known = found.get(line.ticketNo);
    found.set(line.ticketNo, known === undefined ? line : better(known, line));
  }
  return found;
}
