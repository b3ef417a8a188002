/**
 * One step of the delivery state machine (its prose is in `domain/delivery/delivery.ts`) against its ports: find out whose
 * turn it is, take it, send it, write down what came of it, wake the successor.
 */

import { toShanghai } from '#domain/calendar/shanghai.ts';
import { BEHIND_MS, LEASE_MS, RECOVERY_MS, type Turn, turnOf, webhookId } from '#domain/delivery/delivery.ts';
import { judge, type Outcome, type Verdict } from '#domain/delivery/retry.ts';
import type { DeliveryKey, DeliveryStore } from '#functions/ports/delivery-store.ts';
import type { DepartmentEndpoint } from '#functions/ports/department-endpoint.ts';
import type { Attempt, Delivery } from '#schemas/delivery.ts';

/** Waits up to this are also put on the queue (ms); the pump comes once a minute, which would round them up. */
export const QUEUE_WAIT_MS = 60_000;

/** One attempt, for the log. */
export interface AttemptReport {
  readonly delivery: Delivery;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  readonly milliseconds: number;
}

export interface Engine {
  readonly store: DeliveryStore;
  readonly endpoint: DepartmentEndpoint;
  /** The callback's body; the same words at every attempt, with fresh addresses of attachments. */
  render(delivery: Delivery): Promise<Uint8Array>;
  /** Puts a delivery on the Dispatch queue. */
  wake(key: DeliveryKey, delaySeconds: number): Promise<void>;
  officeNow(): number;
  realNow(): number;
  /** 0 ≤ random < 1 */
  random(): number;
  report(attempt: AttemptReport): void;
  /** A dead letter: people have to look after it. */
  buried(delivery: Delivery): void;
}

/** `seq`: given when the message came from the event, so that the row may have to be opened. */
export async function deliver(engine: Engine, key: DeliveryKey, seq?: number): Promise<Turn | 'absent'> {
  const { store } = engine;
  if (seq !== undefined) await store.open(key, seq, engine.officeNow(), engine.officeNow() + RECOVERY_MS);
  const delivery = await store.find(key);
  if (delivery === undefined) return 'absent';
  // The cursor is read after the row is there: see rule 1 of the state machine.
  const settled = await store.settled(key);
  const turn = turnOf(delivery, settled, engine.officeNow(), engine.realNow());
  if (turn === 'delivered') await wakeNext(engine, key);
  // Whoever settles the predecessor comes for this one; the pump must not, every few minutes, for as long as that lasts.
  if (turn === 'behind') await store.expect(delivery, engine.officeNow() + BEHIND_MS);
  if (turn !== 'send') return turn;

  // Rendered before it is taken: what can't be rendered must not use up attempts, and a lease shouldn't wait for reads.
  // If it fails for good, the due mark brings the row again when the queue has given its message up.
  const body = await engine.render(delivery);
  const lease = { leaseUntil: engine.realNow() + LEASE_MS, recoverAt: engine.officeNow() + RECOVERY_MS };
  if (!(await store.take(delivery, lease))) return 'taken';
  await attempt(engine, { ...delivery, attemptCount: delivery.attemptCount + 1 }, body);
  return 'send';
}

async function attempt(engine: Engine, taken: Delivery, body: Uint8Array): Promise<void> {
  const { store } = engine;
  const { outcome, milliseconds } = await engine.endpoint.post(taken.unit, webhookId(taken), body);
  const now = engine.officeNow();
  const verdict = judge(outcome, taken.attemptCount, engine.random());
  const record: Attempt = {
    at: toShanghai(now),
    ...resultOf(outcome),
    milliseconds,
  };
  engine.report({ delivery: taken, attempt: taken.attemptCount, outcome, verdict, milliseconds });
  switch (verdict.kind) {
    case 'delivered':
      await store.settle(taken, record);
      await wakeNext(engine, taken);
      return;
    case 'retry': {
      const postponed = await store.postpone(taken, record, now + verdict.wait);
      if (postponed && verdict.wait <= QUEUE_WAIT_MS) await engine.wake(taken, Math.ceil(verdict.wait / 1000));
      return;
    }
    case 'dead':
      if (await store.bury(taken, record)) engine.buried(taken);
      return;
  }
}

function resultOf(outcome: Outcome): Pick<Attempt, 'status' | 'answer' | 'fault' | 'cause' | 'outcome'> {
  switch (outcome.kind) {
    case 'answered':
      return { status: outcome.status, ...(outcome.answer === undefined ? {} : { answer: outcome.answer }) };
    case 'failed':
      return { fault: outcome.fault, ...(outcome.cause === undefined ? {} : { cause: outcome.cause }) };
    case 'polling':
      return { outcome: 'polling' };
  }
}

async function wakeNext(engine: Engine, { ticketNo, unit, n }: DeliveryKey): Promise<void> {
  const next = { ticketNo, unit, n: n + 1 };
  const row = await engine.store.find(next);
  if (row?.state !== 'pending') return;
  // Its mark may lie far ahead. Once it was taken its attempts move the mark.
  if (row.attemptCount === 0) await engine.store.expect(row, engine.officeNow() + RECOVERY_MS);
  await engine.wake(next, 0);
}
