/** The environment variables of a function: the template's, Lambda's own, and where the AWS network is here. */
import { createHash } from 'node:crypto';
import type { Role } from '../iam/roles.ts';

/** Endpoints that stand for the AWS network. */
export interface ServiceEndpoints {
  dynamodb: string;
  sqs: string;
  s3: string;
  states: string;
  secretsmanager: string;
}

/** One function as the template describes it. */
export interface FunctionSpec {
  name: string;
  arn: string;
  handler: string;
  runtime: string;
  region: string;
  /** The folder that holds a private copy of the bundle. */
  folder: string;
  /** From the template, resolved. */
  environment: Record<string, string>;
  timeoutMs: number;
  memoryMb: number;
  logGroup: string;
  /** How many invocations may run at once. */
  concurrency: number;
  role: Role;
}

/** The access key with which a function signs, so that whoever gets a signed request knows whose it is. */
export const accessKeyOf = (functionName: string): string =>
  `LOCAL${createHash('sha256').update(functionName).digest('hex').slice(0, 12).toUpperCase()}`;

/**
 * What a function sees: the template's variables, those that the Lambda runtime sets, and the SDK's endpoints.
 * The SDK's own configuration files are pointed into the void: Lambda has none, a developer's home may.
 */
export function lambdaEnvironment(spec: FunctionSpec, endpoints: ServiceEndpoints): Record<string, string> {
  const accessKey = accessKeyOf(spec.name);
  return {
    ...spec.environment,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    _HANDLER: spec.handler,
    LAMBDA_TASK_ROOT: spec.folder,
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    AWS_REGION: spec.region,
    AWS_DEFAULT_REGION: spec.region,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: spec.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${accessKey}`,
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_CONFIG_FILE: `${spec.folder}/.none`,
    AWS_SHARED_CREDENTIALS_FILE: `${spec.folder}/.none`,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    // An address and no name: the SDK then puts the bucket into the path, also of what it signs.
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_SFN: endpoints.states,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsmanager,
  };
}

/** Variables that Lambda keeps for itself: a deployment that sets one is refused. */
export function reservedVariables(environment: Record<string, string>): string[] {
  return Object.keys(environment).filter(
    (name) => /^(AWS_|LAMBDA_|_HANDLER$|_X_AMZN)/.test(name) && !ALLOWED_AWS_VARIABLES.has(name),
  );
}

const ALLOWED_AWS_VARIABLES = new Set([
  'AWS_NODEJS_CONNECTION_REUSE_ENABLED',
  'AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1',
  'AWS_MAX_ATTEMPTS',
  'AWS_RETRY_MODE',
]);
