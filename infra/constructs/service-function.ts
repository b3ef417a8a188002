/**
 * The house's one way to make a Lambda. Runtime, log group, role and limits are set here once; an environment variable
 * and the permission to use what it names are given by the same call, so that neither can be forgotten.
 */
import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  Code,
  type IFunction,
  type IVersion,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Bundle } from '../bundle.ts';
import { type Partition, PRINCIPALS } from '../partition.ts';
import type { BucketReference, SecretReference, TableReference } from './district-state.ts';

/** DynamoDB actions that our functions use. A transaction needs the actions of its parts, not one of its own. */
export type TableAction = 'ConditionCheckItem' | 'DeleteItem' | 'GetItem' | 'PutItem' | 'Query' | 'UpdateItem';

const WRITES: readonly TableAction[] = ['DeleteItem', 'PutItem', 'UpdateItem'];

/** S3 actions on objects. `ListBucket` lists nothing here: without it S3 says of an object that isn't there "forbidden". */
export type ObjectAction = 'DeleteObject' | 'GetObject' | 'ListBucket' | 'PutObject';

export interface QueueReference {
  readonly variable: string;
  readonly url: string;
  readonly arn: string;
  readonly keyArn: string;
}

export interface MachineReference {
  readonly arn: string;
  /** Pattern of the ARNs of its executions. */
  readonly executionsArn: string;
  /** How cdk-nag names that pattern. */
  readonly executionsFinding: string;
}

export interface ServiceFunctionProps {
  readonly bundle: Bundle;
  readonly partition: Partition;
  readonly description: string;
  readonly timeout: Duration;
  /** MB. CPU comes with it, so it is what decides how long a cold start takes. */
  readonly memory: number;
}

export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  /** What callers and sources are given: the version in use, and during a deployment a part of the next one (`canary.ts`). */
  readonly live: IFunction;
  /** The same, for whoever moves it. */
  readonly alias: Alias;
  readonly timeout: Duration;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    this.timeout = props.timeout;
    const logGroup = new LogGroup(this, 'Logs', {
      // 网络安全法 Art. 21 (3): network logs are kept for at least six months. Not under our own key: they hold no
      // personal data by construction, and CloudWatch encrypts them anyway.
      retention: RetentionDays.SIX_MONTHS,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Not the managed policy for Lambda's logs: it allows every log group of the account.
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal(PRINCIPALS.lambda) });
    this.#allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: props.partition.lambdaArm64 ? Architecture.ARM_64 : Architecture.X86_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.bundle.folder),
      memorySize: props.memory,
      timeout: props.timeout,
      role: this.#role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      ...(props.partition.xray ? { tracing: Tracing.ACTIVE } : {}),
      environment: { POWERTOOLS_SERVICE_NAME: id },
    });
    // The CDK's own types disagree about an optional role that is `undefined`.
    const version = this.function.currentVersion as IVersion;
    this.alias = new Alias(this, 'Live', { aliasName: 'live', version });
    this.live = this.alias as IFunction;
    if (props.partition.xray) {
      Validations.of(this.#role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'xray:PutTraceSegments and xray:PutTelemetryRecords know no resources; nothing else here uses "*".',
      });
    }
  }

  /** Allows exactly these actions on the table, and `Query` on the named indexes. */
  table(table: TableReference, actions: readonly TableAction[], indexes: readonly string[] = []): this {
    this.settings({ [table.variable]: table.name });
    const named = (action: TableAction) => `dynamodb:${action}`;
    if (actions.length > 0) this.#allow(actions.map(named), table.arn);
    if (indexes.length > 0) this.#allow(['dynamodb:Query'], ...indexes.map((index) => `${table.arn}/index/${index}`));
    const writes = actions.some((action) => WRITES.includes(action));
    this.#allow(
      writes
        ? [
            'kms:Decrypt',
            'kms:DescribeKey',
            'kms:Encrypt',
            'kms:GenerateDataKey',
            'kms:ReEncryptFrom',
            'kms:ReEncryptTo',
          ]
        : ['kms:Decrypt', 'kms:DescribeKey'],
      table.keyArn,
    );
    return this;
  }

  /** Allows these actions on the objects whose keys begin with `prefix`, and what their encryption needs. */
  bucket(bucket: BucketReference, prefix: string, actions: readonly ObjectAction[]): this {
    this.settings({ [bucket.variable]: bucket.name });
    const onObjects = actions.filter((action) => action !== 'ListBucket').map((action) => `s3:${action}`);
    this.#allow(onObjects, `${bucket.arn}/${prefix}*`);
    if (actions.includes('ListBucket')) this.#allow(['s3:ListBucket'], bucket.arn);
    const writes = actions.includes('PutObject');
    // Deleting opens nothing.
    if (writes || actions.includes('GetObject')) {
      this.#allow(['kms:Decrypt', ...(writes ? ['kms:GenerateDataKey'] : [])], bucket.keyArn);
    }
    Validations.of(this.#role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${bucket.arnFinding}/${prefix}*]`,
      reason:
        'An object is named when it is uploaded, so its ARN is not known before; the bucket and the folder are named.',
    });
    return this;
  }

  sends(...queues: readonly QueueReference[]): this {
    for (const queue of queues) this.settings({ [queue.variable]: queue.url }).delivers(queue);
    return this;
  }

  /** The permission without the variable: for a dead-letter queue that Lambda itself writes to in the function's name. */
  delivers(queue: Pick<QueueReference, 'arn' | 'keyArn'>): this {
    this.#allow(['sqs:SendMessage'], queue.arn);
    this.#allow(['kms:Decrypt', 'kms:GenerateDataKey'], queue.keyArn);
    return this;
  }

  /** What an event source mapping does in the function's name. */
  receives(queue: Pick<QueueReference, 'arn' | 'keyArn'>): this {
    this.#allow(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], queue.arn);
    this.#allow(['kms:Decrypt'], queue.keyArn);
    return this;
  }

  /** What an event source mapping does in the function's name. */
  reads(stream: { readonly streamArn: string; readonly keyArn: string }): this {
    this.#allow(
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
      stream.streamArn,
    );
    this.#allow(['kms:Decrypt'], stream.keyArn);
    return this;
  }

  secret(...secrets: readonly SecretReference[]): this {
    for (const secret of secrets) {
      this.settings({ [secret.variable]: secret.arn });
      this.#allow(['secretsmanager:GetSecretValue'], secret.arn);
      this.#allow(['kms:Decrypt'], secret.keyArn);
    }
    return this;
  }

  /** Starts executions of the machine, and ends or looks at them. */
  machine(machine: MachineReference, onExecutions: 'StopExecution' | 'DescribeExecution'): this {
    this.settings({ TIMER_STATE_MACHINE_ARN: machine.arn });
    this.#allow(['states:StartExecution'], machine.arn);
    this.#allow([`states:${onExecutions}`], machine.executionsArn);
    Validations.of(this.#role).acknowledge({
      id: `AwsSolutions-IAM5[${machine.executionsFinding}]`,
      reason: 'An execution is named after its ticket, so its ARN is not known before; the machine is named.',
    });
    return this;
  }

  settings(variables: Readonly<Record<string, string>>): this {
    for (const [name, value] of Object.entries(variables)) this.function.addEnvironment(name, value);
    return this;
  }

  #allow(actions: string[], ...resources: string[]): void {
    this.#role.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
  }
}
