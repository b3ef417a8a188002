/**
 * One step of the delivery state machine (its prose is in `domain/delivery/delivery.ts`) against its ports: find out whose
 * turn it is, ask the unit's endpoint, take it, send it, write down what came of it, wake the successor.
 */

import { fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import {
  attemptInRound,
  BEHIND_MS,
  LEASE_MS,
  RECOVERY_MS,
  type Turn,
  turnOf,
  webhookId,
} from '#domain/delivery/delivery.ts';
import { BREAKER_JITTER_MS, gateOf, resultOf } from '#domain/delivery/endpoint.ts';
import { judge, type Outcome, type Verdict } from '#domain/delivery/retry.ts';
import type { DeliveryKey, Told } from '#functions/ports/delivery-store.ts';
import type { Attempt, Delivery } from '#schemas/delivery.ts';
import type { EndpointHealth } from '#schemas/endpoint.ts';
import { clocksOf, type Engine } from './engine.ts';
import { enter, leave, type Refusal } from './gate.ts';
import { giveWay, overtake, passOver, wakeNext } from './overtake.ts';

/** Waits up to this are also put on the queue (ms); the pump comes once a minute, which would round them up. */
export const QUEUE_WAIT_MS = 60_000;
/** A unit at its limit is tried again after so many seconds, twice as many each time, at most a minute. */
const FIRST_CROWD_WAIT_S = 2;
const LONGEST_CROWD_WAIT_S = 60;

/** What a message came to: a turn, or that the endpoint takes no attempt now. */
export type Step = Turn | 'absent' | Refusal['kind'];

/** `told`: given when the message came from the event, so that the row may have to be opened. */
export async function deliver(engine: Engine, key: DeliveryKey, told?: Told, waited = 0): Promise<Step> {
  const { store, endpoints } = engine;
  let opened: Delivery | undefined;
  if (told !== undefined) {
    await endpoints.ensure(key.unit);
    opened = await store.open(key, told, engine.officeNow(), engine.officeNow() + RECOVERY_MS);
  }
  const delivery = opened ?? (await store.find(key));
  if (delivery === undefined) return 'absent';
  // The cursor is read after the row is there: see rule 1 of the state machine. Before the first one it can't have moved.
  const settled = opened !== undefined && key.n === 1 ? 0 : await store.settled(key);
  const health = delivery.state === 'pending' ? await endpoints.find(key.unit) : undefined;
  const turn = turnAt(engine, delivery, settled, health);
  switch (turn) {
    case 'send':
      return send(engine, delivery, health, waited);
    case 'behind':
      if (delivery.type === 'withdrawn') {
        if (!(await overtake(engine, delivery, settled))) return 'behind';
        const now = turnAt(engine, delivery, await store.settled(key), health);
        return now === 'send' ? send(engine, delivery, health, waited) : now;
      }
      // Whoever settles the predecessor comes for this one; the pump must not, every few minutes, for as long as that lasts.
      await store.expect(delivery, engine.officeNow() + BEHIND_MS);
      return turn;
    case 'pointless':
      await giveWay(engine, delivery);
      return turn;
    case 'superseded':
      await passOver(engine, delivery);
      await engine.settled(delivery);
      return turn;
    case 'delivered':
    case 'skipped':
      await wakeNext(engine, key);
      await engine.settled(delivery);
      return turn;
    case 'early':
    case 'taken':
    case 'dead':
      return turn;
  }
}

function turnAt(engine: Engine, delivery: Delivery, settled: number, health: EndpointHealth | undefined): Turn {
  const recoveredAt = health?.recoveredAt === undefined ? undefined : fromIso(health.recoveredAt);
  return turnOf(delivery, { settled, officeNow: engine.officeNow(), realNow: engine.realNow(), recoveredAt });
}

async function send(
  engine: Engine,
  delivery: Delivery,
  health: EndpointHealth | undefined,
  waited: number,
): Promise<Step> {
  const { store } = engine;
  const { unit } = delivery;
  if (health !== undefined) {
    const shut = gateOf(health, clocksOf(engine));
    if (shut.kind !== 'go') return putOff(engine, delivery, shut, waited);
  }
  // Rendered before it is taken: what can't be rendered must not use up attempts, and a lease shouldn't wait for reads.
  // If it fails for good, the due mark brings the row again when the queue has given its message up.
  const body = await engine.render(delivery);
  const id = webhookId(delivery);
  const entry = await enter(engine, unit, id, health);
  if (entry.kind !== 'in') return putOff(engine, delivery, entry, waited);
  const lease = { leaseUntil: engine.realNow() + LEASE_MS, recoverAt: engine.officeNow() + RECOVERY_MS };
  if (!(await store.take(delivery, lease))) {
    await leave(engine, entry, 'nothing');
    return 'taken';
  }
  const { outcome, milliseconds } = await engine.endpoint.post(unit, id, body).catch(async (error: unknown) => {
    // A fault of ours, of which the endpoint knows nothing.
    await leave(engine, entry, 'nothing');
    throw error;
  });
  const verdict = await record(engine, { ...delivery, attemptCount: delivery.attemptCount + 1 }, outcome, milliseconds);
  await leave(engine, entry, resultOf(outcome));
  if (verdict === 'delivered') await engine.settled({ ...delivery, state: 'delivered' });
  return 'send';
}

/** Nothing is attempted and no attempt used up; the row's mark says when to come again. */
async function putOff(engine: Engine, delivery: Delivery, gate: Refusal, waited: number): Promise<Step> {
  switch (gate.kind) {
    case 'wait':
      await engine.store.expect(delivery, gate.until + Math.round(engine.random() * BREAKER_JITTER_MS));
      break;
    case 'crowded': {
      const longest = Math.min(FIRST_CROWD_WAIT_S * 2 ** waited, LONGEST_CROWD_WAIT_S);
      const seconds = Math.ceil((longest * (1 + engine.random())) / 2);
      await engine.store.expect(delivery, engine.officeNow() + seconds * 1000 + RECOVERY_MS);
      await engine.wake(delivery, seconds, Math.min(waited + 1, 20));
      break;
    }
    case 'disabled': {
      const outcome: Outcome = { kind: 'failed', fault: 'endpointDisabled' };
      const verdict = { kind: 'dead', why: 'endpointDisabled' } as const;
      if (!(await engine.store.bury(delivery, attemptOf(engine, delivery, outcome, 0)))) break;
      engine.report({ delivery, attempt: attemptInRound(delivery), outcome, verdict, milliseconds: 0 });
      engine.buried(delivery);
      break;
    }
  }
  return gate.kind;
}

async function record(
  engine: Engine,
  taken: Delivery,
  outcome: Outcome,
  milliseconds: number,
): Promise<Verdict['kind']> {
  const { store } = engine;
  const now = engine.officeNow();
  const number = attemptInRound(taken);
  const verdict = judge(outcome, number, engine.random());
  const attempt = attemptOf(engine, taken, outcome, milliseconds);
  engine.report({ delivery: taken, attempt: number, outcome, verdict, milliseconds });
  switch (verdict.kind) {
    case 'delivered':
      await store.settle(taken, attempt);
      await wakeNext(engine, taken);
      break;
    case 'retry': {
      const postponed = await store.postpone(taken, attempt, now + verdict.wait);
      if (postponed && (await stepsAside(engine, taken))) break;
      if (postponed && verdict.wait <= QUEUE_WAIT_MS) await engine.wake(taken, Math.ceil(verdict.wait / 1000));
      break;
    }
    case 'dead':
      if (!(await store.bury(taken, attempt))) break;
      if (!(await stepsAside(engine, taken))) engine.buried(taken);
      break;
  }
  return verdict.kind;
}

/** A withdrawal came while the attempt was under way. */
async function stepsAside(engine: Engine, taken: Delivery): Promise<boolean> {
  const row = await engine.store.find(taken);
  if (row?.supersededBy === undefined) return false;
  await giveWay(engine, row);
  return true;
}

function resultIn(outcome: Outcome): Pick<Attempt, 'status' | 'answer' | 'fault' | 'cause' | 'outcome'> {
  switch (outcome.kind) {
    case 'answered':
      return { status: outcome.status, ...(outcome.answer === undefined ? {} : { answer: outcome.answer }) };
    case 'failed':
      return { fault: outcome.fault, ...(outcome.cause === undefined ? {} : { cause: outcome.cause }) };
    case 'polling':
      return { outcome: 'polling' };
  }
}

function attemptOf(engine: Engine, { round }: Delivery, outcome: Outcome, milliseconds: number): Attempt {
  return {
    at: toShanghai(engine.officeNow()),
    ...resultIn(outcome),
    milliseconds,
    ...(round === undefined ? {} : { round }),
  };
}
