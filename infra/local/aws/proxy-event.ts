/** HTTP request ⇄ API Gateway's Lambda proxy event (REST API, payload version 1). */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ACCOUNT_ID } from './naming.ts';
import type { RestApi, RouteMatch } from './rest-api.ts';

/** What the front sends back. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: string | Buffer;
}

/** The function answered something that API Gateway cannot turn into a response. */
export class MalformedProxyResponseError extends Error {
  override name = 'MalformedProxyResponseError';
}

interface ProxyResponse {
  statusCode: number;
  headers?: Record<string, unknown> | null;
  multiValueHeaders?: Record<string, unknown[]> | null;
  body?: string | null;
  isBase64Encoded?: boolean;
}

export function proxyEvent(api: RestApi, match: RouteMatch, request: IncomingMessage, url: URL, body: Buffer) {
  const now = new Date();
  const sourceIp = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1';
  const headers = multiHeaders(request, sourceIp);
  const query = multiQuery(url.searchParams);
  return {
    resource: match.route.resource,
    path: decodePath(url.pathname),
    httpMethod: request.method ?? 'GET',
    headers: lastOfEach(headers),
    multiValueHeaders: headers,
    queryStringParameters: query && lastOfEach(query),
    multiValueQueryStringParameters: query,
    pathParameters: match.pathParameters && decodeValues(match.pathParameters),
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: api.id,
      domainName: request.headers.host ?? 'localhost',
      domainPrefix: 'local',
      extendedRequestId: randomUUID(),
      httpMethod: request.method ?? 'GET',
      identity: { sourceIp, userAgent: request.headers['user-agent'] ?? null },
      path: url.pathname,
      protocol: `HTTP/${request.httpVersion}`,
      requestId: randomUUID(),
      requestTime: now.toUTCString(),
      requestTimeEpoch: now.getTime(),
      resourceId: match.route.resource,
      resourcePath: match.route.resource,
      stage: api.stage,
    },
    body: body.length === 0 ? null : body.toString(api.binary ? 'base64' : 'utf8'),
    isBase64Encoded: api.binary && body.length > 0,
  };
}

/** @throws MalformedProxyResponseError */
export function httpAnswer(result: unknown): HttpAnswer {
  if (!isProxyResponse(result)) throw new MalformedProxyResponseError('not a Lambda proxy response');
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(result.headers ?? {})) headers[name.toLowerCase()] = String(value);
  for (const [name, values] of Object.entries(result.multiValueHeaders ?? {})) {
    headers[name.toLowerCase()] = values.map(String);
  }
  headers['content-type'] ??= 'application/json';
  // Length and framing are the front's business.
  delete headers['content-length'];
  delete headers['transfer-encoding'];
  delete headers.connection;
  const body = result.body ?? '';
  return { status: result.statusCode, headers, body: result.isBase64Encoded ? Buffer.from(body, 'base64') : body };
}

function isProxyResponse(result: unknown): result is ProxyResponse {
  if (typeof result !== 'object' || result === null) return false;
  const { statusCode, body, headers, multiValueHeaders } = result as Record<string, unknown>;
  const validStatus = Number.isInteger(Number(statusCode)) && Number(statusCode) >= 100 && Number(statusCode) <= 599;
  const validBody = body === undefined || body === null || typeof body === 'string';
  const validLists = Object.values(multiValueHeaders ?? {}).every(Array.isArray);
  return validStatus && statusCode !== null && validBody && validLists && typeof (headers ?? {}) === 'object';
}

type Multi = Record<string, string[]>;

function multiHeaders(request: IncomingMessage, sourceIp: string): Multi {
  const headers: Multi = {};
  const { rawHeaders } = request;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (/^(connection|transfer-encoding|content-length|expect)$/i.test(name)) continue;
    headers[name] = [...(headers[name] ?? []), value];
  }
  headers['X-Forwarded-For'] = [sourceIp];
  headers['X-Forwarded-Proto'] = ['http'];
  return headers;
}

function multiQuery(parameters: URLSearchParams): Multi | null {
  const query: Multi = {};
  for (const [name, value] of parameters) query[name] = [...(query[name] ?? []), value];
  return Object.keys(query).length > 0 ? query : null;
}

function lastOfEach(values: Multi): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.at(-1) ?? '']));
}

function decodeValues(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, decodePath(value)]));
}

/** A path that is not valid percent-encoding stays as it came: the function shall judge it. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
