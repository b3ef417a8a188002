/** The rows of a ticket's change: snapshot, events, texts, and what stands beside them for lists and for dedupe. */
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { fromIso } from '#domain/calendar/shanghai.ts';
import { DUPLICATE_DAYS, type RecentTicket } from '#domain/routing/duplicates.ts';
import { nextMark } from '#domain/sla/marks.ts';
import { runningClocks } from '#domain/ticket/clocks.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import type { Change } from '#functions/ports/ticket-store.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { env } from './aws.ts';
import { correctionRow } from './correction-rows.ts';
import { departureRow } from './departure-rows.ts';
import { partRows, receiptPk } from './receipt-store.ts';
import { watchRow } from './watch-store.ts';

/** Longer than any sender's retry horizon (contract: at least 7 days), in seconds. */
const CAUSE_LIFETIME_S = 14 * 86_400;

/** Partition of the index `byDue` that lists tickets by their next warning. */
export const MARK_KEY = 'MARK';
/** Another of it: ended tickets by the instant from which the purge should look at them. */
export const ENDED_KEY = 'ENDED';

/** A cause has a partition of its own: the same key is the same message whatever ticket it is sent to. */
export const causePartition = (key: string): string => `CMD#${key}`;
export const CAUSE_SORT = 'CMD';

/** Index `byAttention` has one partition: what the desk has not seen to yet. */
export const ATTENTION_KEY = 'A';

/** Rows that tell which tickets a caller had lately; they expire by themselves. */
export const recentPartition = (callerHash: string): string => `SAME#${callerHash}`;
export const recentKey = (callerHash: string, { ticketNo, receivedAt }: Pick<Ticket, 'ticketNo' | 'receivedAt'>) => ({
  pk: recentPartition(callerHash),
  sk: `${new Date(fromIso(receivedAt)).toISOString()}#${ticketNo}`,
});
/** A day longer than the rule looks back. */
const RECENT_LIFETIME_S = (DUPLICATE_DAYS + 1) * 86_400;

export const partition = (ticketNo: string): string => `T#${ticketNo}`;
export const TEXT_PREFIX = 'TEXT#';
export const eventKey = (seq: number): string => `EVT#${String(seq).padStart(6, '0')}`;

