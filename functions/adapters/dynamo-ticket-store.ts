/**
 * Tickets in DynamoDB, one partition a ticket. A commit is one TransactWriteItems: whatever crashes, either all of a change
 * is there or nothing. The table's stream of new `EVT#` items is the outbox.
 */
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  QueryCommand,
  type QueryCommandOutput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { fromIso } from '#domain/calendar/shanghai.ts';
import { DUPLICATE_DAYS, type RecentTicket } from '#domain/routing/duplicates.ts';
import { nextMark } from '#domain/sla/marks.ts';
import { runningClocks } from '#domain/ticket/clocks.ts';
import { fold, isOutdated } from '#domain/ticket/evolve.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import type { Change, CommitResult, Page, PageRequest, TicketStore } from '#functions/ports/ticket-store.ts';
import type { CommandAnswer } from '#schemas/command.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { AttentionTopic, Ticket, TicketText } from '#schemas/ticket.ts';
import { dynamo, env } from './aws.ts';
import { correctionRow, listCorrections } from './correction-rows.ts';
import { departureRow } from './departure-rows.ts';
import { partRows, receiptPk } from './receipt-store.ts';
import { watchRow } from './watch-store.ts';

/** Longer than any sender's retry horizon (contract: at least 7 days), in seconds. */
const CAUSE_LIFETIME_S = 14 * 86_400;

/** Partition of the index `byDue` that lists tickets by their next warning. */
export const MARK_KEY = 'MARK';

/** A cause has a partition of its own: the same key is the same message whatever ticket it is sent to. */
const causePartition = (key: string): string => `CMD#${key}`;
const CAUSE_SORT = 'CMD';

/** Rows that one round of a filtered list reads. */
const FILTERED_READ = 250;

/** Index `byAttention` has one partition: what the desk has not seen to yet. */
const ATTENTION_KEY = 'A';

/** Rows that tell which tickets a caller had lately; they expire by themselves. */
/** A caller with more in fifteen days is a pub's phone or a test; the newest are what may be repeated. */
const MOST_RECENT = 50;
const recentPartition = (callerHash: string): string => `SAME#${callerHash}`;
/** A day longer than the rule looks back. */
const RECENT_LIFETIME_S = (DUPLICATE_DAYS + 1) * 86_400;

const partition = (ticketNo: string): string => `T#${ticketNo}`;
const eventKey = (seq: number): string => `EVT#${String(seq).padStart(6, '0')}`;

type Item = Record<string, unknown>;
type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

export function ticketStore(): TicketStore {
  const TableName = env('TICKETS_TABLE');

  async function get(ticketNo: string, sk: string): Promise<Item | undefined> {
    const answer = await dynamo().send(
      new GetCommand({ TableName, Key: { pk: partition(ticketNo), sk }, ConsistentRead: true }),
    );
    return answer.Item;
  }

  /** Reads on until the page is full: a filter is applied after DynamoDB's own limit. */
  async function list(index: string, keyName: string, key: string, page: ListRequest): Promise<Page<Ticket>> {
    const found: Item[] = [];
    const filter = filterOf(page);
    let from = page.cursor === undefined ? undefined : readCursor(page.cursor, keyName, key);
    do {
      const answer: QueryCommandOutput = await dynamo().send(
        new QueryCommand({
          TableName,
          IndexName: index,
          KeyConditionExpression: '#key = :key',
          ExpressionAttributeNames: { '#key': keyName, ...filter.names },
          ExpressionAttributeValues: { ':key': key, ...filter.values },
          ...(filter.expression === undefined ? {} : { FilterExpression: filter.expression }),
          // As much at each round: with what the page still lacks as limit, its last row would be looked for one by one.
          Limit: filter.expression === undefined ? page.limit : FILTERED_READ,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      found.push(...(answer.Items ?? []));
      from = answer.LastEvaluatedKey;
    } while (from !== undefined && found.length < page.limit);
    const items = found.slice(0, page.limit).map((item) => item.ticket as Ticket);
    const last = found[page.limit - 1];
    // The next page begins behind the last row that this one shows, not behind the last one read.
    if (last !== undefined && found.length > page.limit) from = placeOf(last, keyName);
    return from === undefined ? { items } : { items, cursor: Buffer.from(JSON.stringify(from)).toString('base64url') };
  }

  async function eventsOf(ticketNo: string): Promise<TicketEvent[]> {
    const events: TicketEvent[] = [];
    let from: Item | undefined;
    do {
      const answer = await dynamo().send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :evt)',
          ExpressionAttributeValues: { ':pk': partition(ticketNo), ':evt': 'EVT#' },
          ConsistentRead: true,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      for (const item of answer.Items ?? []) events.push(item.event as TicketEvent);
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
    return events;
  }

  return {
    async load(ticketNo) {
      const stored = (await get(ticketNo, 'TICKET'))?.ticket as Ticket | undefined;
      return stored !== undefined && isOutdated(stored) ? fold(await eventsOf(ticketNo)) : stored;
    },
    async event(ticketNo, seq) {
      return (await get(ticketNo, eventKey(seq)))?.event as TicketEvent | undefined;
    },
    events: eventsOf,
    async text(ticketNo, key) {
      return (await get(ticketNo, `TEXT#${key}`))?.text as TicketText | undefined;
    },
    async remembered(causeKey) {
      const { Item: item } = await dynamo().send(
        new GetCommand({ TableName, Key: { pk: causePartition(causeKey), sk: CAUSE_SORT }, ConsistentRead: true }),
      );
      return item === undefined
        ? undefined
        : { fingerprint: item.fingerprint as string, answer: item.answer as CommandAnswer };
    },
    commit: (...changes) => commit(TableName, changes),
    listByOwner: (owner, page) => list('byOwner', 'ownerKey', owner, page),
    listByStatus: (status, page) => list('byStatus', 'statusKey', status, page),
    listByAttention: (topic, page) => list('byAttention', 'attentionKey', ATTENTION_KEY, { ...page, topic }),
    listCorrections: (page) => listCorrections(TableName, page),
    async recentOf(callerHash, since) {
      const { Items = [] } = await dynamo().send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk AND sk >= :since',
          ExpressionAttributeValues: { ':pk': recentPartition(callerHash), ':since': new Date(since).toISOString() },
          ScanIndexForward: false,
          Limit: MOST_RECENT,
        }),
      );
      return Items.map((item) => item.recent as RecentTicket);
    },
  };
}

