/**
 * 预警时点: which colours of a ticket's clocks are due now, when a substitute takes over, when a pause ends, and when to look
 * again. Clocks that stand have no marks.
 */
import { fromIso } from '#domain/calendar/shanghai.ts';
import { type Clock, Colour, type Grade } from '#schemas/sla.ts';
import { isRunning } from './clock.ts';

/** `handover`: B 角接办; `resume`: the end of a pause (挂起). */
export type MarkKind = Grade | 'handover' | 'resume';

export interface Mark {
  readonly clock: Clock;
  readonly kind: MarkKind;
  /** When it became, or becomes, due; epoch milliseconds. */
  readonly at: number;
}

/** What is due at `now` (epoch ms) and not raised yet, oldest first. After a long silence that is several of one clock. */
export function dueMarks(clocks: readonly Clock[], now: number): Mark[] {
  return unfiredMarks(clocks).filter(({ at }) => at <= now);
}

/**
 * The earliest mark that isn't raised yet and comes later than `after` (epoch ms); undefined when there is none. Without `after`
 * a mark that is overdue itself is the next one: a timer planned by it wakes at once and loses nothing.
 */
export function nextMark(clocks: readonly Clock[], after = Number.NEGATIVE_INFINITY): Mark | undefined {
  return unfiredMarks(clocks).find(({ at }) => at > after);
}

/** The strongest colour that was raised; undefined while the clock is green. */
export function warningColour(clock: Clock): Colour | undefined {
  return Colour.options.findLast((colour) => clock.fired[colour]);
}

function unfiredMarks(clocks: readonly Clock[]): Mark[] {
  return clocks
    .filter(isRunning)
    .flatMap(marksOf)
    .sort((one, other) => one.at - other.at);
}

function marksOf(clock: Clock): Mark[] {
  if (clock.id === 'pause') return [{ clock, kind: 'resume', at: fromIso(clock.dueAt) }];
  const colours = Colour.options
    .filter((colour) => !clock.fired[colour])
    .map((colour): Mark => ({ clock, kind: colour, at: fromIso(clock.marks[colour]) }));
  const marks = [...colours, ...overdueOf(clock)];
  const { handover } = clock;
  if (handover === undefined || handover.done !== undefined) return marks;
  return [...marks, { clock, kind: 'handover', at: fromIso(handover.at) }];
}

function overdueOf(clock: Clock): Mark[] {
  if (clock.overdue === undefined) return [];
  const { repeatAt, inspectionAt, inspected } = clock.overdue;
  const repeat: Mark = { clock, kind: 'repeat', at: fromIso(repeatAt) };
  return inspected === undefined ? [repeat, { clock, kind: 'inspection', at: fromIso(inspectionAt) }] : [repeat];
}
