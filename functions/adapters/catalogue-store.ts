/**
 * Published catalogues (派单目录) beside the tickets, in a partition of their own: `CURRENT` points to the version in use, `V#…`
 * is a version (never rewritten), `LOG#…` tells of each change of the pointer. A change is one transaction.
 */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, QueryCommand, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { CatalogueStore } from '#functions/ports/catalogue-store.ts';
import { canonicalJson } from '#functions/shared/canonical.ts';
import { type CatalogueChange, CatalogueContent, CataloguePointer } from '#schemas/catalogue.ts';
import { dynamo, env } from './aws.ts';

const PARTITION = 'CATALOGUE';
const CURRENT = { pk: PARTITION, sk: 'CURRENT' };
const versionKey = (version: string) => ({ pk: PARTITION, sk: `V#${version}` });
const changeKey = (revision: number) => ({ pk: PARTITION, sk: `LOG#${String(revision).padStart(6, '0')}` });

/** A row of DynamoDB holds 400 KB (400 × 1024 bytes), its keys and attribute names included. */
export const MOST_BYTES = 400 * 1024 - 1024;

/** The zipped catalogue is larger than a row of DynamoDB. */
export class CatalogueTooLarge extends Error {
  override readonly name = 'CatalogueTooLarge';
  readonly bytes: number;

  constructor(bytes: number) {
    super(`the zipped catalogue has ${bytes} bytes, at most ${MOST_BYTES} fit`);
    this.bytes = bytes;
  }
}

/** @throws CatalogueTooLarge */
export function pack(content: CatalogueContent): { zipped: Buffer; digest: string } {
  const json = canonicalJson(content);
  const zipped = gzipSync(json, { level: 9 });
  if (zipped.length > MOST_BYTES) throw new CatalogueTooLarge(zipped.length);
  return { zipped, digest: createHash('sha256').update(json).digest('hex') };
}

/** @throws Error when it is no catalogue: a row that somebody damaged */
export const unpack = (zipped: Uint8Array): CatalogueContent =>
  CatalogueContent.parse(JSON.parse(gunzipSync(zipped).toString('utf8')));

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

export function catalogueStore(): CatalogueStore {
  const TableName = env('TICKETS_TABLE');

  async function get(Key: { pk: string; sk: string }): Promise<Record<string, unknown> | undefined> {
    return (await dynamo().send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  }
  async function content(version: string) {
    const row = await get(versionKey(version));
    return row === undefined ? undefined : { zipped: row.zipped as Uint8Array, digest: row.digest as string };
  }

  return {
    async pointer() {
      const row = await get(CURRENT);
      return row === undefined ? undefined : CataloguePointer.parse(row.pointer);
    },
    async version(version) {
      const row = await content(version);
      return row === undefined ? undefined : unpack(row.zipped);
    },
    async changes() {
      const changes: CatalogueChange[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const answer = await dynamo().send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :log)',
            ExpressionAttributeValues: { ':pk': PARTITION, ':log': 'LOG#' },
            ScanIndexForward: false,
            ConsistentRead: true,
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        );
        for (const item of answer.Items ?? []) changes.push(item.change as CatalogueChange);
        from = answer.LastEvaluatedKey;
      } while (from !== undefined);
      return changes;
    },
    async held(given) {
      const known = await content(given.catalogue.version);
      if (known === undefined) return 'no';
      return known.digest === pack(given).digest ? 'same' : 'other';
    },
    async point(pointer, change, stored) {
      const unchanged =
        pointer.revision === 1
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : { ConditionExpression: 'revision = :was', ExpressionAttributeValues: { ':was': pointer.revision - 1 } };
      const fresh = { ConditionExpression: 'attribute_not_exists(pk)' };
      const writes: Write[] = [
        { Put: { TableName, Item: { ...CURRENT, revision: pointer.revision, pointer }, ...unchanged } },
        { Put: { TableName, Item: { ...changeKey(pointer.revision), change }, ...fresh } },
      ];
      if (stored !== undefined) {
        writes.push({
          Put: { TableName, Item: { ...versionKey(stored.catalogue.version), ...pack(stored) }, ...fresh },
        });
      }
      try {
        await dynamo().send(new TransactWriteCommand({ TransactItems: writes }));
        return 'pointed';
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
        if (codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict'))
          return 'conflict';
        throw error;
      }
    },
  };
}
