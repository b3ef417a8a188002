/**
 * A ticket and its alarm in virtual time: what the functions `timers` and `tick` and the state machine do together, with nothing
 * between them. Everything takes no time; the alarm rings at the millisecond.
 */
import { dateOf, dayOf } from '#domain/calendar/shanghai.ts';
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { DecideContext, NewText, TicketCommand } from '#domain/ticket/command.ts';
import { decide } from '#domain/ticket/decide.ts';
import { handlerOn } from '#domain/ticket/leave.ts';
import { MAX_ALARM_AGE_MS, nextWake } from '#functions/shared/alarm.ts';
import type { District } from '#schemas/district.ts';
import type { Actor, TicketEvent } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';

export type ContextAt = (now: number) => DecideContext;

/** The district as `decide` asks for it, by office time. */
export function contextOf({ calendar: days, limits, departments, desk }: District): ContextAt {
  const rules = { calendar: new WorkingCalendar(days), profile: limits };
  const units = new Map(departments.map((unit) => [unit.id, unit]));
  return (now) => ({
    now,
    rules,
    isUnit: (id) => units.has(id),
    levelOf: (id) => units.get(id)?.level,
    handlerOf: (id) => handlerOn(units.get(id), dateOf(dayOf(now))),
    isCategory: () => true,
    isTown: () => true,
    desk,
  });
}

/** What was committed at once. */
export interface Committed {
  readonly before: Ticket | undefined;
  readonly ticket: Ticket;
  readonly events: readonly TicketEvent[];
  readonly texts: readonly NewText[];
  readonly command: TicketCommand;
}

/** Hears of what would cost something; `at` in epoch ms. An execution is known by the generation of the clocks it waits for. */
export interface Witness {
  /** An execution begins to wait. */
  started?(at: number, generation: number): void;
  /** It has waited enough and ticks. `done`: and ends by that. */
  woke?(at: number, generation: number, done: boolean): void;
  /** One is told to stop, whether it still waits or not. */
  stopped?(at: number, generation: number): void;
  committed?(at: number, change: Committed): void;
}

interface Alarm {
  readonly generation: number;
  readonly since: number;
  readonly until: number;
}

const TIMER: Actor = { kind: 'system', id: 'timer' };

export class TimedTicket {
  ticket: Ticket | undefined;
  now: number;
  readonly #contextAt: ContextAt;
  readonly #witness: Witness;
  #alarm: Alarm | undefined;

  constructor(contextAt: ContextAt, now: number, witness: Witness = {}) {
    this.#contextAt = contextAt;
    this.now = now;
    this.#witness = witness;
  }

  get is(): Ticket {
    if (this.ticket === undefined) throw new TypeError('no ticket yet');
    return this.ticket;
  }

  /** Lets time pass until `time` (epoch ms), with every wake that falls into it. */
  until(time: number): this {
    while (this.#alarm !== undefined && this.#alarm.until <= time) this.#ring(this.#alarm);
    this.now = Math.max(this.now, time);
    return this;
  }

  /** Gives a command at once; false when it was refused. */
  try(command: TicketCommand, actor: Actor): boolean {
    const before = this.ticket;
    const decision = decide(before, command, actor, this.#contextAt(this.now));
    if (!decision.ok) return false;
    const { ticket, events, texts } = decision;
    this.ticket = ticket;
    if (events.length === 0) return true;
    this.#witness.committed?.(this.now, { before, ticket, events, texts, command });
    for (const { clocks } of events) if (clocks !== undefined) this.#replan(clocks.generation);
    return true;
  }

  /** @throws Error naming the command when it was refused */
  give(command: TicketCommand, actor: Actor): this {
    if (!this.try(command, actor)) throw new Error(`${command.command} was refused in ${this.ticket?.status}`);
    return this;
  }

  /** `timers`: the alarm of the generation before ends; this one begins, if it is the newest and has something to wait for. */
  #replan(generation: number): void {
    if (generation > 1) this.#witness.stopped?.(this.now, generation - 1);
    this.#alarm = undefined;
    const until = nextWake(this.is, this.now);
    if (this.is.clockGeneration !== generation || until === undefined) return;
    this.#alarm = { generation, since: this.now, until };
    this.#witness.started?.(this.now, generation);
  }

  /** `tick`: fires what is due; the alarm waits again, or its work is done or another's. */
  #ring(alarm: Alarm): void {
    const { generation, since } = alarm;
    this.now = Math.max(this.now, alarm.until);
    // Taken off first: a tick that changes the clocks sets the next alarm itself, and has none to stop.
    this.#alarm = undefined;
    this.give({ command: 'tick', renew: this.now - since > MAX_ALARM_AGE_MS }, TIMER);
    const mine = this.is.clockGeneration === generation;
    const until = mine ? nextWake(this.is, this.now) : undefined;
    if (until !== undefined) this.#alarm = { ...alarm, until };
    this.#witness.woke?.(this.now, generation, until === undefined);
  }
}
