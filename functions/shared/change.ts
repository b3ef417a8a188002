/** The one way in which a function changes a ticket: load → decide → commit, again when somebody else was first. */
import { createHash } from 'node:crypto';
import { dateOf, dayOf } from '#domain/calendar/shanghai.ts';
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import { departureOf } from '#domain/delivery/departure.ts';
import { watchesOf } from '#domain/delivery/late.ts';
import { correctionOf } from '#domain/routing/correction.ts';
import { deadlines } from '#domain/ticket/clocks.ts';
import type { DecideContext, Rejection, TicketCommand } from '#domain/ticket/command.ts';
import { decide } from '#domain/ticket/decide.ts';
import { DESK } from '#domain/ticket/holdings.ts';
import { handlerOn } from '#domain/ticket/leave.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import type { Receipt } from '#functions/ports/receipt-store.ts';
import type { Cause, Change, TicketStore } from '#functions/ports/ticket-store.ts';
import type { CommandAnswer } from '#schemas/command.ts';
import type { Actor, TicketEvent } from '#schemas/event.ts';
import type { CalendarData } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { recordEvents } from './event-record.ts';

/** Rounds against other writers of the same ticket before the caller is told to come again. */
const ROUNDS = 8;

export interface ChangeRequest {
  readonly ticketNo: string;
  readonly command: TicketCommand;
  readonly actor: Actor;
  /** The message that asks for it; the same cause is answered as the first time and changes nothing. */
  readonly cause?: Cause | ((ticket: Ticket) => Cause);
  readonly receipt?: Change['receipt'];
  readonly callerHash?: string | undefined;
  /** A second ticket that changes in the same transaction (并单, 拆单); `command` is asked with the first one as it was. */
  readonly partner?: Partner | undefined;
}
export interface Partner {
  readonly ticketNo: string;
  command(ticket: Ticket): TicketCommand;
  /** Of a second ticket that is new; its citizen finds it by this. */
  receiptOf?(made: Ticket): Receipt;
}
export type ChangeResult =
  | {
      readonly outcome: 'changed';
      readonly ticket: Ticket;
      readonly events: readonly TicketEvent[];
      readonly answer: CommandAnswer;
    }
  /** `answer` is the remembered one; absent when the dedupe row is the receipt. */
  | { readonly outcome: 'replayed'; readonly answer?: CommandAnswer }
  | { readonly outcome: 'rejected'; readonly rejection: Rejection }
  | { readonly outcome: 'causeMisused' }
  | { readonly outcome: 'unknownTicket' }
  | { readonly outcome: 'busy' };

export const fingerprint = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('base64url');

