/**
 * Model-based: random commands by random actors on three tickets that may be merged into each other. A small independent model
 * keeps what must hold; the real side is `decide`, `evolve` and the worker that passes answers on.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runningClocks } from '#domain/ticket/clocks.ts';
import type { TicketCommand } from '#domain/ticket/command.ts';
import { decide } from '#domain/ticket/decide.ts';
import { evolve, fold } from '#domain/ticket/evolve.ts';
import { newsForMerged } from '#domain/ticket/merged-answers.ts';
import { roles } from '#domain/ticket/roles.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import type { Actor, TicketEvent } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { askReturn } from '#test/support/every-command.ts';
import {
  citizen,
  context,
  dispatcher,
  HOUR,
  MONDAY,
  operator,
  register,
  reply,
  system,
  UNITS,
  unit,
} from '#test/support/ticket-world.ts';

const reason = '测试';
const NUMBERS = ['XA2026112300000018', 'XA2026112300000026', 'XA2026112300000034'] as const;
type Number = (typeof NUMBERS)[number];

/** What the model knows of a ticket: only what its invariants need. */
interface Known {
  returns: Map<string, number>;
  designated: boolean;
  extensions: number;
  mergedInto?: Number | undefined;
}
type Model = Map<Number, Known>;

class World {
  readonly tickets = new Map<Number, Ticket>();
  readonly events = new Map<Number, TicketEvent[]>();
  /** Events that the feedback worker has not seen. */
  readonly pending: { readonly no: Number; readonly seq: number }[] = [];
  now = MONDAY;
  accepted = 0;

  /** `answered`: a chain of merged tickets whose main one was answered twice, and nobody has passed that on yet. */
  constructor(answered: boolean) {
    const [main, middle, last] = NUMBERS;
    for (const ticketNo of NUMBERS) this.give(ticketNo, register({ ticketNo }), system);
    if (!answered) return;
    const owner = unit(this.is(main).owner);
    this.give(last, { command: 'merge', into: middle, reason }, dispatcher);
    this.give(middle, { command: 'merge', into: main, reason }, dispatcher);
    for (const command of ['sign', 'accept'] as const) this.give(main, { command }, owner);
    this.give(main, reply, owner);
    this.give(main, { command: 'review', approve: true, reason }, dispatcher);
    this.give(main, { command: 'rework', reason }, dispatcher);
    this.give(main, { ...reply, resultCode: 'partly' }, owner);
    this.give(main, { command: 'review', approve: true, reason }, dispatcher);
  }

  give(no: Number, command: TicketCommand, actor: Actor): boolean {
    const ticket = this.tickets.get(no);
    const into = command.command === 'merge' ? (command.into as Number) : undefined;
    const other = into === undefined ? undefined : this.tickets.get(into);
    const result = decide(ticket, command, actor, { ...context(this.now), other });
    if (!result.ok) return false;
    if (into !== undefined) {
      const absorb = { command: 'absorb', from: no, reason } as const;
      const side = decide(other, absorb, actor, { ...context(this.now), other: ticket });
      // Both or none, as the transaction has it.
      if (!side.ok) return false;
      this.keep(into, side.ticket, side.events);
    }
    this.keep(no, result.ticket, result.events);
    this.accepted += 1;
    return true;
  }

  keep(no: Number, ticket: Ticket, events: readonly TicketEvent[]): void {
    const before = this.events.get(no) ?? [];
    this.events.set(no, [...before, ...events]);
    this.tickets.set(no, ticket);
    for (const { seq } of events) this.pending.push({ no, seq });
  }

  is(no: Number): Ticket {
    const ticket = this.tickets.get(no);
    if (ticket === undefined) throw new RangeError(no);
    return ticket;
  }

  /** What the feedback function does with each event; a queue may bring the newest first. */
  work(newestFirst: boolean): void {
    const take = () => (newestFirst ? this.pending.pop() : this.pending.shift());
    for (let next = take(); next !== undefined; next = take()) {
      const { no, seq } = next;
      const history = (this.events.get(no) ?? []).filter((event) => event.seq <= seq);
      const event = history.at(-1);
      const ticket = fold(history);
      if (event === undefined || ticket === undefined) continue;
      const due = newsForMerged(event, ticket);
      const from = { main: no, mainSeq: seq };
      const resultCode = ticket.answer?.resultCode ?? 'explained';
      for (const child of (due?.to ?? []) as Number[]) {
        const command: TicketCommand =
          due?.news === 'rework'
            ? { command: 'reworkByMain', ...from }
            : { command: 'answerByMain', ...from, resultCode, publicAnswer: '答复' };
        expect([child, this.give(child, command, system)]).toEqual([child, true]);
      }
    }
  }
}

