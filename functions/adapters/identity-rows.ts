/** 更正: a caller's name or number, and what the number finds the request by. One transaction, so that no number finds half. */
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Receipt } from '#functions/ports/receipt-store.ts';
import { CallerRecord } from '#schemas/intake.ts';
import { dynamo, env } from './aws.ts';
import { numberPk } from './receipt-store.ts';

export interface NewIdentity {
  readonly name?: string | undefined;
  /** E.164 with its keyed hash. */
  readonly phone?: { readonly number: string; readonly hash: string } | undefined;
}

/** False when nobody is known who could be corrected: an anonymous caller, or one who was erased. */
export async function correctCaller({ ticketNo, callerToken }: Receipt, to: NewIdentity): Promise<boolean> {
  const found = await read('CALLERS_TABLE', { callerToken });
  const caller = found === undefined ? undefined : CallerRecord.strip().parse(found);
  if (caller === undefined || (caller.name ?? caller.phone ?? caller.openid) === undefined) return false;
  const named = {
    ...found,
    ...(to.name === undefined ? {} : { name: to.name }),
    ...(to.phone === undefined ? {} : { phone: to.phone.number }),
  };
  const rows =
    to.phone === undefined
      ? []
      : await findable(ticketNo, to.phone.hash, caller.openid === undefined ? 'phone' : 'openid');
  await dynamo().send(
    new TransactWriteCommand({
      TransactItems: [
        put('CALLERS_TABLE', 'callerToken', named),
        ...rows.map((row) => put('RECEIPTS_TABLE', 'pk', row)),
      ],
    }),
  );
  return true;
}

/** Who is known by openid is found by it; the number's hash stands beside it, and in the number's own row. */
async function findable(ticketNo: string, hash: string, by: 'phone' | 'openid'): Promise<Record<string, unknown>[]> {
  const number = await read('RECEIPTS_TABLE', { pk: numberPk(ticketNo) });
  const receipt = number && (await read('RECEIPTS_TABLE', { pk: String(number.receiptPk) }));
  if (number === undefined || receipt === undefined) return [];
  if (by === 'phone') {
    return [{ ...receipt, callerHash: hash, request: { ...(receipt.request as object), callerHash: hash } }];
  }
  return [
    { ...receipt, phoneHash: hash },
    { ...number, callerHash: hash, receivedAt: receipt.receivedAt },
  ];
}

async function read(table: string, Key: Record<string, string>): Promise<Record<string, unknown> | undefined> {
  return (await dynamo().send(new GetCommand({ TableName: env(table), Key, ConsistentRead: true }))).Item;
}

/** Erased meanwhile: it must not come back. */
const put = (table: string, key: string, Item: Record<string, unknown>) => ({
  Put: { TableName: env(table), Item, ConditionExpression: `attribute_exists(${key})` },
});
