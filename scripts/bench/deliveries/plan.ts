/**
 * What is delivered: tickets of many departments with one to five messages each, as real events, and the order in which
 * their pointers come to the Dispatch queue: tickets interleaved, a ticket's own pointers now and then in the wrong order.
 */
import { seeded } from '#domain/catalogue/training/random.ts';
import { watchesOf } from '#domain/delivery/late.ts';
import { route } from '#domain/routing/route.ts';
import type { TicketCommand } from '#domain/ticket/command.ts';
import { decide } from '#domain/ticket/decide.ts';
import { district } from '#functions/adapters/district.ts';
import type { Change } from '#functions/ports/ticket-store.ts';
import { decideContext } from '#functions/shared/change.ts';
import { pointerTo } from '#functions/shared/event-pointer.ts';
import type { Actor, EventPointer, TicketEvent } from '#schemas/event.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { requestFor } from '../request.ts';

/** The Monday on which these benches begin. */
const RECEIVED_AT = '2026-11-23T08:59:00.000+08:00';

export type Manner = 'normal' | 'slow' | 'dead';
export interface Share {
  readonly unit: string;
  readonly manner: Manner;
  readonly deliveries: number;
}
/** One callback, and the pointer that brings it. */
export interface Planned {
  readonly ticketNo: string;
  readonly unit: string;
  readonly manner: Manner;
  readonly n: number;
  readonly pointer: EventPointer;
}
export interface Plan {
  readonly changes: readonly Change[];
  /** In the order of the queue. */
  readonly deliveries: readonly Planned[];
}

/** Messages per ticket, in turn: the longer ones have an order to keep. */
const LENGTHS = [1, 4, 2, 5, 3];
/** Places between two messages of a ticket, and how far each may be off: a few overtake the one before. */
const SPACING = 60;
const SCATTER = 90;

/** `series`: tickets of two plans in one table have other numbers. `lengths`: messages per ticket, in turn. */
export function makePlan(shares: readonly Share[], series: number, lengths: readonly number[] = LENGTHS): Plan {
  const random = seeded(series);
  const changes: Change[] = [];
  const placed: { at: number; planned: Planned }[] = [];
  const total = shares.reduce((sum, { deliveries }) => sum + deliveries, 0);
  for (const { unit, manner, deliveries } of shares) {
    for (let left = deliveries, turn = 0; left > 0; turn++) {
      const ticketNo = `${district().ticketPrefix}${String(series * 100_000_000 + changes.length).padStart(16, '0')}`;
      const length = Math.min(left, lengths[turn % lengths.length] ?? 1);
      const change = ticketOf(ticketNo, unit, length);
      changes.push(change);
      left -= length;
      const begin = random() * total;
      for (const event of change.events) {
        for (const { n } of event.callbacks ?? []) {
          const at = begin + (n - 1) * SPACING + random() * SCATTER;
          placed.push({ at, planned: { ticketNo, unit, manner, n, pointer: pointerTo(event) } });
        }
      }
    }
  }
  placed.sort((a, b) => a.at - b.at);
  return { changes, deliveries: placed.map(({ planned }) => planned) };
}

const router: Actor = { kind: 'system', id: 'bench' };
const citizen: Actor = { kind: 'citizen' };

/** A ticket of that unit to which it was told so many things. */
function ticketOf(ticketNo: string, owner: string, messages: number): Change {
  const intake = requestFor(ticketNo, RECEIVED_AT);
  const context = decideContext();
  const decision: RoutingDecision = { ...route(intake, district()), disposition: 'unit', owner, coHandlers: [] };
  let ticket: Ticket | undefined;
  const events: TicketEvent[] = [];
  const texts: Change['texts'][number][] = [];
  const give = (command: TicketCommand, actor: Actor): void => {
    const result = decide(ticket, command, actor, context);
    if (!result.ok) throw new Error(`${command.command}: ${result.rejection.code}`);
    ticket = result.ticket;
    events.push(...result.events);
    texts.push(...result.texts);
  };
  give({ command: 'register', intake, decision }, router);
  for (let n = 2; n <= messages; n++) {
    give(n === 2 ? { command: 'urge' } : { command: 'append', text: `第 ${n} 次:还没有人来。` }, citizen);
  }
  if (ticket === undefined) throw new TypeError('no ticket');
  return { ticket, events, texts, expectedVersion: 0, watches: watchesOf(events, context.rules) };
}
