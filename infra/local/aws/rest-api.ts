/**
 * The REST API of the template as a routing table: the tree of API Gateway resources, the function behind each method
 * and the answers that the gateway itself gives.
 */
import type { Functions } from './functions.ts';
import { describe, type Resource, type Template, UnsupportedTemplateError } from './template.ts';
import { readStageLimits, type StageLimits } from './throttle.ts';

export interface Route {
  /** `GET`, …, or `ANY`. */
  method: string;
  /** As in the event, e.g. `/tickets/{ticketNo}`. */
  resource: string;
  segments: readonly string[];
  /** ARN that the integration calls. */
  functionArn: string;
  /** How long the gateway waits for the function, ms. */
  timeoutMs: number;
}

/** An answer that the gateway gives without (or in spite of) a function. */
export interface GatewayAnswer {
  status: number;
  headers: Record<string, string>;
  /** Template with `$context.…` variables. */
  body: string;
}

export interface RestApi {
  id: string;
  stage: string;
  region: string;
  routes: readonly Route[];
  binary: boolean;
  answers: ReadonlyMap<string, GatewayAnswer>;
  limits: StageLimits;
}

/** A route that fits a path, with the values of its `{parameters}`, decoded. */
export interface RouteMatch {
  route: Route;
  pathParameters: Record<string, string> | null;
}

const DEFAULT_TIMEOUT_MS = 29_000;

interface MethodProperties {
  HttpMethod: string;
  ResourceId: string;
  Integration?: { Type?: string; Uri?: string; TimeoutInMillis?: number } & Record<string, unknown>;
}

interface GatewayResponseProperties {
  ResponseType: string;
  StatusCode?: string | number;
  ResponseParameters?: Record<string, string>;
  ResponseTemplates?: Record<string, string>;
}

/** Settings of a Lambda proxy integration that change nothing here. */
const INTEGRATION_PROPERTIES = new Set([
  'Type',
  'Uri',
  'IntegrationHttpMethod',
  'TimeoutInMillis',
  'PassthroughBehavior',
  'CacheNamespace',
  'CacheKeyParameters',
  'Credentials',
  'IntegrationResponses',
]);

/**
 * The REST API of the template; `undefined` when it has none.
 * @throws UnsupportedTemplateError for a second API or anything but a Lambda proxy integration
 */
export function readRestApi(template: Template, functions: Functions): RestApi | undefined {
  const [api, second] = template.ofType('AWS::ApiGateway::RestApi');
  if (second) throw new UnsupportedTemplateError([describe(second, 'only one REST API can be served')]);
  if (!api) return undefined;
  const { BinaryMediaTypes: binary = [] } = template.properties<{ BinaryMediaTypes?: string[] }>(api);
  if (binary.length > 0 && !binary.includes('*/*')) {
    throw new UnsupportedTemplateError([describe(api, `BinaryMediaTypes ${binary.join()}: only */* is supported`)]);
  }
  const paths = resourcePaths(template, template.ref(api));
  const [stage] = template.ofType('AWS::ApiGateway::Stage');
  return {
    id: template.ref(api),
    stage: stage ? template.ref(stage) : 'prod',
    region: api.stack.region,
    routes: template
      .ofType('AWS::ApiGateway::Method')
      .map((method) => readRoute(template, functions, method, paths))
      .sort((a, b) => specificity(b).localeCompare(specificity(a))),
    binary: binary.length > 0,
    answers: new Map(template.ofType('AWS::ApiGateway::GatewayResponse').map((each) => readAnswer(template, each))),
    limits: stage ? readStageLimits(template, stage) : new Map(),
  };
}

/**
 * The gateway picks the most specific resource first (literal before `{parameter}` before `{greedy+}`) and then its
 * method; it does not go back to a less specific resource that would have the method.
 */
export function matchRoute(api: RestApi, method: string, path: string): RouteMatch | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  for (const { resource, segments } of api.routes) {
    const values = matchSegments(segments, parts);
    if (!values) continue;
    const methods = api.routes.filter((route) => route.resource === resource);
    const route = [method, 'ANY'].map((name) => methods.find((each) => each.method === name)).find(Boolean);
    return route && { route, pathParameters: Object.keys(values).length > 0 ? values : null };
  }
  return undefined;
}

