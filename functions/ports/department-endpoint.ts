/** The department's side of a callback: where signed bytes go. Never throws for what the other side does. */
import type { Outcome } from '#domain/delivery/retry.ts';

export interface DepartmentEndpoint {
  /** `body` is signed and sent as it is; `id` is the webhook-id. A unit without an address is sent nothing: `polling`. */
  post(unit: string, id: string, body: Uint8Array): Promise<{ outcome: Outcome; milliseconds: number }>;
}
