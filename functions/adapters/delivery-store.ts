/**
 * Deliveries in the Tickets table, beside the ticket that they tell of: `DLV#<unit>#<000001>` and `CUR#<unit>`. A row is in
 * the sparse index `byDue` for as long as it is pending.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { ATTEMPTS_KEPT } from '#domain/delivery/delivery.ts';
import type { DeliveryKey, DeliveryStore } from '#functions/ports/delivery-store.ts';
import { type Attempt, Delivery } from '#schemas/delivery.ts';
import { dynamo, env } from './aws.ts';

const DUE_KEY = 'DELIVERY';
const CONFLICT_RETRIES = 5;
const CONDITION_FAILED = 'ConditionalCheckFailedException';

const table = () => env('TICKETS_TABLE');
const keyOf = ({ ticketNo, unit, n }: DeliveryKey) => ({
  pk: `T#${ticketNo}`,
  sk: `DLV#${unit}#${String(n).padStart(6, '0')}`,
});
const cursorOf = ({ ticketNo, unit }: Pick<DeliveryKey, 'ticketNo' | 'unit'>) => ({
  pk: `T#${ticketNo}`,
  sk: `CUR#${unit}`,
});
/** Sorts by time, in UTC whatever the server's zone; the tail only spreads equal times. */
const dueSort = (at: number, key: DeliveryKey) => `${new Date(at).toISOString()}#${key.ticketNo}#${key.unit}#${key.n}`;

const withAttempt = (taken: Delivery, attempt: Attempt) => [...taken.attempts, attempt].slice(-ATTEMPTS_KEPT);

