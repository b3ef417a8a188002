/** What a phone vendor is to us: how it proves itself, what it pushes, what that means, and what it wants to hear. */
import type { Secret } from '#functions/adapters/secrets.ts';
import type { Request } from '#functions/shared/http.ts';
import type { CallRecord } from '#schemas/phone-vendors.ts';

export type VendorSecrets = NonNullable<Secret<'PHONE_SECRET'>['vendors']>;

/** What one push tells of one call. */
export interface CallNews {
  readonly callId: string;
  /** The vendor's id of the push, where it has one: the same id is the same push. */
  readonly pushId?: string;
  readonly facts: Omit<CallRecord, 'pushes'>;
  /** Only when the push is the call's own record: the number that called, as the vendor writes it. Never stored here. */
  readonly ended?: { readonly caller: string | undefined };
}

/** What a push means: news of calls, and counts that only the log wants (no number, no text of the vendor). */
export interface News {
  readonly calls: readonly CallNews[];
  readonly counts: readonly { readonly code: string; readonly outcome: string; readonly count: number }[];
}

/** One folder beside this file makes one of these. */
export interface PhoneVendor<Credentials, Push> {
  /** As in the path and in the keys of its rows; never renamed. */
  readonly name: string;
  /** Undefined: not set up here, and the route answers 404 as for an unknown vendor. */
  credentials(secrets: VendorSecrets): Credentials | undefined;
  /** Comes before anything of the body is looked at. @throws ProblemError 401. */
  authenticate(request: Request, credentials: Credentials): Promise<void>;
  /** @throws ProblemError 415, 422. */
  parse(request: Request): Push;
  /** Pure. */
  map(push: Push): News;
  readonly acknowledgement: unknown;
}
