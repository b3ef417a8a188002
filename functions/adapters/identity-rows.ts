/** 更正: a caller's name or number, and what the number finds the request by. One transaction, so that no number finds half. */
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { CallerRecord } from '#schemas/intake.ts';
import { dynamo, env } from './aws.ts';
import { numberPk } from './receipt-store.ts';

export interface NewIdentity {
  readonly name?: string | undefined;
  /** E.164 with its keyed hash. */
  readonly phone?: { readonly number: string; readonly hash: string } | undefined;
}

/**
 * `tickets`: all that this caller's row is shared by (拆单), so that the new number finds each of them. False when nobody is
 * known who could be corrected: an anonymous caller, or one who was erased.
 */
export async function correctCaller(
  callerToken: string,
  tickets: readonly string[],
  { name, phone }: NewIdentity,
): Promise<boolean> {
  const found = await read('CALLERS_TABLE', { callerToken });
  const caller = found === undefined ? undefined : CallerRecord.strip().parse(found);
  if (caller === undefined || (caller.name ?? caller.phone ?? caller.openid) === undefined) return false;
  const named = {
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone: phone.number }),
  };
  const by = caller.openid === undefined ? 'phone' : 'openid';
  const updates =
    phone === undefined ? [] : await Promise.all(tickets.map((ticketNo) => findable(ticketNo, phone.hash, by)));
  await dynamo().send(
    new TransactWriteCommand({
      TransactItems: [set('CALLERS_TABLE', { callerToken }, named), ...updates.flat()],
    }),
  );
  return true;
}

/** Who is known by openid is found by it; the number's hash stands beside it, and in the number's own row. */
async function findable(ticketNo: string, hash: string, by: 'phone' | 'openid') {
  const number = await read('RECEIPTS_TABLE', { pk: numberPk(ticketNo) });
  const receipt = number && (await read('RECEIPTS_TABLE', { pk: String(number.receiptPk) }));
  if (number === undefined || receipt === undefined) return [];
  const key = { pk: String(number.receiptPk) };
  if (by === 'phone') return [set('RECEIPTS_TABLE', key, { callerHash: hash, 'request.callerHash': hash })];
  return [
    set('RECEIPTS_TABLE', key, { phoneHash: hash, 'request.callerHash': hash }),
    set('RECEIPTS_TABLE', { pk: numberPk(ticketNo) }, { callerHash: hash, receivedAt: receipt.receivedAt }),
  ];
}

async function read(table: string, Key: Record<string, string>): Promise<Record<string, unknown> | undefined> {
  return (await dynamo().send(new GetCommand({ TableName: env(table), Key, ConsistentRead: true }))).Item;
}

/** Only what is named, for others write to the same row; and only while there is one: what was erased must not come back. */
function set(table: string, Key: Record<string, string>, values: Readonly<Record<string, unknown>>) {
  const paths = Object.entries(values).map(([path, value], index) => ({
    path: path.split('.'),
    value,
    at: `:v${index}`,
  }));
  return {
    Update: {
      TableName: env(table),
      Key,
      UpdateExpression: `SET ${paths.map(({ path, at }) => `${path.map((name) => `#${name}`).join('.')} = ${at}`).join(', ')}`,
      ConditionExpression: `attribute_exists(${Object.keys(Key)[0]})`,
      ExpressionAttributeNames: Object.fromEntries(paths.flatMap(({ path }) => path.map((name) => [`#${name}`, name]))),
      ExpressionAttributeValues: Object.fromEntries(paths.map(({ at, value }) => [at, value])),
    },
  };
}