type ListRequest = PageRequest & { readonly topic?: AttentionTopic | undefined };

function filterOf({ status, topic }: ListRequest): { names?: Item; values?: Item; expression?: string } {
  if (status !== undefined) {
    return { names: { '#status': 'status' }, values: { ':status': status }, expression: '#status = :status' };
  }
  if (topic === undefined) return {};
  return {
    names: { '#ticket': 'ticket', '#attention': 'attention' },
    values: { ':topic': topic },
    expression: 'contains(#ticket.#attention, :topic)',
  };
}

async function commit(TableName: string, changes: readonly Change[]): Promise<CommitResult> {
  const parts = changes.map((change) => writesOf(TableName, change));
  try {
    await dynamo().send(
      new TransactWriteCommand({ TransactItems: parts.flatMap(({ once, others }) => [...once, ...others]) }),
    );
    return 'committed';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
    let at = 0;
    for (const { once, others } of parts) {
      if (codes.slice(at, at + once.length).includes('ConditionalCheckFailed')) return 'duplicate';
      at += once.length + others.length;
    }
    if (codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict')) return 'conflict';
    throw error;
  }
}

/** `once`: the dedupe rows, whose condition fails when the same cause was committed before. */
function writesOf(TableName: string, change: Change): { readonly once: Write[]; readonly others: Write[] } {
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
    ...texts.map(({ key, text }) => append(`TEXT#${key}`, { text })),
    ...ticket.assists.map((assist) => assistRow(TableName, ticket, assist)),
    ...watches.map((watch) => watchRow(TableName, watch)),
    ...(partReceipt === undefined ? [] : partRows(partReceipt).map((Put) => ({ Put }))),
    ...(callerHash === undefined ? [] : [recent(TableName, callerHash, ticket)]),
    ...(correction === undefined ? [] : [correctionRow(TableName, correction)]),
    ...(departure === undefined ? [] : [departureRow(TableName, departure)]),
  ];
  return { once, others };
}

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
        pk: recentPartition(callerHash),
        sk: `${new Date(fromIso(receivedAt)).toISOString()}#${ticketNo}`,
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
    ...(mark === undefined ? {} : { dueKey: MARK_KEY, dueSort: sort(mark.at) }),
    ...(ticket.attention.length === 0
      ? {}
      : { attentionKey: ATTENTION_KEY, attentionSort: sort(fromIso(ticket.receivedAt)) }),
    statusKey: ticket.status,
    statusSort: sort(fromIso(ticket.receivedAt)),
  };
}

const sortNameOf = (keyName: string): string => keyName.replace(/Key$/, 'Sort');

/** Where a row stands in its index, as DynamoDB itself says it. */
function placeOf(item: Item, keyName: string): Item {
  const names = ['pk', 'sk', keyName, sortNameOf(keyName)];
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}

/** A cursor is the index's and the table's key, four strings. Throws RangeError for anything else; the doors answer 422. */
function readCursor(cursor: string, keyName: string, key: string): Item {
  const sortName = sortNameOf(keyName);
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw new RangeError('not a cursor');
  }
  const Cursor = z.strictObject({ pk: z.string(), sk: z.string(), [keyName]: z.literal(key), [sortName]: z.string() });
  const checked = Cursor.safeParse(parsed);
  if (!checked.success) throw new RangeError('not a cursor');
  return checked.data;
}
