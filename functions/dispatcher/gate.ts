/** The door of a unit's endpoint: who may send now, counted in and out. Rules: `domain/delivery/endpoint.ts`. */
import { begun, ended, fresh, type Gate, gateOf, type Result } from '#domain/delivery/endpoint.ts';
import { log } from '#functions/shared/log.ts';
import type { EndpointHealth } from '#schemas/endpoint.ts';
import { clocksOf, type Engine } from './engine.ts';

/** At most a few are at one row at a time (`MOST_IN_FLIGHT`); to lose so often in a row is no accident. */
const ROUNDS_IN = 10;
const ROUNDS_OUT = 30;

/** Counts attempt `id` in, unless the door says no. `seen`: the row as it was read a moment ago. */
export async function enter(engine: Engine, unit: string, id: string, seen: EndpointHealth | undefined): Promise<Gate> {
  let health = seen;
  for (let round = 1; round <= ROUNDS_IN; round++) {
    if (health === undefined) await engine.endpoints.ensure(unit);
    health ??= (await engine.endpoints.find(unit)) ?? fresh(unit);
    const gate = gateOf(health, clocksOf(engine));
    if (gate.kind !== 'go') return gate;
    if (await engine.endpoints.change(begun(health, id, clocksOf(engine)))) return gate;
    await engine.pause(round);
    health = await engine.endpoints.find(unit);
  }
  return { kind: 'crowded' };
}

/**
 * Counts attempt `id` out and remembers what came of it. Called after the delivery's own row was written: a worker that
 * dies in between leaves a lease that runs out.
 */
export async function leave(engine: Engine, unit: string, id: string, result: Result): Promise<void> {
  for (let round = 1; round <= ROUNDS_OUT; round++) {
    const health = await engine.endpoints.find(unit);
    if (health === undefined) return;
    const { health: next, change } = ended(health, id, result, clocksOf(engine));
    if (await engine.endpoints.change(next)) {
      if (change !== undefined) await engine.healthChanged(next, change);
      return;
    }
    await engine.pause(round);
  }
  // The delivery is safe; only its unit's count is behind by one.
  log.warn('endpoint health not written', { department: unit, outcome: result });
}
