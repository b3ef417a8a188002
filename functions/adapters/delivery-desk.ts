/** Operators' lists and acts on deliveries. An act and its record are one transaction, so neither is without the other. */
import { QueryCommand, type QueryCommandOutput, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { DeliveryDesk } from '#functions/ports/delivery-desk.ts';
import type { Delivery } from '#schemas/delivery.ts';
import type { DeliveryAct } from '#schemas/delivery-desk.ts';
import { dynamo } from './aws.ts';
import {
  actKeyOf,
  actPrefix,
  deadKey,
  dueSort,
  indexed,
  keyOf,
  linePrefix,
  pendingKey,
  table,
  transact,
  upTo,
} from './delivery-rows.ts';
import { cursorStep, deliveryOf } from './delivery-store.ts';
import { endpointItem, endpointPartition } from './endpoint-store.ts';

const partitionOf = (unit: string, of: 'dead' | 'pending') => (of === 'dead' ? deadKey(unit) : pendingKey(unit));

/** A dead row changes its state, if it is still in the round that was seen. */
const onDead = (seen: Delivery, update: string, values: Record<string, unknown>) => ({
  Update: {
    TableName: table(),
    Key: keyOf(seen),
    UpdateExpression: update,
    ConditionExpression: '#state = :dead AND attemptCount = :count',
    ExpressionAttributeNames: {
      '#state': 'state',
      ...(update.includes('#round') ? { '#round': 'round' } : {}),
    } as Record<string, string>,
    ExpressionAttributeValues: { ':dead': 'dead', ':count': seen.attemptCount, ...values },
  },
});

const recordOf = (act: DeliveryAct) => ({
  Put: {
    TableName: table(),
    Item: { ...actKeyOf(act, act.round, act.action), ...act },
    ConditionExpression: 'attribute_not_exists(pk)',
  },
});

async function items(pk: string, prefix: string): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  let from: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const page: QueryCommandOutput = await dynamo().send(
      new QueryCommand({
        TableName: table(),
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
        ConsistentRead: true,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    found.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return found;
}

function actOf({ pk: _pk, sk: _sk, ...act }: Record<string, unknown>): DeliveryAct {
  return act as DeliveryAct;
}

const desk: DeliveryDesk = {
  replay: (seen, act, dueAt) =>
    transact(
      new TransactWriteCommand({
        TransactItems: [
          onDead(
            seen,
            'SET #state = :pending, #round = :round, attemptsBefore = :count, dueKey = :dueKey, dueSort = :dueSort REMOVE settledAt, nextAttemptAt, leaseUntil',
            {
              ':pending': 'pending',
              ':round': (seen.round ?? 1) + 1,
              ':dueKey': pendingKey(seen.unit),
              ':dueSort': dueSort(dueAt, seen),
            },
          ),
          recordOf(act),
        ],
      }),
    ),

  skip: (seen, act) =>
    transact(
      new TransactWriteCommand({
        TransactItems: [
          onDead(seen, 'SET #state = :skipped, settledAt = :at REMOVE dueKey, dueSort', {
            ':skipped': 'skipped',
            ':at': act.at,
          }),
          { Update: cursorStep(seen) },
          recordOf(act),
        ],
      }),
    ),

  enable: (next, act) =>
    transact(
      new TransactWriteCommand({
        TransactItems: [
          {
            Put: {
              TableName: table(),
              Item: endpointItem(next),
              ConditionExpression: 'version = :seen',
              ExpressionAttributeValues: { ':seen': next.version - 1 },
            },
          },
          {
            Put: {
              TableName: table(),
              Item: { pk: endpointPartition(act.unit), sk: `ACT#${String(next.version).padStart(10, '0')}`, ...act },
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
        ],
      }),
    ),

  async slice({ unit, of, after, until, limit }) {
    const end = until === undefined ? '~' : upTo(until);
    const { found, last } = await indexed(partitionOf(unit, of), { after, until: end, limit });
    return { keys: found.map(({ key }) => key), ...(last === undefined ? {} : { last }) };
  },

  async count(unit, of) {
    const answer = await dynamo().send(
      new QueryCommand({
        TableName: table(),
        IndexName: 'byDue',
        KeyConditionExpression: 'dueKey = :dueKey',
        ExpressionAttributeValues: { ':dueKey': partitionOf(unit, of) },
        // Keys alone: one page is some five thousand.
        Select: 'COUNT',
      }),
    );
    return { count: answer.Count ?? 0, more: answer.LastEvaluatedKey !== undefined };
  },

  async ofTicket(ticketNo) {
    return (await items(`T#${ticketNo}`, 'DLV#')).map(deliveryOf);
  },

  async ofLine({ ticketNo, unit }) {
    const [deliveries, acts] = await Promise.all([
      items(`T#${ticketNo}`, linePrefix(unit)),
      items(`T#${ticketNo}`, actPrefix(unit)),
    ]);
    return { deliveries: deliveries.map(deliveryOf), acts: acts.map(actOf) };
  },
};

export const deliveryDesk = (): DeliveryDesk => desk;
