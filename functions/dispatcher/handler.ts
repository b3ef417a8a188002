/** 派单投递: consumer of the Dispatch queue; sends each callback of an event, or one delivery whose turn it is. */
import { callerStore } from '#functions/adapters/caller-store.ts';
import { refreshDistrict } from '#functions/adapters/catalogue-overlay.ts';
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { departmentEndpoint } from '#functions/adapters/department-endpoint.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { endpointStore } from '#functions/adapters/endpoint-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { send } from '#functions/adapters/queue.ts';
import { watchStore } from '#functions/adapters/watch-store.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import { consumer } from '#functions/shared/batch.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { namesOf } from '#functions/shared/delivery/callback-source.ts';
import { flowAgain } from '#functions/shared/delivery/flow-again.ts';
import { noMoreLate } from '#functions/shared/delivery/late.ts';
import { EventMissing } from '#functions/shared/delivery/ticket-at.ts';
import { publish } from '#functions/shared/metrics.ts';
import { readOnce } from '#functions/shared/read-once.ts';
import { DispatchMessage } from '#schemas/delivery.ts';
import { deliver } from './deliver.ts';
import type { Engine } from './engine.ts';
import { logAttempt, logHealth } from './log-attempt.ts';
import { lineOf, renderCallback } from './render.ts';

const wake: Engine['wake'] = ({ ticketNo, unit, n }, delaySeconds, waited) =>
  send('DISPATCH_QUEUE_URL', { ticketNo, unit, n, ...(waited === undefined ? {} : { waited }) }, delaySeconds);

/** For one message: its callbacks are rendered from the same events. */
const engineFor = (tickets: TicketStore): Engine => ({
  store: deliveryStore(),
  endpoints: endpointStore(),
  endpoint: departmentEndpoint((unit) => district().departments.find(({ id }) => id === unit)?.endpoint),
  render: (delivery) => renderCallback({ tickets, callers: callerStore(), names: namesOf(district()) }, delivery),
  line: (line) => lineOf(tickets, line),
  wake,
  officeNow,
  realNow: Date.now,
  random: Math.random,
  // Full jitter, doubling up to a fifth of a second: an endpoint has few writers and each is quick.
  pause: (round) => new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** Math.min(round, 4))),
  report: logAttempt,
  buried: () => publish({ deliveriesDead: 1 }),
  settled: (delivery) =>
    noMoreLate({ watches: watchStore(), store: deliveryStore(), change: changeTicket, officeNow }, delivery),
  async healthChanged(health, change) {
    logHealth(health, change);
    if (change === 'opened') publish({ breakersOpened: 1 });
    if (change === 'disabled') publish({ endpointsDisabled: 1 });
    if (change === 'closed') {
      await flowAgain({ store: deliveryStore(), wake: (key) => wake(key, 0), officeNow }, health.unit);
    }
  },
});

export const handler = consumer(DispatchMessage, async (message) => {
  await refreshDistrict();
  const { ticketNo } = message;
  const tickets = readOnce(ticketStore());
  const engine = engineFor(tickets);
  if ('unit' in message) {
    await deliver(engine, message, undefined, message.waited);
    return;
  }
  // Only looked for here: what can't be rendered must have its rows, by which it is found again.
  const event = (await tickets.events(ticketNo)).find(({ seq }) => seq === message.seq);
  if (event === undefined) throw new EventMissing(ticketNo, message.seq);
  if (event.type === 'dispatched') await refreshDistrict(event.decision?.trace.catalogueVersion);
  // All at once: one slow department must not hold up the others of the same event.
  const outcomes = await Promise.allSettled(
    (event.callbacks ?? []).map(({ to, n, type }) =>
      deliver(engine, { ticketNo, unit: to, n }, { seq: event.seq, type }),
    ),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
});
