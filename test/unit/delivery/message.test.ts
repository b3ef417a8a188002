import { expect, it } from 'vitest';
import { Delivery, DispatchMessage } from '#schemas/delivery.ts';

const ticketNo = 'XA2026112300000018';

it.each([
  ['an event, from fan-out', { ticketNo, seq: 2, type: 'dispatched' }, true],
  ['an event that moved clocks', { ticketNo, seq: 2, type: 'dispatched', generation: 1 }, true],
  ['one delivery, from the pump or a retry', { ticketNo, unit: 'renshe', n: 1 }, true],
  ['one that found its unit busy', { ticketNo, unit: 'renshe', n: 1, waited: 3 }, true],
  ['neither', { ticketNo }, false],
  ['a mixture', { ticketNo, seq: 2, type: 'dispatched', unit: 'renshe', n: 1 }, false],
  ['a place before the first', { ticketNo, unit: 'renshe', n: 0 }, false],
])('the queue takes %s: %j → %s', (_, message, taken) => {
  expect(DispatchMessage.safeParse(message).success).toBe(taken);
});

it('a delivery has no room for a body', () => {
  const row = {
    kind: 'delivery',
    ticketNo,
    unit: 'renshe',
    n: 1,
    seq: 2,
    state: 'pending',
    attemptCount: 1,
    attempts: [{ at: '2026-11-23T09:00:00.000+08:00', status: 500, milliseconds: 12 }],
    createdAt: '2026-11-23T09:00:00.000+08:00',
  };
  expect(Delivery.safeParse(row).success).toBe(true);
  expect(Delivery.safeParse({ ...row, body: '{}' }).success).toBe(false);
});
