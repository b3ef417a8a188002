import { describe, expect, it } from 'vitest';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { turnOf, webhookId } from '#domain/delivery/delivery.ts';

const OFFICE = Date.parse('2026-11-23T09:00:00+08:00');
const REAL = Date.parse('2026-11-20T00:00:00Z');
const pending = { state: 'pending' as const, n: 3, attempts: [] };
const failedAt = (ms: number) => [{ at: toShanghai(OFFICE + ms), status: 500, milliseconds: 1 }];

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
    ['it was skipped', { ...pending, state: 'skipped' as const }, 3, 'skipped'],
    ['it was superseded', { ...pending, state: 'superseded' as const }, 2, 'superseded'],
    ['a withdrawal waits behind it', { ...pending, supersededBy: 4 }, 1, 'pointless'],
    ['one does, and an attempt is under way', { ...pending, supersededBy: 4, leaseUntil: REAL + 1 }, 2, 'taken'],
  ])('%s', (_, delivery, settled, turn) => {
    expect(turnOf(delivery, { settled, officeNow: OFFICE, realNow: REAL })).toBe(turn);
  });

  it.each([
    ['came back after the attempt that it waits for', -10, -5, 'send'],
    ['came back before that attempt', -5, -10, 'early'],
    ['never was away', -5, undefined, 'early'],
  ])('does not wait on when the endpoint %s', (_, attempted, recovered, turn) => {
    const waiting = { ...pending, attempts: failedAt(attempted), nextAttemptAt: toShanghai(OFFICE + 60_000) };
    const recoveredAt = recovered === undefined ? undefined : OFFICE + recovered;
    expect(turnOf(waiting, { settled: 2, officeNow: OFFICE, realNow: REAL, recoveredAt })).toBe(turn);
  });
});

it('names a message without a dot', () => {
  expect(webhookId({ ticketNo: 'XA2026112300000018', unit: 'guanbu-qiao', n: 2 })).toBe(
    'XA2026112300000018-guanbu-qiao-2',
  );
});
