/** Creates tables as the template describes them, and brings an existing one up to it without touching its data. */

import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
  type TableDescription,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';

export type TableSpec = CreateTableCommandInput & { ttlAttribute?: string };

const POLL_MS = 20;
const ACTIVE_MS = 30_000;

async function describe(client: DynamoDBClient, name: string): Promise<TableDescription> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
  if (!Table) throw new Error(`table ${name} has no description`);
  return Table;
}

async function untilActive(client: DynamoDBClient, name: string): Promise<TableDescription> {
  for (let waited = 0; waited < ACTIVE_MS; waited += POLL_MS) {
    const table = await describe(client, name);
    const building = table.GlobalSecondaryIndexes?.some((index) => index.IndexStatus !== 'ACTIVE') ?? false;
    if (table.TableStatus === 'ACTIVE' && !building) return table;
    await delay(POLL_MS);
  }
  throw new Error(`table ${name} did not become active within ${ACTIVE_MS / 1000} s`);
}

function keyText(schema: readonly KeySchemaElement[] | undefined): string {
  return (schema ?? []).map((key) => `${key.KeyType} ${key.AttributeName}`).join(', ');
}

/** A key can't be changed in place, on AWS neither: say so instead of serving wrong answers. */
function refuseOtherKeys(name: string, wanted: TableSpec, existing: TableDescription): void {
  const differs = (what: string, want: string, have: string): void => {
    if (want === have) return;
    throw new Error(
      `${what} of table ${name} has the key (${have}), the template wants (${want}): remove the data folder`,
    );
  };
  differs('the primary index', keyText(wanted.KeySchema), keyText(existing.KeySchema));
  for (const index of wanted.GlobalSecondaryIndexes ?? []) {
    const have = existing.GlobalSecondaryIndexes?.find((other) => other.IndexName === index.IndexName);
    if (have) differs(`index ${index.IndexName}`, keyText(index.KeySchema), keyText(have.KeySchema));
  }
}

async function bringUpToDate(client: DynamoDBClient, name: string, spec: TableSpec): Promise<void> {
  const existing = await describe(client, name);
  refuseOtherKeys(name, spec, existing);
  for (const index of spec.GlobalSecondaryIndexes ?? []) {
    if (existing.GlobalSecondaryIndexes?.some((other) => other.IndexName === index.IndexName)) continue;
    await client.send(
      new UpdateTableCommand({
        TableName: name,
        AttributeDefinitions: spec.AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [{ Create: index }],
      }),
    );
    await untilActive(client, name);
  }
  if (spec.StreamSpecification?.StreamEnabled && !existing.StreamSpecification?.StreamEnabled) {
    await client.send(new UpdateTableCommand({ TableName: name, StreamSpecification: spec.StreamSpecification }));
  }
}

async function ensureTimeToLive(client: DynamoDBClient, name: string, attribute: string): Promise<void> {
  const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
  if (ttl?.TimeToLiveStatus === 'ENABLED' && ttl.AttributeName === attribute) return;
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: name,
      TimeToLiveSpecification: { Enabled: true, AttributeName: attribute },
    }),
  );
}

/** Idempotent. @throws Error when an existing table has other keys than the template's. */
export async function ensureTable(
  client: DynamoDBClient,
  spec: TableSpec,
): Promise<{ arn: string; streamArn?: string }> {
  const { ttlAttribute, ...input } = spec;
  const name = input.TableName;
  if (!name) throw new Error('a table needs a name');
  try {
    await client.send(new CreateTableCommand(input));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    await bringUpToDate(client, name, spec);
  }
  const table = await untilActive(client, name);
  if (ttlAttribute) await ensureTimeToLive(client, name, ttlAttribute);
  if (!table.TableArn) throw new Error(`table ${name} has no ARN`);
  return { arn: table.TableArn, ...(table.LatestStreamArn ? { streamArn: table.LatestStreamArn } : {}) };
}
