/** 投递清单: pages over the units' lists of what is pending and what is dead, and the state of every endpoint. */
import * as z from 'zod';
import { attemptInRound, webhookId } from '#domain/delivery/delivery.ts';
import { fresh } from '#domain/delivery/endpoint.ts';
import { deliveryDesk } from '#functions/adapters/delivery-desk.ts';
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { district } from '#functions/adapters/district.ts';
import { endpointStore } from '#functions/adapters/endpoint-store.ts';
import type { Line } from '#functions/ports/delivery-store.ts';
import { readCursor, writeCursor } from '#functions/shared/delivery/cursor.ts';
import type { Delivery } from '#schemas/delivery.ts';
import type { DeliveryEntry, DeliveryLine, DeliveryPage, EndpointEntry, ListedState } from '#schemas/delivery-desk.ts';

/** A page ends with the part of a list that fills it. */
const PAGE = 50;
/** Lists of states that hardly any row has are not read through in one call. */
const MOST_READ = 400;
const PARALLEL = 10;

const Place = z.strictObject({ unit: z.string(), of: z.enum(['dead', 'pending']), after: z.string().optional() });
type Place = z.infer<typeof Place>;

export interface ListQuery {
  readonly unit?: string | undefined;
  readonly state?: ListedState | undefined;
  readonly cursor?: string | undefined;
}

/** By unit; within one first what is dead, then what is pending. Throws RangeError for a cursor that is none of this list. */
export async function listDeliveries({ unit, state, cursor }: ListQuery): Promise<DeliveryPage> {
  const units = unit === undefined ? await endpointStore().units() : [unit];
  const kinds: readonly Place['of'][] =
    state === undefined ? ['dead', 'pending'] : [state === 'dead' ? 'dead' : 'pending'];
  const places = units.flatMap((id): Place[] => kinds.map((of) => ({ unit: id, of })));
  const from = cursor === undefined ? undefined : readCursor(Place, cursor);
  const start = from === undefined ? 0 : places.findIndex((one) => one.unit === from.unit && one.of === from.of);
  if (start < 0) throw new RangeError('not a cursor');

  const deliveries: DeliveryEntry[] = [];
  let read = 0;
  for (let at = start, after = from?.after; at < places.length; ) {
    const place = places[at] as Place;
    if (deliveries.length >= PAGE || read >= MOST_READ) {
      return { deliveries, cursor: writeCursor({ ...place, ...(after === undefined ? {} : { after }) }) };
    }
    const { keys, last } = await deliveryDesk().slice({ ...place, after, limit: PAGE });
    read += keys.length;
    const rows = await Promise.all(keys.map((key) => deliveryStore().find(key)));
    deliveries.push(...rows.flatMap((row) => (row === undefined ? [] : entryOf(row, state))));
    after = last;
    if (last === undefined) at += 1;
  }
  return { deliveries };
}

/** Nothing when the row has moved on since the index was written, or is in another state than was asked for. */
function entryOf(row: Delivery, wanted: ListedState | undefined): DeliveryEntry[] {
  const state = listedState(row);
  if (state === undefined || (wanted !== undefined && state !== wanted)) return [];
  const { ticketNo, unit, n, type, round = 1, attempts, createdAt, nextAttemptAt, settledAt } = row;
  const last = attempts.at(-1);
  return [
    {
      ticketNo,
      unit,
      n,
      ...(type === undefined ? {} : { type }),
      state,
      round,
      attempts: attemptInRound(row),
      ...(last === undefined ? {} : { lastAttempt: last }),
      createdAt,
      ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
      ...(settledAt === undefined ? {} : { diedAt: settledAt }),
    },
  ];
}

function listedState(row: Delivery): ListedState | undefined {
  if (row.state === 'dead') return 'dead';
  if (row.state !== 'pending') return undefined;
  return attemptInRound(row) === 0 ? 'queued' : 'failed';
}

/** Undefined when the ticket never said anything to the unit. */
export async function showLine(line: Line, realNow: number): Promise<DeliveryLine | undefined> {
  const { ticketNo, unit } = line;
  const [{ deliveries, acts }, settled, health] = await Promise.all([
    deliveryDesk().ofLine(line),
    deliveryStore().settled(line),
    endpointStore().find(unit),
  ]);
  if (deliveries.length === 0) return undefined;
  return {
    ticketNo,
    unit,
    settled,
    deliveries: deliveries.map((row) => {
      const { kind: _kind, ticketNo: _no, unit: _unit, leaseUntil, ...shown } = row;
      return { ...shown, webhookId: webhookId(row), underWay: leaseUntil !== undefined && leaseUntil > realNow };
    }),
    acts,
    endpoint: health?.state ?? 'closed',
  };
}

/** Every department of the district, and every unit that was ever sent something. */
export async function listEndpoints(realNow: number): Promise<EndpointEntry[]> {
  const sent = await endpointStore().units();
  const ours = district().departments.map(({ id }) => id);
  const units = [...ours, ...sent.filter((id) => !ours.includes(id))];
  const known = new Set(sent);
  const entries: EndpointEntry[] = [];
  for (let start = 0; start < units.length; start += PARALLEL) {
    const some = units.slice(start, start + PARALLEL);
    entries.push(...(await Promise.all(some.map((unit) => endpointEntry(unit, realNow, known.has(unit))))));
  }
  return entries;
}

/** `known`: it was sent something; otherwise there is nothing to count. */
export async function endpointEntry(unit: string, realNow: number, known = true): Promise<EndpointEntry> {
  const none = { count: 0, more: false };
  const [health, pending, dead] = known
    ? await Promise.all([
        endpointStore().find(unit),
        deliveryDesk().count(unit, 'pending'),
        deliveryDesk().count(unit, 'dead'),
      ])
    : [undefined, none, none];
  const { kind: _kind, version: _version, probe: _probe, inFlight, ...shown } = health ?? fresh(unit);
  const name = district().departments.find(({ id }) => id === unit)?.shortName;
  return {
    ...shown,
    ...(name === undefined ? {} : { name }),
    underWay: inFlight.filter(({ until }) => until > realNow).length,
    pending: pending.count,
    dead: dead.count,
    ...(pending.more || dead.more ? { more: true as const } : {}),
  };
}
