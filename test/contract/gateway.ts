/** A switchable wire between the functions and an emulator: what AWS does under load and in a bad hour, and emulators don't. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A body that is text is S3's XML. */
export type Fault = 'none' | 'refuse' | 'hang' | { readonly status: number; readonly body: object | string };

export interface Gateway {
  readonly url: string;
  /** Asked for every call; `operation` is e.g. `TransactWriteItems`, for S3 the method. */
  fault: (operation: string, headers: IncomingHttpHeaders) => Fault;
  /** How often each operation was asked for. */
  readonly calls: Map<string, number>;
  stop(): Promise<void>;
}

/** What DynamoDB answers when another transaction holds one of the rows. */
export const transactionConflict: Fault = {
  status: 400,
  body: {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    Message: 'Transaction cancelled',
    CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }, { Code: 'None' }],
  },
};

export async function startGateway(target: string): Promise<Gateway> {
  const server = createServer({ keepAliveTimeout: 65_000 }, (incoming, outgoing) => {
    const operation =
      String(incoming.headers['x-amz-target'] ?? incoming.method)
        .split('.')
        .at(-1) ?? '';
    gateway.calls.set(operation, (gateway.calls.get(operation) ?? 0) + 1);
    const fault = gateway.fault(operation, incoming.headers);
    if (fault === 'refuse') incoming.socket.destroy();
    else if (fault === 'none') forward(target, incoming, outgoing);
    else if (fault !== 'hang') {
      incoming.resume();
      const { status, body } = fault;
      const isXml = typeof body === 'string';
      outgoing
        .writeHead(status, { 'content-type': isXml ? 'application/xml' : 'application/x-amz-json-1.0' })
        .end(isXml ? body : JSON.stringify(body));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gateway: Gateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: () => 'none',
    calls: new Map(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return gateway;
}

function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { host: _, ...headers } = incoming.headers;
  const onward = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
