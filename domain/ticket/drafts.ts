/** From drafts to events: gives each its number, time and actor, and each addressed message its place in the order. */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import type { Actor, CallbackType, TicketEvent } from '#schemas/event.ts';
import type { Clock } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { evolve } from './evolve.ts';

type Envelope = 'ticketNo' | 'seq' | 'at' | 'actor' | 'reason' | 'clocks' | 'callbacks';
type Payload<E> = E extends TicketEvent ? Omit<E, Envelope> : never;

/** An event before it is stamped. `tell` names who hears of it, in order. */
export type Draft = Payload<TicketEvent> & {
  readonly reason?: string;
  readonly start?: readonly Clock[];
  /** Instances of clocks that end with this event. */
  readonly stop?: readonly string[];
  readonly tell?: readonly { readonly to: string; readonly type: CallbackType }[];
};

export interface Stamp {
  readonly ticketNo: string;
  readonly now: number;
  readonly actor: Actor;
}

/** Stamps drafts one after the other onto `ticket`; returns the events and the ticket that they make. */
export function stamp(
  ticket: Ticket | undefined,
  drafts: readonly Draft[],
  { ticketNo, now, actor }: Stamp,
): { events: TicketEvent[]; ticket: Ticket } {
  const events: TicketEvent[] = [];
  let current = ticket;
  for (const { start = [], stop = [], tell = [], ...payload } of drafts) {
    const counts = { ...current?.callbackCount };
    const callbacks = tell.map(({ to, type }) => {
      const n = (counts[to] ?? 0) + 1;
      counts[to] = n;
      return { to, n, type };
    });
    const event = {
      ...payload,
      ticketNo,
      seq: (current?.version ?? 0) + 1,
      at: toShanghai(now),
      actor,
      // A renewed alarm is the same clocks under another generation.
      ...(start.length + stop.length > 0 || payload.type === 'alarmRenewed'
        ? { clocks: { generation: (current?.clockGeneration ?? 0) + 1, started: [...start], stopped: [...stop] } }
        : {}),
      ...(callbacks.length > 0 ? { callbacks } : {}),
    } as TicketEvent;
    current = evolve(current, event);
    events.push(event);
  }
  if (current === undefined) throw new TypeError('no events and no ticket');
  return { events, ticket: current };
}
