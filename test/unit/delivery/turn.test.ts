import { describe, expect, it } from 'vitest';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { turnOf, webhookId } from '#domain/delivery/delivery.ts';

const OFFICE = Date.parse('2026-11-23T09:00:00+08:00');
const REAL = Date.parse('2026-11-20T00:00:00Z');
const pending = { state: 'pending', n: 3 } as const;

describe('whose turn it is', () => {
  it.each([
    ['its predecessor is settled', pending, 2, 'send'],
    ['its predecessor is not', pending, 1, 'behind'],
    ['nothing is settled yet', pending, 0, 'behind'],
    ['the first of a line', { ...pending, n: 1 }, 0, 'send'],
    ['it waits for its next attempt', { ...pending, nextAttemptAt: toShanghai(OFFICE + 1) }, 2, 'early'],
    ['its next attempt is due', { ...pending, nextAttemptAt: toShanghai(OFFICE) }, 2, 'send'],
    ['another worker is at it', { ...pending, leaseUntil: REAL + 1 }, 2, 'taken'],
    ["another worker's lease ran out", { ...pending, leaseUntil: REAL }, 2, 'send'],
    ['it was delivered', { ...pending, state: 'delivered' as const }, 3, 'delivered'],
    ['it is dead', { ...pending, state: 'dead' as const }, 2, 'dead'],
  ])('%s', (_, delivery, settled, turn) => {
    expect(turnOf(delivery, settled, OFFICE, REAL)).toBe(turn);
  });
});

it('names a message without a dot', () => {
  expect(webhookId({ ticketNo: 'XA2026112300000018', unit: 'guanbu-qiao', n: 2 })).toBe(
    'XA2026112300000018-guanbu-qiao-2',
  );
});
