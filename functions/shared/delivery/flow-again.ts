/** 恢复投递: an endpoint takes messages again; whatever waits for it is brought near, in the order of its marks. */
import { RECOVERY_MS } from '#domain/delivery/delivery.ts';
import type { DeliveryKey, DeliveryStore } from '#functions/ports/delivery-store.ts';

export interface FlowPorts {
  readonly store: Pick<DeliveryStore, 'due' | 'pushBack'>;
  wake(key: DeliveryKey): Promise<void>;
  officeNow(): number;
}

/** Longer than any wait of the schedule (ms). */
const FAR_MS = 30 * 86_400_000;
/** What is more than this comes by its own marks. */
const MOST = 1000;
/** The first ones are woken at once; the others are due, and the pump takes them in their order. */
const AT_ONCE = 20;
const PARALLEL = 20;

export async function flowAgain({ store, wake, officeNow }: FlowPorts, unit: string): Promise<void> {
  const now = officeNow();
  const found = await store.due(unit, now + FAR_MS, MOST);
  for (let start = 0; start < found.length; start += PARALLEL) {
    await Promise.all(
      found.slice(start, start + PARALLEL).map(async (delivery, index) => {
        const place = start + index;
        if (place >= AT_ONCE) await store.pushBack(delivery, now + place);
        else if (await store.pushBack(delivery, now + RECOVERY_MS)) await wake(delivery.key);
      }),
    );
  }
}
