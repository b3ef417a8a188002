/**
 * What the runner knows about each CloudFormation resource type and, for those that it runs, about each property.
 * The runner fails closed: what is in neither list here stops the start, because a property that is silently left
 * out makes the local system another system than the deployed one.
 */

/** A type that the runner gives life to. */
interface InterpretedType {
  /** Properties whose meaning the runner carries out. */
  uses: readonly string[];
  /** Properties that change nothing which one machine could show (encryption, cost, tracing, permissions). */
  ignores: readonly string[];
  /** Values of used properties that mean something which the runner cannot do; one text per objection. */
  refuses?: (properties: Record<string, unknown>) => string[];
}

const INTERPRETED: Record<string, InterpretedType> = {
  'AWS::DynamoDB::Table': {
    uses: [
      'TableName',
      'KeySchema',
      'AttributeDefinitions',
      'GlobalSecondaryIndexes',
      'LocalSecondaryIndexes',
      'StreamSpecification',
      'TimeToLiveSpecification',
    ],
    ignores: [
      'BillingMode',
      'ProvisionedThroughput',
      'OnDemandThroughput',
      'WarmThroughput',
      'PointInTimeRecoverySpecification',
      'SSESpecification',
      'DeletionProtectionEnabled',
      'ContributorInsightsSpecification',
      'TableClass',
      'ResourcePolicy',
      'Tags',
    ],
  },
  'AWS::DynamoDB::GlobalTable': {
    uses: [
      'TableName',
      'KeySchema',
      'AttributeDefinitions',
      'GlobalSecondaryIndexes',
      'LocalSecondaryIndexes',
      'StreamSpecification',
      'TimeToLiveSpecification',
      'Replicas',
    ],
    ignores: [
      'BillingMode',
      'SSESpecification',
      'WriteProvisionedThroughputSettings',
      'WriteOnDemandThroughputSettings',
      'WarmThroughput',
    ],
    refuses: ({ Replicas }) => (Array.isArray(Replicas) && Replicas.length > 1 ? ['more than one replica'] : []),
  },
  'AWS::SQS::Queue': {
    uses: [
      'QueueName',
      'DelaySeconds',
      'MaximumMessageSize',
      'MessageRetentionPeriod',
      'ReceiveMessageWaitTimeSeconds',
      'RedrivePolicy',
      'VisibilityTimeout',
    ],
    ignores: ['KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled', 'RedriveAllowPolicy', 'Tags'],
  },
  'AWS::S3::Bucket': {
    uses: ['BucketName', 'VersioningConfiguration'],
    // Nobody but this machine reaches the local bucket. What a rule would delete after days may lie about for longer.
    ignores: [
      'BucketEncryption',
      'LifecycleConfiguration',
      'OwnershipControls',
      'PublicAccessBlockConfiguration',
      'Tags',
    ],
    refuses: ({ VersioningConfiguration }) =>
      VersioningConfiguration === undefined ? [] : ['VersioningConfiguration'],
  },
  'AWS::SecretsManager::Secret': {
    uses: ['Name'],
    // The value never comes from the template here: the runner's caller gives every secret its local value.
    ignores: ['Description', 'GenerateSecretString', 'KmsKeyId', 'Tags'],
  },
  'AWS::SSM::Parameter': {
    uses: ['Name', 'Type', 'Value'],
    ignores: ['Description', 'Tier', 'AllowedPattern', 'DataType', 'Tags'],
    refuses: ({ Type }) => (Type === 'String' || Type === 'StringList' ? [] : [`Type ${String(Type)}`]),
  },
  'AWS::Lambda::Function': {
    uses: [
      'Code',
      'Handler',
      'Runtime',
      'Environment',
      'MemorySize',
      'Timeout',
      'FunctionName',
      'ReservedConcurrentExecutions',
      'LoggingConfig',
      'DeadLetterConfig',
      'PackageType',
      'Role',
    ],
    ignores: [
      'Architectures',
      'CodeSigningConfigArn',
      'Description',
      'EphemeralStorage',
      'KmsKeyArn',
      'RecursiveLoop',
      'RuntimeManagementConfig',
      'Tags',
      'TracingConfig',
    ],
    refuses: ({ Runtime, PackageType, Handler }) => [
      ...(/^nodejs\d+\.x$/.test(String(Runtime)) ? [] : [`Runtime ${String(Runtime)}`]),
      ...(PackageType === undefined || PackageType === 'Zip' ? [] : [`PackageType ${String(PackageType)}`]),
      ...(/^[^.]+\.[^.]+$/.test(String(Handler)) ? [] : [`Handler ${String(Handler)}`]),
    ],
  },
  'AWS::Lambda::Version': {
    uses: ['FunctionName'],
    ignores: ['CodeSha256', 'Description', 'ProvisionedConcurrencyConfig', 'RuntimePolicy'],
  },
  'AWS::Lambda::Alias': {
    uses: ['FunctionName', 'FunctionVersion', 'Name'],
    ignores: ['Description', 'ProvisionedConcurrencyConfig'],
  },
  'AWS::Lambda::EventInvokeConfig': {
    uses: ['FunctionName', 'Qualifier', 'MaximumRetryAttempts', 'DestinationConfig'],
    ignores: ['MaximumEventAgeInSeconds'],
    refuses: ({ DestinationConfig }) =>
      'OnSuccess' in Object(DestinationConfig) ? ['DestinationConfig.OnSuccess'] : [],
  },
  'AWS::Lambda::EventSourceMapping': {
    uses: [
      'BatchSize',
      'BisectBatchOnFunctionError',
      'DestinationConfig',
      'Enabled',
      'EventSourceArn',
      'FilterCriteria',
      'FunctionName',
      'FunctionResponseTypes',
      'MaximumRecordAgeInSeconds',
      'MaximumRetryAttempts',
      'ScalingConfig',
      'StartingPosition',
    ],
    // The window only waits for fuller batches: locally a batch goes as soon as something is there. One shard is
    // read by one reader in order, so a parallelization factor changes nothing but speed.
    ignores: ['KmsKeyArn', 'MaximumBatchingWindowInSeconds', 'MetricsConfig', 'ParallelizationFactor', 'Tags'],
  },
  'AWS::StepFunctions::StateMachine': {
    uses: [
      'DefinitionString',
      'Definition',
      'DefinitionSubstitutions',
      'RoleArn',
      'StateMachineName',
      'StateMachineType',
    ],
    ignores: ['LoggingConfiguration', 'TracingConfiguration', 'EncryptionConfiguration', 'Tags'],
    refuses: ({ StateMachineType }) =>
      StateMachineType === undefined || StateMachineType === 'STANDARD' ? [] : [`${String(StateMachineType)} workflow`],
  },
  'AWS::Events::Rule': {
    uses: ['Name', 'ScheduleExpression', 'State', 'Targets'],
    ignores: ['Description', 'RoleArn', 'Tags'],
  },
  'AWS::Scheduler::Schedule': {
    uses: ['Name', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'State', 'Target'],
    ignores: ['Description', 'FlexibleTimeWindow', 'GroupName', 'KmsKeyArn'],
  },
  'AWS::ApiGateway::RestApi': {
    uses: ['Name', 'BinaryMediaTypes'],
    ignores: [
      'ApiKeySourceType',
      'Description',
      'DisableExecuteApiEndpoint',
      'EndpointConfiguration',
      'FailOnWarnings',
      'Policy',
      'Tags',
    ],
  },
  'AWS::ApiGateway::Stage': {
    uses: ['MethodSettings', 'StageName'],
    ignores: [
      'AccessLogSetting',
      'DeploymentId',
      'Description',
      'DocumentationVersion',
      'RestApiId',
      'Tags',
      'TracingEnabled',
    ],
  },
  'AWS::ApiGateway::Resource': { uses: ['ParentId', 'PathPart', 'RestApiId'], ignores: [] },
  'AWS::ApiGateway::Method': {
    uses: ['HttpMethod', 'Integration', 'ResourceId', 'RestApiId', 'AuthorizationType', 'ApiKeyRequired'],
    ignores: ['MethodResponses', 'OperationName', 'RequestParameters'],
    refuses: ({ AuthorizationType, ApiKeyRequired }) => [
      ...(AuthorizationType === undefined || AuthorizationType === 'NONE'
        ? []
        : [`AuthorizationType ${String(AuthorizationType)}`]),
      ...(ApiKeyRequired === true ? ['ApiKeyRequired'] : []),
    ],
  },
  'AWS::ApiGateway::GatewayResponse': {
    uses: ['ResponseType', 'RestApiId', 'StatusCode', 'ResponseParameters', 'ResponseTemplates'],
    ignores: [],
  },
  'AWS::IAM::Role': {
    uses: ['RoleName', 'Policies', 'ManagedPolicyArns'],
    ignores: ['AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration', 'Path', 'Tags'],
  },
  'AWS::IAM::Policy': { uses: ['PolicyDocument', 'Roles'], ignores: ['PolicyName'] },
  'AWS::IAM::ManagedPolicy': {
    uses: ['ManagedPolicyName', 'PolicyDocument', 'Roles'],
    ignores: ['Description', 'Path'],
  },
  'AWS::SNS::Subscription': {
    uses: ['Protocol'],
    ignores: ['TopicArn', 'Endpoint', 'Region', 'RedrivePolicy', 'FilterPolicy', 'FilterPolicyScope'],
    // Alarm mail has no local meaning; a subscription that calls our code would.
    refuses: ({ Protocol }) =>
      ['email', 'email-json', 'sms', 'https', 'http'].includes(String(Protocol))
        ? []
        : [`Protocol ${String(Protocol)}`],
  },
};

