/**
 * What must survive every deployment: tables, files, secrets and the keys that protect them. Nothing here is ever replaced or
 * deleted by a change of code; the stateless stack finds it by SSM parameter names.
 */
import { RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { District } from '#schemas/district.ts';
import { AttachmentBucket } from '../constructs/attachment-bucket.ts';
import { HouseKey } from '../constructs/house-key.ts';
import {
  type BucketId,
  type KeyId,
  type SecretId,
  stateParameter,
  type TableId,
} from '../constructs/state-parameters.ts';

interface TableShape {
  readonly key: IKey;
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Index name → its two attributes; `whole` projects everything, otherwise only the keys. */
  readonly indexes: Readonly<Record<string, { partitionKey: string; sortKey: string; whole?: true }>>;
  readonly timeToLiveAttribute?: string;
  readonly stream?: StreamViewType;
}

export interface StatefulStackProps extends StackProps {
  readonly district: District;
}

export class StatefulStack extends Stack {
  readonly #districtId: string;

  constructor(scope: Construct, id: string, { district, ...props }: StatefulStackProps) {
    super(scope, id, {
      ...props,
      description: `Jieban ${district.name} (${district.id}): tables, files, secrets, keys`,
    });
    this.#districtId = district.id;

    const dataKey = this.#key('DataKey', 'tickets, receipts, queues and secrets');
    // Identity has its own key: who may read a caller is then a question with one answer, and shredding it is one act.
    const callersKey = this.#key('CallersKey', 'caller identity (诉求人身份)');

    // Tickets with their events, texts, deliveries and dedupe rows, under one partition key: one change, one transaction.
    this.#table('Tickets', {
      key: dataKey,
      partitionKey: 'pk',
      sortKey: 'sk',
      stream: StreamViewType.NEW_IMAGE,
      timeToLiveAttribute: 'ttl',
      indexes: {
        byOwner: { partitionKey: 'ownerKey', sortKey: 'ownerSort', whole: true },
        byStatus: { partitionKey: 'statusKey', sortKey: 'statusSort', whole: true },
        byDue: { partitionKey: 'dueKey', sortKey: 'dueSort' },
        // Sparse: what the desk should look at, whatever its state.
        byAttention: { partitionKey: 'attentionKey', sortKey: 'attentionSort', whole: true },
      },
    });
    // Receipts never expire: message boards ask again months later. Conversations, call records and nonces do.
    this.#table('Receipts', {
      key: dataKey,
      partitionKey: 'pk',
      timeToLiveAttribute: 'ttl',
      indexes: {
        pending: { partitionKey: 'pendingKey', sortKey: 'pendingSince' },
        // By keyed hash: a caller's tickets are found without reading anybody's number.
        byCaller: { partitionKey: 'callerHash', sortKey: 'receivedAt' },
        // By channel and day: counted for the portal, never read.
        byDay: { partitionKey: 'dayKey', sortKey: 'receivedAt' },
      },
    });
    this.#table('Callers', {
      key: callersKey,
      partitionKey: 'callerToken',
      // Callers are purged with their tickets; consents to messages, which have none, expire.
      timeToLiveAttribute: 'ttl',
      indexes: {},
    });

    const attachments = new AttachmentBucket(this, 'Attachments', dataKey);
    this.#publish('Attachments', 'name', attachments.bucketName);
    this.#publish('Attachments', 'arn', attachments.bucketArn);

    this.#secret('PhoneSecret', dataKey, 'Phone platform: webhook keys, outbound address');
    this.#secret('WebsiteSecret', dataKey, 'Message board: webhook keys, outbound address');
    this.#secret('WechatSecret', dataKey, 'Mini-program: app id and secret, session keys, message templates');
    this.#secret('DepartmentsSecret', dataKey, "Departments' webhook keys and endpoints");
    this.#secret('QuerySecret', dataKey, 'Keys of query codes and phone hashes');
    this.#secret('LinkSecret', dataKey, "Keys of clerks' link codes");
    if (district.secondOpinion !== undefined) {
      this.#secret('OpinionSecret', dataKey, 'Language model for second opinions: address and key');
    }
  }

  #key(id: KeyId, protects: string): HouseKey {
    const key = new HouseKey(this, id, {
      alias: `jieban/${this.#districtId}/${id}`,
      description: `Jieban ${this.#districtId}: ${protects}`,
    });
    this.#publish(id, 'arn', key.keyArn);
    return key;
  }

  #table(id: TableId, shape: TableShape): void {
    const string = (name: string) => ({ name, type: AttributeType.STRING });
    const table = new Table(this, id, {
      partitionKey: string(shape.partitionKey),
      ...(shape.sortKey === undefined ? {} : { sortKey: string(shape.sortKey) }),
      // A hotline's day has a few peaks and long quiet stretches; a flood or a blackout comes without notice.
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: shape.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(shape.timeToLiveAttribute === undefined ? {} : { timeToLiveAttribute: shape.timeToLiveAttribute }),
      ...(shape.stream === undefined ? {} : { stream: shape.stream }),
    });
    for (const [indexName, index] of Object.entries(shape.indexes)) {
      table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: string(index.partitionKey),
        sortKey: string(index.sortKey),
        projectionType: index.whole ? ProjectionType.ALL : ProjectionType.KEYS_ONLY,
      });
    }
    this.#publish(id, 'name', table.tableName);
    this.#publish(id, 'arn', table.tableArn);
    if (table.tableStreamArn !== undefined) this.#publish(id, 'streamArn', table.tableStreamArn);
  }

  /** Born with a placeholder that no function accepts, so that a forgotten secret fails by name instead of signing. */
  #secret(id: SecretId, encryptionKey: IKey, description: string): void {
    const secret = new Secret(this, id, {
      description: `Jieban ${this.#districtId}: ${description}`,
      // By its ARN, as if it were another stack's: the construct would add wildcard actions to the key's policy.
      encryptionKey: Key.fromKeyArn(this, `${id}Key`, encryptionKey.keyArn),
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'placeholder', excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Both ends of a webhook key must change together, so rotation is a procedure with overlap: the secret holds a list, ' +
        'the new key is added first, the old one is taken out when the partner has switched.',
    });
    this.#publish(id, 'arn', secret.secretArn);
  }

  #publish(
    id: TableId | SecretId | KeyId | BucketId,
    attribute: 'name' | 'arn' | 'streamArn',
    stringValue: string,
  ): void {
    new StringParameter(this, `${id}-${attribute}`, {
      parameterName: stateParameter(this.#districtId, id, attribute),
      stringValue,
    });
  }
}
