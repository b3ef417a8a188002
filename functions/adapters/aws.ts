/** The SDK clients, one of each per container; region, endpoints and credentials come from the Lambda environment. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** Own retries sit above (conflicts, queues), so the SDK's stay short: a caller is waiting. */
const maxAttempts = 3;

export const dynamo = once(() =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts }), {
    marshallOptions: { removeUndefinedValues: true },
  }),
);
export const sqs = once(() => new SQSClient({ maxAttempts }));
export const stepFunctions = once(() => new SFNClient({ maxAttempts }));
export const secretsManager = once(() => new SecretsManagerClient({ maxAttempts }));

/** A variable that the template sets; its absence is a deployment fault, so the function fails at once and by name. */
export function env(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set`);
  return value;
}
