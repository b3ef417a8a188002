/** 待办清单: what a unit reads of its tickets, and what only the desk reads. */
import { expect, test } from 'vitest';
import { deskSummary, listing, summaryFor } from '#functions/shared/paging.ts';
import { WorkList } from '#schemas/openapi-route.ts';
import { register, Story, system } from '#test/support/ticket-world.ts';

const confidential = new Story().give(
  { ...register({ confidential: true }), similar: ['XA2026112000000019'] },
  system,
).is;
const read = async () => ({ items: [confidential] });

test("the desk's attention is on the desk's list and on no unit's: it tells of the caller's other tickets", async () => {
  const [unit, desk] = [await listing(read, summaryFor('guanbuqiao')), await listing(read, deskSummary)];
  for (const list of [unit, desk]) expect(WorkList.parse(list)).toEqual(list);
  expect(desk.tickets).toEqual([{ ...unit.tickets[0], attention: ['duplicate'] }]);
  expect(Object.keys(unit.tickets[0]!)).not.toContain('attention');
});
