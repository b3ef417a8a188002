/** Scheduled every minute: sends on what is due later than a queue can hold. */
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { endpointStore } from '#functions/adapters/endpoint-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { send } from '#functions/adapters/queue.ts';
import { log } from '#functions/shared/log.ts';
import { pump } from './pump.ts';

export const handler = async (): Promise<void> => {
  const woken = await pump({
    store: deliveryStore(),
    endpoints: endpointStore(),
    wake: (key) => send('DISPATCH_QUEUE_URL', key),
    officeNow,
    realNow: Date.now,
  });
  if (woken > 0) log.info('pump woke deliveries', { count: woken });
};
