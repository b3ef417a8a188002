import { expect, test } from 'vitest';
import { likelyDuplicates, type RecentTicket } from '#domain/routing/duplicates.ts';

const at = (day: string) => `2026-11-${day}T09:00:00.000+08:00`;
const ticket = (changes: Partial<RecentTicket> = {}): RecentTicket => ({
  ticketNo: 'new',
  receivedAt: at('23'),
  categoryCode: '07.2',
  townCode: '421202102000',
  ...changes,
});
const earlier = (changes: Partial<RecentTicket> = {}) => ticket({ ticketNo: 'old', receivedAt: at('20'), ...changes });

test.each<[string, RecentTicket, RecentTicket, boolean]>([
  ['same citizen, place and category', ticket(), earlier(), true],
  ['exactly fifteen days', ticket(), earlier({ receivedAt: at('08') }), true],
  ['a moment more than fifteen days', ticket(), earlier({ receivedAt: '2026-11-08T08:59:59.999+08:00' }), false],
  ['another category', ticket(), earlier({ categoryCode: '07.3' }), false],
  ['another town', ticket(), earlier({ townCode: '421202103000' }), false],
  ['a town that nobody named then', ticket(), earlier({ townCode: undefined }), true],
  ['a town that nobody names now', ticket({ townCode: undefined }), earlier(), true],
  ['no category on either side', ticket({ categoryCode: undefined }), earlier({ categoryCode: undefined }), false],
  ['itself', ticket(), ticket(), false],
  ['one that came later and was routed first', ticket(), earlier({ receivedAt: at('24') }), true],
])('%s: %#', (_, now, then, expected) => {
  expect(likelyDuplicates(now, [then])).toEqual(expected ? [then.ticketNo] : []);
});

test('names the five newest, newest first', () => {
  const many = Array.from({ length: 8 }, (_, n) => earlier({ ticketNo: `t${n}`, receivedAt: at(String(10 + n)) }));
  expect(likelyDuplicates(ticket(), many)).toEqual(['t7', 't6', 't5', 't4', 't3']);
});
