/**
 * The ticket as its unit's clerk may see it. Words, attachments and appellant are those of a callback, made by the same rules
 * (`domain/delivery/callback.ts`): a link shows nothing that a department with an API is not told.
 */
import { fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import { type CallbackSource, callbackEvent } from '#domain/delivery/callback.ts';
import { CLOCK_NAMES } from '#domain/sla/explain.ts';
import { actsOf, handsOver, linkRole } from '#domain/ticket/clerk-acts.ts';
import { runningClocks } from '#domain/ticket/clocks.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { STATUS_NAMES } from '#domain/ticket/names.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import { callerStore } from '#functions/adapters/caller-store.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { namesOf, readSource } from '#functions/shared/delivery/callback-source.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import type { CallbackData } from '#schemas/callback.ts';
import { ClerkAct, ClerkTask } from '#schemas/clerk.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { actKey } from './act.ts';
import type { HeldLink } from './authenticate.ts';
import { KIND_NAMES, RETURN_REASON_NAMES, URGENCY_NAMES } from './words.ts';

/** @throws ProblemError 404 when the ticket has gone to another unit */
export async function clerkTask({ link, hash }: HeldLink): Promise<ClerkTask> {
  const history = await ticketStore().events(link.ticketNo);
  // The snapshot is made of the very events that are shown, so that the two can't disagree.
  const ticket = fold(history);
  const role = ticket && linkRole(ticket, link.unit);
  if (ticket === undefined || role === undefined) throw new ProblemError('notFound');
  const { unit, expiresAt } = link;
  // What has ended is nobody's work: then the citizen's words and number are no longer shown.
  const told = isOpen(ticket.status) ? await toldOf(ticket, history, unit) : undefined;
  const possible = role === 'owner' ? actsOf(ticket) : [];
  const used = await usedActs(hash);
  const view: ClerkTask = {
    ticketNo: ticket.ticketNo,
    ticketVersion: ticket.version,
    unit: { code: unit, name: unitName(unit) },
    role,
    status: { code: ticket.status, name: STATUS_NAMES[ticket.status] },
    kind: { code: ticket.kind, name: KIND_NAMES[ticket.kind] },
    urgency: { code: ticket.urgency, name: URGENCY_NAMES[ticket.urgency] },
    ...(told?.category === undefined ? {} : { category: told.category }),
    round: ticket.round,
    receivedAt: ticket.receivedAt,
    now: toShanghai(officeNow()),
    linkExpiresAt: expiresAt,
    deadlines: deadlinesOf(ticket, role === 'owner' ? unit : ticket.owner),
    ...(told?.reason === undefined ? {} : { reason: told.reason }),
    ...(told?.request === undefined ? {} : { request: requestOf(told.request) }),
    additions: told?.additions ?? [],
    discreet: ticket.flags.confidential || ticket.flags.anonymous,
    ...(told?.appellant === undefined ? {} : { appellant: told.appellant }),
    acts: ClerkAct.options.map((act) => ({
      act,
      state: used.has(act) ? 'used' : possible.includes(act) ? 'possible' : 'notNow',
    })),
    choices: choicesFor(unit),
  };
  // A view that breaks our own contract is a fault of ours.
  return ClerkTask.parse(view);
}

/** What the unit would be told if the ticket were sent to it at this moment, with the reason why it last was. */
async function toldOf(ticket: Ticket, history: readonly TicketEvent[], unit: string): Promise<CallbackData> {
  const event = history.findLast(({ callbacks = [] }) =>
    callbacks.some(({ to, type }) => to === unit && handsOver(type)),
  );
  const callback = { to: unit, n: 1, type: 'dispatched' } as const;
  const ports = { tickets: ticketStore(), callers: callerStore() };
  const told = { event: event ?? lastOf(history), callback, ticket };
  const source: CallbackSource = await readSource(ports, { ...told, history });
  return callbackEvent(source, namesOf(district())).data;
}

function lastOf(history: readonly TicketEvent[]): TicketEvent {
  const last = history.at(-1);
  if (last === undefined) throw new TypeError('a ticket without events');
  return last;
}

/** 各办理环节: a cause of the link was remembered, so it has done that act. */
async function usedActs(hash: string): Promise<Set<ClerkAct>> {
  const store = ticketStore();
  const used = await Promise.all(
    ClerkAct.options.map(async (act) => ((await store.remembered(actKey(hash, act))) === undefined ? [] : [act])),
  );
  return new Set(used.flat());
}

function deadlinesOf(ticket: Ticket, holder: string): ClerkTask['deadlines'] {
  return runningClocks(ticket)
    .filter((clock) => clock.holder === holder)
    .sort((a, b) => fromIso(a.dueAt) - fromIso(b.dueAt))
    .map(({ id, dueAt, why, marks }) => ({
      clock: { code: id, name: CLOCK_NAMES[id] },
      dueAt,
      yellowAt: marks.yellow,
      orangeAt: marks.orange,
      ...(why === undefined ? {} : { why }),
    }));
}

const requestOf = ({ title, content, place, attachments }: NonNullable<CallbackData['request']>) => {
  const { town = '', text = '' } = place;
  // People mostly say the town themselves.
  const where = text.includes(town) ? text : `${town} ${text}`.trim();
  return { title, content, ...(where === '' ? {} : { place: where }), attachments };
};

const unitName = (id: string): string => district().departments.find((unit) => unit.id === id)?.name ?? id;

function choicesFor(unit: string): ClerkTask['choices'] {
  const { departments, feedback } = district();
  const named = (names: Readonly<Record<string, string>>) =>
    Object.entries(names).map(([code, name]) => ({ code, name }));
  return {
    results: named(feedback.results),
    returnReasons: named(RETURN_REASON_NAMES),
    units: departments.filter(({ id }) => id !== unit).map(({ id, shortName }) => ({ code: id, name: shortName })),
  };
}