/** True when the write went through, false when its condition didn't hold. */
async function conditional(write: () => Promise<unknown>): Promise<boolean> {
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
async function transact(command: TransactWriteCommand): Promise<boolean> {
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

/** Writes on a pending row, if the attempt that was seen is still the newest one. */
const updatePending = (
  taken: Delivery,
  update: string,
  names: Record<string, string>,
  values: Record<string, unknown>,
) =>
  conditional(() =>
    dynamo().send(
      new UpdateCommand({
        TableName: table(),
        Key: keyOf(taken),
        UpdateExpression: update,
        ConditionExpression: '#state = :pending AND attemptCount = :count',
        ExpressionAttributeNames: { '#state': 'state', ...names },
        ExpressionAttributeValues: { ':pending': 'pending', ':count': taken.attemptCount, ...values },
      }),
    ),
  );

const store: DeliveryStore = {
  async open(key, seq, at, recoverAt) {
    const row: Delivery = {
      kind: 'delivery',
      ...key,
      seq,
      state: 'pending',
      attemptCount: 0,
      attempts: [],
      createdAt: toShanghai(at),
    };
    await conditional(() =>
      dynamo().send(
        new PutCommand({
          TableName: table(),
          Item: { ...keyOf(key), ...row, dueKey: DUE_KEY, dueSort: dueSort(recoverAt, key) },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
  },

  async find(key) {
    const answer = await dynamo().send(new GetCommand({ TableName: table(), Key: keyOf(key), ConsistentRead: true }));
    if (answer.Item === undefined) return undefined;
    const { pk: _pk, sk: _sk, dueKey: _dueKey, dueSort: _dueSort, ...row } = answer.Item;
    return Delivery.parse(row);
  },

  async settled(line) {
    const answer = await dynamo().send(
      new GetCommand({ TableName: table(), Key: cursorOf(line), ConsistentRead: true }),
    );
    const settled: unknown = answer.Item?.settled;
    return typeof settled === 'number' ? settled : 0;
  },

  take: (seen, { leaseUntil, recoverAt }) =>
    conditional(() =>
      dynamo().send(
        new UpdateCommand({
          TableName: table(),
          Key: keyOf(seen),
          UpdateExpression: 'SET attemptCount = :next, leaseUntil = :lease, dueKey = :dueKey, dueSort = :dueSort',
          // The count says that nobody began an attempt since `seen` was read; a lease can't appear without it.
          ConditionExpression: '#state = :pending AND attemptCount = :count',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: {
            ':pending': 'pending',
            ':count': seen.attemptCount,
            ':next': seen.attemptCount + 1,
            ':lease': leaseUntil,
            ':dueKey': DUE_KEY,
            ':dueSort': dueSort(recoverAt, seen),
          },
        }),
      ),
    ),

  async settle(taken, attempt) {
    return transact(
      new TransactWriteCommand({
        TransactItems: [
          {
            Update: {
              TableName: table(),
              Key: keyOf(taken),
              UpdateExpression:
                'SET #state = :delivered, attempts = :attempts, settledAt = :at REMOVE leaseUntil, nextAttemptAt, dueKey, dueSort',
              ConditionExpression: '#state <> :delivered',
              ExpressionAttributeNames: { '#state': 'state' },
              ExpressionAttributeValues: {
                ':delivered': 'delivered',
                ':attempts': withAttempt(taken, attempt),
                ':at': attempt.at,
              },
            },
          },
          {
            Update: {
              TableName: table(),
              Key: cursorOf(taken),
              UpdateExpression: 'SET settled = :n, kind = :kind',
              ConditionExpression: taken.n === 1 ? 'attribute_not_exists(settled)' : 'settled = :before',
              ExpressionAttributeValues: {
                ':n': taken.n,
                ':kind': 'cursor',
                ...(taken.n === 1 ? {} : { ':before': taken.n - 1 }),
              },
            },
          },
        ],
      }),
    );
  },

  postpone: (taken, attempt, nextAt) =>
    updatePending(
      taken,
      'SET attempts = :attempts, nextAttemptAt = :next, dueKey = :dueKey, dueSort = :dueSort REMOVE leaseUntil',
      {},
      {
        ':attempts': withAttempt(taken, attempt),
        ':next': toShanghai(nextAt),
        ':dueKey': DUE_KEY,
        ':dueSort': dueSort(nextAt, taken),
      },
    ),

  bury: (taken, attempt) =>
    updatePending(
      taken,
      'SET #state = :dead, attempts = :attempts, settledAt = :at REMOVE leaseUntil, nextAttemptAt, dueKey, dueSort',
      {},
      { ':dead': 'dead', ':attempts': withAttempt(taken, attempt), ':at': attempt.at },
    ),

  expect: (seen, dueAt) =>
    updatePending(
      seen,
      'SET dueKey = :dueKey, dueSort = :dueSort',
      {},
      { ':dueKey': DUE_KEY, ':dueSort': dueSort(dueAt, seen) },
    ),

  async due(now, limit) {
    const answer = await dynamo().send(
      new QueryCommand({
        TableName: table(),
        IndexName: 'byDue',
        KeyConditionExpression: 'dueKey = :dueKey AND dueSort <= :now',
        // '~' sorts behind '#' and every tail, so that a mark of this very millisecond is due.
        ExpressionAttributeValues: { ':dueKey': DUE_KEY, ':now': `${new Date(now).toISOString()}~` },
        Limit: limit,
      }),
    );
    return (answer.Items ?? []).map((item) => {
      const [, unit = '', n = ''] = String(item.sk).split('#');
      const key = { ticketNo: String(item.pk).slice(2), unit, n: Number(n) };
      return { key, mark: String(item.dueSort) };
    });
  },

  pushBack: ({ key, mark }, until) =>
    conditional(() =>
      dynamo().send(
        new UpdateCommand({
          TableName: table(),
          Key: keyOf(key),
          UpdateExpression: 'SET dueSort = :until',
          ConditionExpression: 'dueSort = :mark',
          ExpressionAttributeValues: { ':until': dueSort(until, key), ':mark': mark },
        }),
      ),
    ),
};

export const deliveryStore = (): DeliveryStore => store;
