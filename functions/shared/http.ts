/**
 * What every HTTP function shares: routes by API Gateway resource, raw bytes in, problem+json out. A route handler only
 * sees a `Request` and answers a `Reply`; whatever it throws becomes a safe problem.
 */
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { TicketNo } from '#schemas/common.ts';
import type { Problem } from '#schemas/problem.ts';
import { correlated, traced } from './correlation.ts';
import { log } from './log.ts';
import { ProblemError } from './problem.ts';

/** The contract's limit of a body: 256 KB. */
export const MAX_BODY_BYTES = 256 * 1024;

export interface Request {
  /** `https://host`, as the client reached us. */
  readonly origin: string;
  /** As the client asked for it, stage or base path included. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as they came: what a signature covers. */
  readonly body: Buffer;
}
export interface Reply {
  readonly status: number;
  /** Text and bytes go out as they are, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
/** Keys are `METHOD /resource/{param}` as in the template. */
export type Routes = Readonly<Record<string, (request: Request) => Promise<Reply>>>;

export const api = (routes: Routes) => {
  const answer = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .onError((request) => {
      request.response = answerError(request.error);
    })
    .handler(async (event) => {
      const route = routes[`${event.httpMethod} ${event.resource}`];
      if (route === undefined) throw new ProblemError('notFound');
      return toResult(await route(toRequest(event)));
    });
  return traced<APIGatewayProxyEvent, APIGatewayProxyResult>((event, context) =>
    correlated(factsOf(event), () => answer(event, context)),
  );
};

/** A path may hold anything: only what looks like a ticket number goes into the log. */
function factsOf({ requestContext: { requestId }, pathParameters }: APIGatewayProxyEvent) {
  const ticketNo = TicketNo.safeParse(pathParameters?.ticketNo);
  return { apiRequestId: requestId, ...(ticketNo.success ? { ticketNo: ticketNo.data } : {}) };
}

function toRequest(event: APIGatewayProxyEvent): Request {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.pathParameters ?? {})) {
    if (value !== undefined) params[name] = value;
  }
  const query: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.queryStringParameters ?? {})) {
    if (value !== undefined) query[name] = value;
  }
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (body.length > MAX_BODY_BYTES) throw new ProblemError('payloadTooLarge');
  const { domainName = headers.host ?? 'localhost', path } = event.requestContext;
  // API Gateway says https; only the local front says http.
  const origin = `${headers['x-forwarded-proto'] === 'http' ? 'http' : 'https'}://${domainName}`;
  return { origin, path, params, query, headers, body };
}

/** Text of a JSON body; refuses other content types, bytes that are no UTF-8, and anything that isn't JSON. */
export function readJson(request: Request): unknown {
  requireJson(request);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(request.body);
  } catch {
    throw new ProblemError('bodyInvalid', { errors: [{ pointer: '', detail: 'the body is not valid UTF-8' }] });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ProblemError('bodyInvalid', { errors: [{ pointer: '', detail: 'the body is not valid JSON' }] });
  }
}

/** Separate from `readJson`, because the content type is judged before a signature costs us anything. */
export function requireJson(request: Request): void {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/(?:json|[\w.+-]+\+json)\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type)) {
    throw new ProblemError('unsupportedMediaType', { errors: [{ pointer: '', detail: 'header content-type' }] });
  }
}

function toResult(reply: Reply): APIGatewayProxyResult {
  return {
    statusCode: reply.status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...reply.headers,
    },
    ...encoded(reply.body),
  };
}

/** Bytes travel as base64; the API is binary for all types, so that the gateway turns them back whatever was asked for. */
function encoded(body: unknown): Pick<APIGatewayProxyResult, 'body' | 'isBase64Encoded'> {
  if (body instanceof Uint8Array) return { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
  return { body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function retryAfter(error: unknown, status: number): Record<string, string> {
  const seconds = error instanceof ProblemError ? error.retryAfter : undefined;
  if (seconds !== undefined) return { 'retry-after': String(seconds) };
  return status === 503 ? { 'retry-after': '1' } : {};
}

function answerError(error: unknown): APIGatewayProxyResult {
  const known = error instanceof ProblemError;
  if (!known) log.error('request failed', {}, error);
  const problem: Problem = known ? error.problem : new ProblemError('internal').problem;
  if (known && problem.status >= 500) log.warn('request refused', { code: problem.code, status: problem.status });
  return toResult({
    status: problem.status,
    body: problem,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      ...retryAfter(error, problem.status),
    },
  });
}