const actorOf = fc.oneof(
  { weight: 5, arbitrary: fc.constant('owner' as const) },
  { weight: 2, arbitrary: fc.constantFrom(...UNITS).map(unit) },
  { weight: 6, arbitrary: fc.constantFrom(...roles).map(operator) },
  { weight: 1, arbitrary: fc.constantFrom(citizen, system) },
);

const units = fc.constantFrom(...UNITS);
const body: fc.Arbitrary<(world: World) => TicketCommand> = fc.oneof(
  fc
    .constantFrom<TicketCommand>(
      { command: 'tick' },
      { command: 'sign' },
      { command: 'accept' },
      { command: 'contact' },
      { command: 'progress', note: '在办' },
      reply,
      { command: 'review', approve: true, reason },
      { command: 'review', approve: false, reason },
      { command: 'rework', reason },
      { command: 'close', reason },
      { command: 'cancel', reason },
      { command: 'reopen', reason },
      { command: 'archive', reason },
      { command: 'rejectReturn', reason },
      { command: 'approveReturn', reason },
      { command: 'arbitrate', reason },
      { command: 'approveExtension', reason },
      { command: 'rejectExtension', reason },
      { command: 'resume', reason },
      { command: 'reportIn' },
      { command: 'finishAssist', note: '办完' },
      { command: 'handOver', to: 'B', reason },
      { command: 'handOver', to: 'A', reason },
      { command: 'supervise', level: 'director', reason },
      { command: 'visitFailed', reason },
      { command: 'urge' },
      { command: 'withdraw' },
      { command: 'rate', solved: true, satisfaction: 'satisfied' },
      { command: 'rate', solved: false, satisfaction: 'dissatisfied' },
    )
    .map((command) => () => command),
  units.map((suggestedDepartment) => () => ({ ...askReturn, suggestedDepartment })),
  units.map((owner) => () => ({ command: 'assign', owner, reason }) as const),
  units.map((owner) => () => ({ command: 'approveReturn', owner, reason }) as const),
  units.map((owner) => () => ({ command: 'designate', owner, reason }) as const),
  units.map((other) => (): TicketCommand => ({ command: 'whistle', units: [other], reason })),
  units.map((other) => (): TicketCommand => ({ command: 'openJointHandling', units: [other], reason })),
  fc.constantFrom(...NUMBERS).map((into) => () => ({ command: 'merge', into, reason }) as const),
  fc.integer({ min: -2, max: 20 }).map(
    (days) => (world: World) =>
      ({
        command: 'requestExtension',
        newDeadline: new Date(world.now + days * 24 * HOUR).toISOString(),
        reason,
      }) as const,
  ),
  fc
    .integer({ min: 0, max: 30 })
    .map(
      (days) => (world: World) =>
        ({ command: 'suspend', until: new Date(world.now + days * 24 * HOUR).toISOString(), reason }) as const,
    ),
);

class Give implements fc.Command<Model, World> {
  readonly no: Number;
  readonly body: (world: World) => TicketCommand;
  readonly by: 'owner' | Actor;
  readonly wait: number;

  constructor(no: Number, command: (world: World) => TicketCommand, by: 'owner' | Actor, wait: number) {
    this.no = no;
    this.body = command;
    this.by = by;
    this.wait = wait;
  }

  check(): boolean {
    return true;
  }

  run(model: Model, world: World): void {
    const { no } = this;
    world.now += this.wait;
    const known = model.get(no);
    if (known === undefined) throw new RangeError(no);
    const before = world.is(no);
    const history = world.events.get(no) ?? [];
    const actor = this.by === 'owner' ? unit(before.owner) : this.by;
    const command = this.body(world);
    const accepted = world.give(no, command, actor);
    const after = world.is(no);
    // Events are only ever added.
    expect(world.events.get(no)?.slice(0, history.length)).toEqual(history);
    if (!accepted) {
      expect(after).toBe(before);
      return;
    }
    if (actor.kind === 'department') {
      // No unit approves its own return or extension, nor closes its own ticket.
      expect(['approveReturn', 'rejectReturn', 'approveExtension', 'rejectExtension', 'close', 'review']).not.toContain(
        command.command,
      );
      expect(['CLOSED', 'AWAIT_VISIT', 'ARCHIVED', 'CANCELLED', 'MERGED']).not.toContain(after.status);
    }
    switch (command.command) {
      case 'return': {
        expect(known.designated).toBe(false);
        const times = (known.returns.get(before.owner) ?? 0) + 1;
        known.returns.set(before.owner, times);
        expect(times).toBe(1);
        const all = [...known.returns.values()].reduce((sum, count) => sum + count, 0);
        expect(after.status).toBe(all <= 2 ? 'RETURN_REVIEW' : 'ARBITRATION');
        break;
      }
      case 'designate':
        known.designated = true;
        break;
      case 'requestExtension':
        known.extensions += 1;
        expect(known.extensions).toBe(1);
        break;
      case 'merge':
        known.mergedInto = command.into as Number;
        break;
    }
  }

