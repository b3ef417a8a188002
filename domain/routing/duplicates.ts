/** 疑似重复件: which earlier tickets of the same citizen a new one may repeat. Merging them is a person's decision. */
import { fromIso } from '../calendar/shanghai.ts';

/** What is kept of a citizen's ticket for this comparison. */
export interface RecentTicket {
  readonly ticketNo: string;
  readonly receivedAt: string;
  readonly categoryCode?: string | undefined;
  readonly townCode?: string | undefined;
}

/** Natural days. */
export const DUPLICATE_DAYS = 15;
const DAY_MS = 86_400_000;
/** More would be no help to whoever compares. */
const MOST = 5;

/**
 * Numbers of the tickets that `ticket` may repeat, newest first, at most five: the same category, no other town, received
 * at most 15 days apart. A place that is unknown on one side may be the same.
 */
export function likelyDuplicates(ticket: RecentTicket, earlier: readonly RecentTicket[]): string[] {
  const at = fromIso(ticket.receivedAt);
  return earlier
    .filter((other) => {
      // The router may work out of order: the one that came a moment later is as much a repeat.
      const apart = Math.abs(at - fromIso(other.receivedAt));
      return (
        other.ticketNo !== ticket.ticketNo &&
        apart <= DUPLICATE_DAYS * DAY_MS &&
        ticket.categoryCode !== undefined &&
        ticket.categoryCode === other.categoryCode &&
        (ticket.townCode === undefined || other.townCode === undefined || ticket.townCode === other.townCode)
      );
    })
    .toSorted((a, b) => fromIso(b.receivedAt) - fromIso(a.receivedAt))
    .slice(0, MOST)
    .map(({ ticketNo }) => ticketNo);
}
