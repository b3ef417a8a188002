/** 通话记录: what phone vendors told of a call, waiting for the seat's form that it belongs to; and nonces that were used. */
import type { CallRecord } from '#schemas/phone-vendors.ts';

/** A record and its revision, so that two pushes at once can't overwrite each other. */
export interface StoredCall {
  readonly record: CallRecord;
  readonly revision: number;
}

export interface CallStore {
  /** Reads what was written a moment ago. */
  find(vendor: string, callId: string): Promise<StoredCall | undefined>;
  /** False when somebody else wrote since `seen` was read (undefined: there was none). */
  save(vendor: string, callId: string, record: CallRecord, seen: StoredCall | undefined): Promise<boolean>;
  /** False when it was used before. `until` (epoch ms, real time) is when it need not be remembered any longer. */
  useNonce(vendor: string, nonce: string, until: number): Promise<boolean>;
}
