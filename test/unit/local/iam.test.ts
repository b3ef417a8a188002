/** What the local IAM allows, and what it takes a request for: row by row. */
import { describe, expect, it, test } from 'vitest';
import { callsOf } from '#infra/local/iam/calls.ts';
import { grantsOf, judge } from '#infra/local/iam/judge.ts';

const P = 'arn:x';
const TABLE = `${P}:dynamodb:r:1:table/T`;
const allow = (Action: unknown, Resource: unknown, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const put = { action: 'dynamodb:PutItem', resource: TABLE };
const leading = (operator: string, values: unknown) =>
  allow('dynamodb:PutItem', TABLE, { [operator]: { 'dynamodb:LeadingKeys': values } });
const keys = (...values: string[]) => ({ ...put, context: { 'dynamodb:LeadingKeys': values } });

describe('judge', () => {
  const object = { action: 's3:GetObject', resource: `${P}:s3:::b/kept/a/b` };
  test.each([
    ['the very action and resource', [allow('dynamodb:PutItem', TABLE)], put, true],
    ['action in other letters', [allow('DynamoDB:putitem', TABLE)], put, true],
    ['one of several', [allow(['dynamodb:GetItem', 'dynamodb:PutItem'], ['*'])], put, true],
    ['nothing', [], put, false],
    ['another action', [allow('dynamodb:GetItem', TABLE)], put, false],
    ['another resource', [allow('dynamodb:PutItem', `${TABLE}2`)], put, false],
    ['action wildcard', [allow('dynamodb:*', TABLE)], put, true],
    ['question marks', [allow('dynamodb:Put????', TABLE)], put, true],
    ['a dot is a dot', [allow('dynamodb:Put.tem', TABLE)], put, false],
    ['a table is not its index', [allow('dynamodb:Query', TABLE)], at(`${TABLE}/index/i`), false],
    ['every index', [allow('dynamodb:Query', `${TABLE}/index/*`)], at(`${TABLE}/index/i`), true],
    ['every index is not the table', [allow('dynamodb:Query', `${TABLE}/index/*`)], at(TABLE), false],
    ['wildcard over slashes', [allow('s3:GetObject', `${P}:s3:::b/kept/*`)], object, true],
    ['another folder', [allow('s3:GetObject', `${P}:s3:::b/incoming/*`)], object, false],
    ['no wildcard over colons of the ARN', [allow('dynamodb:PutItem', `${P}:dynamodb:*:table/T`)], put, false],
    ['account as a wildcard', [allow('dynamodb:PutItem', `${P}:dynamodb:r:*:table/T`)], put, true],
    ['Deny wins', [allow('*', '*'), { ...allow('dynamodb:Put*', TABLE), Effect: 'Deny' }], put, false],
    ['Deny of something else', [allow('*', '*'), { ...allow('s3:*', '*'), Effect: 'Deny' }], put, true],
    ['condition holds', [leading('ForAllValues:StringEquals', ['a', 'b'])], keys('a', 'b'), true],
    ['condition fails for one of several', [leading('ForAllValues:StringEquals', ['a'])], keys('a', 'b'), false],
    ['several values without ForAllValues', [leading('StringEquals', ['a', 'b'])], keys('a', 'b'), false],
    ['condition with a wildcard', [leading('StringLike', 'T#*')], keys('T#1'), true],
    ['StringEquals takes no wildcard', [leading('StringEquals', 'T#*')], keys('T#1'), false],
    ['a key of which nothing is known', [leading('ForAllValues:StringEquals', ['a'])], put, false],
    ['an operator of which nothing is known', [leading('NumericEquals', '1')], keys('1'), false],
    ['neither takes anything from a Deny', [allow('*', '*'), { ...leading('Null', 'a'), Effect: 'Deny' }], put, false],
    [
      'a Deny whose condition fails',
      [allow('*', '*'), { ...leading('StringEquals', 'a'), Effect: 'Deny' }],
      keys('b'),
      true,
    ],
  ])('%s', (_, Statement, call, expected) => {
    expect(judge(grantsOf({ Statement }), call) !== undefined).toBe(expected);
  });

  it.each([
    { Effect: 'Allow', NotAction: 's3:*', Resource: '*' },
    { Effect: 'Allow', Action: 's3:*', NotResource: 'x' },
    { Effect: 'Allow', Action: 's3:*' },
    { Effect: 'Maybe', Action: 's3:*', Resource: '*' },
    allow('s3:*', `${P}:s3:::b/\${aws:username}`),
  ])('refuses %j', (Statement) => {
    expect(() => grantsOf({ Statement })).toThrow();
  });
});

function at(resource: string) {
  return { action: 'dynamodb:Query', resource };
}

describe('what a request asks for', () => {
  const place = { partition: 'x', region: 'r', account: '1' };
  const json = (target: string, input: object) => ({
    method: 'POST',
    path: '/',
    headers: { 'x-amz-target': target },
    body: JSON.stringify(input),
  });
  const dynamo = (operation: string, input: object) => json(`DynamoDB_20120810.${operation}`, input);
  const s3 = (method: string, path: string, headers = {}) => ({ method, path, headers, body: '' });
  const part = (name: string, TableName = 'T') => ({ [name]: { TableName } });

  test.each([
    [dynamo('PutItem', { TableName: 'T' }), [`dynamodb:PutItem ${TABLE}`]],
    [dynamo('GetItem', { TableName: TABLE }), [`dynamodb:GetItem ${TABLE}`]],
    [dynamo('Query', { TableName: 'T', IndexName: 'i' }), [`dynamodb:Query ${TABLE}/index/i`]],
    [
      dynamo('TransactWriteItems', {
        TransactItems: [part('Put'), part('Update'), part('Delete'), part('ConditionCheck', 'U')],
      }),
      [
        `dynamodb:PutItem ${TABLE}`,
        `dynamodb:UpdateItem ${TABLE}`,
        `dynamodb:DeleteItem ${TABLE}`,
        `dynamodb:ConditionCheckItem ${P}:dynamodb:r:1:table/U`,
      ],
    ],
    [dynamo('TransactGetItems', { TransactItems: [part('Get')] }), [`dynamodb:GetItem ${TABLE}`]],
    [
      dynamo('BatchWriteItem', { RequestItems: { T: [], U: [] } }),
      [`dynamodb:BatchWriteItem ${TABLE}`, `dynamodb:BatchWriteItem ${P}:dynamodb:r:1:table/U`],
    ],
    [dynamo('ExecuteStatement', { Statement: 'select' }), undefined],
    [json('AmazonSQS.SendMessageBatch', { QueueUrl: 'http://h:1/1/q' }), [`sqs:SendMessage ${P}:sqs:r:1:q`]],
    [json('AmazonSQS.DeleteQueue', { QueueUrl: 'http://h:1/1/q' }), undefined],
    [json('AWSStepFunctions.StopExecution', { executionArn: 'arn:e' }), ['states:StopExecution arn:e']],
    [json('secretsmanager.GetSecretValue', { SecretId: 'arn:s' }), ['secretsmanager:GetSecretValue arn:s']],
    [json('secretsmanager.PutSecretValue', { SecretId: 'arn:s' }), undefined],
    [json('Elsewhere.Do', {}), undefined],
    [s3('GET', '/b/kept/a%20b?x-id=GetObject'), [`s3:GetObject ${P}:s3:::b/kept/a b`]],
    [s3('GET', '/b/kept/a?acl'), undefined],
    [s3('PUT', '/b/a', { 'x-amz-acl': 'public-read' }), undefined],
    [s3('PUT', '/b/a', { 'x-amz-grant-read': 'uri="http://acs.amazonaws.com/groups/global/AllUsers"' }), undefined],
    [s3('PUT', '/b/a', { 'x-amz-object-lock-retain-until-date': '2030-01-01T00:00:00Z' }), undefined],
    [
      s3('PUT', '/b/to', { 'x-amz-copy-source': 'b/from' }),
      [`s3:PutObject ${P}:s3:::b/to`, `s3:GetObject ${P}:s3:::b/from`],
    ],
    [s3('GET', '/b?list-type=2'), [`s3:ListBucket ${P}:s3:::b`]],
    [s3('DELETE', '/b'), undefined],
  ])('%j', (request, expected) => {
    expect(callsOf(request, place)?.map(({ action, resource }) => `${action} ${resource}`)).toEqual(expected);
  });
});
