/**
 * Receipts in DynamoDB: `R#<channel>#<channelRef>` holds the receipt, `N#<ticketNo>` leads to it. `pendingKey` and
 * `pendingSince` put a receipt into the sparse index `pending` until the router's transaction takes them away.
 */
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { CreateResult, Receipt, ReceiptStore } from '#functions/ports/receipt-store.ts';
import { dynamo, env } from './aws.ts';

export const receiptPk = (channel: string, channelRef: string): string => `R#${channel}#${channelRef}`;
export const numberPk = (ticketNo: string): string => `N#${ticketNo}`;
/** Of every receipt that waits for the router: one partition, because it is empty in health. */
export const PENDING_KEY = 'P';

/** UTC, because the sweeper compares it as text. */
const pending = (since: number) => ({
  state: 'received',
  pendingKey: PENDING_KEY,
  pendingSince: new Date(since).toISOString(),
});

/** A row that never exists; read in the place of one, so that a wrong ticket number takes as long as a wrong code. */
const NO_RECEIPT = 'R#';

export const receiptStore = (): ReceiptStore => ({
  find: (channel, channelRef) => get(receiptPk(channel, channelRef)),

  async findByTicketNo(ticketNo) {
    const { Item } = await dynamo().send(
      new GetCommand({ TableName: env('RECEIPTS_TABLE'), Key: { pk: numberPk(ticketNo) }, ConsistentRead: true }),
    );
    return get(typeof Item?.receiptPk === 'string' ? Item.receiptPk : NO_RECEIPT);
  },

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
    const receipts = await Promise.all(Items.map(({ pk }) => get(String(pk))));
    return receipts.filter((receipt) => receipt !== undefined);
  },

  async create(receipt, caller, pendingSince) {
    const { channel, channelRef } = receipt.request;
    const pk = receiptPk(channel, channelRef);
    const TableName = env('RECEIPTS_TABLE');
    const ConditionExpression = 'attribute_not_exists(pk)';
    try {
      await dynamo().send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Put: {
                TableName,
                ConditionExpression,
                Item: { pk, ...receipt, ...pending(pendingSince) },
              },
            },
            { Put: { TableName, ConditionExpression, Item: { pk: numberPk(receipt.ticketNo), receiptPk: pk } } },
            { Put: { TableName: env('CALLERS_TABLE'), Item: caller } },
          ],
        }),
      );
      return 'created';
    } catch (error) {
      const refused = refusal(error);
      if (refused === undefined) throw error;
      return refused;
    }
  },
});

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

/** What a failed transaction means: the reasons come in the order of its items. */
export function refusal(error: unknown): Exclude<CreateResult, 'created'> | undefined {
  if (error instanceof Error && busy.has(error.name)) return 'contended';
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const [receipt, number, ...rest] = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
  if (receipt === 'ConditionalCheckFailed') return 'exists';
  if (number === 'ConditionalCheckFailed') return 'numberTaken';
  return [receipt ?? 'None', number ?? 'None', ...rest].every((code) => passing.has(code)) ? 'contended' : undefined;
}
