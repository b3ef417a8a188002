/** A call that the function's role doesn't allow fails as on AWS, in each protocol; what it allows goes through. */
import { mkdirSync } from 'node:fs';
import {
  aws_dynamodb as dynamodb,
  aws_iam as iam,
  type Stack,
  aws_s3 as s3,
  aws_secretsmanager as secrets,
  aws_sqs as sqs,
  aws_stepfunctions as steps,
} from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { GRANTS_LOG, readRecord } from '#infra/local/iam/record.ts';
import { boot, newFolder, synthStack, testFunction } from './mini-app.ts';

/** A function that touches one thing of each kind; `actions` says what it may do with all of them. */
function build(stack: Stack, actions: string[]): void {
  const table = new dynamodb.Table(stack, 'Table', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
  });
  const queue = new sqs.Queue(stack, 'Queue');
  const bucket = new s3.Bucket(stack, 'Bucket');
  const secret = new secrets.Secret(stack, 'Secret');
  const wait = { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } };
  const machine = new steps.StateMachine(stack, 'Machine', {
    definitionBody: steps.DefinitionBody.fromString(JSON.stringify(wait)),
  });
  const fn = testFunction(stack, 'reach', {
    handler: 'index.reach',
    environment: {
      TABLE: table.tableName,
      QUEUE_URL: queue.queueUrl,
      BUCKET: bucket.bucketName,
      SECRET: secret.secretArn,
      MACHINE: machine.stateMachineArn,
    },
  });
  const resources = [table.tableArn, queue.queueArn, bucket.bucketArn, `${bucket.bucketArn}/kept/*`];
  resources.push(secret.secretArn, machine.stateMachineArn);
  if (actions.length > 0) fn.addToRolePolicy(new iam.PolicyStatement({ actions, resources }));
}

async function reach(actions: string[]): Promise<Record<string, string>> {
  const { runner } = await boot(synthStack((stack) => build(stack, actions)));
  const answers = (await runner.invoke('reach', {})) as Record<string, string>;
  const answer = await fetch(answers.link ?? '');
  return { ...answers, link: `${answer.status} ${await answer.text()}` };
}

describe('permissions', () => {
  it('are denied in the words of each service when the role gives none', async () => {
    const denied = (type: string, action: string) =>
      expect.stringMatching(new RegExp(`^${type}: .*not authorized to perform: ${action} on resource: arn:`));
    expect(await reach([])).toEqual({
      put: denied('AccessDeniedException', 'dynamodb:PutItem'),
      transaction: denied('AccessDeniedException', 'dynamodb:PutItem'),
      send: denied('AccessDenied(Exception)?', 'sqs:SendMessage'),
      object: denied('AccessDenied', 's3:GetObject'),
      secret: denied('AccessDeniedException', 'secretsmanager:GetSecretValue'),
      start: denied('AccessDeniedException', 'states:StartExecution'),
      link: expect.stringMatching(/^403 .*<Code>AccessDenied</s),
    });
  });

  it('are given call by call, and kept for the report', async () => {
    const folder = newFolder('grants');
    mkdirSync(folder);
    const before = process.env[GRANTS_LOG];
    process.env[GRANTS_LOG] = folder;
    try {
      expect(await reach(['dynamodb:PutItem', 's3:GetObject', 'sqs:*'])).toEqual({
        put: 'done',
        transaction: expect.stringContaining('dynamodb:DeleteItem'),
        send: 'done',
        // Whoever may not list the bucket isn't told that an object is missing.
        object: expect.stringMatching(/^AccessDenied: .*s3:ListBucket/),
        secret: expect.stringContaining('AccessDenied'),
        start: expect.stringContaining('AccessDenied'),
        link: expect.stringContaining('404'),
      });
      const used = readRecord(folder).map(({ action }) => action);
      expect([...new Set(used)].sort()).toEqual(['dynamodb:PutItem', 's3:GetObject', 'sqs:SendMessage']);
    } finally {
      if (before === undefined) delete process.env[GRANTS_LOG];
      else process.env[GRANTS_LOG] = before;
    }
  });
});
