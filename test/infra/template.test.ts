/** House rules that every synthesized template keeps, in each region that we say it synthesizes for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionNames } from '#infra/bundle.ts';
import { type Assembly, functionOf, REGIONS, statementsOf, synthesizeFor } from './assembly.ts';

/** A new type is a decision: what it costs, whether China has it, what the local runner does with it. */
const ALLOWED_TYPES = [
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::CodeDeploy::Application',
  'AWS::CodeDeploy::DeploymentGroup',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter',
  'AWS::SecretsManager::Secret',
  'AWS::StepFunctions::StateMachine',
  'AWS::WAFv2::WebACL',
  'AWS::WAFv2::WebACLAssociation',
];

describe.each(REGIONS)('%s', (region) => {
  let assembly: Assembly;
  beforeAll(() => {
    assembly = synthesizeFor(region);
  });
  afterAll(() => assembly?.cleanup());

  test('is two stacks that hold something', () => {
    expect(assembly.synthesized.stacks.map(({ name }) => name)).toEqual([
      'jieban-xianan-stateful',
      'jieban-xianan-stateless',
    ]);
    expect(assembly.resources.length).toBeGreaterThan(100);
  });

  test('lets nobody delete the stateful stack by a slip', () => {
    const manifest = JSON.parse(readFileSync(join(assembly.synthesized.directory, 'manifest.json'), 'utf8'));
    const protectedStacks = Object.entries<{ properties?: { terminationProtection?: boolean } }>(manifest.artifacts)
      .filter(([, { properties }]) => properties?.terminationProtection === true)
      .map(([name]) => name);
    expect(protectedStacks).toEqual(['jieban-xianan-stateful']);
  });

  test('uses only resource types that we have decided on', () => {
    const types = new Set(assembly.resources.map(({ type }) => type));
    expect([...types].filter((type) => !ALLOWED_TYPES.includes(type))).toEqual([]);
  });

  test('names no partition', () => {
    expect(assembly.text).not.toMatch(/arn:aws/);
    // What stays are names of service principals, which are the same in every partition.
    const hosts = [...assembly.text.matchAll(/[\w.-]*amazonaws\.com[\w.]*/g)].map(([host]) => host);
    expect(new Set(hosts)).toEqual(
      new Set(
        ['apigateway', 'cloudwatch', 'codedeploy', 'events', 'lambda', 'states'].map(
          (service) => `${service}.amazonaws.com`,
        ),
      ),
    );
  });

  test('allows no wildcard action', () => {
    const statements = statementsOf(assembly);
    expect(statements.length).toBeGreaterThan(50);
    for (const { owner, effect, actions } of statements) {
      if (effect === 'Deny') continue;
      expect(
        actions.filter((action) => action.includes('*')),
        owner.path,
      ).toEqual([]);
    }
  });

  test('gives a role "*" as its resource only where the action knows no resource', () => {
    const free =
      /^(xray:Put(TraceSegments|TelemetryRecords)|xray:GetSampling\w+|logs:\w*(LogDelivery|LogDeliveries|ResourcePolic\w+|DescribeLogGroups))$/;
    for (const { owner, actions, resources } of statementsOf(assembly)) {
      if (owner.type === 'AWS::KMS::Key' || !resources.includes('*')) continue;
      expect(
        actions.filter((action) => !free.test(action)),
        owner.path,
      ).toEqual([]);
    }
  });

  test('gives every queue a dead-letter queue, or is one', () => {
    const queues = assembly.ofType('AWS::SQS::Queue');
    const deadLetterTargets = [
      ...queues.map(({ properties }) => properties.RedrivePolicy?.deadLetterTargetArn),
      ...assembly
        .ofType('AWS::Lambda::EventSourceMapping')
        .map(({ properties }) => properties.DestinationConfig?.OnFailure?.Destination),
    ];
    const deadLetters = new Set(
      deadLetterTargets.map((arn) => assembly.target(arn)?.id).filter((id) => id !== undefined),
    );
    expect(queues).toHaveLength(9);
    for (const { id, path, properties } of queues) {
      expect(properties.KmsMasterKeyId, path).toBeDefined();
      expect(properties.MessageRetentionPeriod, path).toBe(14 * 86_400);
      if (deadLetters.has(id)) continue;
      expect(properties.RedrivePolicy?.maxReceiveCount, path).toBeGreaterThanOrEqual(5);
    }
  });

  test('outlives an outage of a day, or of an hour where the sweeper sends again', () => {
    const hours = assembly
      .ofType('AWS::SQS::Queue')
      .filter(({ properties }) => properties.RedrivePolicy)
      .map(({ path, properties }) => [
        path.split('/')[1],
        (properties.VisibilityTimeout * properties.RedrivePolicy.maxReceiveCount) / 3600,
      ]);
    expect(Object.fromEntries(hours)).toEqual({ Intake: 1, Dispatch: 24, Feedback: 24, Timers: 24 });
  });

  test('runs what is scheduled once: neither EventBridge nor Lambda repeats it', () => {
    const rules = assembly.ofType('AWS::Events::Rule');
    const invocations = assembly.ofType('AWS::Lambda::EventInvokeConfig');
    expect(rules.map(functionOf).sort()).toEqual(['poller', 'pump', 'purge', 'sweeper']);
    expect(invocations.map(functionOf).sort()).toEqual(['poller', 'pump', 'purge', 'sweeper']);
    for (const { properties, path } of rules) {
      expect(properties.Targets, path).toHaveLength(1);
      expect(properties.Targets[0].RetryPolicy.MaximumRetryAttempts, path).toBe(0);
    }
    const seconds: Readonly<Record<string, number>> = { poller: 300, pump: 60, purge: 3600, sweeper: 300 };
    for (const { properties, path } of invocations) {
      expect(functionOf(assembly.target(properties.FunctionName)!), path).toBe(path.split('/')[1]);
      expect(properties, path).toMatchObject({
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: seconds[path.split('/')[1] ?? ''],
      });
    }
  });

  test('lets a queue wait six times as long as its worker may run', () => {
    const mappings = assembly
      .ofType('AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) => assembly.target(properties.EventSourceArn));
    expect(mappings).toHaveLength(4);
    for (const { properties, path } of mappings) {
      const worker = assembly.functionBehind(properties.FunctionName).fn!;
      const queue = assembly.target(properties.EventSourceArn)!;
      expect(queue.properties.VisibilityTimeout, path).toBeGreaterThanOrEqual(6 * worker.properties.Timeout);
      expect(properties).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] });
      expect(properties.ScalingConfig.MaximumConcurrency, path).toBeGreaterThanOrEqual(2);
    }
  });

  test('reads the stream once: new events only, in parts when a batch fails, with a place for what fails for good', () => {
    const streams = assembly
      .ofType('AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) => properties.StartingPosition);
    expect(streams).toHaveLength(1);
    const { properties, path } = streams[0]!;
    expect(path).toContain('/fanout/');
    expect(properties).toMatchObject({
      BatchSize: 100,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      // Until an hour before the stream forgets the record.
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 23 * 3600,
    });
    expect(JSON.parse(properties.FilterCriteria.Filters[0].Pattern)).toEqual({
      eventName: ['INSERT'],
      dynamodb: { NewImage: { kind: { S: ['event'] } } },
    });
    expect(assembly.target(properties.DestinationConfig.OnFailure.Destination)?.path).toContain('/FanoutDlq/');
  });

  test('tags no event source mapping where that breaks a deployment', () => {
    for (const { properties } of assembly.ofType('AWS::Lambda::EventSourceMapping')) {
      if (region.startsWith('cn-')) expect(properties.Tags).toBeUndefined();
    }
    expect(assembly.ofType('AWS::Lambda::Function')[0]?.properties.Tags).toContainEqual({
      Key: 'service',
      Value: 'jieban',
    });
  });

  test('gives every function its own role, log group and the house runtime', () => {
    const functions = assembly.ofType('AWS::Lambda::Function');
    expect(new Set(functions.map(({ properties }) => assembly.target(properties.Role)?.id)).size).toBe(
      functions.length,
    );
    expect(
      new Set(functions.map(({ properties }) => assembly.target(properties.LoggingConfig.LogGroup)?.id)).size,
    ).toBe(functions.length);
    for (const { properties, path } of functions) {
      expect(properties, path).toMatchObject({ Runtime: 'nodejs24.x', Handler: 'index.handler' });
    }
    expect(
      assembly
        .ofType('AWS::IAM::Role')
        .filter(({ properties }) => properties.ManagedPolicyArns)
        .map(functionOf),
    ).toEqual(['Api', 'Canary']);
  });

  test('holds each function of the folder, and no other', () => {
    expect(assembly.ofType('AWS::Lambda::Function').map(functionOf).sort()).toEqual(functionNames());
  });

  test('keeps tables: recovery, deletion protection, our key, whatever happens to the stack', () => {
    const tables = assembly.ofType('AWS::DynamoDB::Table');
    expect(tables).toHaveLength(3);
    for (const { properties, path, deletionPolicy } of tables) {
      expect(properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled, path).toBe(true);
      expect(properties.DeletionProtectionEnabled, path).toBe(true);
      expect(properties.SSESpecification, path).toMatchObject({ SSEEnabled: true, SSEType: 'KMS' });
      expect(assembly.target(properties.SSESpecification.KMSMasterKeyId)?.path, path).toContain(
        path.includes('/Callers/') ? '/CallersKey/' : '/DataKey/',
      );
      expect(deletionPolicy, path).toBe('Retain');
    }
  });

  test('keeps one bucket: ours alone, under our key, over TLS, and what nobody claimed for a day', () => {
    const buckets = assembly.ofType('AWS::S3::Bucket');
    expect(buckets.map(functionOf)).toEqual(['Attachments']);
    const { properties, deletionPolicy, id } = buckets[0]!;
    expect(deletionPolicy).toBe('Retain');
    const [encryption, ...others] = properties.BucketEncryption.ServerSideEncryptionConfiguration;
    expect(others).toEqual([]);
    expect(encryption).toMatchObject({
      BucketKeyEnabled: true,
      ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' },
    });
    const { KMSMasterKeyID } = encryption.ServerSideEncryptionByDefault;
    expect(assembly.target(KMSMasterKeyID)?.path).toContain('/DataKey/');
    expect(properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(properties.OwnershipControls.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    expect(properties).not.toHaveProperty('CorsConfiguration');
    expect(properties.LifecycleConfiguration.Rules).toEqual([
      { Id: 'incoming', Prefix: 'incoming/', ExpirationInDays: 1, Status: 'Enabled' },
      { Id: 'unfinished', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
    ]);
    const [policy] = assembly.ofType('AWS::S3::BucketPolicy');
    expect(assembly.target(policy?.properties.Bucket)?.id).toBe(id);
    expect(policy?.properties.PolicyDocument.Statement).toMatchObject([
      { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { Effect: 'Deny', Action: 's3:*', Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } },
    ]);
  });

  test('keeps logs for half a year at least, also when a stack goes', () => {
    const groups = assembly.ofType('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(15);
    for (const { properties, path, deletionPolicy } of groups) {
      expect(properties.RetentionInDays, path).toBeGreaterThanOrEqual(180);
      expect(deletionPolicy, path).toBe('Retain');
    }
  });

  test('lets only the dispatcher, the clerks’ page, feedback and rights read who called, only purge and rights forget, and nothing list callers', () => {
    const arn = Object.entries<{ Default?: string }>(
      JSON.parse(assembly.text.slice(assembly.text.indexOf('\n{') + 1)).Parameters,
    ).find(([, { Default }]) => Default === '/jieban/xianan/Callers/arn')![0];
    const may = statementsOf(assembly)
      .filter(({ resources }) => JSON.stringify(resources).includes(`"${arn}"`))
      .flatMap(({ owner, actions }) => actions.map((action) => `${functionOf(owner)} ${action}`));
    expect(may.sort()).toEqual([
      'clerk dynamodb:GetItem',
      'dispatcher dynamodb:GetItem',
      'feedback dynamodb:GetItem',
      'phone dynamodb:PutItem',
      'poller dynamodb:PutItem',
      'purge dynamodb:DeleteItem',
      'rights dynamodb:DeleteItem',
      'rights dynamodb:GetItem',
      'rights dynamodb:UpdateItem',
      'website dynamodb:PutItem',
      'wechat dynamodb:PutItem',
    ]);
  });

  test('speaks of nothing that the partition lacks', () => {
    expect(assembly.text).not.toContain('AWS::Lambda::Url');
    const traced = /"TracingConfig"|"TracingConfiguration"|"TracingEnabled"|xray:/;
    if (region.startsWith('cn-')) expect(assembly.text).not.toMatch(traced);
    else expect(assembly.text).toMatch(traced);
  });

  test('traces no request: a segment would keep its URL and who sent it', () => {
    for (const { properties } of assembly.ofType('AWS::ApiGateway::Stage')) {
      expect(properties.TracingEnabled ?? false).toBe(false);
    }
  });

  test('has a timer that the local engine carries out as AWS does', () => {
    const machines = assembly.ofType('AWS::StepFunctions::StateMachine');
    expect(machines).toHaveLength(1);
    const parts: unknown[] = machines[0]!.properties.DefinitionString['Fn::Join'][1];
    const definition = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'ARN')).join(''));
    expect(definition.QueryLanguage ?? 'JSONPath').toBe('JSONPath');
    const states: Record<string, { Type: string; Resource?: string }> = definition.States;
    for (const [name, state] of Object.entries(states)) {
      expect(['Wait', 'Task', 'Choice', 'Succeed', 'Fail'], name).toContain(state.Type);
      expect(Object.keys(state), name).not.toContain('QueryLanguage');
      expect(Object.keys(state), name).not.toContain('Assign');
      if (state.Type === 'Task') expect(state.Resource, name).toBe('ARN');
    }
    expect(machines[0]!.properties.LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: 'ERROR' });
  });

  test('logs no address, no path and no query string of a caller', () => {
    const format: string = assembly.ofType('AWS::ApiGateway::Stage')[0]!.properties.AccessLogSetting.Format;
    expect(format).not.toMatch(/\$context\.(identity|path|authorizer|customDomain|error\.message)|\$input|querystring/);
  });

  test('passes bodies on as they came, and refuses in our own form', () => {
    expect(assembly.ofType('AWS::ApiGateway::RestApi')[0]!.properties).toMatchObject({
      BinaryMediaTypes: ['*/*'],
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
    const refusals = assembly.ofType('AWS::ApiGateway::GatewayResponse').map(({ properties }) => properties);
    expect(refusals.map(({ ResponseType }) => ResponseType)).toEqual(
      expect.arrayContaining(['MISSING_AUTHENTICATION_TOKEN', 'DEFAULT_4XX', 'DEFAULT_5XX']),
    );
    for (const { ResponseTemplates, ResponseParameters } of refusals) {
      expect(JSON.parse(ResponseTemplates['application/json'])).toMatchObject({
        type: expect.stringMatching(/^urn:jieban:problem:/),
        code: expect.any(String),
      });
      expect(ResponseParameters['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
    }
  });
});
