/** The executions of one ticket, carried out on paper beside its life. */
import { type Definition, Execution } from './machine.ts';
import type { Witness } from './timed-ticket.ts';

export class Executions implements Witness {
  readonly all = new Map<number, Execution>();
  wakes = 0;
  stops = 0;
  readonly #definition: Definition;
  readonly #failures: (wake: number) => number;

  /** `failures`: how often Tick fails at a wake (counted from 1) before it answers. */
  constructor(definition: Definition, failures: (wake: number) => number = () => 0) {
    this.#definition = definition;
    this.#failures = failures;
  }

  started(_at: number, generation: number): void {
    this.all.set(generation, new Execution(this.#definition));
  }

  woke(_at: number, generation: number, done: boolean): void {
    this.wakes++;
    this.all.get(generation)?.wake({ done }, this.#failures(this.wakes));
  }

  stopped(): void {
    this.stops++;
  }

  get transitions(): number {
    return this.#sum(({ transitions }) => transitions);
  }

  /** Of all histories. */
  get events(): number {
    return this.#sum(({ events }) => events);
  }

  /** Events of the longest history. */
  get longest(): number {
    return Math.max(0, ...[...this.all.values()].map(({ events }) => events));
  }

  #sum(of: (execution: Execution) => number): number {
    return [...this.all.values()].reduce((sum, execution) => sum + of(execution), 0);
  }
}
