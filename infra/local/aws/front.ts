/**
 * API Gateway on one machine: a loopback HTTP server that turns requests into proxy events. It serves at the root, as
 * a custom domain would, keeps the stage's rate limits, and lets what passed them wait for a free worker.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FunctionError, MAX_EVENT_BYTES } from './function-pool.ts';
import type { Functions } from './functions.ts';
import { type HttpAnswer, httpAnswer, MalformedProxyResponseError, proxyEvent } from './proxy-event.ts';
import { gatewayAnswer, matchRoute, type RestApi } from './rest-api.ts';
import type { Throttle } from './throttle.ts';

/** API Gateway's limit for a request body. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** More than a burst of the largest test: connections beyond it would be refused by the kernel. */
const BACKLOG = 4096;

export interface FrontOptions {
  port: number;
  api: RestApi | undefined;
  functions: Functions;
  /** Absent: every request is let in. */
  throttle?: Throttle | undefined;
  extra?: ((request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>) | undefined;
  log: (line: string) => void;
}

export interface Front {
  url: string;
  /** Requests that are being answered. */
  active(): number;
  /** Refuses new connections, lets what is under way finish for `graceMs`, then cuts it off. */
  stop(graceMs: number): Promise<void>;
}

class BodyTooLargeError extends Error {
  override name = 'BodyTooLargeError';
}

class ThrottledError extends Error {
  override name = 'ThrottledError';
}

class IntegrationTimeoutError extends Error {
  override name = 'IntegrationTimeoutError';
}

export async function startFront(o: FrontOptions): Promise<Front> {
  let active = 0;
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 60_000 }, (request, response) => {
    active += 1;
    response.once('close', () => {
      active -= 1;
    });
    void serve(o, request, response).catch((error: unknown) => {
      o.log(`${request.method} failed in the front: ${error instanceof Error ? error.message : String(error)}`);
      if (!response.headersSent) send(response, gatewayAnswer(o.api, 'DEFAULT_5XX', 500, 'Internal server error'));
      else response.destroy();
    });
  });
  await listen(server, o.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    active: () => active,
    stop: (graceMs) => close(server, graceMs),
  };
}

async function serve(o: FrontOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (await o.extra?.(request, response)) return;
  const started = performance.now();
  const method = request.method ?? 'GET';
  const target = request.url ?? '/';
  // A path that begins with two slashes is a path, not a host.
  const url = new URL(target.startsWith('/') ? `http://127.0.0.1${target}` : target, 'http://127.0.0.1');
  const match = o.api && matchRoute(o.api, method, url.pathname);
  if (!o.api || !match) {
    request.resume();
    const answer = gatewayAnswer(o.api, 'MISSING_AUTHENTICATION_TOKEN', 403, 'Missing Authentication Token');
    send(response, answer);
    o.log(`${method} (no route) ${answer.status}`);
    return;
  }
  let answer: HttpAnswer;
  try {
    if (o.throttle?.admits(match.route.method, match.route.resource) === false) throw new ThrottledError();
    const body = await readBody(request);
    answer = await callFunction(o, match.route, proxyEvent(o.api, match, request, url, body));
  } catch (error) {
    answer = answerTo(o, error);
    if (error instanceof ThrottledError) request.resume();
    // The rest of a body that is too large is not worth reading.
    if (error instanceof BodyTooLargeError) response.setHeader('connection', 'close');
  }
  send(response, answer);
  // The route, not the path: a log line holds nothing that a caller wrote.
  o.log(`${method} ${match.route.resource} ${answer.status} ${Math.round(performance.now() - started)} ms`);
}

/** The gateway's patience counts from when a worker takes the event: waiting for a core is this machine's own. */
async function callFunction(
  o: FrontOptions,
  route: { functionArn: string; timeoutMs: number },
  event: ReturnType<typeof proxyEvent>,
): Promise<HttpAnswer> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const onStart = (): void => {
        timer = setTimeout(() => reject(new IntegrationTimeoutError()), route.timeoutMs);
      };
      o.functions
        .invoke(route.functionArn, event, { onStart })
        .then((result) => resolve(httpAnswer(result)), reject)
        .catch(reject);
    });
  } finally {
    clearTimeout(timer);
  }
}

function answerTo(o: FrontOptions, error: unknown): HttpAnswer {
  if (error instanceof ThrottledError) return gatewayAnswer(o.api, 'THROTTLED', 429, 'Too Many Requests');
  if (error instanceof BodyTooLargeError) {
    return gatewayAnswer(o.api, 'REQUEST_TOO_LARGE', 413, 'Request Too Long');
  }
  if (error instanceof IntegrationTimeoutError) {
    return gatewayAnswer(o.api, 'INTEGRATION_TIMEOUT', 504, 'Endpoint request timed out');
  }
  if (error instanceof FunctionError && error.errorType === 'RequestTooLargeException') {
    return gatewayAnswer(o.api, 'REQUEST_TOO_LARGE', 413, `Request larger than ${MAX_EVENT_BYTES} bytes`);
  }
  if (error instanceof FunctionError || error instanceof MalformedProxyResponseError) {
    if (error instanceof MalformedProxyResponseError) o.log('a function gave a malformed proxy response');
    return gatewayAnswer(o.api, 'INTEGRATION_FAILURE', 502, 'Internal server error');
  }
  throw error;
}

function send(response: ServerResponse, answer: HttpAnswer): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    request.resume();
    throw new BodyTooLargeError();
  }
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not destroy the request: its socket still carries our 413.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      request.resume();
      throw new BodyTooLargeError();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function listen(server: Server, port: number): Promise<void> {
  const listening = once(server, 'listening');
  server.listen({ port, host: '127.0.0.1', backlog: BACKLOG });
  await listening;
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
