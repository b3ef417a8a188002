/** 预警: what a due mark of a clock says, to whom, and what follows from it. */
import { fromIso } from '#domain/calendar/shanghai.ts';
import { overdueMarks } from '#domain/sla/overdue.ts';
import { isOfHotline, recipientsOf } from '#domain/sla/recipients.ts';
import type { EventOf } from '#schemas/event.ts';
import type { Clock, Colour, Grade } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';
import type { DecideContext } from './command.ts';
import type { Draft } from './drafts.ts';

const colourOf = (grade: Grade): Colour => (grade === 'repeat' || grade === 'inspection' ? 'red' : grade);

/** The draft of one due mark of `clock`. */
function warn(clock: Clock, grade: Grade, context: DecideContext): Draft {
  const { id, instance, dueAt, holder } = clock;
  const { to, message } = recipientsOf(context.rules.profile.warnings, grade, holder === context.desk);
  const rings = grade === 'red' || grade === 'repeat';
  return {
    type: 'warned',
    clock: id,
    instance,
    colour: colourOf(grade),
    grade,
    dueAt,
    holder,
    to: [...to],
    ...(message.length === 0 ? {} : { message: [...message] }),
    ...(rings ? { next: nextOf(clock, grade, context) } : {}),
    ...(holder === context.desk ? {} : { tell: [{ to: holder, type: 'warned' as const }] }),
  };
}

/** What rings after red; a pause in which red came due has said so already. */
function nextOf(clock: Clock, grade: Grade, { rules, now }: DecideContext): EventOf<'warned'>['next'] {
  if (grade !== 'red' || clock.overdue === undefined) return overdueMarks(rules, clock, now);
  const { repeatAt, inspectionAt } = clock.overdue;
  return { repeatAt, inspectionAt };
}

/** 超期督办: with its first red the owner comes under the hotline's supervision. */
export const supervisedFor = (ticket: Ticket, reds: readonly Clock[], { desk }: DecideContext): Draft[] =>
  ticket.supervision === undefined && ticket.owner !== desk && reds.some(({ holder }) => holder === ticket.owner)
    ? [{ type: 'supervised', level: 'office', tell: [{ to: ticket.owner, type: 'supervised' }] }]
    : [];

/** What is due of `clock`: when nobody ticked for long, red and the inspection office at once. */
export function warnings(clock: Clock, grade: Grade, context: DecideContext): Draft[] {
  const draft = warn(clock, grade, context);
  // Where it is known already when the inspection office hears of it, that mark rings by itself.
  const unknown = grade === 'red' && clock.overdue === undefined;
  const late = unknown && fromIso(overdueMarks(context.rules, clock, context.now).inspectionAt) <= context.now;
  return late ? [draft, warn(clock, 'inspection', context)] : [draft];
}

/** What `warned` leaves on its clock. */
export function warned(clock: Clock, { instance, colour, grade = colour, at, next }: EventOf<'warned'>): Clock {
  if (clock.instance !== instance) return clock;
  const { overdue } = clock;
  switch (grade) {
    case 'repeat':
      if (overdue === undefined || next === undefined) return clock;
      return { ...clock, overdue: { ...overdue, repeatAt: next.repeatAt, repeats: overdue.repeats + 1 } };
    case 'inspection':
      return overdue === undefined ? clock : { ...clock, overdue: { ...overdue, inspected: at } };
    default:
      return {
        ...clock,
        fired: { ...clock.fired, [colour]: at },
        ...(next === undefined ? {} : { overdue: { ...next, repeats: 0 } }),
      };
  }
}

/** Whether the desk should look: somebody of the hotline was warned. */
export const concernsHotline = ({ to = [] }: EventOf<'warned'>): boolean => to.some(isOfHotline);
