/** The door of a unit's endpoint: who may send now, counted in and out. Rules: `domain/delivery/endpoint.ts`. */
import { begun, ended, fresh, type Gate, gateOf, type Result } from '#domain/delivery/endpoint.ts';
import { log } from '#functions/shared/log.ts';
import type { EndpointHealth } from '#schemas/endpoint.ts';
import { clocksOf, type Engine } from './engine.ts';

/** At most a few are at one row at a time (`MOST_IN_FLIGHT`); to lose so often in a row is no accident. */
const ROUNDS_IN = 10;
const ROUNDS_OUT = 30;

/** Attempt `id` of a unit, counted in: `health` is the row as that left it. */
export interface Entry {
  readonly kind: 'in';
  readonly id: string;
  readonly health: EndpointHealth;
}
export type Refusal = Exclude<Gate, { kind: 'go' }>;

/** Counts attempt `id` in, unless the door says no. `seen`: the row as it was read a moment ago. */
export async function enter(
  engine: Engine,
  unit: string,
  id: string,
  seen: EndpointHealth | undefined,
): Promise<Entry | Refusal> {
  if (seen === undefined) await engine.endpoints.ensure(unit);
  let health = seen ?? (await engine.endpoints.find(unit)) ?? fresh(unit);
  for (let round = 1; round <= ROUNDS_IN; round++) {
    const gate = gateOf(health, clocksOf(engine));
    if (gate.kind !== 'go') return gate;
    const next = begun(health, id, clocksOf(engine));
    const changed = await engine.endpoints.change(next);
    if (changed.written) return { kind: 'in', id, health: next };
    await engine.pause(round);
    health = changed.found;
  }
  return { kind: 'crowded' };
}

/**
 * Counts an attempt out and remembers what came of it. Called after the delivery's own row was written: a worker that
 * dies in between leaves a lease that runs out.
 */
export async function leave(engine: Engine, { id, health: entered }: Entry, result: Result): Promise<void> {
  let health = entered;
  for (let round = 1; round <= ROUNDS_OUT; round++) {
    const { health: next, change } = ended(health, id, result, clocksOf(engine));
    const changed = await engine.endpoints.change(next);
    if (changed.written) {
      if (change !== undefined) await engine.healthChanged(next, change);
      return;
    }
    await engine.pause(round);
    health = changed.found;
  }
  // The delivery is safe; only its unit's count is behind by one.
  log.warn('endpoint health not written', { department: health.unit, outcome: result });
}