  toString(): string {
    return `${this.no} ${this.wait} ${typeof this.by === 'string' ? this.by : JSON.stringify(this.by)}`;
  }
}

function assertSound(model: Model, world: World): void {
  for (const no of NUMBERS) {
    const ticket = world.is(no);
    expect(fold(world.events.get(no) ?? [])).toEqual(ticket);
    expect(UNITS).toContain(ticket.owner);
    // Nothing waits in silence, and nothing rings after the end.
    expect([no, runningClocks(ticket).length > 0]).toEqual([no, isOpen(ticket.status)]);
    expect((world.events.get(no) ?? []).map(({ seq }) => seq)).toEqual(
      Array.from({ length: ticket.version }, (_, at) => at + 1),
    );
    for (const to of UNITS) {
      const places = (world.events.get(no) ?? []).flatMap((event) => event.callbacks ?? []).filter((c) => c.to === to);
      expect(places.map(({ n }) => n)).toEqual(places.map((_, at) => at + 1));
    }
    assertHoldings(ticket);
    const known = model.get(no);
    expect(ticket.mergedInto).toBe(known?.mergedInto);
    const answered = ticket.mergedInto === undefined ? undefined : world.is(ticket.mergedInto as Number);
    // Merged tickets all get the answer.
    if (answered?.answerApprovedAt !== undefined || answered?.status === 'NOT_ACCEPTED') {
      expect([no, ticket.answerApprovedAt !== undefined]).toEqual([no, true]);
      if (answered.answerApprovedAt !== undefined) {
        expect(ticket.answer?.resultCode).toBe(answered.answer?.resultCode);
      }
    } else if (answered !== undefined) {
      // And none keeps one that holds no more.
      expect([no, ticket.answerApprovedAt]).toEqual([no, undefined]);
    }
    if (answered !== undefined) {
      expect([no, ticket.mainSeq]).toEqual([no, lastNewsFor(no, world.events.get(answered.ticketNo as Number))]);
    }
  }
}

/** The main ticket's newest event that says something to `no`, in whatever order they were passed on. */
function lastNewsFor(no: Number, history: readonly TicketEvent[] = []): number | undefined {
  let ticket: Ticket | undefined;
  let last: number | undefined;
  for (const event of history) {
    ticket = evolve(ticket, event);
    if (newsForMerged(event, ticket)?.to.includes(no)) last = event.seq;
  }
  return last;
}

/** One pair of hands after the other, without a gap; nobody's after the end. */
function assertHoldings({ holdings, status }: Ticket): void {
  for (const [at, holding] of holdings.entries()) {
    const next = holdings[at + 1];
    if (next !== undefined) expect(holding.until === next.from || holding.until !== undefined).toBe(true);
  }
  expect(holdings.filter(({ until }) => until === undefined)).toHaveLength(isOpen(status) ? 1 : 0);
}

test('no sequence of commands by anybody breaks an invariant of the life cycle', () => {
  let accepted = 0;
  let merged = 0;
  let returned = 0;
  let answered = 0;
  const give = fc
    .tuple(fc.constantFrom(...NUMBERS), body, actorOf, fc.integer({ min: 0, max: 30 * HOUR }))
    .map(([no, command, by, wait]) => new Give(no, command, by, wait));
  fc.assert(
    fc.property(
      fc.commands([give], { maxCommands: 80, size: 'max' }),
      fc.boolean(),
      fc.boolean(),
      (commands, ahead, newestFirst) => {
        const world = new World(ahead);
        const model: Model = new Map(
          NUMBERS.map((no) => [
            no,
            {
              returns: new Map<string, number>(),
              designated: false,
              extensions: 0,
              mergedInto: world.is(no).mergedInto as Number | undefined,
            },
          ]),
        );
        fc.modelRun(() => ({ model, real: world }), commands);
        world.work(newestFirst);
        assertSound(model, world);
        accepted += world.accepted;
        for (const no of NUMBERS) {
          if (world.is(no).mergedInto !== undefined) merged += 1;
          if (world.is(no).mainSeq !== undefined) answered += 1;
          returned += world.is(no).returns.length;
        }
      },
    ),
    { numRuns: 600 },
  );
  expect(accepted).toBeGreaterThan(1500);
  expect(merged).toBeGreaterThan(20);
  expect(returned).toBeGreaterThan(20);
  expect(answered).toBeGreaterThan(200);
});
