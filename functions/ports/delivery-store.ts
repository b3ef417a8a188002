/** Where deliveries and the cursors of their lines live. Each method is one conditional write or one consistent read. */
import type { Attempt, Delivery } from '#schemas/delivery.ts';
import type { CallbackType } from '#schemas/event.ts';

/** Everything that one ticket says to one unit. */
export interface Line {
  readonly ticketNo: string;
  readonly unit: string;
}
/** One message of one line, from 1. */
export interface DeliveryKey extends Line {
  readonly n: number;
}

/** The event that a message tells of, and how. */
export interface Told {
  readonly seq: number;
  readonly type: CallbackType;
}

/** A due mark as it was found in the index. */
export interface DueDelivery {
  readonly key: DeliveryKey;
  readonly mark: string;
}

export interface DeliveryStore {
  /**
   * Puts a pending row unless there is one, due at `recoverAt`: from the first moment on something comes for it. Both are
   * office time, epoch ms. Returns the row that it put.
   */
  open(key: DeliveryKey, told: Told, at: number, recoverAt: number): Promise<Delivery | undefined>;
  find(key: DeliveryKey): Promise<Delivery | undefined>;
  /** How far the line is settled; 0 in the beginning. Consistent. */
  settled(line: Line): Promise<number>;
  /**
   * Begins the next attempt: counts it, leases it until `leaseUntil` (real, epoch ms) and marks the row due again at
   * `recoverAt` (office, epoch ms). False when somebody else was faster, or the row is not pending or is pointless now.
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
  bury(seen: Delivery, attempt: Attempt): Promise<boolean>;
  /** Sets the due mark of a pending row (office, epoch ms). False when an attempt began since `seen` was read. */
  expect(seen: Delivery, dueAt: number): Promise<boolean>;
  /** Says that withdrawal `by` makes it pointless: no new attempt is begun. False when one began since `seen` was read. */
  flag(seen: Delivery, by: number): Promise<boolean>;
  /** Makes a pending or dead row superseded. False when an attempt began, or somebody was at it, since `seen` was read. */
  supersede(seen: Delivery, by: number, at: number): Promise<boolean>;
  /** Moves the cursor from n−1 over a superseded message. False when it stands elsewhere. */
  passOver(key: DeliveryKey): Promise<boolean>;
  /**
   * Pending rows of a unit whose due mark has passed at `until` (office, epoch ms), the oldest mark first. Without a unit
   * (`''`): rows of any unit that were opened before each had its own partition of the index.
   */
  due(unit: string, until: number, limit: number): Promise<DueDelivery[]>;
  /** Moves a due mark to `until` (office, epoch ms) unless it was moved or taken off since it was found. */
  pushBack(found: DueDelivery, until: number): Promise<boolean>;
}
