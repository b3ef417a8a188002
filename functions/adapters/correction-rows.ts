/** Corrections (纠正) beside the tickets: one row each in a partition of their own, written in the ticket's transaction. */
import { QueryCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { fromIso } from '#domain/calendar/shanghai.ts';
import type { Page, PageRequest } from '#functions/ports/ticket-store.ts';
import type { Correction } from '#schemas/catalogue.ts';
import { dynamo } from './aws.ts';

const PARTITION = 'CORRECTIONS';

export function correctionRow(
  TableName: string,
  correction: Correction,
): NonNullable<TransactWriteCommandInput['TransactItems']>[number] {
  const { at, ticketNo, seq } = correction;
  const sk = `${new Date(fromIso(at)).toISOString()}#${ticketNo}#${String(seq).padStart(6, '0')}`;
  return { Put: { TableName, Item: { pk: PARTITION, sk, correction } } };
}

/** Oldest first. The cursor is where the last page ended; throws RangeError for anything else. */
export async function listCorrections(
  TableName: string,
  { limit, cursor }: Omit<PageRequest, 'status'>,
): Promise<Page<Correction>> {
  const from = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString('utf8');
  if (from !== undefined && !/^\d{4}-[\w:.-]{18}Z#[A-Z]{2}\d{16}#\d{6}$/.test(from))
    throw new RangeError('not a cursor');
  const { Items = [], LastEvaluatedKey } = await dynamo().send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': PARTITION },
      Limit: limit,
      ...(from === undefined ? {} : { ExclusiveStartKey: { pk: PARTITION, sk: from } }),
    }),
  );
  const items = Items.map((item) => item.correction as Correction);
  const last = LastEvaluatedKey?.sk;
  return typeof last === 'string' ? { items, cursor: Buffer.from(last).toString('base64url') } : { items };
}
