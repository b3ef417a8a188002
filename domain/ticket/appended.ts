/** 补充: what was added to a request, in the order in which it was said. */
import type { EventOf, TicketEvent } from '#schemas/event.ts';

/** When it was said, as far as anybody knows. */
export const saidAt = ({ saidAt, at }: EventOf<'appended'>): string => saidAt ?? at;

/** Two messages of one conversation may leave the queue in either order. What was said at the same instant stays as it was written. */
export const appendedIn = (events: readonly TicketEvent[]): EventOf<'appended'>[] =>
  events.filter((event) => event.type === 'appended').toSorted((a, b) => Date.parse(saidAt(a)) - Date.parse(saidAt(b)));
