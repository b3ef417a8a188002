/**
 * How deliveries lie in the Tickets table, beside the ticket that they tell of: `DLV#<unit>#<000001>` and `CUR#<unit>`. In the
 * sparse index `byDue` each unit has a partition for what is pending, by due mark, and one for its dead letters, by the
 * time at which they died; so no unit's backlog stands in front of another's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { QueryCommand, type QueryCommandOutput, type TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { DeliveryKey, DueDelivery, Line } from '#functions/ports/delivery-store.ts';
import { dynamo, env } from './aws.ts';

const CONFLICT_RETRIES = 5;
const CONDITION_FAILED = 'ConditionalCheckFailedException';

export const table = (): string => env('TICKETS_TABLE');
const place = (n: number): string => String(n).padStart(6, '0');
export const linePrefix = (unit: string): string => `DLV#${unit}#`;
export const keyOf = ({ ticketNo, unit, n }: DeliveryKey) => ({
  pk: `T#${ticketNo}`,
  sk: `${linePrefix(unit)}${place(n)}`,
});
export const cursorOf = ({ ticketNo, unit }: Line) => ({ pk: `T#${ticketNo}`, sk: `CUR#${unit}` });
/** 处置记录 of one delivery; a round takes each act once. */
export const actPrefix = (unit: string): string => `DACT#${unit}#`;
export const actKeyOf = ({ ticketNo, unit, n }: DeliveryKey, round: number, action: string) => ({
  pk: `T#${ticketNo}`,
  sk: `${actPrefix(unit)}${place(n)}#${place(round)}#${action}`,
});

export const pendingKey = (unit: string): string => `DELIVERY#${unit}`;
export const deadKey = (unit: string): string => `DEAD#${unit}`;
/** One partition for all units, as rows had it before endpoints were remembered. */
export const OLD_PENDING_KEY = 'DELIVERY';

/** Sorts by time, in UTC whatever the server's zone; the tail only spreads equal times. */
export const dueSort = (at: number, key: DeliveryKey): string =>
  `${new Date(at).toISOString()}#${key.ticketNo}#${key.unit}#${key.n}`;
/** '~' sorts behind '#' and every tail, so that a mark of this very millisecond is included. */
export const upTo = (at: number): string => `${new Date(at).toISOString()}~`;

export interface IndexPage {
  readonly found: DueDelivery[];
  /** The last mark that was read, when there may be more. */
  readonly last?: string;
}

/** Deliveries of one partition of the index in order of their marks, behind `after`, up to `until`. Eventually consistent. */
export async function indexed(
  dueKey: string,
  { after, until, limit }: { after?: string | undefined; until: string; limit: number },
): Promise<IndexPage> {
  // A blank sorts right behind the mark itself.
  const from = after === undefined ? '0' : `${after} `;
  if (from > until) return { found: [] };
  const answer: QueryCommandOutput = await dynamo().send(
    new QueryCommand({
      TableName: table(),
      IndexName: 'byDue',
      KeyConditionExpression: 'dueKey = :dueKey AND dueSort BETWEEN :after AND :until',
      ExpressionAttributeValues: { ':dueKey': dueKey, ':after': from, ':until': until },
      Limit: limit,
    }),
  );
  const found = (answer.Items ?? []).map((item) => {
    const [, unit = '', n = ''] = String(item.sk).split('#');
    return { key: { ticketNo: String(item.pk).slice(2), unit, n: Number(n) }, mark: String(item.dueSort) };
  });
  const last = answer.LastEvaluatedKey === undefined ? undefined : found.at(-1)?.mark;
  return last === undefined ? { found } : { found, last };
}

/** True when the write went through, false when its condition didn't hold. */
export async function conditional(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === CONDITION_FAILED) return false;
    throw error;
  }
}

/**
 * True when committed, false when a condition didn't hold. Another write on the same items at this moment is waited for:
 * giving up here would send the department a message that it has.
 */
export async function transact(command: TransactWriteCommand): Promise<boolean> {
  for (let left = CONFLICT_RETRIES; ; left--) {
    try {
      await dynamo().send(command);
      return true;
    } catch (error) {
      const codes = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
      if (codes.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
      if (left === 0 || !codes.some(({ Code }) => Code === 'TransactionConflict')) throw error;
      await sleep(20 + Math.random() * 80);
    }
  }
}
