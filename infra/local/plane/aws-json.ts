/** A small HTTP server that speaks the AWS JSON protocol: one POST, the operation in `X-Amz-Target`. */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** An error that the real SDK turns into its typed exception of the same name. */
export class AwsError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.name = type;
    this.type = type;
  }
}

export type Operation = (input: Record<string, unknown>) => unknown;
/** Keyed by the whole target, e.g. `secretsmanager.GetSecretValue`. */
export type Operations = Record<string, Operation>;

export interface AwsJsonServer {
  endpoint: string;
  stop(): Promise<void>;
}

/** More than any operation here may carry: an execution's input is at most 256 KiB. */
const MAX_BODY_BYTES = 1_048_576;

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new AwsError('SerializationException', 'the request is too large');
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new AwsError('SerializationException', 'the request is not a JSON object');
}

async function answer(operations: Operations, request: IncomingMessage): Promise<unknown> {
  const target = String(request.headers['x-amz-target'] ?? '');
  const operation = Object.hasOwn(operations, target) ? operations[target] : undefined;
  const input = await readBody(request);
  if (!operation)
    throw new AwsError('UnknownOperationException', `the local plane has no operation ${target || '(none)'}`);
  return operation(input);
}

function send(response: ServerResponse, contentType: string, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': contentType, 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(body));
}

export async function serveAwsJson(operations: Operations, log: (line: string) => void): Promise<AwsJsonServer> {
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    const contentType = request.headers['content-type'] ?? 'application/x-amz-json-1.0';
    answer(operations, request).then(
      (result) => send(response, contentType, 200, result ?? {}),
      (error: unknown) => {
        if (error instanceof AwsError) {
          return send(response, contentType, 400, { __type: error.type, message: error.message });
        }
        log(`local plane: ${request.headers['x-amz-target']} failed: ${(error as Error).stack ?? error}`);
        send(response, contentType, 500, { __type: 'InternalServerError', message: 'internal error' });
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A required text field of a request. @throws AwsError ValidationException */
export function text(input: Record<string, unknown>, field: string): string {
  const value = input[field];
  if (typeof value !== 'string' || value === '') throw new AwsError('ValidationException', `${field} is missing`);
  return value;
}

export function optionalText(input: Record<string, unknown>, field: string): string | undefined {
  return input[field] === undefined || input[field] === null ? undefined : text(input, field);
}
