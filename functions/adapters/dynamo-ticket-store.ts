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
import { nextMark } from '#domain/sla/marks.ts';
import { runningClocks } from '#domain/ticket/clocks.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import type { Change, CommitResult, Page, PageRequest, TicketStore } from '#functions/ports/ticket-store.ts';
import type { CommandAnswer } from '#schemas/command.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { Ticket, TicketText } from '#schemas/ticket.ts';
import { dynamo, env } from './aws.ts';
import { receiptPk } from './receipt-store.ts';

/** Longer than any sender's retry horizon (contract: at least 7 days), in seconds. */
const CAUSE_LIFETIME_S = 14 * 86_400;

/** Partition of the index `byDue` that lists tickets by their next warning. */
export const MARK_KEY = 'MARK';

/** A cause has a partition of its own: the same key is the same message whatever ticket it is sent to. */
const causePartition = (key: string): string => `CMD#${key}`;
const CAUSE_SORT = 'CMD';

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
  async function list(index: string, keyName: string, key: string, page: PageRequest): Promise<Page<Ticket>> {
    const items: Ticket[] = [];
    let from = page.cursor === undefined ? undefined : readCursor(page.cursor, keyName, key);
    do {
      const answer: QueryCommandOutput = await dynamo().send(
        new QueryCommand({
          TableName,
          IndexName: index,
          KeyConditionExpression: '#key = :key',
          ExpressionAttributeNames: { '#key': keyName, ...(page.status === undefined ? {} : { '#status': 'status' }) },
          ExpressionAttributeValues: { ':key': key, ...(page.status === undefined ? {} : { ':status': page.status }) },
          ...(page.status === undefined ? {} : { FilterExpression: '#status = :status' }),
          Limit: page.limit - items.length,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      for (const item of answer.Items ?? []) items.push(item.ticket as Ticket);
      from = answer.LastEvaluatedKey;
    } while (from !== undefined && items.length < page.limit);
    return from === undefined ? { items } : { items, cursor: Buffer.from(JSON.stringify(from)).toString('base64url') };
  }

  return {
    async load(ticketNo) {
      return (await get(ticketNo, 'TICKET'))?.ticket as Ticket | undefined;
    },
    async event(ticketNo, seq) {
      return (await get(ticketNo, eventKey(seq)))?.event as TicketEvent | undefined;
    },
    async events(ticketNo) {
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
    },
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
    commit: (change) => commit(TableName, change),
    listByOwner: (owner, page) => list('byOwner', 'ownerKey', owner, page),
    listByStatus: (status, page) => list('byStatus', 'statusKey', status, page),
  };
}

async function commit(TableName: string, change: Change): Promise<CommitResult> {
  const { ticket, events, texts, expectedVersion, cause, receipt } = change;
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
  const items: Write[] = [
    snapshot,
    ...once,
    ...events.map((event) => append(eventKey(event.seq), { kind: 'event', event })),
    ...texts.map(({ key, text }) => append(`TEXT#${key}`, { text })),
  ];
  try {
    await dynamo().send(new TransactWriteCommand({ TransactItems: items }));
    return 'committed';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
    if (codes.slice(1, 1 + once.length).includes('ConditionalCheckFailed')) return 'duplicate';
    if (codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict')) return 'conflict';
    throw error;
  }
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
    statusKey: ticket.status,
    statusSort: sort(fromIso(ticket.receivedAt)),
  };
}

/** A cursor is the index's and the table's key, four strings. Throws RangeError for anything else; the doors answer 422. */
function readCursor(cursor: string, keyName: string, key: string): Item {
  const sortName = keyName.replace(/Key$/, 'Sort');
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
