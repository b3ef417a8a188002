/**
 * 未送达告警: a dispatch that its department doesn't have is a person waiting. When one is made, a watch is set beside the
 * ticket in the same transaction, so that it rings whatever fails afterwards: stream, queue, dispatcher, endpoint. It rings
 * once per delivery; how long is data of the district (`undelivered` in limits.json).
 */
import { fromIso, MINUTE } from '#domain/calendar/shanghai.ts';
import type { SlaRules } from '#domain/sla/clock.ts';
import { deadline } from '#domain/sla/working-clock.ts';
import type { DeliveryWatch } from '#schemas/delivery.ts';
import type { TicketEvent } from '#schemas/event.ts';

/** The watches that these events set, each with the instant (office, epoch ms) from which its delivery is late. */
export function watchesOf(
  events: readonly TicketEvent[],
  { calendar, profile }: SlaRules,
): { watch: DeliveryWatch; lateAt: number }[] {
  return events.flatMap((event) => {
    if (event.type !== 'dispatched') return [];
    const limit = profile.undelivered[event.urgency] ?? profile.undelivered.normal;
    const lateAt = deadline(calendar, fromIso(event.at), limit).dueAt;
    return (event.callbacks ?? [])
      .filter(({ type }) => type === 'dispatched')
      .map(({ to, n }) => ({
        watch: { kind: 'deliveryWatch', ticketNo: event.ticketNo, unit: to, n, since: event.at, state: 'set' } as const,
        lateAt,
      }));
  });
}

/** 短信模板 that tells a unit's handler A; its parameters are `ticketNo` and `unit`. */
export const LATE_TEMPLATE = 'departmentUndelivered';

/** Whole minutes from the event to `until` (office, epoch ms): the delay that is the delivery's and not the unit's. */
export const minutesLost = (since: string, until: number): number =>
  Math.max(0, Math.floor((until - fromIso(since)) / MINUTE));
