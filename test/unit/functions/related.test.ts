/** Which tickets end together: parts of one request, and what a merged one is answered by. */
import { expect, test } from 'vitest';
import { relatedTickets } from '#functions/shared/related.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { register, Story, system } from '#test/support/ticket-world.ts';

const one = new Story().give(register(), system).is;
const ticket = (ticketNo: string, more: Partial<Ticket> = {}): Ticket => ({ ...one, ticketNo, ...more });
const all = [
  ticket('whole', { splitInto: ['part1', 'part2'] }),
  ticket('part1', { splitFrom: 'whole', mergedInto: 'main' }),
  ticket('part2', { splitFrom: 'whole' }),
  ticket('main', { merged: ['part1', 'other'] }),
  ticket('other', { mergedInto: 'main' }),
  ticket('lost', { splitFrom: 'gone' }),
];
const load = async (ticketNo: string) => all.find((found) => found.ticketNo === ticketNo);

test.each<[string, string[]]>([
  ['whole', ['main', 'part1', 'part2']],
  // By the whole, whose caller is theirs.
  ['part2', ['main', 'part1', 'whole']],
  ['other', ['main']],
  // It has callers of its own, and waits for none of those that it answers.
  ['main', []],
  ['lost', []],
])('%s', async (ticketNo, related) => {
  const from = await load(ticketNo);
  const found = from && (await relatedTickets(from, { load }));
  expect(found?.map((other) => other.ticketNo).sort()).toEqual(related);
});
