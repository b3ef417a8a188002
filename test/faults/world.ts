/** The instance under fault, and whoever talks to it: they insist, as a real sender does, until they are told that it is done. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { MINUTE } from '#domain/calendar/shanghai.ts';
import { LEASE_MS, RECOVERY_MS } from '#domain/delivery/delivery.ts';
import type { Faults } from '#infra/local/faults/faults.ts';
import type { Channel } from '#schemas/common.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import type { Ticket } from '#schemas/ticket.ts';
import type { Answer, Instance } from '../e2e/support.ts';

/** A request, and what its sender and the units were told is done. */
export interface Matter {
  readonly channel: Channel;
  readonly channelRef: string;
  readonly receipt: IntakeReceipt;
  /** Every number that any try was answered. */
  readonly numbers: ReadonlySet<string>;
  /** Types of events that were acknowledged, each as often as it was asked for. */
  readonly done: string[];
}

export interface Rows {
  readonly ticket: Ticket | undefined;
  readonly nextMark: number | undefined;
  readonly events: readonly TicketEvent[];
  readonly deliveries: readonly { readonly unit: string; readonly n: number; readonly state: string }[];
  readonly receipt: Readonly<Record<string, unknown>> | undefined;
}

/** Tries of a sender. Invocations fail three or four times in a row at most. */
const TRIES = 15;
/** Rounds of recovery: each is a lease and a due mark that run out. */
const ROUNDS = 5;
/** For whatever comes again by itself, on a machine that others use, too (ms, real). */
const PATIENCE = 60_000;

export class World {
  readonly jieban: Instance;
  readonly faults: Faults;
  /** Happens whenever somebody waits: the clocks' own faults. */
  leap: () => void = () => {};
  /** Rounds of recovery that were needed. */
  recoveries = 0;
  readonly #dynamo: DynamoDBDocumentClient;
  #settling: Promise<void> = Promise.resolve();
  #tables: readonly string[] = [];

  constructor(jieban: Instance, faults: Faults) {
    this.jieban = jieban;
    this.faults = faults;
    const { endpoints, region } = jieban.runner.plane;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    this.#dynamo = DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: endpoints.dynamodb, region, credentials }),
    );
  }

  /** Sends the same again until it is taken. @throws Error when it is refused for good, or never taken */
  async insist<T>(what: string, send: () => Promise<Answer<T>>): Promise<T> {
    let last = 'no answer';
    for (let round = 0; round < TRIES; round++) {
      if (round > 0) await sleep(20 * round);
      const { status, body } = await send();
      if (status === 200 || status === 202) return body;
      last = `${status} ${JSON.stringify(body)}`;
      // 401: the mini-program has no session yet, because its login failed.
      if (status < 500 && status !== 429 && status !== 401) break;
    }
    throw new Error(`acknowledged: ${what} was answered ${last}`);
  }

  /** Until nothing is left to do: what a crash left taken is free again only after its lease and its due mark. */
  settle(matters: readonly Matter[]): Promise<void> {
    // Stories may run side by side, but there is one clock.
    this.#settling = this.#settling.then(() => this.#settle(matters));
    return this.#settling;
  }

  async #settle(matters: readonly Matter[]): Promise<void> {
    const { clock } = this.jieban.runner.plane;
    this.leap();
    await this.jieban.runner.idle(PATIENCE);
    for (let round = 1; round <= ROUNDS; round++) {
      const waiting = await Promise.all(matters.map((matter) => this.#isWaiting(matter)));
      if (!waiting.some(Boolean)) return;
      this.recoveries += 1;
      this.faults.setWallClock(round * (LEASE_MS + 1000));
      clock.advanceTo(clock.now() + RECOVERY_MS + MINUTE);
      await this.jieban.runner.idle(PATIENCE);
      this.faults.setWallClock(0);
    }
  }

  async #isWaiting({ channel, channelRef, receipt: { ticketNo } }: Matter): Promise<boolean> {
    const { ticket, nextMark, events, deliveries, receipt } = await this.rows(channel, channelRef, ticketNo);
    const told = events.flatMap(({ callbacks = [] }) => callbacks);
    return (
      ticket === undefined ||
      receipt?.state !== 'routed' ||
      (nextMark !== undefined && nextMark <= this.jieban.runner.plane.clock.now()) ||
      deliveries.length < told.length ||
      deliveries.some(({ state }) => state === 'pending')
    );
  }

  async rows(channel: string, channelRef: string, ticketNo: string): Promise<Rows> {
    const TableName = await this.#table('tickets');
    const query = {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': `T#${ticketNo}` },
      ConsistentRead: true,
    };
    const rows: Record<string, unknown>[] = [];
    for await (const { Items = [] } of paginateQuery({ client: this.#dynamo }, query)) rows.push(...Items);
    const under = (prefix: string) => rows.filter(({ sk }) => String(sk).startsWith(prefix));
    const snapshot = rows.find(({ sk }) => sk === 'TICKET');
    const { Item: receipt } = await this.#dynamo.send(
      new GetCommand({
        TableName: await this.#table('receipts'),
        Key: { pk: `R#${channel}#${channelRef}` },
        ConsistentRead: true,
      }),
    );
    return {
      ticket: snapshot?.ticket as Ticket | undefined,
      nextMark: snapshot?.dueSort === undefined ? undefined : Date.parse(String(snapshot.dueSort).split('#')[0] ?? ''),
      events: under('EVT#').map(({ event }) => event as TicketEvent),
      deliveries: under('DLV#') as unknown as Rows['deliveries'],
      receipt,
    };
  }

  async #table(word: string): Promise<string> {
    if (this.#tables.length === 0) this.#tables = (await this.#dynamo.send(new ListTablesCommand({}))).TableNames ?? [];
    const found = this.#tables.find((name) => name.toLowerCase().includes(word));
    if (found === undefined) throw new Error(`no table of ${word}`);
    return found;
  }

  close(): void {
    this.#dynamo.destroy();
  }
}
