/** 端点状态 in a real table: who loses a race is told what was written, and one's own write that came twice is no loss. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { begun, ended } from '#domain/delivery/endpoint.ts';
import { endpointStore } from '#functions/adapters/endpoint-store.ts';
import { type DeliveryWorld, openDeliveryWorld } from './world.ts';

const UNIT = 'endpoint-store-test';
const clocks = { office: Date.parse('2026-11-23T09:00:00+08:00'), real: Date.now() };

let world: DeliveryWorld;
beforeAll(async () => {
  world = await openDeliveryWorld([]);
});
afterAll(() => world?.stop());

it('a write whose answer was lost and that is sent again is known as our own; another’s is handed over', async () => {
  const store = endpointStore();
  await store.ensure(UNIT);
  const seen = await store.find(UNIT);
  if (seen === undefined) throw new TypeError('no row');
  const ours = ended(begun(seen, 'msg_1', clocks), 'msg_1', 'failure', clocks).health;
  const mine = { ...ours, version: seen.version + 1 };
  expect(await store.change(mine)).toEqual({ written: true });
  expect(await store.change(mine)).toEqual({ written: true });
  const theirs = begun(seen, 'msg_2', clocks);
  expect(await store.change(theirs)).toEqual({ written: false, found: mine });
  expect(await store.find(UNIT)).toEqual(mine);
});
