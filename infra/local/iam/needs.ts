/**
 * Grants that no call of our code shows, because AWS itself acts under the role: logs, traces, event source mappings, and the
 * keys behind tables, queues, objects and secrets. Each follows from something else in the template; here is from what.
 * Sources: the Developer Guides of Lambda (execution role, event source mappings), Step Functions (logging, X-Ray), DynamoDB,
 * SQS, S3 and Secrets Manager (encryption at rest).
 */
import type { Resource, Template } from '../aws/template.ts';
import type { Role } from './roles.ts';

export interface Need {
  /** ARN of the function or state machine. */
  readonly holder: string;
  readonly action: string;
  readonly resource: string;
  readonly why: string;
}

/** What the user of an encrypted thing needs of its key, by the action on the thing. A table's key is used to write, too. */
const READ_TABLE = ['Decrypt', 'DescribeKey'];
const WRITE_TABLE = [...READ_TABLE, 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'];
const OF_KEY: Readonly<Record<string, readonly string[]>> = {
  'dynamodb:ConditionCheckItem': READ_TABLE,
  'dynamodb:DeleteItem': WRITE_TABLE,
  'dynamodb:GetItem': READ_TABLE,
  'dynamodb:GetRecords': ['Decrypt'],
  'dynamodb:PutItem': WRITE_TABLE,
  'dynamodb:Query': READ_TABLE,
  'dynamodb:UpdateItem': WRITE_TABLE,
  's3:GetObject': ['Decrypt'],
  's3:PutObject': ['Decrypt', 'GenerateDataKey'],
  'secretsmanager:GetSecretValue': ['Decrypt'],
  'sqs:ReceiveMessage': ['Decrypt'],
  'sqs:SendMessage': ['Decrypt', 'GenerateDataKey'],
};

const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const POLL_QUEUE = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
const POLL_STREAM = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
  (name) => `dynamodb:${name}`,
);
/** Vended logs are set up for the account; none of these actions knows a resource. */
const VENDED_LOGS = [
  'CreateLogDelivery',
  'DeleteLogDelivery',
  'DescribeLogGroups',
  'DescribeResourcePolicies',
  'GetLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'UpdateLogDelivery',
].map((name) => `logs:${name}`);
const TRACES = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
const SAMPLED_TRACES = [...TRACES, 'xray:GetSamplingRules', 'xray:GetSamplingTargets'];

/** What each role of the template must allow for AWS' own sake; no more than this is excused from being used. */
export function awsNeeds(template: Template, roles: ReadonlyMap<string, Role>): Need[] {
  const needs = [...ofFunctions(template), ...ofMappings(template), ...ofMachines(template)];
  const keys = keysOf(template);
  const called = [...roles.values()].flatMap(({ holder, grants }) =>
    grants.map(({ action, resource }) => ({ holder, action, resource })),
  );
  for (const { holder, action, resource } of [...called, ...needs]) {
    const thing = action.startsWith('s3:')
      ? (resource.split('/')[0] ?? '')
      : resource.replace(/\/(index|stream)\/.*$/, '');
    const key = keys.get(thing);
    for (const name of key === undefined ? [] : (OF_KEY[action] ?? [])) {
      needs.push({ holder, action: `kms:${name}`, resource: key ?? '', why: `${action} on what the key encrypts` });
    }
  }
  const seen = new Map(needs.map((need) => [`${need.holder} ${need.action} ${need.resource}`, need]));
  return [...seen.values()];
}

function ofFunctions(template: Template): Need[] {
  interface Properties {
    LoggingConfig?: { LogGroup?: string };
    TracingConfig?: { Mode?: string };
  }
  const logGroups = new Map(template.ofType('AWS::Logs::LogGroup').map((group) => [template.nameOf(group), group]));
  return template.ofType('AWS::Lambda::Function').flatMap((resource) => {
    const { LoggingConfig, TracingConfig } = template.properties<Properties>(resource, [
      'LoggingConfig',
      'TracingConfig',
    ]);
    const group = logGroups.get(LoggingConfig?.LogGroup ?? '');
    const holder = template.arn(resource);
    return [
      ...(group ? needed(holder, LOGS, template.arn(group), "the function's log") : []),
      ...(TracingConfig?.Mode === 'Active' ? needed(holder, TRACES, '*', 'traces') : []),
    ];
  });
}

function ofMappings(template: Template): Need[] {
  interface Properties {
    EventSourceArn: string;
    DestinationConfig?: { OnFailure?: { Destination?: string } };
  }
  return template.ofType('AWS::Lambda::EventSourceMapping').flatMap((resource) => {
    const names = ['EventSourceArn', 'DestinationConfig'];
    const { EventSourceArn: source, DestinationConfig } = template.properties<Properties>(resource, names);
    const holder = template.functionArn(resource);
    const poll = source.split(':')[2] === 'sqs' ? POLL_QUEUE : POLL_STREAM;
    const given = DestinationConfig?.OnFailure?.Destination;
    return [
      ...needed(holder, poll, source, 'Lambda polls what the function works through'),
      ...(given ? needed(holder, ['sqs:SendMessage'], given, 'Lambda writes down what the function gave up') : []),
    ];
  });
}

function ofMachines(template: Template): Need[] {
  interface Properties {
    LoggingConfiguration?: { Level?: string };
    TracingConfiguration?: { Enabled?: boolean };
  }
  return template.ofType('AWS::StepFunctions::StateMachine').flatMap((resource) => {
    const names = ['LoggingConfiguration', 'TracingConfiguration'];
    const { LoggingConfiguration: logging, TracingConfiguration: tracing } = template.properties<Properties>(
      resource,
      names,
    );
    const holder = template.arn(resource);
    return [
      ...((logging?.Level ?? 'OFF') === 'OFF' ? [] : needed(holder, VENDED_LOGS, '*', "the machine's log")),
      ...(tracing?.Enabled ? needed(holder, SAMPLED_TRACES, '*', 'traces') : []),
    ];
  });
}

const needed = (holder: string, actions: readonly string[], resource: string, why: string): Need[] =>
  actions.map((action) => ({ holder, action, resource, why }));

/** ARN of what is encrypted under a key of ours → the key's. */
function keysOf(template: Template): Map<string, string> {
  const keys = new Map<string, string>();
  const read = (type: string, property: string, keyIn: (value: unknown) => unknown): void => {
    for (const resource of template.ofType(type)) {
      const key = keyIn(template.properties<Record<string, unknown>>(resource as Resource, [property])[property]);
      if (typeof key === 'string') keys.set(template.arn(resource), key);
    }
  };
  read('AWS::DynamoDB::Table', 'SSESpecification', (value) => (value as { KMSMasterKeyId?: string })?.KMSMasterKeyId);
  read('AWS::SQS::Queue', 'KmsMasterKeyId', (value) => value);
  read('AWS::SecretsManager::Secret', 'KmsKeyId', (value) => value);
  read('AWS::S3::Bucket', 'BucketEncryption', (value) => {
    interface Encryption {
      ServerSideEncryptionConfiguration?: { ServerSideEncryptionByDefault?: { KMSMasterKeyID?: string } }[];
    }
    return (value as Encryption | undefined)?.ServerSideEncryptionConfiguration?.[0]?.ServerSideEncryptionByDefault
      ?.KMSMasterKeyID;
  });
  return keys;
}
