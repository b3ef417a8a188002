/**
 * 巡检: repairs what slipped. A receipt whose message never reached the queue is sent again; a warning that no alarm fired is
 * fired, and its ticket gets an alarm again. In health every count is zero; each is a metric with an alarm.
 */
import middy from '@middy/core';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { send } from '#functions/adapters/queue.ts';
import { stepFunctionsTimer } from '#functions/adapters/step-functions-timer.ts';
import { lateTickets, waitingRequests } from '#functions/adapters/sweep-store.ts';
import { alarmName, nextWake } from '#functions/shared/alarm.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { log } from '#functions/shared/log.ts';
import { publish } from '#functions/shared/metrics.ts';

const MINUTE_MS = 60_000;
/** The router takes seconds; what waits longer than this has lost its message. */
const RECEIPT_PATIENCE_MS = 2 * MINUTE_MS;
/** An alarm fires within seconds and retries for about two minutes; what is later has no alarm. */
const MARK_PATIENCE_MS = 5 * MINUTE_MS;
/** Per run; what is left comes with the next one. */
const AT_ONCE = 100;

export const handler = middy<unknown, void>().handler(async () => {
  const now = officeNow();
  const requests = await waitingRequests(now - RECEIPT_PATIENCE_MS, AT_ONCE);
  for (const request of requests) {
    await send('INTAKE_QUEUE_URL', request);
    log.warn('receipt sent to the router again', { ticketNo: request.ticketNo });
  }
  const late = await lateTickets(now - MARK_PATIENCE_MS, AT_ONCE);
  let restarted = 0;
  for (const ticketNo of late) restarted += await wake(ticketNo);
  publish({
    receiptsRerouted: requests.length,
    marksLate: late.length,
    alarmsRestarted: restarted,
  });
});

/** Fires what is late and makes sure that an alarm runs; 1 when it had to set one. */
async function wake(ticketNo: string): Promise<0 | 1> {
  log.warn('late mark', { ticketNo });
  await changeTicket({ ticketNo, command: { command: 'tick' }, actor: { kind: 'system', id: 'sweeper' } });
  const ticket = await ticketStore().load(ticketNo);
  const until = ticket === undefined ? undefined : nextWake(ticket, officeNow());
  if (ticket === undefined || until === undefined) return 0;
  const timer = stepFunctionsTimer();
  const generation = ticket.clockGeneration;
  if (await timer.isSet(alarmName(ticketNo, generation))) return 0;
  // The old name is used up; the time of its next mark makes the new one, so that two runs set the same alarm.
  await timer.set({ name: `${alarmName(ticketNo, generation)}-${until}`, ticketNo, generation, until });
  return 1;
}
