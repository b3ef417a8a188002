/**
 * 到期清除: which kinds of data about an ended request are to be erased at an instant, and when to look again. Pure; the terms are
 * the district's. A term runs from the last event of the ticket and of those that it hangs together with: parts of one request
 * (拆单) have one caller, and a merged one (并单) is answered by its main ticket.
 */
import { DAY, fromIso } from '#domain/calendar/shanghai.ts';
import { runningClocks } from '#domain/ticket/clocks.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import { ErasableKind, type RetentionRules } from '#schemas/retention.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { endOf } from './term.ts';

/** A ticket is looked at as often as this at least, so that a term which the district shortens reaches old tickets too. */
export const LOOK_AGAIN_MS = 90 * DAY;

export interface Erasures {
  /** In the order in which they must be done. */
  readonly due: readonly ErasableKind[];
  /**
   * Epoch ms. A ticket is never done with: what a leader does with its data years later is recorded on it, and that record has
   * a term of its own.
   */
  readonly lookAgainAt: number;
}

/** Those whose end a ticket has to wait for, by number. */
export const relatedTo = ({ splitFrom, splitInto, mergedInto }: Ticket): string[] =>
  [splitFrom, ...splitInto, mergedInto].filter((ticketNo) => ticketNo !== undefined);

/** Somebody still owes the citizen something, or a clock runs. */
export const isUnderWay = (ticket: Ticket): boolean => isOpen(ticket.status) || runningClocks(ticket).length > 0;

/** @param related all tickets that hang together with this one */
export function erasures(ticket: Ticket, related: readonly Ticket[], rules: RetentionRules, now: number): Erasures {
  const all = [ticket, ...related];
  if (all.some(isUnderWay)) return { due: [], lookAgainAt: now + LOOK_AGAIN_MS };
  const ended = Math.max(...all.map(({ updatedAt }) => fromIso(updatedAt)));
  const ends = ErasableKind.options.map((kind) => ({ kind, at: endOf(rules[kind].keep, ended) }));
  const due = ends.filter(({ at }) => at <= now).map(({ kind }) => kind);
  const next = ends.filter(({ at }) => at > now).map(({ at }) => at);
  return { due, lookAgainAt: Math.min(...next, now + LOOK_AGAIN_MS) };
}

/** Whether what was recorded at an instant may go: 提供记录 have a term each, from when they were written. */
export const isRecordOver = (at: number, { records }: RetentionRules, now: number): boolean =>
  endOf(records.keep, at) <= now;
