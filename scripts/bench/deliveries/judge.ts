/** What has to be true of arrivals, whatever failed on the way: nothing is missing, out of order, or twice under two names. */
import type { Arrival } from './departments.ts';
import type { Planned } from './plan.ts';

const lineOf = ({ ticketNo, unit }: { ticketNo: string; unit: string }): string => `${ticketNo} ${unit}`;

/** Numbers of a line's messages, each where it came first. */
function firsts(arrivals: readonly Arrival[]): Map<string, number[]> {
  const lines = new Map<string, number[]>();
  for (const arrival of arrivals) {
    const numbers = lines.get(lineOf(arrival)) ?? [];
    if (!numbers.includes(arrival.sequence)) numbers.push(arrival.sequence);
    lines.set(lineOf(arrival), numbers);
  }
  return lines;
}

/** Faults in words, a few of each kind; empty when all is well. */
export function faultsOf(planned: readonly Planned[], arrivals: readonly Arrival[]): string[] {
  const expected = new Map<string, number>();
  for (const one of planned) expected.set(lineOf(one), Math.max(one.n, expected.get(lineOf(one)) ?? 0));
  const came = firsts(arrivals);
  const faults: string[] = [];
  for (const [line, count] of expected) {
    const numbers = came.get(line) ?? [];
    if (numbers.length !== count) faults.push(`${line}: ${numbers.length} of ${count} messages came`);
    else if (numbers.some((n, index) => n !== index + 1)) faults.push(`${line}: came as ${numbers.join(', ')}`);
  }
  for (const line of came.keys()) if (!expected.has(line)) faults.push(`${line}: nobody sent that`);
  return [...faults, ...wrongIds(arrivals)];
}

/** The same message has one id, and no other message has it. */
function wrongIds(arrivals: readonly Arrival[]): string[] {
  const ids = new Map<string, string>();
  const messages = new Map<string, string>();
  const faults: string[] = [];
  for (const arrival of arrivals) {
    const message = `${lineOf(arrival)} ${arrival.sequence}`;
    const id = ids.get(message) ?? arrival.webhookId;
    if (id !== arrival.webhookId) faults.push(`${message}: came as ${id} and as ${arrival.webhookId}`);
    const known = messages.get(arrival.webhookId) ?? message;
    if (known !== message) faults.push(`${arrival.webhookId}: stands for ${known} and for ${message}`);
    ids.set(message, id);
    messages.set(arrival.webhookId, known);
  }
  return faults;
}

/** @throws Error with the first of the faults */
export function assertNone(when: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(`${when}: ${faults.length} faults, ${faults.slice(0, 5).join('; ')}`);
}
