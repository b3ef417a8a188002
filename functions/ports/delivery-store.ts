/** Where deliveries and the cursors of their lines live. Each method is one conditional write or one consistent read. */
import type { Attempt, Delivery } from '#schemas/delivery.ts';

/** One message of one line: ticket × unit, from 1. */
export interface DeliveryKey {
  readonly ticketNo: string;
  readonly unit: string;
  readonly n: number;
}

/** A due mark as the pump found it. */
export interface DueDelivery {
  readonly key: DeliveryKey;
  readonly mark: string;
}

export interface DeliveryStore {
  /**
   * Puts a pending row unless there is one, due at `recoverAt`: from the first moment on something comes for it. Both are
   * office time, epoch ms.
   */
  open(key: DeliveryKey, seq: number, at: number, recoverAt: number): Promise<void>;
  find(key: DeliveryKey): Promise<Delivery | undefined>;
  /** How far the line is settled; 0 in the beginning. Consistent. */
  settled(line: Pick<DeliveryKey, 'ticketNo' | 'unit'>): Promise<number>;
  /**
   * Begins the next attempt: counts it, leases it until `leaseUntil` (real, epoch ms) and marks the row due again at
   * `recoverAt` (office, epoch ms). False when somebody else was faster or the row is not pending any more.
   */
  take(seen: Delivery, until: { leaseUntil: number; recoverAt: number }): Promise<boolean>;
  /**
   * Marks the delivery delivered and moves the cursor from n−1 to n, in one transaction. False when that was done
   * before. A success counts whoever holds the lease: the department has the message.
   */
  settle(taken: Delivery, attempt: Attempt): Promise<boolean>;
  /** Gives the attempt up until `nextAt` (office, epoch ms). False when another attempt began in the meantime. */
  postpone(taken: Delivery, attempt: Attempt, nextAt: number): Promise<boolean>;
  /** Dead letter. False when another attempt began in the meantime. */
  bury(taken: Delivery, attempt: Attempt): Promise<boolean>;
  /** Sets the due mark of a pending row (office, epoch ms). False when an attempt began since `seen` was read. */
  expect(seen: Delivery, dueAt: number): Promise<boolean>;
  /** Rows whose due mark has passed, oldest first, at most `limit`. `now`: office time, epoch ms. */
  due(now: number, limit: number): Promise<DueDelivery[]>;
  /** Moves a due mark to `until` (office, epoch ms) unless it was moved or taken off since it was found. */
  pushBack(found: DueDelivery, until: number): Promise<boolean>;
}