/** Types that a deployment needs but that show no effect on one machine. */
const WITHOUT_LOCAL_EFFECT = new Set([
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::BasePathMapping',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::DomainName',
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::Backup::BackupPlan',
  'AWS::Backup::BackupSelection',
  'AWS::Backup::BackupVault',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::CodeDeploy::Application',
  'AWS::CodeDeploy::DeploymentConfig',
  'AWS::CodeDeploy::DeploymentGroup',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::QueryDefinition',
  'AWS::Logs::ResourcePolicy',
  // Only a role's permissions are judged here, not a bucket's.
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SecretsManager::ResourcePolicy',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::WAFv2::LoggingConfiguration',
  'AWS::WAFv2::WebACL',
  'AWS::WAFv2::WebACLAssociation',
]);

/** How the runner treats a resource type. */
export function treatmentOf(type: string): 'interpreted' | 'no-local-effect' | 'unknown' {
  if (type in INTERPRETED) return 'interpreted';
  return WITHOUT_LOCAL_EFFECT.has(type) ? 'no-local-effect' : 'unknown';
}

/** Everything about a resource's resolved properties that the runner cannot do as AWS would. */
export function objectionsTo(type: string, properties: Record<string, unknown>): string[] {
  const known = INTERPRETED[type];
  if (!known) return [];
  const unsupported = Object.keys(properties)
    .filter((name) => !known.uses.includes(name) && !known.ignores.includes(name))
    .map((name) => `property ${name} is not supported`);
  return [...unsupported, ...(known.refuses?.(properties) ?? []).map((text) => `${text} is not supported`)];
}

/** Names of the properties that the runner carries out; only these are resolved. */
export function usedProperties(type: string): readonly string[] {
  return INTERPRETED[type]?.uses ?? [];
}
