/** What the stateful stack published, as the stateless stack sees it: names and ARNs that are looked up at deployment. */
import { Stack } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { District } from '#schemas/district.ts';
import { type BucketId, type KeyId, type SecretId, stateParameter, type TableId } from './state-parameters.ts';

export interface TableReference {
  /** Environment variable that tells a function the table's name. */
  readonly variable: string;
  readonly name: string;
  readonly arn: string;
  readonly keyArn: string;
}

export interface SecretReference {
  /** Environment variable that tells a function the secret's ARN. */
  readonly variable: string;
  readonly arn: string;
  readonly keyArn: string;
}

export interface BucketReference {
  /** Environment variable that tells a function the bucket's name. */
  readonly variable: string;
  readonly name: string;
  readonly arn: string;
  readonly keyArn: string;
  /** How cdk-nag names its ARN. */
  readonly arnFinding: string;
}

export class DistrictState extends Construct {
  readonly dataKey: IKey;
  readonly tickets: TableReference & { readonly streamArn: string };
  readonly receipts: TableReference;
  readonly callers: TableReference;
  readonly attachments: BucketReference;
  readonly phoneSecret: SecretReference;
  readonly websiteSecret: SecretReference;
  readonly wechatSecret: SecretReference;
  readonly departmentsSecret: SecretReference;
  readonly querySecret: SecretReference;
  readonly linkSecret: SecretReference;
  /** Only where the district asks for a second opinion. */
  readonly opinionSecret: SecretReference | undefined;

  constructor(scope: Construct, id: string, { id: districtId, secondOpinion }: District) {
    super(scope, id);
    const read = (thing: TableId | SecretId | KeyId | BucketId, attribute: 'name' | 'arn' | 'streamArn') =>
      StringParameter.valueForStringParameter(this, stateParameter(districtId, thing, attribute));
    const dataKey = read('DataKey', 'arn');
    const callersKey = read('CallersKey', 'arn');
    const table = (thing: TableId, variable: string, keyArn: string): TableReference => ({
      variable,
      name: read(thing, 'name'),
      arn: read(thing, 'arn'),
      keyArn,
    });
    const secret = (thing: SecretId, variable: string): SecretReference => ({
      variable,
      arn: read(thing, 'arn'),
      keyArn: dataKey,
    });

    this.dataKey = Key.fromKeyArn(this, 'DataKey', dataKey);
    this.tickets = { ...table('Tickets', 'TICKETS_TABLE', dataKey), streamArn: read('Tickets', 'streamArn') };
    this.receipts = table('Receipts', 'RECEIPTS_TABLE', dataKey);
    this.callers = table('Callers', 'CALLERS_TABLE', callersKey);
    const attachments = read('Attachments', 'arn');
    this.attachments = {
      variable: 'ATTACHMENTS_BUCKET',
      name: read('Attachments', 'name'),
      arn: attachments,
      keyArn: dataKey,
      arnFinding: `<${Stack.of(this).resolve(attachments).Ref}>`,
    };
    this.phoneSecret = secret('PhoneSecret', 'PHONE_SECRET');
    this.websiteSecret = secret('WebsiteSecret', 'WEBSITE_SECRET');
    this.wechatSecret = secret('WechatSecret', 'WECHAT_SECRET');
    this.departmentsSecret = secret('DepartmentsSecret', 'DEPARTMENTS_SECRET');
    this.querySecret = secret('QuerySecret', 'QUERY_SECRET');
    this.linkSecret = secret('LinkSecret', 'LINK_SECRET');
    this.opinionSecret = secondOpinion === undefined ? undefined : secret('OpinionSecret', 'OPINION_SECRET');
  }
}
