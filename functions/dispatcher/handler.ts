/** 派单投递: consumer of the Dispatch queue; sends each callback of an event, or one delivery whose turn it is. */
import { callerStore } from '#functions/adapters/caller-store.ts';
import { refreshDistrict } from '#functions/adapters/catalogue-overlay.ts';
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { departmentEndpoint } from '#functions/adapters/department-endpoint.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { send } from '#functions/adapters/queue.ts';
import { consumer } from '#functions/shared/batch.ts';
import { namesOf } from '#functions/shared/delivery/callback-source.ts';
import { EventMissing } from '#functions/shared/delivery/ticket-at.ts';
import { publish } from '#functions/shared/metrics.ts';
import { DispatchMessage } from '#schemas/delivery.ts';
import { deliver, type Engine } from './deliver.ts';
import { logAttempt } from './log-attempt.ts';
import { renderCallback } from './render.ts';

const engine: Engine = {
  store: deliveryStore(),
  endpoint: departmentEndpoint((unit) => district().departments.find(({ id }) => id === unit)?.endpoint),
  render: (delivery) =>
    renderCallback({ tickets: ticketStore(), callers: callerStore(), names: namesOf(district()) }, delivery),
  wake: ({ ticketNo, unit, n }, delaySeconds) => send('DISPATCH_QUEUE_URL', { ticketNo, unit, n }, delaySeconds),
  officeNow,
  realNow: Date.now,
  random: Math.random,
  report: logAttempt,
  buried: () => publish({ deliveriesDead: 1 }),
};

export const handler = consumer(DispatchMessage, async (message) => {
  await refreshDistrict();
  const { ticketNo } = message;
  if ('unit' in message) {
    await deliver(engine, message);
    return;
  }
  const event = await ticketStore().event(ticketNo, message.seq);
  if (event === undefined) throw new EventMissing(ticketNo, message.seq);
  if (event.type === 'dispatched') await refreshDistrict(event.decision?.trace.catalogueVersion);
  // All at once: one slow department must not hold up the others of the same event.
  const outcomes = await Promise.allSettled(
    (event.callbacks ?? []).map(({ to, n }) => deliver(engine, { ticketNo, unit: to, n }, event.seq)),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
});
