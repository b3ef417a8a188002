/** What the clocks of a ticket cost: requests and units as AWS bills them, counted from its life in the pure domain. */
import { consumersOf } from '#domain/ticket/consumers.ts';
import { writesOf } from '#functions/adapters/ticket-rows.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { PRICES } from '../shared/prices.ts';
import type { Executions } from './executions.ts';
import type { Committed, Witness } from './timed-ticket.ts';

export const MEASURES = [
  'starts',
  'wakes',
  'transitions',
  'calls',
  'items',
  'writeUnits',
  'readUnits',
  'messages',
] as const;
export type Measure = (typeof MEASURES)[number];
export type Bill = Readonly<Record<Measure, number>>;

/** Assumptions: what one call takes of a function of 512 MB, and that no two messages travel together. */
export const SECONDS_A_CALL = 0.1;
const GIGABYTES = 0.5;
/** Send, receive, delete. */
export const REQUESTS_A_MESSAGE = 3;

export function dollars({ transitions, calls, writeUnits, readUnits, messages }: Bill): number {
  return (
    transitions * PRICES.perTransition +
    writeUnits * PRICES.perWriteUnit +
    readUnits * PRICES.perReadUnit +
    calls * (PRICES.perCall + SECONDS_A_CALL * GIGABYTES * PRICES.perGigabyteSecond) +
    messages * REQUESTS_A_MESSAGE * PRICES.perQueueRequest
  );
}

type Row = Record<string, unknown>;

const sizes = new WeakMap<object, number>();
/** As JSON, which is about what DynamoDB counts. The same ticket stands in many rows and is measured once. */
function bytes(value: unknown): number {
  if (typeof value !== 'object' || value === null) return Buffer.byteLength(JSON.stringify(value) ?? '');
  const size = sizes.get(value) ?? Buffer.byteLength(JSON.stringify(value));
  sizes.set(value, size);
  return size;
}
const rowBytes = (row: Row): number =>
  Object.entries(row).reduce((sum, [name, value]) => sum + name.length + bytes(value), 0);
/** Write units of an item, once; a transaction takes two of each. */
const writes = (row: Row): number => Math.max(1, Math.ceil(rowBytes(row) / 1024));
const reads = (row: Row): number => Math.max(1, Math.ceil(rowBytes(row) / 4096));

/** Index, with what it projects: everything, or its keys. */
const INDEXES = [
  ['owner', 'all'],
  ['status', 'all'],
  ['attention', 'all'],
  ['due', 'keys'],
] as const;

const snapshotRow = (ticket: Ticket): Row => {
  const change = { ticket, events: [], texts: [], expectedVersion: 1 };
  return writesOf('tickets', change).others[0]?.Put?.Item ?? {};
};

/** A row whose key moves is deleted from its index and put again. */
function indexWrites(before: Row, after: Row): number {
  return INDEXES.reduce((sum, [name, projects]) => {
    const [key, sort] = [`${name}Key`, `${name}Sort`];
    const size = (row: Row): number => (projects === 'all' ? writes(row) : 1);
    const moved = before[key] !== after[key] || before[sort] !== after[sort];
    const left = before[key] !== undefined && moved ? size(before) : 0;
    return sum + left + (after[key] === undefined || (!moved && projects === 'keys') ? 0 : size(after));
  }, 0);
}

/**
 * Counts what the clocks add to a ticket's life: the alarm itself, each tick with its commit, and the messages that follow. Of a
 * person's command, whose commit and fan-out are there without clocks, only the message to `timers` counts.
 */
export class Costs implements Witness {
  readonly #executions: Executions;
  #calls = 0;
  #items = 0;
  #writeUnits = 0;
  #readUnits = 0;
  #messages = 0;

  constructor(executions: Executions) {
    this.#executions = executions;
  }

  get bill(): Bill {
    const { all, wakes, transitions } = this.#executions;
    return {
      starts: all.size,
      wakes,
      transitions,
      calls: this.#calls + wakes,
      items: this.#items,
      writeUnits: this.#writeUnits,
      readUnits: this.#readUnits,
      messages: this.#messages,
    };
  }

  started(at: number, generation: number): void {
    this.#executions.started(at, generation);
  }

  woke(at: number, generation: number, done: boolean): void {
    this.#executions.woke(at, generation, done);
    // A hop reads and writes nothing; its ticket was not committed, so its read is counted as the smallest.
    this.#readUnits += 1;
  }

  committed(_at: number, { before, ticket, events, texts, command }: Committed): void {
    const byTick = command.command === 'tick';
    for (const consumer of events.flatMap(consumersOf)) {
      if (!byTick && consumer !== 'timers') continue;
      this.#messages++;
      this.#calls++;
      // Before the alarm is set and after.
      if (consumer === 'timers') this.#readUnits += 2 * reads(snapshotRow(ticket));
    }
    if (!byTick || before === undefined) return;
    // The fan-out.
    this.#calls++;
    const was = snapshotRow(before);
    this.#readUnits += reads(was) - 1;
    const { once, others } = writesOf('tickets', { ticket, events, texts, expectedVersion: before.version });
    const rows = [...once, ...others].map((write) => write.Put?.Item ?? {});
    this.#items += rows.length;
    this.#writeUnits += rows.reduce((sum, row) => sum + 2 * writes(row), 0) + indexWrites(was, snapshotRow(ticket));
    // Rows of called units stand in the index of owners.
    this.#writeUnits += rows.slice(1).reduce((sum, row) => sum + (row.ownerKey === undefined ? 0 : writes(row)), 0);
  }
}
