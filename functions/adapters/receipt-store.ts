/**
 * Receipts in DynamoDB: `R#<channel>#<channelRef>` holds the receipt, `S#<ticketNo>` that of a part that was split off;
 * `N#<ticketNo>` and, for a message of the board, `B#<messageId>` lead to it. The first two may stand in the index `byCaller`: the number's row under the phone number of a
 * caller whose receipt stands under the openid. `pendingKey` and `pendingSince` put a receipt into the sparse index `pending`
 * until the router's transaction takes them away.
 */
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, QueryCommand, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { ConversationStep, CreateResult, Receipt, ReceiptStore } from '#functions/ports/receipt-store.ts';
import { dynamo, env } from './aws.ts';

export const receiptPk = (channel: string, channelRef: string): string => `R#${channel}#${channelRef}`;
export const numberPk = (ticketNo: string): string => `N#${ticketNo}`;
/** A message of the board belongs to one request: two would overwrite each other's replies. */
const messagePk = (messageId: string): string => `B#${messageId}`;
const DAY_S = 86_400;

/** Whom a citizen's messages belong to at the moment; one row a citizen, overwritten by the next conversation. */
export const conversationPk = (callerHash: string): string => `W#${callerHash}`;
/** Of every receipt that waits for the router: one partition, because it is empty in health. */
export const PENDING_KEY = 'P';

/** Of the sparse index `byDay`, which counts requests: receipts alone carry it. `at` is an instant in Shanghai's offset. */
export const dayKey = (channel: string, at: string): string => `${channel}#${at.slice(0, 10)}`;

/** UTC, because the sweeper compares it as text. */
const pending = (since: number) => ({
  state: 'received',
  pendingKey: PENDING_KEY,
  pendingSince: new Date(since).toISOString(),
});

/**
 * 拆单: the rows of a part's receipt, for the transaction that makes the part. Nobody posted it and no router waits for it, so it
 * stands under no channel's key, in no list of what waits, and is not counted as a request.
 */
export function partRows(receipt: Receipt): Part['put'][] {
  const { ticketNo, phoneHash, receivedAt } = receipt;
  const pk = `S#${ticketNo}`;
  return [onlyOnce({ pk, ...receipt, state: 'routed' }), onlyOnce(numberRow(ticketNo, pk, phoneHash, receivedAt))];
}

/** Leads from a ticket's number to its receipt, and from the other hash of its caller to both. */
const numberRow = (ticketNo: string, receipt: string, phoneHash: string | undefined, receivedAt: string) => ({
  pk: numberPk(ticketNo),
  receiptPk: receipt,
  ...(phoneHash === undefined ? {} : { callerHash: phoneHash, receivedAt }),
});

/** A row that never exists; read in the place of one, so that a wrong ticket number takes as long as a wrong code. */
const NO_RECEIPT = 'R#';

