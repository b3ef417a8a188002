/**
 * Tickets in DynamoDB, one partition a ticket. A commit is one TransactWriteItems: whatever crashes, either all of a change
 * is there or nothing. The table's stream of new `EVT#` items is the outbox.
 */
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, QueryCommand, type QueryCommandOutput, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { RecentTicket } from '#domain/routing/duplicates.ts';
import { isOutdated } from '#domain/ticket/begin.ts';
import { fold } from '#domain/ticket/evolve.ts';
import type { Change, CommitResult, Page, PageRequest, TicketStore } from '#functions/ports/ticket-store.ts';
import type { CommandAnswer } from '#schemas/command.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { AttentionTopic, Ticket, TicketText } from '#schemas/ticket.ts';
import { dynamo, env } from './aws.ts';
import { listCorrections } from './correction-rows.ts';
import {
  ATTENTION_KEY,
  CAUSE_SORT,
  causePartition,
  eventKey,
  type Item,
  partition,
  recentPartition,
  writesOf,
} from './ticket-rows.ts';

/** Rows that one round of a filtered list reads. */
const FILTERED_READ = 250;

/** A caller with more in fifteen days is a pub's phone or a test; the newest are what may be repeated. */
const MOST_RECENT = 50;

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
