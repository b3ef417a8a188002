/**
 * Clerks' links in the Tickets table. `T#<ticketNo>` / `LNK#<unit>#<number>` is the record of who made it and why, kept as long
 * as the ticket. `LINK#<hash of the code>` points to it and goes by itself a week after the link expired: until then its
 * holder is told that it expired.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { fromIso } from '#domain/calendar/shanghai.ts';
import type { LinkStore } from '#functions/ports/link-store.ts';
import { ClerkLink } from '#schemas/clerk.ts';
import { dynamo, env } from './aws.ts';

const WEEK_S = 7 * 86_400;
const CONFLICT_RETRIES = 5;

const table = () => env('TICKETS_TABLE');
const keyOf = ({ ticketNo, unit, number }: Pick<ClerkLink, 'ticketNo' | 'unit' | 'number'>) => ({
  pk: `T#${ticketNo}`,
  sk: `LNK#${unit}#${number}`,
});
const pointerKey = (codeHash: string) => ({ pk: `LINK#${codeHash}`, sk: 'LINK' });
/** What an unknown code is read as, so that it takes as long as a known one. */
const NOBODY = { pk: 'T#nobody', sk: 'LNK#nobody#none' };

async function read(Key: Record<string, string>): Promise<Record<string, unknown> | undefined> {
  const answer = await dynamo().send(new GetCommand({ TableName: table(), Key, ConsistentRead: true }));
  return answer.Item;
}

const store: LinkStore = {
  async keep(link, codeHash) {
    const ttl = Math.floor(fromIso(link.expiresAt) / 1000) + WEEK_S;
    const put = (Item: Record<string, unknown>) => ({
      Put: { TableName: table(), Item, ConditionExpression: 'attribute_not_exists(pk)' },
    });
    const command = new TransactWriteCommand({
      TransactItems: [
        put({ ...keyOf(link), kind: 'link', link }),
        put({ ...pointerKey(codeHash), of: keyOf(link), ttl }),
      ],
    });
    for (let left = CONFLICT_RETRIES; ; left--) {
      try {
        await dynamo().send(command);
        return link;
      } catch (error) {
        const codes = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
        if (codes.some(({ Code }) => Code === 'ConditionalCheckFailed')) {
          return ClerkLink.parse((await read(keyOf(link)))?.link);
        }
        if (left === 0 || !codes.some(({ Code }) => Code === 'TransactionConflict')) throw error;
        await sleep(20 + Math.random() * 80);
      }
    }
  },

  async find(codeHash) {
    const pointer = await read(pointerKey(codeHash));
    const row = await read((pointer?.of as typeof NOBODY | undefined) ?? NOBODY);
    return row === undefined ? undefined : ClerkLink.parse(row.link);
  },

  async ofTicket(ticketNo) {
    const { Items = [] } = await dynamo().send(
      new QueryCommand({
        TableName: table(),
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :link)',
        ExpressionAttributeValues: { ':pk': `T#${ticketNo}`, ':link': 'LNK#' },
        ConsistentRead: true,
      }),
    );
    return Items.map(({ link }) => ClerkLink.parse(link));
  },

  async revoke(link, revoked) {
    try {
      await dynamo().send(
        new PutCommand({
          TableName: table(),
          Item: { ...keyOf(link), kind: 'link', link: { ...link, revoked } },
          ConditionExpression: 'attribute_not_exists(#link.revoked)',
          ExpressionAttributeNames: { '#link': 'link' },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  },
};

export const linkStore = (): LinkStore => store;
