/** Makes the stateful part of the template on the local plane: tables, queues, buckets, secrets, state machines. */
import type { CreateTableCommandInput, GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';
import type { Plane } from '../plane/index.ts';
import { constructIdOf, constructPathOf } from './functions.ts';
import type { QueueRef } from './queue-source.ts';
import { describe, type Resource, type Template, UnsupportedTemplateError } from './template.ts';

/** A queue of the template, with what its readers need to know. */
export interface Queue extends QueueRef {
  /** Construct path within the stack, e.g. `Intake` or `Intake/DeadLetters`. */
  label: string;
  /** Whether a queue, a mapping or a function sends here what it gave up. */
  deadLetter: boolean;
}

export interface Provisioned {
  /** By the ARN that the template uses. */
  queues: ReadonlyMap<string, Queue>;
  /** ARN of a stream as the template names it → the local database's. */
  streams: ReadonlyMap<string, { localArn: string; tableLabel: string }>;
}

type QueueProperties = Record<string, unknown> & {
  RedrivePolicy?: { deadLetterTargetArn: string; maxReceiveCount: number | string };
};

const DEFAULT_VISIBILITY_SECONDS = 30;

export async function provision(
  template: Template,
  plane: Plane,
  initialSecret: (constructId: string) => string,
): Promise<Provisioned> {
  const queues = await createQueues(template, plane);
  const streams = await createTables(template, plane);
  for (const resource of template.ofType('AWS::S3::Bucket')) await plane.ensureBucket(template.nameOf(resource));
  for (const resource of template.ofType('AWS::SecretsManager::Secret')) {
    plane.ensureSecret({
      name: template.nameOf(resource),
      arn: template.arn(resource),
      initial: () => initialSecret(constructIdOf(resource)),
    });
  }
  return { queues, streams };
}

/** Once the functions are ready: a machine may have executions that go on at once. */
export function createStateMachines(
  template: Template,
  plane: Plane,
  invoke: (machineArn: string, functionArn: string, payload: unknown) => Promise<unknown>,
): void {
  for (const resource of template.ofType('AWS::StepFunctions::StateMachine')) {
    const arn = template.arn(resource);
    plane.ensureStateMachine({
      name: template.nameOf(resource),
      arn,
      definition: definitionOf(template, resource),
      invoke: (functionArn, payload) => invoke(arn, functionArn, payload),
    });
  }
}

function definitionOf(template: Template, resource: Resource): string {
  const { DefinitionString, Definition, DefinitionSubstitutions } = template.properties<{
    DefinitionString?: string;
    Definition?: unknown;
    DefinitionSubstitutions?: Record<string, unknown>;
  }>(resource);
  const text = DefinitionString ?? (Definition === undefined ? undefined : JSON.stringify(Definition));
  if (text === undefined) throw new UnsupportedTemplateError([describe(resource, 'it has no definition')]);
  const substitutions = Object.entries(DefinitionSubstitutions ?? {});
  return substitutions.reduce((result, [name, value]) => result.replaceAll(`\${${name}}`, String(value)), text);
}

/** Dead-letter queues first: a redrive policy must name a queue that exists. */
async function createQueues(template: Template, plane: Plane): Promise<Map<string, Queue>> {
  const resources = template.ofType('AWS::SQS::Queue');
  const targets = new Map(
    resources.map((resource) => {
      const { RedrivePolicy } = template.properties<QueueProperties>(resource);
      return [template.arn(resource), RedrivePolicy?.deadLetterTargetArn] as const;
    }),
  );
  const deadLetters = new Set([...targets.values()].filter((arn) => arn !== undefined));
  const queues = new Map<string, Queue>();
  const create = async (resource: Resource): Promise<void> => {
    const arn = template.arn(resource);
    if (queues.has(arn)) return;
    const target = targets.get(arn);
    if (target !== undefined) {
      const first = resources.find((candidate) => template.arn(candidate) === target);
      if (!first) throw new UnsupportedTemplateError([describe(resource, `dead-letter queue ${target} is unknown`)]);
      await create(first);
    }
    const { QueueName: _, ...properties } = template.properties<QueueProperties>(resource);
    const attributes = Object.entries(properties).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]);
    const { url } = await plane.ensureQueue(template.nameOf(resource), Object.fromEntries(attributes));
    template.bind(resource, { ref: url });
    const maxReceiveCount = properties.RedrivePolicy?.maxReceiveCount;
    queues.set(arn, {
      label: constructPathOf(resource),
      url,
      arn,
      deadLetter: deadLetters.has(arn),
      visibilitySeconds: Number(properties.VisibilityTimeout ?? DEFAULT_VISIBILITY_SECONDS),
      maxReceiveCount: maxReceiveCount === undefined ? undefined : Number(maxReceiveCount),
    });
  };
  for (const resource of resources) await create(resource);
  for (const arn of failureDestinations(template)) {
    const queue = queues.get(arn);
    if (queue) queues.set(arn, { ...queue, deadLetter: true });
  }
  return queues;
}

/** Where mappings and functions send what they gave up. */
function failureDestinations(template: Template): string[] {
  interface Destinations {
    DestinationConfig?: { OnFailure?: { Destination?: string } };
    DeadLetterConfig?: { TargetArn?: string };
  }
  const types = ['AWS::Lambda::EventSourceMapping', 'AWS::Lambda::EventInvokeConfig', 'AWS::Lambda::Function'];
  return template
    .ofType(...types)
    .map((resource) => template.properties<Destinations>(resource))
    .flatMap(({ DestinationConfig, DeadLetterConfig }) => [
      DestinationConfig?.OnFailure?.Destination,
      DeadLetterConfig?.TargetArn,
    ])
    .filter((arn) => arn !== undefined);
}

async function createTables(
  template: Template,
  plane: Plane,
): Promise<Map<string, { localArn: string; tableLabel: string }>> {
  const streams = new Map<string, { localArn: string; tableLabel: string }>();
  for (const resource of template.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')) {
    const properties = template.properties<{
      KeySchema: CreateTableCommandInput['KeySchema'];
      AttributeDefinitions: CreateTableCommandInput['AttributeDefinitions'];
      GlobalSecondaryIndexes?: GlobalSecondaryIndex[];
      LocalSecondaryIndexes?: CreateTableCommandInput['LocalSecondaryIndexes'];
      StreamSpecification?: { StreamViewType: 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES' | 'KEYS_ONLY' };
      TimeToLiveSpecification?: { AttributeName?: string; Enabled: boolean };
    }>(resource);
    const { StreamSpecification: stream, TimeToLiveSpecification: ttl } = properties;
    const { streamArn } = await plane.ensureTable({
      TableName: template.nameOf(resource),
      KeySchema: properties.KeySchema,
      AttributeDefinitions: properties.AttributeDefinitions,
      BillingMode: 'PAY_PER_REQUEST',
      ...(properties.GlobalSecondaryIndexes && {
        // Capacity of an index has no meaning here, its keys and projection have.
        GlobalSecondaryIndexes: properties.GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
          IndexName,
          KeySchema,
          Projection,
        })),
      }),
      ...(properties.LocalSecondaryIndexes && { LocalSecondaryIndexes: properties.LocalSecondaryIndexes }),
      ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } }),
      ...(ttl?.Enabled && ttl.AttributeName !== undefined && { ttlAttribute: ttl.AttributeName }),
    });
    if (!stream) continue;
    if (streamArn === undefined) throw new Error(`${template.nameOf(resource)} has no stream`);
    streams.set(`${template.arn(resource)}/stream/local`, { localArn: streamArn, tableLabel: constructIdOf(resource) });
  }
  return streams;
}
