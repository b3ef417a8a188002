/**
 * Keeps one live alarm per open ticket. Each change of clocks (generation k) brings one message, which sets
 * alarm k when k is still the newest, and ends alarm k-1. After setting it looks again: if the ticket moved on meanwhile, the message of
 * that change may have come before our alarm existed, so it is ended here.
 */
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { stepFunctionsTimer } from '#functions/adapters/step-functions-timer.ts';
import { alarmName, nextWake } from '#functions/shared/alarm.ts';
import { consumer } from '#functions/shared/batch.ts';
import { log } from '#functions/shared/log.ts';
import { EventPointer } from '#schemas/event.ts';

export const handler = consumer(EventPointer, async ({ ticketNo, generation }) => {
  if (generation === undefined) return;
  const [store, timer] = [ticketStore(), stepFunctionsTimer()];
  const ticket = await store.load(ticketNo);
  if (ticket === undefined) throw new Error('an event without its ticket');
  const since = officeNow();
  const until = nextWake(ticket, since);
  const name = alarmName(ticketNo, generation);
  // Set before the old one is ended: stops are throttled far below starts, and what rings twice finds nothing to do.
  if (ticket.clockGeneration === generation && until !== undefined) {
    await timer.set({ name, ticketNo, generation, since, until });
    log.info('alarm set', { ticketNo, generation, until: new Date(until).toISOString() });
    const now = await store.load(ticketNo);
    if (now?.clockGeneration !== generation) await timer.end(name);
  } else {
    // An earlier try may have set it and died before it looked again.
    await timer.end(name);
  }
  if (generation > 1) await timer.end(alarmName(ticketNo, generation - 1));
});
