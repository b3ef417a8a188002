/** 事件分发表: which queue each event's pointer goes to. The fan-out function is only this rule and a send. */
import type { TicketEvent } from '#schemas/event.ts';
import { ToldEvent } from '#schemas/feedback.ts';

export type Consumer = 'dispatch' | 'feedback' | 'timers';

/** Events that may have to be told to the citizen; the district's rules decide what is said. */
const TOLD: ReadonlySet<string> = new Set(ToldEvent.options);

/** Events after which tickets that were merged into this one may have to be answered. */
const PASSED_ON: ReadonlySet<string> = new Set(['absorbed', 'answeredByMain']);

export function consumersOf(event: TicketEvent): Consumer[] {
  const consumers: Consumer[] = [];
  if (event.callbacks !== undefined) consumers.push('dispatch');
  const forFeedback = TOLD.has(event.type) || PASSED_ON.has(event.type) || isChecked(event);
  if (forFeedback || tellsStaff(event)) consumers.push('feedback');
  if (event.clocks !== undefined) consumers.push('timers');
  return consumers;
}

/** 短信通知 of those who work: a dispatch that didn't arrive, a warning. */
const tellsStaff = (event: TicketEvent): boolean =>
  event.type === 'deliveryLate' || (event.type === 'warned' && event.message !== undefined);

/** Only WeChat has a content check (内容安全) for what came through it. */
const isChecked = (event: TicketEvent): boolean =>
  event.type === 'registered' && event.channel === 'wechat' && event.publicConsent;
