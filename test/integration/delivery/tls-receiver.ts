/** A department's server over real TLS, as well or as badly behaved as a test wants it. It judges with `standardwebhooks`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** After the request was read. */
export type Manner = (response: ServerResponse, request: IncomingMessage) => void;

export interface Arrival {
  id: string;
  /** What the signature covers. */
  body: string;
  /** Number of the connection that it came on, from 1. */
  connection: number;
}

export class TlsReceiver {
  /** Requests that verified, in order; a repeated one is here again. */
  readonly arrivals: Arrival[] = [];
  /** 办理: what the department did, once per webhook-id. */
  readonly acted: string[] = [];
  readonly refused: string[] = [];
  readonly #server: Server;
  readonly #numbers = new WeakMap<Socket, number>();
  readonly #open = new Set<Socket>();
  readonly #manners: Manner[] = [];
  keys: string[];
  connections = 0;

  constructor(certificate: { cert: string; key: string }, keys: string[]) {
    this.keys = keys;
    this.#server = createServer({ ...certificate, keepAliveTimeout: 65_000 }, (request, response) => {
      void this.#take(request, response);
    });
    this.#server.on('secureConnection', (socket) => {
      this.connections += 1;
      this.#numbers.set(socket, this.connections);
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    // A client that doesn't like the certificate goes away.
    this.#server.on('tlsClientError', () => {});
  }

  async listen(address = '127.0.0.1', port = 0): Promise<number> {
    await new Promise<void>((done) => this.#server.listen(port, address, done));
    return (this.#server.address() as AddressInfo).port;
  }
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
  /** Connections that the other side holds. */
  get held(): number {
    return this.#open.size;
  }
  /** The next requests that verify are treated like these, one after the other; then it is well again. */
  next(...manners: Manner[]): void {
    this.#manners.push(...manners);
  }
  /** As new: nobody is connected, nothing has come. */
  reset(): void {
    for (const socket of this.#open) socket.destroy();
    this.#open.clear();
    this.#manners.length = 0;
    this.arrivals.length = 0;
    this.acted.length = 0;
    this.refused.length = 0;
    this.connections = 0;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const id = String(request.headers['webhook-id']);
    if (!this.keys.some((key) => verifies(key, body, request))) {
      this.refused.push(id);
      response.writeHead(401).end('bad signature');
      return;
    }
    this.arrivals.push({ id, body, connection: this.#numbers.get(request.socket) ?? 0 });
    const manner = this.#manners.shift();
    if (manner !== undefined) manner(response, request);
    else this.act(id, response);
  }

  act(id: string, response: ServerResponse): void {
    if (!this.acted.includes(id)) this.acted.push(id);
    response.writeHead(204).end();
  }
}

function verifies(key: string, body: string, request: IncomingMessage): boolean {
  try {
    new Webhook(key).verify(body, request.headers as Record<string, string>, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

export const answers =
  (status: number, body = '', headers: Record<string, string> = {}): Manner =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };
/** Never says anything. */
export const silence: Manner = () => {};
/** Cuts the connection without a word. */
export const cut: Manner = (_, { socket }) => void socket.destroy();
/** Says its status and some words, and never ends. */
export const dribbles =
  (status: number, words: string): Manner =>
  (response) => {
    response.writeHead(status);
    response.write(words);
  };
/** Says its status and some words of more that it promised, then cuts the connection. */
export const breaksOff =
  (status: number, words: string): Manner =>
  (response, { socket }) => {
    response.writeHead(status, { 'content-length': '5000' });
    response.write(words, () => socket.destroy());
  };
