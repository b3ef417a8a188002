/**
 * The door: one regional REST API in front of the functions. REST and not HTTP API, because WAF and per-method limits
 * need it. It does nothing but pass on: bodies reach the functions as the bytes that were sent (signatures are over
 * bytes), and what API Gateway answers by itself has the same problem+json shape as our own errors.
 */
import { CfnOutput, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  ResponseType,
  RestApi,
  SecurityPolicy,
  type Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Domain } from '../settings.ts';
import { type Limit, limitGroupOf, STAGE_LIMIT } from './rate-limits.ts';
import type { ServiceFunction } from './service-function.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export type Route = readonly [method: Method, path: string, handler: ServiceFunction];

const throttling = ({ rate, burst }: Limit) => ({ throttlingRateLimit: rate, throttlingBurstLimit: burst });

/** What API Gateway refuses before a function sees it; `status` is absent where one answer stands for many codes. */
const REFUSALS: readonly [id: string, type: ResponseType, code: string, title: string, status?: number][] = [
  ['NoSuchRoute', ResponseType.MISSING_AUTHENTICATION_TOKEN, 'notFound', 'Not found', 404],
  ['TooLarge', ResponseType.REQUEST_TOO_LARGE, 'payloadTooLarge', 'Body larger than 256 KB', 413],
  ['TooManyRequests', ResponseType.THROTTLED, 'tooManyRequests', 'Too many requests, try again', 429],
  ['Filtered', ResponseType.WAF_FILTERED, 'refused', 'Request not accepted', 403],
  ['OtherRefusal', ResponseType.DEFAULT_4XX, 'refused', 'Request not accepted'],
  ['OtherFailure', ResponseType.DEFAULT_5XX, 'internal', 'Internal error'],
];

export interface PublicApiProps {
  readonly name: string;
  readonly routes: readonly Route[];
  /** Without one the API is reached under its own address, with the stage in the path. */
  readonly domain: Domain | undefined;
}

export class PublicApi extends Construct {
  readonly stage: Stage;

  constructor(scope: Construct, id: string, props: PublicApiProps) {
    super(scope, id);
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.SIX_MONTHS,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const limits = props.routes.flatMap(([method, path]) => {
      const group = limitGroupOf(path);
      return group === undefined ? [] : [[`${path}/${method}`, throttling(group)] as const];
    });
    const api = new RestApi(this, 'Rest', {
      restApiName: props.name,
      // One way in: what is told to partners, filed and certified.
      disableExecuteApiEndpoint: props.domain !== undefined,
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      // Everything is binary: otherwise API Gateway decodes text, and a signature over invalid UTF-8 changes its meaning.
      binaryMediaTypes: ['*/*'],
      // Account-wide, needed once for access logs; kept when the stack goes, because other APIs may lean on it.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: 'v1',
        // Not traced, even where X-Ray is: a segment keeps the URL (ticket numbers), the caller's address and user agent.
        ...throttling(STAGE_LIMIT),
        methodOptions: Object.fromEntries(limits),
        accessLogDestination: new LogGroupLogDestination(accessLog),
        // The route and not the path (ticket numbers), no query string, no address and no user agent: those are a person's.
        accessLogFormat: AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            extendedRequestId: '$context.extendedRequestId',
            time: '$context.requestTimeEpoch',
            method: '$context.httpMethod',
            route: '$context.resourcePath',
            status: '$context.status',
            // Leads to the function's own lines, which carry it as `requestId`.
            functionRequestId: '$context.integration.requestId',
            refused: '$context.error.responseType',
            wafResponse: '$context.wafResponseCode',
            milliseconds: '$context.responseLatency',
            bytes: '$context.responseLength',
          }),
        ),
      },
    });
    this.stage = api.deploymentStage;
    if (props.domain !== undefined) this.#domain(api, props.domain);
    const integrations = new Map<ServiceFunction, LambdaIntegration>();
    for (const [method, path, handler] of props.routes) {
      let integration = integrations.get(handler);
      if (integration === undefined) {
        integration = new LambdaIntegration(handler.live, { proxy: true, allowTestInvoke: false });
        integrations.set(handler, integration);
      }
      const added = api.root.resourceForPath(path).addMethod(method, integration);
      Validations.of(added).acknowledge(
        {
          id: 'AwsSolutions-APIG4',
          reason:
            'Each function authenticates by itself: webhook signatures over the raw body, query codes and sessions of ' +
            'citizens, operator tokens. A gateway authorizer sees no body, and IAM or Cognito fit none of these callers.',
        },
        {
          id: 'AwsSolutions-COG4',
          reason: 'No Cognito: it is not in the China partition, and operators have an OIDC provider.',
        },
      );
    }
    for (const [refusalId, type, code, title, status] of REFUSALS) {
      api.addGatewayResponse(refusalId, {
        type,
        ...(status === undefined ? {} : { statusCode: String(status) }),
        responseHeaders: {
          'Content-Type': "'application/problem+json'",
          // A bucket that is empty has a token again within a second.
          ...(type === ResponseType.THROTTLED ? { 'Retry-After': "'1'" } : {}),
        },
        templates: {
          'application/json': JSON.stringify({
            type: `urn:jieban:problem:${code}`,
            title,
            ...(status ? { status } : {}),
            code,
          }),
        },
      });
    }
    Validations.of(api).acknowledge(
      {
        id: 'AwsSolutions-APIG2',
        reason: "The functions validate: a gateway validator can't name the wrong field in a problem+json.",
      },
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
        reason: 'The policy that API Gateway itself asks for in this account-wide setting.',
      },
    );
    Validations.of(this.stage).acknowledge({
      id: 'AwsSolutions-APIG6',
      reason:
        'Execution logs quote headers and paths, so query codes and ticket numbers; the access log names routes only.',
    });
  }

  #domain(api: RestApi, { name, certificateArn }: Domain): void {
    const domain = api.addDomainName('Domain', {
      domainName: name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    new CfnOutput(this, 'DomainTarget', {
      description: `Where the CNAME of ${name} must lead`,
      value: domain.domainNameAliasDomainName,
    });
  }
}
