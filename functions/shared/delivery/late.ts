/**
 * 未送达、恢复送达: tells the ticket that its dispatch is late, and that it is so no more. Whoever tells writes the watch first
 * and then looks at the delivery; whoever settles writes the delivery first and then looks at the watch. One of both always
 * sees the other, and what is said twice says nothing the second time.
 */
import { fromIso } from '#domain/calendar/shanghai.ts';
import { minutesLost } from '#domain/delivery/late.ts';
import type { SystemCommand } from '#domain/ticket/command.ts';
import type { DeliveryKey, DeliveryStore } from '#functions/ports/delivery-store.ts';
import type { WatchStore } from '#functions/ports/watch-store.ts';
import type { ChangeRequest, ChangeResult } from '#functions/shared/change.ts';
import { log } from '#functions/shared/log.ts';
import type { Delivery, DeliveryWatch } from '#schemas/delivery.ts';

export interface LatePorts {
  readonly watches: WatchStore;
  readonly store: Pick<DeliveryStore, 'find'>;
  change(request: ChangeRequest): Promise<ChangeResult>;
  officeNow(): number;
}

type Settled = 'delivered' | 'skipped' | 'superseded';
const isSettled = (state: Delivery['state'] | undefined): state is Settled =>
  state === 'delivered' || state === 'skipped' || state === 'superseded';

/** A run's worth; the others come a minute later. */
const MOST_PER_RUN = 300;
const PARALLEL = 10;

/** Looks at the watches whose time has come; returns how many dispatches are late that were not told before. */
export async function lookForLate(ports: LatePorts): Promise<number> {
  const due = await ports.watches.due(ports.officeNow(), MOST_PER_RUN);
  let late = 0;
  let failure: unknown;
  for (let start = 0; start < due.length; start += PARALLEL) {
    const outcomes = await Promise.allSettled(due.slice(start, start + PARALLEL).map(({ key }) => look(ports, key)));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') failure = outcome.reason;
      else if (outcome.value) late += 1;
    }
  }
  // One that can't be told must not keep the others waiting; it stays due.
  if (failure !== undefined) throw failure;
  return late;
}

async function look(ports: LatePorts, key: DeliveryKey): Promise<boolean> {
  const { watches, store } = ports;
  const watch = await watches.find(key);
  if (watch === undefined || watch.state === 'over') return false;
  const row = await store.find(key);
  if (isSettled(row?.state)) {
    await end(ports, watch, row);
    return false;
  }
  const { ticketNo, unit, n } = watch;
  const told = await tell(ports, watch, { command: 'recordDeliveryLate', unit, n, since: watch.since });
  if (told === 'refused') {
    // The ticket has ended: nobody waits.
    await watches.mark(key, 'over', false);
    return false;
  }
  if (told === 'new')
    log.warn('dispatch not delivered in time', { ticketNo, department: unit, code: row?.state ?? 'absent' });
  await watches.mark(key, 'told', true);
  const again = await store.find(key);
  if (isSettled(again?.state)) await end(ports, watch, again);
  else await watches.mark(key, 'told', false);
  return told === 'new';
}

/** After a dispatch was delivered, skipped or superseded: if its lateness was told, so is its end. */
export async function noMoreLate(ports: LatePorts, settled: Delivery): Promise<void> {
  if (settled.type !== 'dispatched') return;
  const watch = await ports.watches.find(settled);
  if (watch?.state === 'told') await end(ports, watch, settled);
}

async function end(ports: LatePorts, watch: DeliveryWatch, row: Delivery | undefined): Promise<void> {
  const { unit, n, since } = watch;
  const at = row?.settledAt === undefined ? ports.officeNow() : fromIso(row.settledAt);
  const how = isSettled(row?.state) ? row.state : 'delivered';
  await tell(ports, watch, { command: 'recordDeliveryRecovered', unit, n, minutesLost: minutesLost(since, at), how });
  await ports.watches.mark(watch, 'over', false);
}

/** `known`: it was said before, or there was nothing to say. */
async function tell(
  { change }: LatePorts,
  { ticketNo }: DeliveryWatch,
  command: SystemCommand,
): Promise<'new' | 'known' | 'refused'> {
  const result = await change({ ticketNo, command, actor: { kind: 'system', id: 'delivery' } });
  if (result.outcome === 'changed') return result.events.length > 0 ? 'new' : 'known';
  if (result.outcome === 'rejected' || result.outcome === 'unknownTicket') return 'refused';
  throw new Error(`lateness not told: ${result.outcome}`);
}
