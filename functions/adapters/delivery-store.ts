/** Deliveries and their lines' cursors in the Tickets table (`delivery-rows.ts`), as the engine moves them. */
import { GetCommand, PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { ATTEMPTS_KEPT } from '#domain/delivery/delivery.ts';
import type { DeliveryKey, DeliveryStore } from '#functions/ports/delivery-store.ts';
import { type Attempt, Delivery } from '#schemas/delivery.ts';
import { dynamo } from './aws.ts';
import {
  conditional,
  cursorOf,
  deadKey,
  dueSort,
  indexed,
  keyOf,
  OLD_PENDING_KEY,
  pendingKey,
  table,
  transact,
  upTo,
} from './delivery-rows.ts';

const withAttempt = (taken: Delivery, attempt: Attempt) => [...taken.attempts, attempt].slice(-ATTEMPTS_KEPT);
const mark = (at: number, key: DeliveryKey) => ({ ':dueKey': pendingKey(key.unit), ':dueSort': dueSort(at, key) });

interface Change {
  readonly update: string;
  readonly values: Record<string, unknown>;
  /** The state that the row must have been seen in; pending unless told. */
  readonly state?: Delivery['state'];
  readonly unless?: string;
}

/** Writes on a row, if its state and the newest attempt are still those that were seen. */
const updateSeen = (seen: Delivery, { update, values, state = 'pending', unless }: Change): Promise<boolean> =>
  conditional(() =>
    dynamo().send(
      new UpdateCommand({
        TableName: table(),
        Key: keyOf(seen),
        UpdateExpression: update,
        // The count says that nobody began an attempt since `seen` was read; a lease can't appear without it.
        ConditionExpression: `#state = :state AND attemptCount = :count${unless === undefined ? '' : ` AND ${unless}`}`,
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':state': state, ':count': seen.attemptCount, ...values },
      }),
    ),
  );

/** The cursor's step from n−1 to n. */
export const cursorStep = (key: DeliveryKey) => ({
  TableName: table(),
  Key: cursorOf(key),
  UpdateExpression: 'SET settled = :n, kind = :kind',
  ConditionExpression: key.n === 1 ? 'attribute_not_exists(settled)' : 'settled = :before',
  ExpressionAttributeValues: { ':n': key.n, ':kind': 'cursor', ...(key.n === 1 ? {} : { ':before': key.n - 1 }) },
});

/** A row as it is stored, without the keys around it. */
export function deliveryOf(item: Record<string, unknown>): Delivery {
  const { pk: _pk, sk: _sk, dueKey: _dueKey, dueSort: _dueSort, ...row } = item;
  return Delivery.parse(row);
}

const store: DeliveryStore = {
  async open({ ticketNo, unit, n }, { seq, type }, at, recoverAt) {
    const row: Delivery = {
      kind: 'delivery',
      ticketNo,
      unit,
      n,
      seq,
      type,
      state: 'pending',
      attemptCount: 0,
      attempts: [],
      createdAt: toShanghai(at),
    };
    const put = await conditional(() =>
      dynamo().send(
        new PutCommand({
          TableName: table(),
          Item: { ...keyOf(row), ...row, dueKey: pendingKey(unit), dueSort: dueSort(recoverAt, row) },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
    return put ? row : undefined;
  },

  async find(key) {
    const answer = await dynamo().send(new GetCommand({ TableName: table(), Key: keyOf(key), ConsistentRead: true }));
    return answer.Item === undefined ? undefined : deliveryOf(answer.Item);
  },

  async settled(line) {
    const answer = await dynamo().send(
      new GetCommand({ TableName: table(), Key: cursorOf(line), ConsistentRead: true }),
    );
    const settled: unknown = answer.Item?.settled;
    return typeof settled === 'number' ? settled : 0;
  },

  take: (seen, { leaseUntil, recoverAt }) =>
    updateSeen(seen, {
      update: 'SET attemptCount = :next, leaseUntil = :lease, dueKey = :dueKey, dueSort = :dueSort',
      values: { ':next': seen.attemptCount + 1, ':lease': leaseUntil, ...mark(recoverAt, seen) },
      unless: 'attribute_not_exists(supersededBy)',
    }),

  settle: (taken, attempt) =>
    transact(
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
          { Update: cursorStep(taken) },
        ],
      }),
    ),

  postpone: (taken, attempt, nextAt) =>
    updateSeen(taken, {
      update: 'SET attempts = :attempts, nextAttemptAt = :next, dueKey = :dueKey, dueSort = :dueSort REMOVE leaseUntil',
      values: { ':attempts': withAttempt(taken, attempt), ':next': toShanghai(nextAt), ...mark(nextAt, taken) },
    }),

  bury: (seen, attempt) =>
    updateSeen(seen, {
      update:
        'SET #state = :dead, attempts = :attempts, settledAt = :at, dueKey = :dueKey, dueSort = :dueSort REMOVE leaseUntil, nextAttemptAt',
      values: {
        ':dead': 'dead',
        ':attempts': withAttempt(seen, attempt),
        ':at': attempt.at,
        ':dueKey': deadKey(seen.unit),
        ':dueSort': dueSort(Date.parse(attempt.at), seen),
      },
    }),

  expect: (seen, dueAt) =>
    updateSeen(seen, { update: 'SET dueKey = :dueKey, dueSort = :dueSort', values: mark(dueAt, seen) }),

  flag: (seen, by) => updateSeen(seen, { update: 'SET supersededBy = :by', values: { ':by': by } }),

  supersede: (seen, by, at) =>
    updateSeen(seen, {
      state: seen.state,
      update:
        'SET #state = :superseded, supersededBy = :by, settledAt = :at REMOVE leaseUntil, nextAttemptAt, dueKey, dueSort',
      values: { ':superseded': 'superseded', ':by': by, ':at': toShanghai(at) },
    }),

  passOver: (key) => conditional(() => dynamo().send(new UpdateCommand(cursorStep(key)))),

  async due(unit, until, limit) {
    const dueKey = unit === '' ? OLD_PENDING_KEY : pendingKey(unit);
    return (await indexed(dueKey, { until: upTo(until), limit })).found;
  },

  pushBack: ({ key, mark: found }, until) =>
    conditional(() =>
      dynamo().send(
        new UpdateCommand({
          TableName: table(),
          Key: keyOf(key),
          UpdateExpression: 'SET dueKey = :dueKey, dueSort = :dueSort',
          ConditionExpression: 'dueSort = :found AND dueKey <> :dead',
          ExpressionAttributeValues: { ...mark(until, key), ':found': found, ':dead': deadKey(key.unit) },
        }),
      ),
    ),
};

export const deliveryStore = (): DeliveryStore => store;