export const receiptStore = (): ReceiptStore => ({
  find: (channel, channelRef) => get(receiptPk(channel, channelRef)),

  findByTicketNo: (ticketNo) => follow(numberPk(ticketNo)),

  async findByCaller(callerHash, limit) {
    const { Items = [] } = await dynamo().send(
      new QueryCommand({
        TableName: env('RECEIPTS_TABLE'),
        IndexName: 'byCaller',
        KeyConditionExpression: 'callerHash = :caller',
        ExpressionAttributeValues: { ':caller': callerHash },
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    const receipts = await Promise.all(
      Items.map(({ pk }) => (String(pk).startsWith(numberPk('')) ? follow(String(pk)) : get(String(pk)))),
    );
    const found = receipts.filter((receipt) => receipt !== undefined);
    return [...new Map(found.map((receipt) => [receipt.ticketNo, receipt])).values()];
  },

  async receivedSince(callerHash, since, { channel, except }, limit) {
    const times: string[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await dynamo().send(
        new QueryCommand({
          TableName: env('RECEIPTS_TABLE'),
          IndexName: 'byCaller',
          KeyConditionExpression: 'callerHash = :caller AND receivedAt >= :since',
          ExpressionAttributeValues: { ':caller': callerHash, ':since': since },
          ScanIndexForward: false,
          ExclusiveStartKey: from,
        }),
      );
      for (const { pk, receivedAt } of page.Items ?? []) {
        const counts =
          String(pk).startsWith(receiptPk(channel, '')) && !String(pk).startsWith(receiptPk(channel, except));
        if (counts) times.push(String(receivedAt));
      }
      from = page.LastEvaluatedKey;
    } while (from !== undefined && times.length < limit);
    return times.slice(0, limit);
  },

  async create(receipt, caller, pendingSince, conversation) {
    const { channel, channelRef, board } = receipt.request;
    const { phoneHash, receivedAt } = receipt;
    const pk = receiptPk(channel, channelRef);
    return transact([
      {
        put: onlyOnce({ pk, ...receipt, ...pending(pendingSince), dayKey: dayKey(channel, receivedAt) }),
        refused: 'exists',
      },
      {
        put: onlyOnce(numberRow(receipt.ticketNo, pk, phoneHash, receivedAt)),
        refused: 'numberTaken',
      },
      { put: { TableName: env('CALLERS_TABLE'), Item: caller } },
      ...(board === undefined
        ? []
        : [{ put: onlyOnce({ pk: messagePk(board.messageId), receiptPk: pk }), refused: 'messageTaken' } as const]),
      ...(conversation === undefined ? [] : [talking(receipt.ticketNo, conversation)]),
    ]);
  },

  async add(addition, pendingSince, conversation) {
    const { channel, channelRef, ticketNo } = addition;
    const pk = receiptPk(channel, channelRef);
    return transact([
      { put: onlyOnce({ pk, ticketNo, addition, ...pending(pendingSince) }), refused: 'exists' },
      ...(conversation === undefined ? [] : [talking(ticketNo, conversation)]),
    ]);
  },

  async conversation(callerHash) {
    const { Item } = await dynamo().send(
      new GetCommand({
        TableName: env('RECEIPTS_TABLE'),
        Key: { pk: conversationPk(callerHash) },
        ConsistentRead: true,
      }),
    );
    if (Item === undefined) return undefined;
    return { ticketNo: String(Item.ticketNo), until: Number(Item.until), messages: Number(Item.messages) };
  },
});

/** One row of a transaction, and what it means when its condition fails. */
interface Part {
  readonly put: NonNullable<NonNullable<TransactWriteCommandInput['TransactItems']>[number]['Put']>;
  readonly refused?: Exclude<CreateResult, 'created' | 'contended'>;
}

const onlyOnce = (Item: Record<string, unknown>): Part['put'] => ({
  TableName: env('RECEIPTS_TABLE'),
  Item,
  ConditionExpression: 'attribute_not_exists(pk)',
});

/** The conversation goes on, or begins, unless another message moved it since it was looked at. */
function talking(ticketNo: string, { callerHash, until, messages, seen }: ConversationStep): Part {
  return {
    put: {
      TableName: env('RECEIPTS_TABLE'),
      Item: { pk: conversationPk(callerHash), ticketNo, until, messages, ttl: Math.ceil(until / 1000) + DAY_S },
      ...(seen === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#until = :until AND ticketNo = :ticketNo',
            ExpressionAttributeNames: { '#until': 'until' },
            ExpressionAttributeValues: { ':until': seen.until, ':ticketNo': seen.ticketNo },
          }),
    },
    refused: 'conversationMoved',
  };
}

async function transact(parts: readonly Part[]): Promise<CreateResult> {
  try {
    await dynamo().send(new TransactWriteCommand({ TransactItems: parts.map(({ put }) => ({ Put: put })) }));
    return 'created';
  } catch (error) {
    const refused = refusal(
      error,
      parts.map((part) => part.refused),
    );
    if (refused === undefined) throw error;
    return refused;
  }
}

/** The receipt that a number's row leads to. */
async function follow(pk: string): Promise<Receipt | undefined> {
  const { Item } = await dynamo().send(
    new GetCommand({ TableName: env('RECEIPTS_TABLE'), Key: { pk }, ConsistentRead: true }),
  );
  return get(typeof Item?.receiptPk === 'string' ? Item.receiptPk : NO_RECEIPT);
}

async function get(pk: string): Promise<Receipt | undefined> {
  const { Item } = await dynamo().send(
    new GetCommand({ TableName: env('RECEIPTS_TABLE'), Key: { pk }, ConsistentRead: true }),
  );
  return Item as Receipt | undefined;
}

/** Reasons that pass by themselves; anything else in a cancelled transaction is our fault and must be seen. */
const passing = new Set(['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Errors of the whole call that pass by themselves. */
const busy = new Set([
  'TransactionConflictException',
  'TransactionInProgressException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** What a failed transaction means: the reasons come in the order of its rows, and so do `meanings`. */
export function refusal(
  error: unknown,
  meanings: readonly (Part['refused'] | undefined)[],
): Exclude<CreateResult, 'created'> | undefined {
  if (error instanceof Error && busy.has(error.name)) return 'contended';
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
  const meaning = codes.map((code, row) => (code === 'ConditionalCheckFailed' ? meanings[row] : undefined));
  const first = meaning.find((known) => known !== undefined);
  if (first !== undefined) return first;
  return codes.every((code) => passing.has(code)) ? 'contended' : undefined;
}
