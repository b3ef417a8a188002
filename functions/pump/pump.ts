/**
 * 到期重投: puts every delivery on the queue whose due mark has passed. The mark is pushed forward first and conditionally,
 * so that two pumps don't send the same row; it stays on the row, so that a crash before the send only costs minutes. The
 * dispatcher alone takes it off.
 */
import { RECOVERY_MS } from '#domain/delivery/delivery.ts';
import type { DeliveryKey, DeliveryStore } from '#functions/ports/delivery-store.ts';

export interface PumpPorts {
  readonly store: DeliveryStore;
  wake(key: DeliveryKey): Promise<void>;
  officeNow(): number;
}

const PAGE = 100;
/** A run's worth; the next one comes a minute later and the oldest go first. */
export const MAX_PER_RUN = 2000;
/** Rows handled at once: a run must end well before the next begins. */
const PARALLEL = 20;

/** Returns how many deliveries were put on the queue. */
export async function pump({ store, wake, officeNow }: PumpPorts): Promise<number> {
  const now = officeNow();
  let woken = 0;
  for (let seen = 0; seen < MAX_PER_RUN; ) {
    const page = await store.due(now, PAGE);
    if (page.length === 0) return woken;
    seen += page.length;
    const before = woken;
    for (let start = 0; start < page.length; start += PARALLEL) {
      const outcomes = await Promise.all(
        page.slice(start, start + PARALLEL).map(async (found) => {
          if (!(await store.pushBack(found, now + RECOVERY_MS))) return 0;
          await wake(found.key);
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
