/** Who asked: apart from everything else, under its own key. Only what must dial, send or show identity may use this. */
import type { CallerRecord } from '#schemas/intake.ts';

export interface CallerStore {
  get(callerToken: string): Promise<CallerRecord | undefined>;
}
