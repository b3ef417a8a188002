/** Scheduled every minute: sends on what is due later than a queue can hold, and tells the desk of dispatches that are late. */
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { endpointStore } from '#functions/adapters/endpoint-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { send } from '#functions/adapters/queue.ts';
import { watchStore } from '#functions/adapters/watch-store.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { traced } from '#functions/shared/correlation.ts';
import { lookForLate } from '#functions/shared/delivery/late.ts';
import { log } from '#functions/shared/log.ts';
import { publish } from '#functions/shared/metrics.ts';
import { NotSentOn, pump } from './pump.ts';

export const handler = traced<unknown, void>(async () => {
  const store = deliveryStore();
  // Neither waits for the other: what is late has to be told even when nothing can be sent.
  const [woken, late] = await Promise.allSettled([
    pump({
      store,
      endpoints: endpointStore(),
      wake: (key) => send('DISPATCH_QUEUE_URL', key),
      officeNow,
      realNow: Date.now,
    }),
    lookForLate({ watches: watchStore(), store, change: changeTicket, officeNow }),
  ]);
  if (woken.status === 'fulfilled' && woken.value > 0) log.info('pump woke deliveries', { count: woken.value });
  if (late.status === 'fulfilled') publish({ deliveriesLate: late.value });
  if (woken.status === 'rejected' && woken.reason instanceof NotSentOn) {
    for (const [department, error] of woken.reason.failures) {
      log.error('deliveries not sent on', { department, code: 'notSentOn' }, error);
    }
  }
  for (const outcome of [woken, late]) if (outcome.status === 'rejected') throw outcome.reason;
});
