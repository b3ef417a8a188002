/** 受理回执: what makes a `202` durable. Receipts never expire, because message boards ask again months later. */
import type { Channel } from '#schemas/common.ts';
import type { Addition, CallerRecord, DangerNotice, IntakeRequest } from '#schemas/intake.ts';

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
  /** Keyed hash of the phone number of a caller who is known by openid: finds the ticket by that number too. */
  readonly phoneHash?: string;
  readonly danger?: DangerNotice;
  readonly request: IntakeRequest;
}

/**
 * `exists`: the channel's key has a receipt already. `numberTaken`: another receipt has the ticket number.
 * `messageTaken`: another receipt has the board's message.
 * `conversationMoved`: another message of the citizen came in between. `contended`: others wrote the same rows at the same
 * moment; look again, then try again.
 */
export type CreateResult = 'created' | 'exists' | 'numberTaken' | 'messageTaken' | 'conversationMoved' | 'contended';

/** 会话: the request that a citizen's messages belong to, until `until` (epoch ms, office time). */
export interface Conversation {
  readonly ticketNo: string;
  readonly until: number;
  /** How many it holds so far. */
  readonly messages: number;
}

/** The next state of a citizen's conversation, as decided on `seen`. */
export interface ConversationStep {
  readonly callerHash: string;
  readonly until: number;
  readonly messages: number;
  readonly seen: Conversation | undefined;
}

export interface ReceiptStore {
  /** Reads what was written a moment ago; also the row of an addition, which is a receipt without `request`. */
  find(channel: Channel, channelRef: string): Promise<Receipt | undefined>;
  findByTicketNo(ticketNo: string): Promise<Receipt | undefined>;
  /** A caller's receipts, newest first, at most `limit`. Eventually consistent: one of this second may be missing. */
  findByCaller(callerHash: string, limit: number): Promise<Receipt[]>;
  /**
   * When a caller's requests of one channel came in, newest first, at most `limit`, none older than `since` (as
   * `receivedAt`). Those whose `channelRef` begins with `except` are left out. Eventually consistent.
   */
  receivedSince(
    callerHash: string,
    since: string,
    requests: { readonly channel: Channel; readonly except: string },
    limit: number,
  ): Promise<string[]>;
  /** Receipt, number and caller in one transaction: all or nothing. `pendingSince` is office time, epoch ms. */
  create(
    receipt: Receipt,
    caller: CallerRecord,
    pendingSince: number,
    conversation?: ConversationStep,
  ): Promise<CreateResult>;
  /** 补充: a row of its own, under the same keys as receipts. */
  add(addition: Addition, pendingSince: number, conversation?: ConversationStep): Promise<CreateResult>;
  conversation(callerHash: string): Promise<Conversation | undefined>;
}
