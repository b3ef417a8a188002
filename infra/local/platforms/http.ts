/** The small HTTP server that all platform fakes share: routes by method and path, raw bytes kept for signatures. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

export interface Exchange {
  url: URL;
  headers: IncomingHttpHeaders;
  /** The bytes as they were sent: signatures cover these, not a re-serialised object. */
  raw: Buffer;
  /** What the route's pattern captured, URL-decoded. */
  params: string[];
}
export interface Answer {
  status: number;
  /** A text goes out as it is. */
  body: unknown;
  headers?: Record<string, string>;
}
export interface Route {
  method: string;
  path: RegExp;
  handle: (exchange: Exchange) => Answer | Promise<Answer>;
}

/** No fake needs more; a body over it is answered 413. */
const BODY_LIMIT_BYTES = 1_000_000;

async function rawBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_LIMIT_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

async function answer(routes: readonly Route[], request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const onPath = routes.filter((route) => route.path.test(url.pathname));
  if (onPath.length === 0) return { status: 404, body: { error: 'no such path' } };
  const route = onPath.find(({ method }) => method === request.method);
  if (!route) return { status: 405, body: { error: 'method not allowed' } };
  const raw = await rawBody(request);
  if (!raw) return { status: 413, body: { error: 'body too large' }, headers: { connection: 'close' } };
  const params = (route.path.exec(url.pathname) ?? []).slice(1).map((part) => decodeURIComponent(part));
  return route.handle({ url, headers: request.headers, raw, params });
}

/**
 * Starts the server on `port`; when another process holds it (or `port` is 0), on a free one.
 * Throws only on errors other than a taken port.
 */
export async function serve(
  routes: readonly Route[],
  port: number,
  onError: (error: unknown) => void,
): Promise<{ server: Server; port: number }> {
  // Longer than any client of ours keeps an idle connection: a reused one must not meet a closing one.
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    answer(routes, request)
      .catch((error: unknown): Answer => {
        onError(error);
        return { status: 500, body: { error: 'internal error' } };
      })
      .then(({ status, body, headers }) => {
        response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
  });
  const listen = (on: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(on, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  try {
    await listen(port);
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await listen(0);
  }
  return { server, port: (server.address() as AddressInfo).port };
}

/** The parsed JSON of a body, or `undefined` when it is none. */
export function jsonOf(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** True when one of the keys (`whsec_…`) signed these bytes within five minutes, after Standard Webhooks 1.0.0. */
export function signedByOneOf(keys: readonly string[], { raw, headers }: Exchange): boolean {
  const flat: Record<string, string> = {};
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    const value = headers[name];
    if (typeof value === 'string') flat[name] = value;
  }
  return keys.some((key) => {
    try {
      new Webhook(key).verify(raw, flat, { jsonParse: false });
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  });
}

/** A switch that makes the next n answers fail, so that tests and demos can provoke a platform's errors. */
export class Faults<T> {
  #left = 0;
  #fault: T | undefined;

  failNext(times: number, fault: T): void {
    this.#left = times;
    this.#fault = fault;
  }

  /** The fault to answer with now, if one is left; uses it up. */
  take(): T | undefined {
    if (this.#left <= 0) return undefined;
    this.#left -= 1;
    return this.#fault;
  }
}
