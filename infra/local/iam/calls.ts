/**
 * Which actions on which resources a request to AWS asks for. Source: Service Authorization Reference, per service. A request
 * that isn't listed here is none that a role could allow.
 */
import { ARN_FORMATS } from '../aws/naming.ts';
import type { Call } from './judge.ts';

/** A request on its way to a service, as far as IAM looks at it. */
export interface AwsRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  /** In lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Where the names in a request are at home. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export const placeOf = (arn: string): Place => {
  const [, partition = '', , region = '', account = ''] = arn.split(':');
  return { partition, region, account };
};

type Input = Record<string, unknown>;

/** All calls must be allowed; `undefined` = not a request that is known here. */
export function callsOf(request: AwsRequest, place: Place): readonly Call[] | undefined {
  const target = request.headers['x-amz-target'];
  if (typeof target !== 'string') return objectCalls(request, place);
  const [service = '', operation = ''] = target.split('.');
  const input = JSON.parse(request.body || '{}') as Input;
  if (service === 'DynamoDB_20120810') return tableCalls(operation, input, place);
  if (service === 'AmazonSQS') return queueCalls(operation, input, place);
  if (service === 'AWSStepFunctions') return machineCalls(operation, input);
  if (service === 'secretsmanager') return secretCalls(operation, input, place);
  return undefined;
}

function arnOf(type: string, name: unknown, { partition, region, account }: Place): string {
  if (typeof name !== 'string') return '';
  if (name.startsWith('arn:')) return name;
  const [service, rest] = ARN_FORMATS[type]?.(name) ?? ['', ''];
  return `arn:${partition}:${service}:${region}:${account}:${rest}`;
}

const ON_TABLE = ['DeleteItem', 'DescribeTable', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem'];
/** A transaction has no action of its own: each part needs its own. */
const PARTS: Readonly<Record<string, string>> = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};

function tableCalls(operation: string, input: Input, place: Place): Call[] | undefined {
  const call = (action: string, name: unknown, index?: unknown): Call => {
    const table = arnOf('AWS::DynamoDB::Table', name, place);
    return { action: `dynamodb:${action}`, resource: index === undefined ? table : `${table}/index/${String(index)}` };
  };
  if (ON_TABLE.includes(operation)) return [call(operation, input.TableName, input.IndexName)];
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    return Object.keys((input.RequestItems ?? {}) as Input).map((name) => call(operation, name));
  }
  if (operation !== 'TransactWriteItems' && operation !== 'TransactGetItems') return undefined;
  return ((input.TransactItems ?? []) as Record<string, Input>[])
    .flatMap((item) => Object.entries(item))
    .map(([part, { TableName }]) => call(PARTS[part] ?? part, TableName));
}

/** A batch needs the action of its parts. */
const ON_QUEUE: Readonly<Record<string, string>> = {
  ChangeMessageVisibility: 'ChangeMessageVisibility',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  DeleteMessage: 'DeleteMessage',
  DeleteMessageBatch: 'DeleteMessage',
  GetQueueAttributes: 'GetQueueAttributes',
  PurgeQueue: 'PurgeQueue',
  ReceiveMessage: 'ReceiveMessage',
  SendMessage: 'SendMessage',
  SendMessageBatch: 'SendMessage',
};

function queueCalls(operation: string, { QueueUrl }: Input, place: Place): Call[] | undefined {
  const action = ON_QUEUE[operation];
  if (action === undefined) return undefined;
  const name = String(QueueUrl).split('/').at(-1);
  return [{ action: `sqs:${action}`, resource: arnOf('AWS::SQS::Queue', name, place) }];
}

function machineCalls(operation: string, input: Input): Call[] | undefined {
  const onMachine = operation === 'StartExecution' || operation === 'ListExecutions';
  const onExecution = operation === 'StopExecution' || operation === 'DescribeExecution';
  if (!onMachine && !onExecution) return undefined;
  const resource = String(onMachine ? input.stateMachineArn : input.executionArn);
  return [{ action: `states:${operation}`, resource }];
}

function secretCalls(operation: string, { SecretId }: Input, place: Place): Call[] | undefined {
  if (operation !== 'GetSecretValue' && operation !== 'DescribeSecret') return undefined;
  return [{ action: `secretsmanager:${operation}`, resource: arnOf('AWS::SecretsManager::Secret', SecretId, place) }];
}

const ON_OBJECT: Readonly<Record<string, string>> = {
  DELETE: 'DeleteObject',
  GET: 'GetObject',
  HEAD: 'GetObject',
  PUT: 'PutObject',
};
/** Query parameters that ask for no other action; `?acl` and its like do. */
const HARMLESS = /^(x-id|x-amz-.*|response-.*|partnumber|list-type|prefix|max-keys|continuation-token|delimiter)$/;
/** Headers that ask for an action of their own. */
const DEMANDING = /^x-amz-(acl|tagging|grant-.*|object-lock-.*)$/;

function objectCalls({ method, path, headers }: AwsRequest, place: Place): Call[] | undefined {
  const { pathname, searchParams } = new URL(path, 'http://s3');
  if ([...searchParams.keys()].some((name) => !HARMLESS.test(name.toLowerCase()))) return undefined;
  if (Object.keys(headers).some((name) => DEMANDING.test(name.toLowerCase()))) return undefined;
  const object = objectOf(pathname, place);
  if (!object.key) {
    return method === 'GET' || method === 'HEAD' ? [{ action: 's3:ListBucket', resource: object.bucket }] : undefined;
  }
  const action = ON_OBJECT[method];
  if (action === undefined) return undefined;
  const calls = [{ action: `s3:${action}`, resource: `${object.bucket}/${object.key}` }];
  const source = headers['x-amz-copy-source'];
  if (typeof source !== 'string') return calls;
  const from = objectOf(`/${source.replace(/^\//, '')}`, place);
  return [...calls, { action: 's3:GetObject', resource: `${from.bucket}/${from.key}` }];
}

function objectOf(pathname: string, { partition }: Place): { bucket: string; key: string } {
  const [name = '', ...key] = pathname.slice(1).split('/').map(decodeURIComponent);
  return { bucket: `arn:${partition}:s3:::${name}`, key: key.join('/') };
}

/** S3 says of an object that isn't there "not found" only to those who may list its bucket, to others "forbidden". */
export function callOfNotFound(calls: readonly Call[]): Call | undefined {
  const read = calls.find(({ action }) => action === 's3:GetObject');
  return read && { action: 's3:ListBucket', resource: read.resource.split('/')[0] ?? '' };
}
