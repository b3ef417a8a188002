/** The alarm rang (Step Functions): fires every mark that is due, once, and says when to ring again. */
import * as z from 'zod';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { MAX_ALARM_AGE_MS, nextWake } from '#functions/shared/alarm.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { correlated, traced } from '#functions/shared/correlation.ts';
import { TicketNo } from '#schemas/common.ts';

/** `since`: when the execution began; none in those of before there was a renewal. */
const Alarm = z.object({
  ticketNo: TicketNo,
  generation: z.int().min(1),
  since: z.iso.datetime().optional(),
  until: z.string(),
});
export type TickAnswer = z.infer<typeof Alarm> & {
  done: boolean;
  reason: 'next' | 'superseded' | 'nothingLeft';
};

export const handler = traced<unknown, TickAnswer>(async (input) => {
  const alarm = Alarm.parse(input);
  return correlated({ ticketNo: alarm.ticketNo }, () => tick(alarm));
});

async function tick(alarm: z.infer<typeof Alarm>): Promise<TickAnswer> {
  const { ticketNo, generation, since } = alarm;
  const renew = since !== undefined && officeNow() - Date.parse(since) > MAX_ALARM_AGE_MS;
  const result = await changeTicket(
    { ticketNo, command: { command: 'tick', renew }, actor: { kind: 'system', id: 'timer' } },
    (ticket) => ticket.clockGeneration === generation,
  );
  // A ticket of another generation counts as unknown, a closed one forbids the tick: either way this alarm is stale.
  if (result.outcome === 'unknownTicket' || result.outcome === 'rejected') {
    return { ...alarm, done: true, reason: 'superseded' };
  }
  if (result.outcome !== 'changed') throw new Error(`tick not done: ${result.outcome}`);
  // The event that renewed it brings its successor.
  if (result.ticket.clockGeneration !== generation) return { ...alarm, done: true, reason: 'superseded' };
  const until = nextWake(result.ticket, officeNow());
  if (until === undefined) return { ...alarm, done: true, reason: 'nothingLeft' };
  return { ...alarm, until: new Date(until).toISOString(), done: false, reason: 'next' };
}
