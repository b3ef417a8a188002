/** Texts with placeholders (占位符): which there are, at which events each has a value, and how they are filled. */
import { ToldEvent } from '#schemas/feedback.ts';

const always = ToldEvent.options;

/**
 * Placeholder → the events at which it always has a value. `department`: short name, on the website the full one. `deadline`:
 * when the answer is promised. `route`: the lawful route (法定途径). `result`: the district's word for the result code. `time`:
 * of the event. `part`: the number of what was split off.
 */
export const PLACEHOLDERS = {
  ticketNo: always,
  department: always,
  time: always,
  deadline: ['dispatched', 'reworkOrdered', 'extensionApproved', 'reopened'],
  result: ['answerApproved', 'directClosed', 'closed', 'answeredByMain'],
  route: ['notAccepted'],
  part: ['splitOff'],
} as const satisfies Record<string, readonly ToldEvent[]>;
export type Placeholder = keyof typeof PLACEHOLDERS;
export type Values = Readonly<Partial<Record<Placeholder, string | undefined>>>;

/** Everything in braces, whatever it is; a lone brace is found as an empty name. */
export const namesIn = (template: string): string[] =>
  [...template.matchAll(/\{([^{}]*)\}|[{}]/g)].map((match) => match[1] ?? '');

export const isPlaceholder = (name: string): name is Placeholder => Object.hasOwn(PLACEHOLDERS, name);

/** A placeholder without a value disappears rather than showing its braces. */
export function fill(template: string, values: Values): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => (isPlaceholder(name) ? (values[name] ?? '') : ''));
}
