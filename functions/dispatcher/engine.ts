/** What the delivery engine needs of the world; its rules are in `domain/delivery/`. */
import type { Clocks, HealthChange } from '#domain/delivery/endpoint.ts';
import type { Outcome, Verdict } from '#domain/delivery/retry.ts';
import type { DeliveryKey, DeliveryStore, Line, Told } from '#functions/ports/delivery-store.ts';
import type { DepartmentEndpoint } from '#functions/ports/department-endpoint.ts';
import type { EndpointStore } from '#functions/ports/endpoint-store.ts';
import type { Delivery } from '#schemas/delivery.ts';
import type { EndpointHealth } from '#schemas/endpoint.ts';

/** One attempt, for the log; also one that was not made, because the endpoint is disabled. */
export interface AttemptReport {
  readonly delivery: Delivery;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  readonly milliseconds: number;
}

export interface Engine {
  readonly store: DeliveryStore;
  readonly endpoints: EndpointStore;
  readonly endpoint: DepartmentEndpoint;
  /** The callback's body; the same words at every attempt, with fresh addresses of attachments. */
  render(delivery: Delivery): Promise<Uint8Array>;
  /** Every message of a line, from the ticket's events. */
  line(line: Line): Promise<readonly (Told & { readonly n: number })[]>;
  /** Puts a delivery on the Dispatch queue. `waited`: how often it found its unit busy. */
  wake(key: DeliveryKey, delaySeconds: number, waited?: number): Promise<void>;
  officeNow(): number;
  realNow(): number;
  /** 0 ≤ random < 1 */
  random(): number;
  /** Waits a moment before the next of several tries to write a row that others write too; `round` from 1. */
  pause(round: number): Promise<void>;
  report(attempt: AttemptReport): void;
  /** A dead letter: people have to look after it. */
  buried(delivery: Delivery): void;
  /** A message was delivered, skipped or superseded: if the desk was told that it is late, it is told that this is over. */
  settled(delivery: Delivery): Promise<void>;
  /** A breaker opened or closed, or an endpoint was disabled. After `closed` its waiting deliveries are to flow again. */
  healthChanged(health: EndpointHealth, change: HealthChange): Promise<void>;
}

export const clocksOf = (engine: Engine): Clocks => ({ office: engine.officeNow(), real: engine.realNow() });
