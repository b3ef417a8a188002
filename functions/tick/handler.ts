/** The alarm rang (Step Functions): fires every mark that is due, once, and says when to ring again. */
import middy from '@middy/core';
import * as z from 'zod';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { nextWake } from '#functions/shared/alarm.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { TicketNo } from '#schemas/common.ts';

const Alarm = z.object({ ticketNo: TicketNo, generation: z.int().min(1), until: z.string() });
export type TickAnswer = z.infer<typeof Alarm> & {
  done: boolean;
  reason: 'next' | 'superseded' | 'nothingLeft';
};

export const handler = middy<unknown, TickAnswer>().handler(async (input) => {
  const alarm = Alarm.parse(input);
  const { ticketNo, generation } = alarm;
  const result = await changeTicket(
    { ticketNo, command: { command: 'tick' }, actor: { kind: 'system', id: 'timer' } },
    (ticket) => ticket.clockGeneration === generation,
  );
  // A ticket of another generation counts as unknown, a closed one forbids the tick: either way this alarm is stale.
  if (result.outcome === 'unknownTicket' || result.outcome === 'rejected') {
    return { ...alarm, done: true, reason: 'superseded' };
  }
  if (result.outcome !== 'changed') throw new Error(`tick not done: ${result.outcome}`);
  const until = nextWake(result.ticket, officeNow());
  if (until === undefined) return { ...alarm, done: true, reason: 'nothingLeft' };
  return { ticketNo, generation, until: new Date(until).toISOString(), done: false, reason: 'next' };
});
