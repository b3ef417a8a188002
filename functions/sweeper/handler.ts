/**
 * 巡检: repairs what slipped. A receipt whose message never reached the queue is sent again; a warning that no alarm fired is
 * fired, and its ticket gets an alarm again. In health every count is zero; each is a metric with an alarm. It also counts the
 * deadlines that wait for a notice of days off (暂定), and has them counted again once the district's calendar knows it.
 */
import { runningClocks } from '#domain/ticket/clocks.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { send } from '#functions/adapters/queue.ts';
import { stepFunctionsTimer } from '#functions/adapters/step-functions-timer.ts';
import { lateTickets, type Waiting, waitingMessages } from '#functions/adapters/sweep-store.ts';
import { alarmName, nextWake } from '#functions/shared/alarm.ts';
import { changeTicket, decideContext } from '#functions/shared/change.ts';
import { correlated, traced } from '#functions/shared/correlation.ts';
import { log } from '#functions/shared/log.ts';
import { publish } from '#functions/shared/metrics.ts';
import type { Clock } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';

const MINUTE_MS = 60_000;
/** The router takes seconds; what waits longer than this has lost its message. */
const RECEIPT_PATIENCE_MS = 2 * MINUTE_MS;
/** An alarm fires within seconds; what is so much later has none, or its tick is out of order. */
const MARK_PATIENCE_MS = 5 * MINUTE_MS;
/** Per run; what is left comes with the next one. */
const AT_ONCE = 100;

export const handler = traced<unknown, void>(async () => {
  const now = officeNow();
  const waiting = await waitingMessages(now - RECEIPT_PATIENCE_MS, AT_ONCE);
  const late = await lateTickets(now - MARK_PATIENCE_MS, AT_ONCE);
  // One that can't be repaired must not keep the others waiting.
  const resent = await Promise.all(waiting.map((one) => repair(one.ticketNo, () => resend(one))));
  const woken = await Promise.all(late.map((ticketNo) => repair(ticketNo, () => wake(ticketNo))));
  const { items: provisional } = await ticketStore().listByAttention('provisional', { limit: AT_ONCE });
  const recalculated = await Promise.all(
    provisional.map((ticket) => repair(ticket.ticketNo, () => recalculate(ticket))),
  );
  publish({
    receiptsRerouted: waiting.length,
    marksLate: late.length,
    alarmsRestarted: woken.filter((outcome) => outcome === true).length,
    provisionalDeadlines: recalculated.filter((outcome) => outcome === false).length,
    sweepFailures: [...resent, ...woken, ...recalculated].filter((outcome) => outcome === 'failed').length,
  });
});

/** What came of it, or `failed`, with a line that names the ticket: the next run tries again. */
const repair = <T>(ticketNo: string, work: () => Promise<T>): Promise<T | 'failed'> =>
  correlated({ ticketNo }, () =>
    work().catch((error: unknown) => {
      log.error('not repaired', { code: 'sweepFailed' }, error);
      return 'failed' as const;
    }),
  );

/** Whether the days that a provisional deadline needed are official by now. */
const isAnnounced = ({ provisional, dueAt }: Clock): boolean =>
  provisional && decideContext().rules.calendar.isOfficial(Date.parse(dueAt));

/** False when its days are not official yet. */
async function recalculate(ticket: Ticket): Promise<boolean> {
  if (!runningClocks(ticket).some(isAnnounced)) return false;
  const { ticketNo } = ticket;
  const command = { command: 'recalculate' } as const;
  const result = await changeTicket({ ticketNo, command, actor: { kind: 'system', id: 'sweeper' } });
  // Closed in the meantime: its deadlines concern nobody.
  if (result.outcome === 'changed' || result.outcome === 'rejected') return true;
  throw new Error(`not recalculated: ${result.outcome}`);
}

async function resend({ message }: Waiting): Promise<void> {
  if (message === undefined) throw new TypeError('a row that waits for the router has no message');
  await send('INTAKE_QUEUE_URL', message);
  log.warn('receipt sent to the router again', { ticketNo: message.ticketNo });
}

/** Fires what is late and makes sure that an alarm runs; true when it had to set one. */
async function wake(ticketNo: string): Promise<boolean> {
  log.warn('late mark', { ticketNo });
  const ticket = await tick(ticketNo);
  if (ticket === undefined) return false;
  if (nextWake(ticket, officeNow()) === undefined) return false;
  const timer = stepFunctionsTimer();
  if (await timer.isSet(alarmName(ticketNo, ticket.clockGeneration))) return false;
  // Names can't be used again, and whoever ends alarms knows them by their generation: so it gets another one.
  const renewed = await tick(ticketNo, true);
  if (renewed === undefined) return false;
  const since = officeNow();
  const until = nextWake(renewed, since);
  if (until === undefined) return false;
  const generation = renewed.clockGeneration;
  // The timers' queue would do the same; it may be what is broken.
  const name = alarmName(ticketNo, generation);
  await timer.set({ name, ticketNo, generation, since, until });
  // The ticket may have moved on, or ended, before there was an alarm to end.
  const now = await ticketStore().load(ticketNo);
  if (now?.clockGeneration !== generation) await timer.end(name);
  return true;
}

/** Undefined for a ticket that was closed since the look at the index: nothing is late any more. */
async function tick(ticketNo: string, renew = false): Promise<Ticket | undefined> {
  const command = { command: 'tick', renew } as const;
  const result = await changeTicket({ ticketNo, command, actor: { kind: 'system', id: 'sweeper' } });
  if (result.outcome === 'rejected' || result.outcome === 'unknownTicket') return undefined;
  if (result.outcome !== 'changed') throw new Error(`tick not done: ${result.outcome}`);
  return result.ticket;
}
