/** 未送达监视: where the watches over dispatches live. They are set in the ticket's own transaction (`ticket-store.ts`). */
import type { DeliveryWatch } from '#schemas/delivery.ts';
import type { DeliveryKey, DueDelivery } from './delivery-store.ts';

export interface WatchStore {
  /** Watches whose time has come at `until` (office, epoch ms), the oldest first. Eventually consistent. */
  due(until: number, limit: number): Promise<DueDelivery[]>;
  /** Consistent. */
  find(key: DeliveryKey): Promise<DeliveryWatch | undefined>;
  /** `listed`: it stays among those whose time has come. */
  mark(key: DeliveryKey, state: 'told' | 'over', listed: boolean): Promise<void>;
}
