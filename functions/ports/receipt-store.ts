/** 受理回执: what makes a `202` durable. Receipts never expire, because message boards ask again months later. */
import type { Channel } from '#schemas/common.ts';
import type { CallerRecord, DangerNotice, IntakeRequest } from '#schemas/intake.ts';

export interface Receipt {
  readonly ticketNo: string;
  /** Keyed hash of the canonical body: tells a replay from another request under the same key. */
  readonly bodyHash: string;
  readonly receivedAt: string;
  /** The query key that the query code and every hash of this receipt were made with. */
  readonly queryKeyId: string;
  readonly callerToken: string;
  /** Keyed hash of how the caller is known, openid or phone number: finds a caller's tickets; absent for the unknown. */
  readonly callerHash?: string;
  readonly danger?: DangerNotice;
  readonly request: IntakeRequest;
}

/**
 * `exists`: the channel's key has a receipt already. `numberTaken`: another receipt has the ticket number.
 * `contended`: others wrote the same rows at the same moment; look again, then try again.
 */
export type CreateResult = 'created' | 'exists' | 'numberTaken' | 'contended';

export interface ReceiptStore {
  /** Reads what was written a moment ago. */
  find(channel: Channel, channelRef: string): Promise<Receipt | undefined>;
  findByTicketNo(ticketNo: string): Promise<Receipt | undefined>;
  /** A caller's receipts, newest first, at most `limit`. Eventually consistent: one of this second may be missing. */
  findByCaller(callerHash: string, limit: number): Promise<Receipt[]>;
  /** Receipt, number and caller in one transaction: all or nothing. `pendingSince` is office time, epoch ms. */
  create(receipt: Receipt, caller: CallerRecord, pendingSince: number): Promise<CreateResult>;
}
