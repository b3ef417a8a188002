/** What the runner makes of a template: names and values over stacks, and what it refuses. */
import { App, CfnCondition, CfnParameter, CfnResource, Fn, Stack, Token } from 'aws-cdk-lib';
import * as api from 'aws-cdk-lib/aws-apigateway';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { describe, expect, it } from 'vitest';
import { boot, newFolder, REGION, shutDown, synth, synthStack, testFunction } from './mini-app.ts';

const env = { region: REGION };

describe('values of a template', () => {
  it('resolve over stacks by SSM names, with parameters, conditions and secrets', async () => {
    const assembly = synth((app) => {
      const stateful = new Stack(app, 'Stateful', { env });
      const queue = new sqs.Queue(stateful, 'Intake');
      const secret = new secrets.Secret(stateful, 'PhoneSecret');
      const table = new dynamodb.TableV2(stateful, 'Tickets', {
        partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      });
      const values = { queue: queue.queueUrl, secret: secret.secretArn, table: table.tableName };
      for (const [name, stringValue] of Object.entries(values)) {
        new ssm.StringParameter(stateful, `Name-${name}`, { parameterName: `/jieban/${name}`, stringValue });
      }
      const stateless = new Stack(app, 'Stateless', { env });
      stateless.addStackDependency(stateful);
      const issuer = new CfnParameter(stateless, 'OidcIssuer');
      const level = new CfnParameter(stateless, 'Level', { default: 'INFO' });
      const china = new CfnCondition(stateless, 'China', {
        expression: Fn.conditionEquals(stateless.partition, 'aws-cn'),
      });
      testFunction(stateless, 'Look', {
        environment: {
          QUEUE: ssm.StringParameter.valueForStringParameter(stateless, '/jieban/queue'),
          SECRET: ssm.StringParameter.valueForStringParameter(stateless, '/jieban/secret'),
          TABLE: ssm.StringParameter.valueForStringParameter(stateless, '/jieban/table'),
          ISSUER: issuer.valueAsString,
          LEVEL: level.valueAsString,
          WHERE: Token.asString(Fn.conditionIf(china.logicalId, 'china', 'world')),
          SUB: Fn.sub(`\${AWS::Region}/\${AWS::Partition}/\${!literal}/\${own}`, { own: Fn.select(1, ['a', 'b']) }),
        },
      });
    });
    const booted = await boot(assembly, { parameters: { OidcIssuer: 'http://issuer' } });
    const { environment } = (await booted.runner.invoke('Look', {})) as { environment: Record<string, string> };
    expect(environment).toMatchObject({
      QUEUE: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/000000000000\/Stateful-Intake/),
      SECRET: expect.stringMatching(/^arn:aws-cn:secretsmanager:cn-north-1:000000000000:secret:/),
      TABLE: expect.stringMatching(/^Stateful-Tickets/),
      ISSUER: 'http://issuer',
      LEVEL: 'INFO',
      WHERE: 'china',
      SUB: `cn-north-1/aws-cn/\${literal}/b`,
    });
    await shutDown(booted);
  });

  it('of an SSM parameter that no earlier stack writes stop the start', async () => {
    const assembly = synthStack((stack) => {
      const value = ssm.StringParameter.valueForStringParameter(stack, '/nobody/wrote/it');
      testFunction(stack, 'Look', { environment: { VALUE: value } });
    });
    await expect(boot(assembly)).rejects.toThrow(/Look.*Mini\/Look\/Resource.*\/nobody\/wrote\/it/);
  });
});

