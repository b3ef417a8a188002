/** Where clerks' links (办理链接) live: beside the ticket that they open, as long as it does; found by the hash of their code. */
import type { ClerkLink } from '#schemas/clerk.ts';

export interface LinkStore {
  /** Keeps the link, unless ticket and unit have one of that number: then answers the one that is there. */
  keep(link: ClerkLink, codeHash: string): Promise<ClerkLink>;
  find(codeHash: string): Promise<ClerkLink | undefined>;
  /** By unit and number. */
  ofTicket(ticketNo: string): Promise<ClerkLink[]>;
  /** False when it was revoked before. */
  revoke(link: ClerkLink, revoked: NonNullable<ClerkLink['revoked']>): Promise<boolean>;
}
