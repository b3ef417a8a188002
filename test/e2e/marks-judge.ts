/**
 * Which warnings a ticket's clocks called for, worked out from its history and the district's rules alone: each mark once, at its
 * moment, or when its clock began with the mark behind it.
 */
import { MINUTE } from '#domain/calendar/shanghai.ts';
import type { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { Clock, Colour, WarningRules } from '#schemas/sla.ts';

export interface Expected {
  readonly instance: string;
  readonly grade: string;
  /** Epoch ms. */
  readonly at: number;
  /** The clock stopped at this very moment: it may have rung or not. */
  readonly optional: boolean;
}

const COLOURS: readonly Colour[] = ['yellow', 'orange', 'red'];

export function expectedWarnings(
  events: readonly TicketEvent[],
  { calendar, warnings, end }: { calendar: WorkingCalendar; warnings: WarningRules; end: number },
): Expected[] {
  const expected: Expected[] = [];
  const stops = new Map(
    events.flatMap(({ at, clocks }) => (clocks?.stopped ?? []).map((instance) => [instance, Date.parse(at)] as const)),
  );
  for (const { at, clocks } of events) {
    for (const clock of clocks?.started ?? []) {
      if (clock.id === 'pause') continue;
      const began = Date.parse(at);
      const stop = stops.get(clock.instance) ?? end + 1;
      for (const [grade, due] of momentsOf(clock, calendar, warnings, { began, until: Math.min(stop, end) })) {
        const rings = Math.max(due, began);
        if (rings > stop || rings > end) continue;
        expected.push({ instance: clock.instance, grade, at: rings, optional: rings === stop });
      }
    }
  }
  return expected;
}

function* momentsOf(
  clock: Clock,
  calendar: WorkingCalendar,
  { repeatEvery }: WarningRules,
  { began, until }: { began: number; until: number },
): Generator<[grade: string, at: number]> {
  for (const colour of COLOURS) {
    if (clock.fired[colour] === undefined) yield [colour, Date.parse(clock.marks[colour])];
  }
  const due = Date.parse(clock.dueAt);
  // Of a run that begins overdue red comes at once, and the turns before it are over.
  for (let turn = 1; ; turn++) {
    const turns = calendar.afterWorked(due, turn * repeatEvery.amount * MINUTE);
    const at = calendar.nextOfficeTime(turns);
    if (at > until) break;
    if (turns > began) yield ['repeat', at];
  }
  if (clock.overdue?.inspected !== undefined) return;
  const inspection = inspectionOf(clock, calendar);
  yield ['inspection', clock.overdue === undefined ? inspection : calendar.nextOfficeTime(Math.max(inspection, began))];
}

/** A working day after the deadline, without what it stood since. */
function inspectionOf({ dueAt, startedAt, ran = [] }: Clock, calendar: WorkingCalendar): number {
  const due = Date.parse(dueAt);
  let inspection = calendar.nextOfficeTime(calendar.workingDays(due, 1).dueAt);
  for (const [at, { to }] of ran.entries()) {
    const stopped = Date.parse(to);
    const wentOn = Date.parse(ran[at + 1]?.from ?? startedAt);
    if (stopped < due || stopped >= inspection) continue;
    const left = calendar.workedMs(stopped, inspection);
    inspection = calendar.nextOfficeTime(calendar.afterWorked(wentOn, left));
  }
  return inspection;
}
