/** How AWS names resources: which property holds the name, which attributes give it, how it appears in an ARN. */

/** The account that every local ARN names. */
export const ACCOUNT_ID = '000000000000';

/** Queue and function names may be 80 and 64 characters long. */
export const MAX_NAME_LENGTH = 64;

export const NAME_PROPERTIES: Record<string, string> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SSM::Parameter': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
  'AWS::Events::Rule': 'Name',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::SNS::Topic': 'TopicName',
};

export const NAME_ATTRIBUTES = new Set([
  'Name',
  'QueueName',
  'TopicName',
  'RootResourceId',
  'RestApiId',
  'KeyId',
  'ResourceId',
]);

export const ARN_FORMATS: Record<string, (name: string) => [service: string, rest: string]> = {
  'AWS::DynamoDB::Table': (name) => ['dynamodb', `table/${name}`],
  'AWS::DynamoDB::GlobalTable': (name) => ['dynamodb', `table/${name}`],
  'AWS::SQS::Queue': (name) => ['sqs', name],
  'AWS::SNS::Topic': (name) => ['sns', name],
  'AWS::SecretsManager::Secret': (name) => ['secretsmanager', `secret:${name}-local1`],
  'AWS::SSM::Parameter': (name) => ['ssm', `parameter/${name.replace(/^\//, '')}`],
  'AWS::Lambda::Function': (name) => ['lambda', `function:${name}`],
  'AWS::StepFunctions::StateMachine': (name) => ['states', `stateMachine:${name}`],
  'AWS::Events::Rule': (name) => ['events', `rule/${name}`],
  'AWS::Scheduler::Schedule': (name) => ['scheduler', `schedule/default/${name}`],
  'AWS::Logs::LogGroup': (name) => ['logs', `log-group:${name}:*`],
};
