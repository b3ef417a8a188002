/**
 * 到期重投: puts deliveries on the queue whose due mark has passed. The mark is pushed forward first and conditionally, so
 * that two pumps don't send the same row; it stays on the row, so that a crash before the send only costs minutes. The
 * dispatcher alone takes it off. Each unit has a share of its own: a dead department's backlog stands in nobody's way, and
 * while its breaker is open not even looked at, but for a few rows at its end, one of which will be the probe.
 */
import { RECOVERY_MS } from '#domain/delivery/delivery.ts';
import { gateOf } from '#domain/delivery/endpoint.ts';
import type { DeliveryKey, DeliveryStore } from '#functions/ports/delivery-store.ts';
import type { EndpointStore } from '#functions/ports/endpoint-store.ts';

export interface PumpPorts {
  readonly store: DeliveryStore;
  readonly endpoints: EndpointStore;
  wake(key: DeliveryKey): Promise<void>;
  officeNow(): number;
  realNow(): number;
}

const PAGE = 100;
/** One unit's share of a run; the next one comes a minute later and the oldest go first. */
export const MOST_PER_UNIT = 300;
/** A run must end well before the next begins. */
export const MOST_PER_RUN = 2000;
/** Some of them may have moved on or stand behind another; any one will do as the probe. */
const PROBE_CANDIDATES = 3;
/** Rows handled, and units looked at, at once. */
const PARALLEL = 20;
const UNITS_AT_ONCE = 8;
const MINUTE_MS = 60_000;

/** Units whose deliveries could not be sent on, and why. */
export class NotSentOn extends AggregateError {
  readonly failures: ReadonlyMap<string, unknown>;

  constructor(failures: ReadonlyMap<string, unknown>) {
    super(failures.values(), `deliveries of ${failures.size} unit(s) not sent on`);
    this.failures = failures;
  }
}

/** Returns how many deliveries were put on the queue. Throws `NotSentOn` when a unit's could not be, after all others were. */
export async function pump(ports: PumpPorts): Promise<number> {
  const units = await ports.endpoints.units();
  // When the run's limit is met, others come first the next time.
  const first = units.length === 0 ? 0 : Math.floor(ports.officeNow() / MINUTE_MS) % units.length;
  // `''`: rows from before each unit had a partition.
  const turns = ['', ...units.slice(first), ...units.slice(0, first)];
  let woken = 0;
  const failures = new Map<string, unknown>();
  for (let start = 0; start < turns.length && woken < MOST_PER_RUN; start += UNITS_AT_ONCE) {
    const counts = await Promise.all(
      turns.slice(start, start + UNITS_AT_ONCE).map((unit) =>
        pumpUnit(ports, unit).catch((error: unknown) => {
          failures.set(unit, error);
          return 0;
        }),
      ),
    );
    for (const count of counts) woken += count;
  }
  // One unit's damaged row must not keep the others waiting; that it is there must be heard.
  if (failures.size > 0) throw new NotSentOn(failures);
  return woken;
}

async function pumpUnit(ports: PumpPorts, unit: string): Promise<number> {
  const { store, officeNow } = ports;
  const now = officeNow();
  let woken = 0;
  for (let most: number | undefined; woken < (most ?? 1); ) {
    const page = await store.due(unit, now, Math.min(PAGE, (most ?? PAGE) - woken));
    if (page.length === 0) return woken;
    // Only asked about units that have something due.
    most ??= await mostOf(ports, unit);
    const before = woken;
    for (let start = 0; start < page.length && woken < most; start += PARALLEL) {
      const rows = page.slice(start, Math.min(start + PARALLEL, start + most - woken));
      const outcomes = await Promise.all(
        rows.map(async (found) => {
          if (!(await store.pushBack(found, now + RECOVERY_MS))) return 0;
          await ports.wake(found.key);
          return 1;
        }),
      );
      for (const count of outcomes) woken += count;
    }
    // The index lags behind the table: a page of rows that all moved on would only come again.
    if (woken === before) return woken;
  }
  return woken;
}

/** How many of a unit's deliveries may go now. */
async function mostOf({ endpoints, officeNow, realNow }: PumpPorts, unit: string): Promise<number> {
  const health = unit === '' ? undefined : await endpoints.find(unit);
  if (health === undefined) return MOST_PER_UNIT;
  const gate = gateOf(health, { office: officeNow(), real: realNow() });
  if (health.state !== 'open') return MOST_PER_UNIT;
  return gate.kind === 'go' ? PROBE_CANDIDATES : 0;
}