/** The answer for a kind of gateway error: the template's own, then its default for the class, then AWS's. */
export function gatewayAnswer(api: RestApi | undefined, type: string, status: number, message: string) {
  const fallback = status >= 500 ? 'DEFAULT_5XX' : 'DEFAULT_4XX';
  const own = api?.answers.get(type);
  const answer = own ?? api?.answers.get(fallback);
  const values: Record<string, string> = {
    '$context.error.messageString': JSON.stringify(message),
    '$context.error.message': message,
    '$context.error.responseType': type,
  };
  const body = (answer?.body ?? DEFAULT_BODY).replace(CONTEXT_VARIABLE, (name) => values[name] ?? '');
  const given = answer && answer.status > 0 ? answer.status : status;
  return { status: given, headers: { 'content-type': 'application/json', ...answer?.headers }, body };
}

const DEFAULT_BODY = '{"message":$context.error.messageString}';
const CONTEXT_VARIABLE = /\$context\.error\.(?:messageString|message|responseType)/g;

function resourcePaths(template: Template, rootId: string): Map<string, string> {
  const parents = new Map<string, { parent: string; part: string }>();
  for (const resource of template.ofType('AWS::ApiGateway::Resource')) {
    const { ParentId, PathPart } = template.properties<{ ParentId: string; PathPart: string }>(resource);
    parents.set(template.ref(resource), { parent: ParentId, part: PathPart });
  }
  const paths = new Map([[rootId, '/']]);
  const pathOf = (id: string): string => {
    const known = paths.get(id);
    if (known !== undefined) return known;
    const own = parents.get(id);
    if (!own) throw new Error(`API resource ${id} is not in the template`);
    const path = `${pathOf(own.parent).replace(/\/$/, '')}/${own.part}`;
    paths.set(id, path);
    return path;
  };
  for (const id of parents.keys()) pathOf(id);
  return paths;
}

function readRoute(template: Template, functions: Functions, method: Resource, paths: Map<string, string>): Route {
  const refuse = (problem: string): never => {
    throw new UnsupportedTemplateError([describe(method, problem)]);
  };
  const { HttpMethod, ResourceId, Integration = {} } = template.properties<MethodProperties>(method);
  const resource = paths.get(ResourceId) ?? refuse('its resource is not in the template');
  if (Integration.Type !== 'AWS_PROXY') refuse(`integration type ${String(Integration.Type)} is not supported`);
  const unsupported = Object.keys(Integration).filter((name) => !INTEGRATION_PROPERTIES.has(name));
  if (unsupported.length > 0) refuse(`Integration.${unsupported.join()} is not supported`);
  const functionArn =
    /\/functions\/(arn:.+)\/invocations$/.exec(String(Integration.Uri))?.[1] ??
    refuse(`integration URI ${String(Integration.Uri)} names no function`);
  functions.find(functionArn);
  return {
    method: HttpMethod,
    resource,
    segments: resource.split('/').filter((part) => part !== ''),
    functionArn,
    timeoutMs: Integration.TimeoutInMillis ?? DEFAULT_TIMEOUT_MS,
  };
}

/** Sorts literals before parameters before greedy ones, segment by segment, and longer paths before shorter. */
function specificity(route: Route): string {
  return route.segments.map((part) => (part.endsWith('+}') ? 'a' : part.startsWith('{') ? 'b' : 'c')).join('');
}

function matchSegments(segments: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (segment.endsWith('+}')) {
      values[segment.slice(1, -2)] = parts.slice(index).join('/');
      return values;
    }
    if (segment.startsWith('{')) values[segment.slice(1, -1)] = part;
    else if (segment !== part) return undefined;
  }
  return parts.length === segments.length ? values : undefined;
}

function readAnswer(template: Template, resource: Resource): [string, GatewayAnswer] {
  const properties = template.properties<GatewayResponseProperties>(resource);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(properties.ResponseParameters ?? {})) {
    const header = /^gatewayresponse\.header\.(.+)$/.exec(name)?.[1];
    const text = /^'(.*)'$/.exec(value)?.[1];
    if (header === undefined || text === undefined) {
      throw new UnsupportedTemplateError([describe(resource, `ResponseParameters ${name} is not supported`)]);
    }
    headers[header.toLowerCase()] = text;
  }
  const [type, body = DEFAULT_BODY] =
    Object.entries(properties.ResponseTemplates ?? {}).sort(([a]) => (a === 'application/json' ? -1 : 1))[0] ?? [];
  if (body.replace(CONTEXT_VARIABLE, '').includes('$')) {
    throw new UnsupportedTemplateError([
      describe(resource, 'ResponseTemplates holds a variable that is not supported'),
    ]);
  }
  if (type !== undefined) headers['content-type'] ??= type;
  return [properties.ResponseType, { status: Number(properties.StatusCode ?? 0), headers, body }];
}
