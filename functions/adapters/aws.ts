/**
 * The SDK clients, one of each per container; region, endpoints and credentials come from the Lambda environment. Marked as
 * pure, so that a function's bundle holds only the clients that it uses: a cold start reads all of it.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
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

export const dynamo = /* @__PURE__ */ once(() =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts }), {
    marshallOptions: { removeUndefinedValues: true },
  }),
);
export const sqs = /* @__PURE__ */ once(() => new SQSClient({ maxAttempts }));
export const s3 = /* @__PURE__ */ once(() => new S3Client({ maxAttempts }));
export const stepFunctions = /* @__PURE__ */ once(() => new SFNClient({ maxAttempts }));
export const secretsManager = /* @__PURE__ */ once(() => new SecretsManagerClient({ maxAttempts }));

/** A variable that the template must set is missing; `code` names it, so that the log does. */
export class SettingMissing extends Error {
  override readonly name = 'SettingMissing';
  readonly code: string;

  constructor(variable: string) {
    super(`environment variable ${variable} is not set`);
    this.code = variable;
  }
}

/** @throws SettingMissing at once and by name: a deployment fault must not look like an empty value. */
export function env(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new SettingMissing(name);
  return value;
}
