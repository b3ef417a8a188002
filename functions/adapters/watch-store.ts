/** Watches over dispatches in the Tickets table, `WATCH#<unit>#<000001>` beside the ticket; one partition of `byDue` lists them. */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DeliveryKey } from '#functions/ports/delivery-store.ts';
import type { Watch } from '#functions/ports/ticket-store.ts';
import type { WatchStore } from '#functions/ports/watch-store.ts';
import { DeliveryWatch } from '#schemas/delivery.ts';
import { dynamo } from './aws.ts';
import { dueSort, indexed, table, upTo } from './delivery-rows.ts';

const DUE_KEY = 'LATE';
const keyOf = ({ ticketNo, unit, n }: DeliveryKey) => ({
  pk: `T#${ticketNo}`,
  sk: `WATCH#${unit}#${String(n).padStart(6, '0')}`,
});

/** As a part of the ticket's transaction. */
export const watchRow = (TableName: string, { watch, lateAt }: Watch) => ({
  Put: { TableName, Item: { ...keyOf(watch), ...watch, dueKey: DUE_KEY, dueSort: dueSort(lateAt, watch) } },
});

const store: WatchStore = {
  async due(until, limit) {
    return (await indexed(DUE_KEY, { until: upTo(until), limit })).found;
  },

  async find(key) {
    const { Item } = await dynamo().send(new GetCommand({ TableName: table(), Key: keyOf(key), ConsistentRead: true }));
    if (Item === undefined) return undefined;
    const { pk: _pk, sk: _sk, dueKey: _dueKey, dueSort: _dueSort, ...row } = Item;
    return DeliveryWatch.parse(row);
  },

  async mark(key, state, listed) {
    await dynamo().send(
      new UpdateCommand({
        TableName: table(),
        Key: keyOf(key),
        UpdateExpression: `SET #state = :state${listed ? '' : ' REMOVE dueKey, dueSort'}`,
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':state': state },
      }),
    );
  },
};

export const watchStore = (): WatchStore => store;
