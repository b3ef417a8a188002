/**
 * 订阅授权: what a citizen said about one message template, as WeChat told us. A row of the Callers table, because an openid
 * is identity. It only saves a call that would be refused: who has no row is asked by sending.
 */
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { dynamo, env } from './aws.ts';

export const Consent = z.object({
  /** WeChat's word: `accept`, `reject`, `ban` (封禁: the platform closed the template), or one that is new to us. */
  status: z.string(),
  /** Epoch seconds of WeChat's event: an older event never replaces a newer one. */
  at: z.number(),
});
export type Consent = z.infer<typeof Consent>;

/** The row's key in the Callers table; caller tokens hold no `#`, so it can't meet one. */
export const consentKey = (openid: string, templateId: string): string => `consent#${openid}#${templateId}`;

/** Undefined when nothing was ever said about this template. */
export async function readConsent(openid: string, templateId: string): Promise<Consent | undefined> {
  const { Item } = await dynamo().send(
    new GetCommand({ TableName: env('CALLERS_TABLE'), Key: { callerToken: consentKey(openid, templateId) } }),
  );
  return Item === undefined ? undefined : Consent.parse(Item);
}

/**
 * Keeps the newest answer: an older one never replaces it, and the same one again changes nothing. Two answers of one second
 * have no order of their own: there a refusal outlives the `accept`, which comes first in the alphabet. `until`: when the row may go (epoch ms).
 */
export async function saveConsent(
  openid: string,
  templateId: string,
  { status, at }: Consent,
  until: number,
): Promise<void> {
  try {
    await dynamo().send(
      new PutCommand({
        TableName: env('CALLERS_TABLE'),
        Item: { callerToken: consentKey(openid, templateId), status, at, ttl: Math.ceil(until / 1000) },
        ConditionExpression: 'attribute_not_exists(callerToken) OR #at < :at OR (#at = :at AND #status < :status)',
        ExpressionAttributeNames: { '#at': 'at', '#status': 'status' },
        ExpressionAttributeValues: { ':at': at, ':status': status },
      }),
    );
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error;
  }
}

/** 清除: how many there were. */
export async function removeConsents(openid: string, templateIds: readonly string[]): Promise<number> {
  const gone = await Promise.all(
    templateIds.map(async (templateId) => {
      const Key = { callerToken: consentKey(openid, templateId) };
      const { Attributes } = await dynamo().send(
        new DeleteCommand({ TableName: env('CALLERS_TABLE'), Key, ReturnValues: 'ALL_OLD' }),
      );
      return Attributes === undefined ? 0 : 1;
    }),
  );
  return gone.reduce<number>((sum, one) => sum + one, 0);
}

/** 拒绝 or 封禁: sending would be answered 43101, so the next way is taken at once. */
export const isRefusal = (consent: Consent | undefined): boolean =>
  consent !== undefined && ['reject', 'ban'].includes(consent.status);
