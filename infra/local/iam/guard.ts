/**
 * Stands in a function's own thread between the SDK and the wire: a request to AWS that the function's role doesn't allow is
 * never sent and gets the answer that AWS would give. Costs no hop; what is allowed goes out as it was.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { type AwsRequest, callOfNotFound, callsOf, placeOf } from './calls.ts';
import { denial } from './denial.ts';
import { type Call, judge } from './judge.ts';
import { openRecord } from './record.ts';
import type { Role } from './roles.ts';

export interface GuardOptions {
  readonly role: Role;
  /** Addresses of the services. */
  readonly endpoints: readonly string[];
  /** Folder for what was used. */
  readonly record: string | undefined;
}

/** From here on, every request of this thread to one of the endpoints is judged. */
export function guardRequests({ role, endpoints, record: folder }: GuardOptions): void {
  const hosts = new Set(endpoints.map((endpoint) => new URL(endpoint).host));
  const record = openRecord(folder);
  const place = placeOf(role.holder);
  const allowed = (call: Call): boolean => {
    const by = judge(role.grants, call);
    if (by !== undefined) record(role.holder, call, by);
    return by !== undefined;
  };

  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest };
    if (!hosts.has(String(request.getHeader('host')))) return;
    const chunks: Buffer[] = [];
    const send = request.end.bind(request);
    const deny = (asked: AwsRequest, call: Call | undefined): void => {
      const { status, headers, body, message } = denial(asked, role.name, call);
      process.stderr.write(`${message}\n`);
      const answer = Object.assign(Readable.from([Buffer.from(body)]), { statusCode: status, headers });
      request.emit('response', answer as unknown as IncomingMessage);
    };

    // A body in pieces is kept until it is whole: a judge must see all of it.
    request.write = (chunk: unknown): boolean => {
      chunks.push(bytesOf(chunk));
      return true;
    };
    request.end = (...args: unknown[]): ClientRequest => {
      if (args[0] !== undefined && typeof args[0] !== 'function') chunks.push(bytesOf(args[0]));
      const whole = Buffer.concat(chunks);
      const { method, path } = request;
      const asked: AwsRequest = { method, path, headers: request.getHeaders(), body: whole.toString('utf8') };
      const calls = callsOf(asked, place);
      const refused = calls?.find((call) => !allowed(call));
      if (calls === undefined || refused !== undefined) {
        deny(asked, refused);
        request.destroy();
        return request;
      }
      hideMissing(request, callOfNotFound(calls), allowed, (call) => deny(asked, call));
      delete (request as Partial<ClientRequest>).write;
      return whole.length === 0 ? send() : send(whole);
    };
  });
}

/** Turns "not found" into "forbidden" where S3 would. */
function hideMissing(
  request: ClientRequest,
  call: Call | undefined,
  allowed: (call: Call) => boolean,
  deny: (call: Call) => void,
): void {
  if (call === undefined) return;
  const emit = request.emit.bind(request);
  request.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    const [answer] = args as [IncomingMessage?];
    if (event !== 'response' || answer?.statusCode !== 404 || allowed(call)) return emit(event, ...args);
    answer.resume();
    request.emit = emit;
    deny(call);
    return true;
  };
}

function bytesOf(chunk: unknown): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk as Uint8Array);
}
