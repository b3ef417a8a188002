/** Where tickets live. One `commit` is one transaction: snapshot, events, texts and the dedupe row of whatever caused them. */
import type { RecentTicket } from '#domain/routing/duplicates.ts';
import type { Correction } from '#schemas/catalogue.ts';
import type { CommandAnswer } from '#schemas/command.ts';
import type { DeliveryWatch } from '#schemas/delivery.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { Departure } from '#schemas/reconciliation.ts';
import type { AttentionTopic, Ticket, TicketText } from '#schemas/ticket.ts';
import type { Receipt } from './receipt-store.ts';

/** What caused a change. The same cause never changes a ticket twice; `fingerprint` tells a replay from a misuse of the key. */
export interface Cause {
  /** Unique among all tickets, e.g. `dept#renshe#msg_2x…`, `feedback#XA2026…#3`. */
  readonly key: string;
  readonly fingerprint: string;
}

/** A watch, and from when on its dispatch is late (office time, epoch ms). */
export interface Watch {
  readonly watch: DeliveryWatch;
  readonly lateAt: number;
}

export interface Change {
  readonly ticket: Ticket;
  readonly events: readonly TicketEvent[];
  readonly texts: readonly { readonly key: string; readonly text: TicketText }[];
  /** Version that the decision was made on; 0 for a ticket that doesn't exist yet. */
  readonly expectedVersion: number;
  readonly cause?: Cause & { readonly answer: CommandAnswer };
  /** Marks the receipt, of a request or of an addition, as routed in the same transaction. */
  readonly receipt?: { readonly channel: string; readonly channelRef: string };
  /** 拆单: the receipt by which the citizen finds a part, written with it. */
  readonly partReceipt?: Receipt;
  /** What a person changed of the router's decision. */
  readonly correction?: Correction;
  /** 未送达监视: set with the dispatches that it watches. */
  readonly watches?: readonly Watch[];
  /** Which unit the change takes the ticket from. */
  readonly departure?: Departure;
  /** Whose it is (keyed hash): a new ticket is then found among its caller's recent ones. */
  readonly callerHash?: string;
}

/** `conflict`: someone else changed the ticket first, decide again. `duplicate`: this cause was committed before. */
export type CommitResult = 'committed' | 'conflict' | 'duplicate';

export interface TicketStore {
  load(ticketNo: string): Promise<Ticket | undefined>;
  event(ticketNo: string, seq: number): Promise<TicketEvent | undefined>;
  events(ticketNo: string): Promise<TicketEvent[]>;
  text(ticketNo: string, key: string): Promise<TicketText | undefined>;
  remembered(causeKey: string): Promise<{ fingerprint: string; answer: CommandAnswer } | undefined>;
  /** Several changes, of different tickets, are one transaction: all of them or none. */
  commit(...changes: readonly Change[]): Promise<CommitResult>;
  /** Tickets of the caller received since `since` (epoch ms, office time), newest first, at most 50. Eventually consistent. */
  recentOf(callerHash: string, since: number): Promise<RecentTicket[]>;
  /** 纠正, oldest first. */
  listCorrections(page: Omit<PageRequest, 'status'>): Promise<Page<Correction>>;
  /** 待办清单 of a unit, earliest deadline first. */
  listByOwner(owner: string, page: PageRequest): Promise<Page<Ticket>>;
  listByStatus(status: string, page: PageRequest): Promise<Page<Ticket>>;
  /** 待关注, the longest waiting first; with a topic, only those that have it. */
  listByAttention(topic: AttentionTopic | undefined, page: PageRequest): Promise<Page<Ticket>>;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
  readonly status?: string;
}
export interface Page<T> {
  readonly items: T[];
  readonly cursor?: string;
}
