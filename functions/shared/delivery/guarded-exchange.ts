/**
 * One POST to a vetted place. The connection goes to exactly the addresses that were vetted: the request is made to the
 * address, the name only stands in the Host header and in what the certificate must say. Nothing is looked up again, no
 * redirect is followed, no proxy is asked. Whatever the other side does is a result, not an exception.
 */
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { AttemptFault } from '#schemas/delivery.ts';
import type { Vetted } from './vet-endpoint.ts';

export interface GuardedPost {
  readonly place: Vetted;
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Over the whole exchange. */
  readonly signal: AbortSignal;
  /** How long one of several addresses is waited for before the next is tried (ms). */
  readonly connectMs: number;
  /** How much of a failure's answer is read; the rest is cut off. */
  readonly maxBytes: number;
  /** How long the answer's body is waited for once its status is known (ms). */
  readonly bodyMs: number;
}

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}
export interface Failed {
  readonly kind: 'failed';
  readonly fault: AttemptFault;
  readonly cause: string;
  /** Nothing of the message can have arrived. */
  readonly unreached: boolean;
  /** It went out on a kept connection, which the other side may have closed in that very moment. */
  readonly reused: boolean;
}

export async function guardedPost(post: GuardedPost): Promise<Answered | Failed> {
  const { addresses } = post.place;
  for (const [index, address] of addresses.entries()) {
    const last = index === addresses.length - 1;
    const connectMs = last ? undefined : post.connectMs;
    let result = await once(post, address, post.agent, connectMs);
    // The same bytes under the same webhook-id: to send them twice is what every receiver must bear.
    if (isStale(result)) result = await once(post, address, false, connectMs);
    if (result.kind === 'answered' || !result.unreached || last || post.signal.aborted) return result;
  }
  throw new TypeError('a vetted place has an address');
}

const isStale = (result: Answered | Failed): boolean =>
  result.kind === 'failed' && result.reused && result.fault === 'connection';

/** An address needs no look-up; should Node ever want one, it fails. */
const noLookup: NonNullable<RequestOptions['lookup']> = (_hostname, _options, done) => {
  done(Object.assign(new Error('no second look-up'), { code: 'ENOLOOKUP' }), '');
};

function once(
  post: GuardedPost,
  address: string,
  agent: http.Agent | false,
  connectMs: number | undefined,
): Promise<Answered | Failed> {
  const { url, servername } = post.place;
  const { ca } = (post.agent as https.Agent).options;
  const options: https.RequestOptions = {
    agent,
    host: address,
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port,
    method: 'POST',
    path: `${url.pathname}${url.search}`,
    headers: { ...post.headers, host: url.host, 'content-length': String(post.body.byteLength) },
    lookup: noLookup,
    ...(url.protocol === 'https:'
      ? { servername, rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) }
      : {}),
  };
  return settle(url.protocol === 'https:' ? https.request(options) : http.request(options), post, connectMs);
}

type Phase = 'connecting' | 'securing' | 'sent';

function settle(request: ClientRequest, post: GuardedPost, connectMs: number | undefined): Promise<Answered | Failed> {
  return new Promise((resolve) => {
    let phase: Phase = 'connecting';
    let answering = false;
    let patience: NodeJS.Timeout | undefined;
    const abort = () => request.destroy();
    const end = (result: Answered | Failed) => {
      clearTimeout(patience);
      post.signal.removeEventListener('abort', abort);
      resolve(result);
    };
    const fail = (fault: AttemptFault, cause: string) =>
      end({ kind: 'failed', fault, cause, unreached: phase !== 'sent', reused: request.reusedSocket });

    post.signal.addEventListener('abort', abort, { once: true });
    if (post.signal.aborted) abort();
    request.once('socket', (socket: Socket) => {
      if (!socket.connecting) {
        phase = 'sent';
        return;
      }
      const secure = 'encrypted' in socket;
      if (connectMs !== undefined) patience = setTimeout(() => request.destroy(coded('ETIMEDOUT')), connectMs);
      socket.once('connect', () => {
        clearTimeout(patience);
        phase = secure ? 'securing' : 'sent';
      });
      socket.once('secureConnect', () => {
        phase = 'sent';
      });
    });
    request.once('response', (response) => {
      answering = true;
      void read(response, post).then((body) => {
        // What is left unread must not keep the connection.
        if (!response.complete) request.destroy();
        end({ kind: 'answered', status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    // After the answer's head an error is the body's: what was read until then counts.
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (answering) return;
      if (post.signal.aborted) return fail('timeout', phase);
      const cause = error.code ?? 'unknown';
      fail(isTls(cause) || (phase === 'securing' && !isCut(cause)) ? 'tls' : 'connection', cause);
    });
    // E.g. an answer that wants to change the protocol.
    request.once('close', () => {
      if (!answering) fail(post.signal.aborted ? 'timeout' : 'connection', post.signal.aborted ? phase : 'closed');
    });
    request.end(post.body);
  });
}

const coded = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });
/** Also after the handshake: TLS 1.3 tells only then that it wanted a certificate of ours. */
const isTls = (code: string): boolean => /^(ERR_SSL|ERR_TLS|EPROTO)/.test(code);
/** A connection that broke while it was being secured says nothing about certificates. */
const isCut = (code: string): boolean => /^(ECONN|EPIPE|ETIMEDOUT|ENET|EHOST)/.test(code);

/**
 * The answer's body as far as it is wanted: up to `maxBytes`, for `bodyMs` at most, and what came before a break. A success
 * says everything by its status; its body is only let out of the way, so that the connection can serve again.
 */
function read(response: IncomingMessage, { signal, maxBytes, bodyMs }: GuardedPost): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = () => {
      clearTimeout(patience);
      signal.removeEventListener('abort', done);
      response.off('data', take);
      resolve(Buffer.concat(chunks).subarray(0, maxBytes));
    };
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= maxBytes) done();
    };
    const patience = setTimeout(done, bodyMs);
    signal.addEventListener('abort', done, { once: true });
    response.on('data', take);
    response.once('end', done);
    response.once('close', done);
    response.on('error', done);
  });
}
