/** 清除: takes kinds of data about one ticket away, from wherever they lie. The ticket's events and its snapshot stay. */
import type { ErasableKind } from '#schemas/retention.ts';
import type { Ticket } from '#schemas/ticket.ts';

export interface ErasureStore {
  /** Numbers of ended tickets that are to be looked at by `now` (epoch ms, office time), the longest waiting first. */
  toLookAt(now: number, limit: number): Promise<string[]>;
  /** False when the ticket changed since it was loaded: it is looked at anew by itself. */
  lookAgain(ticket: Ticket, at: number): Promise<boolean>;
  /**
   * Erases in an order in which a run that was cut off is finished by the next; what is gone already is no fault. Of `records`
   * only those whose own instant (epoch ms) is `over`.
   * @returns how many rows and files were taken away or emptied
   */
  erase(ticket: Ticket, kinds: readonly ErasableKind[], over: (at: number) => boolean): Promise<number>;
}
