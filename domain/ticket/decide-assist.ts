/**
 * 基层吹号、部门报到: a town that owns a ticket calls departments in; each has its own limits for reporting in and for doing its
 * part. The owner stays the only owner.
 */
import type { DepartmentCommand } from '#schemas/command.ts';
import type { Clock } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { running, runningClocks, start } from './clocks.ts';
import type { DecideContext } from './command.ts';
import { type Outcome, reject } from './outcome.ts';

type Of<N extends DepartmentCommand['command']> = Extract<DepartmentCommand, { command: N }>;

/** Who works along on a ticket: called or reported in, and not finished. */
export const isAssisting = ({ assists }: Pick<Ticket, 'assists'>, unit: string): boolean =>
  assists.some((assist) => assist.unit === unit && assist.state !== 'finished');

/** So many may be called to one ticket in its life: each has a row that is written with every change of it. */
const MOST_CALLED = 20;

export function whistle(ticket: Ticket, command: Of<'whistle'>, context: DecideContext): Outcome {
  const level = context.levelOf(ticket.owner);
  if (level !== 'town' && level !== 'zone') return reject('ruleForbids', 'only a town or a zone whistles for others');
  const { units, reason } = command;
  if (!units.every((unit) => context.isUnit(unit))) return reject('unknownUnit', 'no such unit in the district');
  if (new Set(units).size !== units.length) return reject('ruleForbids', 'a unit is named once');
  const called = new Set([...ticket.assists.map(({ unit }) => unit), ...units]);
  if (called.size > MOST_CALLED) return reject('ruleForbids', `a ticket takes ${MOST_CALLED} called units at most`);
  for (const unit of units) {
    const other = context.levelOf(unit);
    if (unit === ticket.owner || other === 'hotline' || other === 'city') {
      return reject('ruleForbids', 'departments of the district are whistled for, not oneself and not the hotline');
    }
    if (isAssisting(ticket, unit)) return reject('ruleForbids', 'the unit was called already');
  }
  const key = `whistle-${ticket.version + 1}`;
  // One after the other, so that each run gets its own number.
  const clocks: Clock[] = [];
  for (const unit of units) {
    clocks.push(start({ ...ticket, clocks: [...ticket.clocks, ...clocks] }, 'reportIn', unit, context));
  }
  return {
    drafts: [
      {
        type: 'whistled',
        units: [...units],
        noteKey: key,
        start: clocks,
        tell: units.map((unit) => ({ to: unit, type: 'whistled' as const })),
      },
    ],
    texts: [{ key, text: { kind: 'note', text: reason } }],
  };
}

/** 报到 */
export function reportIn(ticket: Ticket, { note }: Of<'reportIn'>, unit: string, context: DecideContext): Outcome {
  if (!ticket.assists.some((assist) => assist.unit === unit && assist.state === 'called')) {
    return reject('ruleForbids', 'the unit has reported in already');
  }
  const key = `report-${ticket.version + 1}`;
  return {
    drafts: [
      {
        type: 'reportedIn',
        unit,
        ...(note === undefined ? {} : { noteKey: key }),
        stop: clocksOf(ticket, unit),
        start: [start(ticket, 'assist', unit, context)],
        tell: [{ to: ticket.owner, type: 'reportedIn' }],
      },
    ],
    texts: note === undefined ? [] : [{ key, text: { kind: 'note', text: note } }],
  };
}

/** 协办完成 */
export function finishAssist(ticket: Ticket, { note }: Of<'finishAssist'>, unit: string): Outcome {
  if (!ticket.assists.some((assist) => assist.unit === unit && assist.state === 'reported')) {
    return reject('ruleForbids', 'the unit has not reported in yet');
  }
  const key = `assist-${ticket.version + 1}`;
  return {
    drafts: [
      {
        type: 'assistFinished',
        unit,
        noteKey: key,
        stop: clocksOf(ticket, unit),
        tell: [{ to: ticket.owner, type: 'assistFinished' }],
      },
    ],
    texts: [{ key, text: { kind: 'note', text: note } }],
  };
}

const clocksOf = (ticket: Ticket, unit: string): string[] => {
  const instances = running(ticket, 'reportIn', 'assist');
  return runningClocks(ticket)
    .filter(({ instance, holder }) => holder === unit && instances.includes(instance))
    .map(({ instance }) => instance);
};
