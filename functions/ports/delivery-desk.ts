/** What operators need of deliveries beyond what the engine does: lists, counts, and acts that leave a record. */

import type { Delivery } from '#schemas/delivery.ts';
import type { DeliveryAct, EndpointAct } from '#schemas/delivery-desk.ts';
import type { EndpointHealth } from '#schemas/endpoint.ts';
import type { DeliveryKey, Line } from './delivery-store.ts';

/** A part of one unit's list, in order of its marks. */
export interface Slice {
  readonly unit: string;
  /** 死信 in the order in which they died, or what is pending in the order in which it is due. */
  readonly of: 'dead' | 'pending';
  /** Mark behind which it begins. */
  readonly after?: string | undefined;
  /** Office time, epoch ms: what died, or is due, later is left out. */
  readonly until?: number | undefined;
  readonly limit: number;
}

export interface DeliveryDesk {
  /** 重投: dead → pending and due at `dueAt` (office, epoch ms), with a schedule of its own; false when it isn't dead (any more). */
  replay(seen: Delivery, act: DeliveryAct, dueAt: number): Promise<boolean>;
  /** 跳过: dead → skipped, and the cursor moves over it; false when it isn't dead (any more). */
  skip(seen: Delivery, act: DeliveryAct): Promise<boolean>;
  /** 启用: the next version of the row, with the record; false when somebody else wrote first. */
  enable(next: EndpointHealth, act: EndpointAct): Promise<boolean>;
  /** Keys in order of their marks, and the mark to go on behind. Eventually consistent. */
  slice(slice: Slice): Promise<{ keys: DeliveryKey[]; last?: string }>;
  /** How many; `more` when that is not all. Eventually consistent. */
  count(unit: string, of: Slice['of']): Promise<{ count: number; more: boolean }>;
  /** Every delivery of a ticket, in order of unit and place. Consistent. */
  ofTicket(ticketNo: string): Promise<Delivery[]>;
  ofLine(line: Line): Promise<{ deliveries: Delivery[]; acts: DeliveryAct[] }>;
}
