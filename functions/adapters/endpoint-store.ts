/** 端点状态 in the Tickets table, a partition a unit. All of them are one partition of the sparse index `byDue`, by unit. */
import { isDeepStrictEqual } from 'node:util';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, QueryCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { fresh } from '#domain/delivery/endpoint.ts';
import type { EndpointStore } from '#functions/ports/endpoint-store.ts';
import { EndpointHealth } from '#schemas/endpoint.ts';
import { dynamo } from './aws.ts';
import { conditional, table } from './delivery-rows.ts';

const DUE_KEY = 'ENDPOINT';
export const endpointPartition = (unit: string): string => `ENDPOINT#${unit}`;
const keyOf = (unit: string) => ({ pk: endpointPartition(unit), sk: 'ENDPOINT' });
export const endpointItem = (health: EndpointHealth) => ({
  ...keyOf(health.unit),
  ...health,
  dueKey: DUE_KEY,
  dueSort: health.unit,
});

const healthOf = ({
  pk: _pk,
  sk: _sk,
  dueKey: _key,
  dueSort: _sort,
  ...row
}: Record<string, unknown>): EndpointHealth => EndpointHealth.parse(row);

/** Rows are never taken away: what this container has seen is there. */
const known = new Set<string>();

const store: EndpointStore = {
  async ensure(unit) {
    if (known.has(unit)) return;
    await conditional(() =>
      dynamo().send(
        new PutCommand({
          TableName: table(),
          Item: endpointItem(fresh(unit)),
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
    known.add(unit);
  },

  async find(unit) {
    const { Item } = await dynamo().send(
      new GetCommand({ TableName: table(), Key: keyOf(unit), ConsistentRead: true }),
    );
    if (Item === undefined) return undefined;
    return healthOf(Item);
  },

  async change(next) {
    try {
      await dynamo().send(
        new PutCommand({
          TableName: table(),
          Item: endpointItem(next),
          ConditionExpression: 'version = :seen',
          ExpressionAttributeValues: { ':seen': next.version - 1 },
          // Who comes second decides again on what the first one wrote, without asking for it.
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { written: true };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
      const found = healthOf(unmarshall(error.Item));
      // Our own, whose answer was lost: the SDK sends a write again.
      return isDeepStrictEqual(found, next) ? { written: true } : { written: false, found };
    }
  },

  async units() {
    const units: string[] = [];
    let from: QueryCommandOutput['LastEvaluatedKey'];
    do {
      const page: QueryCommandOutput = await dynamo().send(
        new QueryCommand({
          TableName: table(),
          IndexName: 'byDue',
          KeyConditionExpression: 'dueKey = :dueKey',
          ExpressionAttributeValues: { ':dueKey': DUE_KEY },
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      for (const item of page.Items ?? []) units.push(String(item.dueSort));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return units;
  },
};

export const endpointStore = (): EndpointStore => store;