/** `inspect` may refuse a ticket before anything is decided (e.g. another unit's); it then counts as unknown. */
export async function changeTicket(
  request: ChangeRequest,
  inspect: (ticket: Ticket) => boolean = () => true,
  store: TicketStore = ticketStore(),
): Promise<ChangeResult> {
  const { ticketNo, command, actor, receipt, callerHash, partner } = request;
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) await pause(round);
    const ticket = await store.load(ticketNo);
    if (ticket === undefined && command.command !== 'register') return { outcome: 'unknownTicket' };
    const visible = ticket === undefined || inspect(ticket);
    const cause = causeOf(request, ticket);
    if (cause !== undefined) {
      // Also of a ticket that has left since: whoever lost our answer must hear that it was done.
      const known = await replay(store, cause);
      if (known !== undefined && (visible || known.outcome === 'replayed')) return known;
    }
    if (!visible) return { outcome: 'unknownTicket' };
    const other = partner === undefined ? undefined : await store.load(partner.ticketNo);
    const context = decideContext(other);
    const decision = decide(ticket, command, actor, context);
    if (!decision.ok) {
      // A ticket that was registered by an earlier delivery of the same message is a replay, not a fault.
      return command.command === 'register' && ticket !== undefined
        ? { outcome: 'replayed' }
        : { outcome: 'rejected', rejection: decision.rejection };
    }
    const answer = answerOf(decision.ticket, actor);
    if (decision.events.length === 0) return { outcome: 'changed', ticket: decision.ticket, events: [], answer };
    const also = partner === undefined || ticket === undefined ? undefined : partner.command(ticket);
    const together = also === undefined ? undefined : decide(other, also, actor, decideContext(ticket));
    if (together !== undefined && !together.ok) return { outcome: 'rejected', rejection: together.rejection };
    const correction = correctionOf(ticket, decision.events);
    const departure = departureOf(ticket, decision.ticket, district().desk);
    const result = await store.commit(
      {
        ticket: decision.ticket,
        events: decision.events,
        texts: decision.texts,
        expectedVersion: ticket?.version ?? 0,
        watches: watchesOf(decision.events, context.rules),
        ...(cause === undefined ? {} : { cause: { ...cause, answer } }),
        ...(receipt === undefined ? {} : { receipt }),
        ...(callerHash === undefined ? {} : { callerHash }),
        ...(correction === undefined ? {} : { correction }),
        ...(departure === undefined ? {} : { departure }),
      },
      ...(together === undefined
        ? []
        : [
            {
              ticket: together.ticket,
              events: together.events,
              texts: together.texts,
              expectedVersion: other?.version ?? 0,
              watches: watchesOf(together.events, context.rules),
              ...(partner?.receiptOf === undefined ? {} : { partReceipt: partner.receiptOf(together.ticket) }),
            },
          ]),
    );
    if (result === 'committed') {
      recordEvents([...decision.events, ...(together?.events ?? [])]);
      return { outcome: 'changed', ticket: decision.ticket, events: decision.events, answer };
    }
    if (result === 'duplicate' && cause === undefined) return { outcome: 'replayed' };
  }
  return { outcome: 'busy' };
}

/** The same key for another ticket is a misuse, also when the body is the same: the signature doesn't cover the path. */
function causeOf({ cause, ticketNo }: ChangeRequest, ticket: Ticket | undefined): Cause | undefined {
  if (cause === undefined || ticket === undefined) return undefined;
  const { key, fingerprint: content } = typeof cause === 'function' ? cause(ticket) : cause;
  return { key, fingerprint: fingerprint(`${ticketNo} ${content}`) };
}

async function replay(store: TicketStore, cause: Cause): Promise<ChangeResult | undefined> {
  const remembered = await store.remembered(cause.key);
  if (remembered === undefined) return undefined;
  return remembered.fingerprint === cause.fingerprint
    ? { outcome: 'replayed', answer: remembered.answer }
    : { outcome: 'causeMisused' };
}

const answerOf = (ticket: Ticket, actor: Actor): CommandAnswer => ({
  ticketNo: ticket.ticketNo,
  status: ticket.status,
  ticketVersion: ticket.version,
  deadlines: deadlines(ticket, actor.kind === 'department' ? actor.id : DESK),
});

/** Laid out once for the calendar data that it was made of. */
let laidOut: { readonly days: CalendarData; readonly calendar: WorkingCalendar } | undefined;

/** The district's rules and the office time of now. */
export function decideContext(other?: Ticket): DecideContext {
  const now = officeNow();
  const { limits, departments, desk, calendar: days, catalogue, towns } = district();
  if (laidOut?.days !== days) laidOut = { days, calendar: new WorkingCalendar(days) };
  return {
    now,
    rules: { calendar: laidOut.calendar, profile: limits },
    isUnit: (id) => departments.some((unit) => unit.id === id),
    levelOf: (id) => departments.find((unit) => unit.id === id)?.level,
    handlerOf: (id) =>
      handlerOn(
        departments.find((unit) => unit.id === id),
        dateOf(dayOf(now)),
      ),
    isCategory: (code) => catalogue.rows.some((row) => row.code === code || row.code.startsWith(`${code}.`)),
    isTown: (code) => towns.some((town) => town.code === code),
    desk,
    other,
  };
}

/** Full jitter, at most 20 ms a round and doubling: writers of one ticket are few and quick. */
const pause = (round: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** Math.min(round, 5)));
