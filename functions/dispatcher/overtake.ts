/** 撤回优先: a withdrawal passes what stands undelivered before it in its line (rule 5 of the state machine). */
import { LEASE_MS, RECOVERY_MS } from '#domain/delivery/delivery.ts';
import type { DeliveryKey, Told } from '#functions/ports/delivery-store.ts';
import type { Delivery } from '#schemas/delivery.ts';
import type { Engine } from './engine.ts';

/**
 * True when the cursor stands right before it now. Otherwise an attempt is under way before it: that row is flagged, and
 * this one comes again when its lease is over. Whatever is done twice changes nothing.
 */
export async function overtake(engine: Engine, withdrawal: Delivery, settled: number): Promise<boolean> {
  const { store } = engine;
  const { ticketNo, unit, n: last } = withdrawal;
  const before = Array.from({ length: last - 1 - settled }, (_, index) => ({ ticketNo, unit, n: settled + 1 + index }));
  let told: readonly (Told & { n: number })[] | undefined;
  let held = false;
  for (const key of before) {
    let row = await store.find(key);
    if (row === undefined) {
      // Its message is still on the way; when it comes it must find that it is too late.
      told ??= await engine.line(withdrawal);
      const event = told.find(({ n }) => n === key.n);
      const now = engine.officeNow();
      if (event !== undefined) await store.open(key, event, now, now + RECOVERY_MS);
      row = await store.find(key);
    }
    if (row === undefined || !(await supersede(engine, row, last))) held = true;
  }
  if (held) {
    await store.expect(withdrawal, engine.officeNow() + RECOVERY_MS);
    await engine.wake(withdrawal, Math.ceil(LEASE_MS / 1000) + 1);
    return false;
  }
  for (const key of before) await store.passOver(key);
  return true;
}

/** False while somebody is at it, who finds a flag when the attempt fails. */
async function supersede(engine: Engine, row: Delivery, by: number, again = true): Promise<boolean> {
  if (row.state !== 'pending' && row.state !== 'dead') return true;
  const leased = row.leaseUntil !== undefined && row.leaseUntil > engine.realNow();
  if (row.state === 'pending' && leased) {
    if (row.supersededBy === undefined) await engine.store.flag(row, by);
    return false;
  }
  if (!(await engine.store.supersede(row, by, engine.officeNow()))) {
    // Somebody began an attempt, or ended one, since it was read.
    const now = again ? await engine.store.find(row) : undefined;
    return now !== undefined && supersede(engine, now, by, false);
  }
  await engine.settled({ ...row, state: 'superseded' });
  return true;
}

/** A flagged row whose attempt has failed: superseded at last, and the line goes on behind it. */
export async function giveWay(engine: Engine, row: Delivery): Promise<void> {
  if (row.supersededBy === undefined) return;
  if (!(await engine.store.supersede(row, row.supersededBy, engine.officeNow()))) return;
  await passOver(engine, row);
  await engine.settled({ ...row, state: 'superseded' });
}

/** The cursor steps over a superseded row once it stands before it; else whoever settles the one before will do this. */
export async function passOver(engine: Engine, key: DeliveryKey): Promise<void> {
  const { ticketNo, unit, n } = key;
  if ((await engine.store.settled(key)) === n - 1) await engine.store.passOver({ ticketNo, unit, n });
  if ((await engine.store.settled(key)) >= n) await wakeNext(engine, key);
}

/** Wakes what comes behind a settled message. The row's mark is brought near first, so that a lost wake-up costs minutes. */
export async function wakeNext(engine: Engine, { ticketNo, unit, n }: DeliveryKey): Promise<void> {
  for (let next = { ticketNo, unit, n: n + 1 }; ; next = { ...next, n: next.n + 1 }) {
    const row = await engine.store.find(next);
    if (row?.state === 'superseded') {
      await engine.store.passOver(next);
      continue;
    }
    if (row?.state !== 'pending') return;
    // Once it was taken its attempts move the mark.
    if (row.attemptCount === 0) await engine.store.expect(row, engine.officeNow() + RECOVERY_MS);
    await engine.wake(next, 0);
    return;
  }
}
