/**
 * Erasure (清除) in tables and bucket. A ticket's texts lie in rows of their own, the same words in the receipts that they came
 * with, the caller in a row of another table: none of that is the history, which is only ever added to. Order: copies before the
 * row that leads to them, files before the text that names them, so that a run that was cut off finds the rest.
 */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { fromIso } from '#domain/calendar/shanghai.ts';
import { filesOf, receiptWithout, textWithoutFiles } from '#domain/retention/without.ts';
import type { ErasureStore } from '#functions/ports/erasure-store.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import { CALL_VENDORS } from '#schemas/phone-vendors.ts';
import type { ErasableKind } from '#schemas/retention.ts';
import type { Ticket, TicketText } from '#schemas/ticket.ts';
import { dynamo, env, s3 } from './aws.ts';
import { callPk } from './call-store.ts';
import { conditional } from './delivery-rows.ts';
import { conversationPk, numberPk } from './receipt-store.ts';
import { ENDED_KEY, type Item, partition, recentKey, TEXT_PREFIX } from './ticket-rows.ts';

/** 提供记录: deliveries, operators' acts on them, watches, clerks' links, what was done in a person's rights. */
const RECORDS = ['DLV#', 'CUR#', 'DACT#', 'WATCH#', 'LNK#', 'RIGHT#'];

export const erasureStore = (): ErasureStore => ({
  async toLookAt(now, limit) {
    const { Items = [] } = await dynamo().send(
      new QueryCommand({
        TableName: tickets(),
        IndexName: 'byDue',
        KeyConditionExpression: 'dueKey = :ended AND dueSort < :now',
        ExpressionAttributeValues: { ':ended': ENDED_KEY, ':now': new Date(now).toISOString() },
        Limit: limit,
      }),
    );
    return Items.map(({ pk }) => String(pk).slice(partition('').length));
  },

  lookAgain: ({ ticketNo, version }, at) =>
    conditional(() =>
      dynamo().send(
        new UpdateCommand({
          TableName: tickets(),
          Key: { pk: partition(ticketNo), sk: 'TICKET' },
          UpdateExpression: 'SET dueSort = :at',
          ConditionExpression: 'version = :seen AND dueKey = :ended',
          ExpressionAttributeValues: {
            ':seen': version,
            ':ended': ENDED_KEY,
            ':at': `${new Date(at).toISOString()}#${ticketNo}`,
          },
        }),
      ),
    ),

  async erase(ticket, kinds, over) {
    const rows = await rowsOf(ticket.ticketNo);
    const number = await read(receipts(), { pk: numberPk(ticket.ticketNo) });
    const own = number === undefined ? undefined : await read(receipts(), { pk: String(number.receiptPk) });
    let count = 0;
    if (kinds.includes('identity')) count += await eraseIdentity(ticket, number, own);
    if (kinds.includes('attachments')) count += await eraseCall(own);
    const copies = new Set([number?.receiptPk, ...rows.map(({ receiptPk }) => receiptPk)]);
    for (const pk of copies) if (typeof pk === 'string') count += await emptyReceipt(pk, kinds);
    for (const row of rows) count += await eraseRow(row, kinds, over);
    return count;
  },
});

const tickets = (): string => env('TICKETS_TABLE');
const receipts = (): string => env('RECEIPTS_TABLE');

async function read(TableName: string, Key: Item): Promise<Item | undefined> {
  return (await dynamo().send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
}

async function rowsOf(ticketNo: string): Promise<Item[]> {
  const rows: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await dynamo().send(
      new QueryCommand({
        TableName: tickets(),
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partition(ticketNo) },
        ExpressionAttributeNames: { '#text': 'text', '#at': 'at' },
        ProjectionExpression: 'pk, sk, #text, receiptPk, #at, madeAt, createdAt, settledAt, since',
        ConsistentRead: true,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    rows.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return rows;
}

/** The caller's row, and what leads from a person to the ticket: lists of the mini-program and of the agent on the phone. */
async function eraseIdentity(ticket: Ticket, number: Item | undefined, own: Item | undefined): Promise<number> {
  const { ticketNo, callerToken, receivedAt } = ticket;
  let count = await remove(env('CALLERS_TABLE'), { callerToken });
  const request = own?.request as IntakeRequest | undefined;
  // Who wrote by WeChat and left a number is found by either.
  const hashes = new Set([own?.callerHash, own?.phoneHash, request?.callerHash]);
  for (const hash of hashes) {
    if (typeof hash === 'string') count += await remove(tickets(), recentKey(hash, { ticketNo, receivedAt }));
  }
  const callerHash = own?.callerHash;
  if (typeof callerHash === 'string') {
    const talk = { pk: conversationPk(callerHash) };
    if ((await read(receipts(), talk))?.ticketNo === ticketNo) count += await remove(receipts(), talk);
  }
  if (number?.callerHash !== undefined) {
    const { callerHash: _hash, receivedAt: _at, ...left } = number;
    count += await replace(receipts(), left);
  }
  return count;
}

/** What vendors told of the call: recordings. */
async function eraseCall(own: Item | undefined): Promise<number> {
  const callId = (own?.request as IntakeRequest | undefined)?.call?.callId;
  if (callId === undefined) return 0;
  const gone = await Promise.all(CALL_VENDORS.map((vendor) => remove(receipts(), { pk: callPk(vendor, callId) })));
  return gone.reduce((sum, one) => sum + one, 0);
}

async function emptyReceipt(pk: string, kinds: readonly ErasableKind[]): Promise<number> {
  const row = await read(receipts(), { pk });
  if (row === undefined) return 0;
  const left = receiptWithout(row, kinds);
  return JSON.stringify(left) === JSON.stringify(row) ? 0 : replace(receipts(), left);
}

/** When a record was last written to (epoch ms); the cursor of a line has no date, and tells nothing of anybody. */
const writtenAt = ({ at, madeAt, settledAt, createdAt, since }: Item): number => {
  const instant = at ?? madeAt ?? settledAt ?? createdAt ?? since;
  return typeof instant === 'string' ? fromIso(instant) : 0;
};

async function eraseRow(
  { pk, sk, ...row }: Item,
  kinds: readonly ErasableKind[],
  over: (at: number) => boolean,
): Promise<number> {
  if (RECORDS.some((prefix) => String(sk).startsWith(prefix))) {
    return kinds.includes('records') && over(writtenAt(row)) ? remove(tickets(), { pk, sk }) : 0;
  }
  if (!String(sk).startsWith(TEXT_PREFIX)) return 0;
  const text = row.text as TicketText;
  let count = 0;
  if (kinds.includes('attachments') || kinds.includes('words')) {
    for (const Key of filesOf(text)) {
      await s3().send(new DeleteObjectCommand({ Bucket: env('ATTACHMENTS_BUCKET'), Key }));
      count += 1;
    }
  }
  if (kinds.includes('words')) return count + (await remove(tickets(), { pk, sk }));
  const left = textWithoutFiles(text);
  if (!kinds.includes('attachments') || JSON.stringify(left) === JSON.stringify(text)) return count;
  return count + (await replace(tickets(), { pk, sk, ...row, text: left }));
}

/** 1 when there was a row. */
async function remove(TableName: string, Key: Item): Promise<number> {
  const { Attributes } = await dynamo().send(new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }));
  return Attributes === undefined ? 0 : 1;
}

/** 0 when the row went meanwhile: it must not come back. */
async function replace(TableName: string, row: Item): Promise<number> {
  const put = new PutCommand({ TableName, Item: row, ConditionExpression: 'attribute_exists(pk)' });
  return (await conditional(() => dynamo().send(put))) ? 1 : 0;
}
