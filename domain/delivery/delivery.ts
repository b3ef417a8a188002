/**
 * The delivery of a callback as a state machine.
 *
 * A *line* is everything that one ticket says to one unit: messages 1, 2, 3 … A *cursor* per line remembers how far it is
 * settled (0 in the beginning). A delivery is one message of a line:
 *
 *   (absent) ──opened──▶ pending ──2xx──▶ delivered          the cursor moves to n in the same transaction
 *                        │  ▲  ▲ └────── a withdrawal stands behind it ──▶ superseded ◀─┐   the cursor moves over it
 *                        │  │  └─ failed, an attempt is left: waits until `nextAttemptAt`│
 *                        │  └── replayed by an operator: the next round ── dead ─────────┘
 *                        └──── failed for the last time, 410, or endpoint disabled ──▶ dead ──skipped by an operator──▶ skipped
 *
 * 1. Its event's message arrives: the row is put unless it is there. Only *then* is the cursor read. Message n may go when
 *    the cursor stands at n−1; otherwise this worker drops it, because whoever settles n−1 looks for row n *after* settling.
 *    One of the two always sees the other, so no wake-up is lost. A worker that dies between settling and waking has not
 *    acknowledged its queue message: it comes again, finds its delivery delivered, and wakes n once more.
 * 2. To send is to *take* the delivery: a conditional write that counts the attempt, holds a lease of some seconds of real
 *    time, and marks the row due again a few office minutes later. Two workers can't take the same attempt. A worker that
 *    dies with the lease is survived by the due mark; the department may then see the message twice, with the same
 *    webhook-id: delivery is at least once. Before that the unit's endpoint is asked whether it takes attempts at all
 *    (`endpoint.ts`); what it doesn't take is put off and uses up nothing.
 * 3. The outcome decides. 2xx is success, and so is a unit that takes no callbacks but reads its work list (polling): its
 *    messages are settled as they come. Everything else waits for the next attempt of the schedule, which runs on
 *    office time. The pump finds due rows by a sparse index. Every pending delivery has a due mark from its opening until
 *    it is settled or dead, so none is forgotten, even if rendering it fails until its queue message is given up. While
 *    it stands behind another the mark lies far ahead; whoever settles the other brings it near, then wakes the row.
 * 4. Dead is a dead letter: the cursor doesn't move, so the later messages of that line wait (and of no other line). An
 *    operator *replays* it (pending again, a fresh schedule, the same webhook-id) or *skips* it.
 * 5. A withdrawal (撤回) doesn't wait for what it makes pointless: it supersedes what stands undelivered before it. An attempt
 *    under way is let finish, because the department may be reading it; the row is flagged, so that no other is begun, and
 *    superseded once the attempt has failed. Only then does the cursor move over it.
 */
import { fromIso } from '#domain/calendar/shanghai.ts';
import type { Delivery } from '#schemas/delivery.ts';

/** A department's slow answer is cut off after this (ms, real time). */
export const REQUEST_TIMEOUT_MS = 10_000;
/** Longer than an attempt can last: request timeout, look-ups and writes (ms, real time). */
export const LEASE_MS = 30_000;
/** How far the due mark is pushed while somebody is at it (ms, office time). */
export const RECOVERY_MS = 5 * 60_000;
/** How far the due mark of a row lies that another will wake (ms, office time): behind a dead letter that is for days. */
export const BEHIND_MS = 6 * 3_600_000;
/** One schedule's worth of attempts, and a few of a replay. */
export const ATTEMPTS_KEPT = 20;

export type Turn =
  /** Take it and send it. */
  | 'send'
  /** A predecessor is not settled; its settler will wake this one. */
  | 'behind'
  /** `nextAttemptAt` lies ahead; the pump will come for it. */
  | 'early'
  /** Another worker holds the lease. */
  | 'taken'
  /** A withdrawal waits behind it and nobody is at it: it is superseded now. */
  | 'pointless'
  /** Settled before; the successor may not have been woken. */
  | 'delivered'
  | 'skipped'
  | 'superseded'
  | 'dead';

export interface Moment {
  /** The line's cursor, read after the row was put. */
  readonly settled: number;
  /** Epoch ms. */
  readonly officeNow: number;
  readonly realNow: number;
  /** When the unit's endpoint last came back (office, epoch ms): a wait that was set before then is pointless. */
  readonly recoveredAt?: number | undefined;
}

export function turnOf(
  delivery: Pick<Delivery, 'state' | 'n' | 'nextAttemptAt' | 'leaseUntil' | 'supersededBy' | 'attempts'>,
  { settled, officeNow, realNow, recoveredAt }: Moment,
): Turn {
  if (delivery.state !== 'pending') return delivery.state;
  const leased = delivery.leaseUntil !== undefined && delivery.leaseUntil > realNow;
  if (delivery.supersededBy !== undefined && !leased) return 'pointless';
  if (settled < delivery.n - 1) return 'behind';
  if (leased) return 'taken';
  if (waits(delivery, officeNow, recoveredAt)) return 'early';
  return 'send';
}

function waits(
  { nextAttemptAt, attempts }: Pick<Delivery, 'nextAttemptAt' | 'attempts'>,
  officeNow: number,
  recoveredAt: number | undefined,
): boolean {
  if (nextAttemptAt === undefined || fromIso(nextAttemptAt) <= officeNow) return false;
  const last = attempts.at(-1);
  if (recoveredAt === undefined || last === undefined) return true;
  return fromIso(last.at) >= recoveredAt;
}

/** 投递编号: stable across attempts, never shared by two messages, free of dots (Standard Webhooks forbids them). */
export function webhookId(line: { ticketNo: string; unit: string; n: number }): string {
  return `${line.ticketNo}-${line.unit}-${line.n}`;
}

/** Number of an attempt within its round, from 1: what the schedule counts. */
export const attemptInRound = ({ attemptCount, attemptsBefore = 0 }: Delivery): number => attemptCount - attemptsBefore;
