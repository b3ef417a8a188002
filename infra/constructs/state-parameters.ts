/**
 * The names under which the stateful stack publishes what it holds, and the stateless stack finds it. SSM parameters and
 * not stack exports: an export can't change while another stack imports it, and so would lock deployments.
 */

export const TABLES = ['Tickets', 'Receipts', 'Callers'] as const;
export type TableId = (typeof TABLES)[number];

export const SECRETS = [
  'PhoneSecret',
  'WebsiteSecret',
  'WechatSecret',
  'DepartmentsSecret',
  'QuerySecret',
  'LinkSecret',
  'OpinionSecret',
] as const;
export type SecretId = (typeof SECRETS)[number];

export const KEYS = ['DataKey', 'CallersKey'] as const;
export type KeyId = (typeof KEYS)[number];

export const BUCKETS = ['Attachments'] as const;
export type BucketId = (typeof BUCKETS)[number];

/** `/jieban/<district>/<construct id>/<attribute>` */
export function stateParameter(
  districtId: string,
  id: TableId | SecretId | KeyId | BucketId,
  attribute: 'name' | 'arn' | 'streamArn',
): string {
  return `/jieban/${districtId}/${id}/${attribute}`;
}