describe('the runner refuses, naming what and where,', () => {
  const refused: [what: string, build: (stack: Stack) => void, message: RegExp][] = [
    [
      'a type that it does not know',
      (stack) => new CfnResource(stack, 'Disk', { type: 'AWS::EFS::FileSystem' }),
      /Disk \(Mini\/Disk, AWS::EFS::FileSystem\): the type is unknown/,
    ],
    [
      'a bucket with versions, or with rules for browsers',
      (stack) =>
        new s3.Bucket(stack, 'Files', {
          versioned: true,
          cors: [{ allowedMethods: [s3.HttpMethods.PUT], allowedOrigins: ['*'] }],
        }),
      /Mini\/Files\/Resource.*CorsConfiguration[\s\S]*Mini\/Files\/Resource.*VersioningConfiguration/,
    ],
    ['a FIFO queue', (stack) => new sqs.Queue(stack, 'Q', { fifo: true }), /Mini\/Q\/Resource.*FifoQueue/],
    [
      'layers',
      (stack) =>
        testFunction(stack, 'F', {
          layers: [
            lambda.LayerVersion.fromLayerVersionArn(stack, 'L', `arn:aws-cn:lambda:${REGION}:123456789012:layer:x:1`),
          ],
        }),
      /Mini\/F\/Resource.*Layers/,
    ],
    [
      'another runtime',
      (stack) => testFunction(stack, 'F', { runtime: lambda.Runtime.PYTHON_3_13 }),
      /Mini\/F\/Resource.*python3\.13/,
    ],
    [
      'an authorizer',
      (stack) => {
        const integration = new api.LambdaIntegration(testFunction(stack, 'F'));
        new api.RestApi(stack, 'Api').root.addMethod('GET', integration, {
          authorizationType: api.AuthorizationType.IAM,
        });
      },
      /AWS::ApiGateway::Method.*AWS_IAM/,
    ],
    [
      'an integration that is no function',
      (stack) => new api.RestApi(stack, 'Api').root.addMethod('GET', new api.MockIntegration()),
      /AWS::ApiGateway::Method.*MOCK/,
    ],
    [
      'a filter that it cannot evaluate',
      (stack) =>
        testFunction(stack, 'F').addEventSource(
          new sources.SqsEventSource(new sqs.Queue(stack, 'Q'), {
            filters: [lambda.FilterCriteria.filter({ body: { n: lambda.FilterRule.between(1, 2) } })],
          }),
        ),
      /AWS::Lambda::EventSourceMapping.*numeric/,
    ],
    [
      'a variable that Lambda keeps for itself',
      (stack) => {
        const fn = testFunction(stack, 'F');
        (fn.node.defaultChild as CfnResource).addPropertyOverride('Environment.Variables.AWS_REGION', 'mars');
      },
      /Mini\/F\/Resource.*AWS_REGION/,
    ],
    [
      'an intrinsic that it does not know',
      (stack) =>
        new ssm.StringParameter(stack, 'P', { stringValue: 'x' }) &&
        testFunction(stack, 'F', {
          environment: { ZONES: Fn.select(0, Fn.getAzs()) },
        }),
      /Mini\/F\/Resource.*Fn::GetAZs/,
    ],
  ];

  it.each(refused)('%s', async (_, build, message) => {
    await expect(boot(synthStack(build))).rejects.toThrow(message);
  });

  it('everything that is wrong in one message', async () => {
    const assembly = synthStack((stack) => {
      new CfnResource(stack, 'One', { type: 'AWS::EFS::FileSystem' });
      new CfnResource(stack, 'Two', { type: 'AWS::Athena::WorkGroup' });
    });
    await expect(boot(assembly)).rejects.toThrow(/One.*AWS::EFS::FileSystem[\s\S]*Two.*AWS::Athena::WorkGroup/);
  });

  it('exports between stacks, parameters that nobody declares, and an empty assembly', async () => {
    const exported = synth((app) => {
      const first = new Stack(app, 'First', { env });
      const queue = new sqs.Queue(first, 'Q');
      testFunction(new Stack(app, 'Second', { env }), 'F', { environment: { URL: queue.queueUrl } });
    });
    await expect(boot(exported)).rejects.toThrow(/Second\/F\/Resource.*Fn::ImportValue/);
    await expect(
      boot(
        synthStack((stack) => testFunction(stack, 'F')),
        { parameters: { Typo: 'x' } },
      ),
    ).rejects.toThrow('Typo');
    const empty = new App({ outdir: newFolder('empty') }).synth().directory;
    await expect(boot(empty)).rejects.toThrow('holds no stack');
  });
});
