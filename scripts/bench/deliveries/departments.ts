/**
 * The departments' servers on this machine: most answer at once, some after a while, some not at all until they are mended.
 * They judge no signature; they remember what came, in what order and when.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Manner } from './plan.ts';

export interface Arrival {
  readonly unit: string;
  readonly webhookId: string;
  readonly ticketNo: string;
  /** Number within the ticket's messages to the unit, as the body says. */
  readonly sequence: number;
  /** ms, of `performance.now` */
  readonly at: number;
}

export interface Department {
  readonly unit: string;
  readonly manner: Manner;
}

/** Below the ports that the system gives to clients, lest a port that shall refuse is somebody's, or our own. */
const LOWEST_PORT = 20_000;
const PORTS = 10_000;

export class Departments {
  /** What was taken (2xx), in order. */
  readonly arrivals: Arrival[] = [];
  /** Requests that dead departments answered with 500. */
  refused = 0;
  heard: (arrival: Arrival) => void = () => {};
  readonly #server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    void this.#take(request, response);
  });
  /** Of dead departments whose port is closed, until they are mended. */
  readonly #closed: { server: Server; port: number }[] = [];
  readonly #manners: ReadonlyMap<string, Manner>;
  readonly #slowMs: number;
  #mended = false;

  constructor(departments: readonly Department[], slowMs: number) {
    this.#manners = new Map(departments.map(({ unit, manner }) => [unit, manner]));
    this.#slowMs = slowMs;
  }

  /** Addresses by unit. Of the dead ones the last answers 500, the others refuse connections. */
  async start(): Promise<ReadonlyMap<string, string>> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    const { port } = this.#server.address() as AddressInfo;
    const units = [...this.#manners.keys()];
    const refusing = units.filter((unit) => this.#manners.get(unit) === 'dead').slice(0, -1);
    const addresses = new Map<string, string>();
    for (const unit of units) {
      const own = refusing.includes(unit) ? await this.#closedPort() : port;
      addresses.set(unit, `http://127.0.0.1:${own}/${unit}`);
    }
    return addresses;
  }

  async #closedPort(): Promise<number> {
    for (;;) {
      const port = LOWEST_PORT + Math.floor(Math.random() * PORTS);
      const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
        void this.#take(request, response);
      });
      if (!(await listens(server, port))) continue;
      await new Promise((done) => server.close(done));
      this.#closed.push({ server, port });
      return port;
    }
  }

  /** From now on every department takes everything at once. */
  async mend(): Promise<void> {
    this.#mended = true;
    for (const { server, port } of this.#closed) {
      if (!(await listens(server, port))) throw new Error(`another process took port ${port} meanwhile`);
    }
  }

  async stop(): Promise<void> {
    for (const server of [this.#server, ...this.#closed.map((one) => one.server)]) {
      server.closeAllConnections();
      if (server.listening) await new Promise((done) => server.close(done));
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const unit = (request.url ?? '').slice(1);
    const manner = this.#mended ? 'normal' : this.#manners.get(unit);
    if (manner === 'dead') {
      this.refused += 1;
      response.writeHead(500).end();
      return;
    }
    const { subject, data } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      subject: string;
      data: { sequence: number };
    };
    const arrival: Arrival = {
      unit,
      webhookId: String(request.headers['webhook-id']),
      ticketNo: subject,
      sequence: data.sequence,
      at: performance.now(),
    };
    this.arrivals.push(arrival);
    this.heard(arrival);
    if (manner === 'slow') await sleep(this.#slowMs);
    response.writeHead(204).end();
  }
}

function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    };
    server.once('error', refused);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', refused);
      resolve(true);
    });
  });
}
