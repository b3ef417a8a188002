/** Where the health of each unit's endpoint lives. */
import type { EndpointHealth } from '#schemas/endpoint.ts';

export type Changed = { readonly written: true } | { readonly written: false; readonly found: EndpointHealth };

export interface EndpointStore {
  /** Puts a fresh row unless there is one: from then on the unit is among `units`. */
  ensure(unit: string): Promise<void>;
  /** Consistent; undefined for a unit that was never sent anything. */
  find(unit: string): Promise<EndpointHealth | undefined>;
  /** Writes the next version; when somebody else wrote first, what they wrote. */
  change(next: EndpointHealth): Promise<Changed>;
  /** Units that were ever sent something, by id. */
  units(): Promise<string[]>;
}
