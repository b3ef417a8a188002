/** 事件分发表: which queue each event's pointer goes to. The fan-out function is only this rule and a send. */
import type { TicketEvent } from '#schemas/event.ts';

export type Consumer = 'dispatch' | 'feedback' | 'timers';

/** Events that may have to be told to the citizen; the feedback function decides what is said. */
const TOLD: readonly TicketEvent['type'][] = ['dispatched', 'answerApproved', 'directClosed', 'notAccepted', 'closed'];

export function consumersOf(event: Pick<TicketEvent, 'type' | 'clocks' | 'callbacks'>): Consumer[] {
  const consumers: Consumer[] = [];
  if (event.callbacks !== undefined) consumers.push('dispatch');
  if (TOLD.includes(event.type)) consumers.push('feedback');
  if (event.clocks !== undefined) consumers.push('timers');
  return consumers;
}
