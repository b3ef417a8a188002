/**
 * The delivery of a callback as a state machine.
 *
 * A *line* is everything that one ticket says to one unit: messages 1, 2, 3 … A *cursor* per line remembers how far it is
 * settled (0 in the beginning). A delivery is one message of a line:
 *
 *   (absent) ──opened──▶ pending ──2xx──▶ delivered          the cursor moves to n in the same transaction
 *                          │  ▲
 *                          │  └─ failed, an attempt is left: waits until `nextAttemptAt`
 *                          └──── failed for the last time, or 410: dead
 *
 * 1. Its event's message arrives: the row is put unless it is there. Only *then* is the cursor read. Message n may go when
 *    the cursor stands at n−1; otherwise this worker drops it, because whoever settles n−1 looks for row n *after* settling.
 *    One of the two always sees the other, so no wake-up is lost. A worker that dies between settling and waking has not
 *    acknowledged its queue message: it comes again, finds its delivery delivered, and wakes n once more.
 * 2. To send is to *take* the delivery: a conditional write that counts the attempt, holds a lease of some seconds of real
 *    time, and marks the row due again a few office minutes later. Two workers can't take the same attempt. A worker that
 *    dies with the lease is survived by the due mark; the department may then see the message twice, with the same
 *    webhook-id: delivery is at least once.
 * 3. The outcome decides. 2xx is success, and so is a unit that takes no callbacks but reads its work list (polling): its
 *    messages are settled as they come. Everything else waits for the next attempt of the schedule, which runs on
 *    office time. The pump finds due rows by a sparse index. Every pending delivery has a due mark from its opening until
 *    it is delivered or dead, so none is forgotten, even if rendering it fails until its queue message is given up. While
 *    it stands behind another the mark lies far ahead; whoever settles the other brings it near, then wakes the row.
 * 4. Dead is a dead letter: the cursor doesn't move, so the later messages of that line wait (and of no other line). A
 *    replay by an operator makes it pending again.
 */
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
  /** Delivered before; the successor may not have been woken. */
  | 'delivered'
  | 'dead';

/** `settled`: the line's cursor, read after the row was put. `officeNow` and `realNow` in epoch ms. */
export function turnOf(
  delivery: Pick<Delivery, 'state' | 'n' | 'nextAttemptAt' | 'leaseUntil'>,
  settled: number,
  officeNow: number,
  realNow: number,
): Turn {
  if (delivery.state !== 'pending') return delivery.state;
  if (settled < delivery.n - 1) return 'behind';
  if (delivery.leaseUntil !== undefined && delivery.leaseUntil > realNow) return 'taken';
  if (delivery.nextAttemptAt !== undefined && Date.parse(delivery.nextAttemptAt) > officeNow) return 'early';
  return 'send';
}

/** 投递编号: stable across attempts, never shared by two messages, free of dots (Standard Webhooks forbids them). */
export function webhookId(line: { ticketNo: string; unit: string; n: number }): string {
  return `${line.ticketNo}-${line.unit}-${line.n}`;
}