export type Item = Record<string, unknown>;
type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** `once`: the dedupe rows, whose condition fails when the same cause was committed before. */
export function writesOf(TableName: string, change: Change): { readonly once: Write[]; readonly others: Write[] } {
  const {
    ticket,
    events,
    texts,
    expectedVersion,
    cause,
    receipt,
    partReceipt,
    callerHash,
    correction,
    departure,
    watches = [],
  } = change;
  const pk = partition(ticket.ticketNo);
  const append = (sk: string, attributes: Item): Write => ({
    Put: { TableName, Item: { pk, sk, ...attributes }, ConditionExpression: 'attribute_not_exists(pk)' },
  });
  const snapshot: Write = {
    Put: {
      TableName,
      Item: { pk, sk: 'TICKET', version: ticket.version, status: ticket.status, ticket, ...indexKeys(ticket) },
      ...(expectedVersion === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'version = :was', ExpressionAttributeValues: { ':was': expectedVersion } }),
    },
  };
  const once: Write[] = [];
  if (cause !== undefined) {
    const { key, fingerprint, answer } = cause;
    once.push({
      Put: {
        TableName,
        Item: {
          pk: causePartition(key),
          sk: CAUSE_SORT,
          fingerprint,
          answer,
          ttl: Math.floor(Date.now() / 1000) + CAUSE_LIFETIME_S,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    });
  }
  if (receipt !== undefined) once.push(routed(receipt.channel, receipt.channelRef));
  const others: Write[] = [
    snapshot,
    ...events.map((event) => append(eventKey(event.seq), { kind: 'event', event })),
    ...texts.map(({ key, text }) => append(`${TEXT_PREFIX}${key}`, { text, ...toldIn(receipt) })),
    ...ticket.assists.map((assist) => assistRow(TableName, ticket, assist)),
    ...watches.map((watch) => watchRow(TableName, watch)),
    ...(partReceipt === undefined ? [] : partRows(partReceipt).map((Put) => ({ Put }))),
    ...(callerHash === undefined ? [] : [recent(TableName, callerHash, ticket)]),
    ...(correction === undefined ? [] : [correctionRow(TableName, correction)]),
    ...(departure === undefined ? [] : [departureRow(TableName, departure)]),
  ];
  return { once, others };
}

/** Where the same words lie a second time: whoever erases the one must find the other. */
const toldIn = (receipt: Change['receipt']): Item =>
  receipt === undefined ? {} : { receiptPk: receiptPk(receipt.channel, receipt.channelRef) };

/**
 * 协办清单: a unit that works along finds the ticket in its work list, until its part or the ticket ends. Then the row is emptied:
 * without keys it is in no index, and whoever changes a ticket may put rows but delete none.
 */
function assistRow(TableName: string, ticket: Ticket, { unit, state }: Ticket['assists'][number]): Write {
  const Key = { pk: partition(ticket.ticketNo), sk: `ASSIST#${unit}` };
  if (state === 'finished' || !isOpen(ticket.status) || ticket.owner === unit) return { Put: { TableName, Item: Key } };
  const due = runningClocks(ticket).find(({ holder, id }) => holder === unit && (id === 'reportIn' || id === 'assist'));
  const at = new Date(fromIso(due?.dueAt ?? ticket.updatedAt)).toISOString();
  const keys = { ownerKey: unit, ownerSort: `${at}#${ticket.ticketNo}` };
  return { Put: { TableName, Item: { ...Key, status: ticket.status, ticket, ...keys } } };
}

/** What the next request of the same caller is compared with: category and place, no words. */
function recent(TableName: string, callerHash: string, ticket: Ticket): Write {
  const { ticketNo, receivedAt, categoryCode, townCode } = ticket;
  const facts: RecentTicket = {
    ticketNo,
    receivedAt,
    ...(categoryCode === undefined ? {} : { categoryCode }),
    ...(townCode === undefined ? {} : { townCode }),
  };
  return {
    Put: {
      TableName,
      Item: {
        ...recentKey(callerHash, ticket),
        recent: facts,
        ttl: Math.floor(Date.now() / 1000) + RECENT_LIFETIME_S,
      },
    },
  };
}

/** The receipt leaves the sweeper's list in the ticket's own transaction: it is the dedupe row of routing. */
function routed(channel: string, channelRef: string): Write {
  return {
    Update: {
      TableName: env('RECEIPTS_TABLE'),
      Key: { pk: receiptPk(channel, channelRef) },
      UpdateExpression: 'SET #state = :routed REMOVE pendingKey, pendingSince',
      ConditionExpression: '#state = :received',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':routed': 'routed', ':received': 'received' },
    },
  };
}

/** Open tickets are listed under their owner by deadline, and all tickets under their state by age. */
function indexKeys(ticket: Ticket): Item {
  // A unit's list is ordered by its own deadlines, not by those that others have to keep.
  const earliest = runningClocks(ticket)
    .filter((clock) => clock.holder === ticket.owner)
    .map((clock) => fromIso(clock.dueAt))
    .sort((a, b) => a - b)[0];
  const mark = nextMark(ticket.clocks);
  const sort = (ms: number): string => `${new Date(ms).toISOString()}#${ticket.ticketNo}`;
  return {
    ...(isOpen(ticket.status)
      ? { ownerKey: ticket.owner, ownerSort: sort(earliest ?? fromIso(ticket.updatedAt)) }
      : {}),
    // The sweeper looks here for marks that no alarm fired; a ticket without one leaves the index.
    ...(mark === undefined
      ? isOpen(ticket.status)
        ? {}
        : { dueKey: ENDED_KEY, dueSort: sort(fromIso(ticket.updatedAt)) }
      : { dueKey: MARK_KEY, dueSort: sort(mark.at) }),
    ...(ticket.attention.length === 0
      ? {}
      : { attentionKey: ATTENTION_KEY, attentionSort: sort(fromIso(ticket.receivedAt)) }),
    statusKey: ticket.status,
    statusSort: sort(fromIso(ticket.receivedAt)),
  };
}
