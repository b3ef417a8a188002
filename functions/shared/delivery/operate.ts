/** 重投、跳过: what an operator does about dead letters, with the record of it. */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { RECOVERY_MS } from '#domain/delivery/delivery.ts';
import type { DeliveryDesk } from '#functions/ports/delivery-desk.ts';
import type { DeliveryKey } from '#functions/ports/delivery-store.ts';
import type { Delivery } from '#schemas/delivery.ts';
import type { DeliveryAct } from '#schemas/delivery-desk.ts';

export interface OperatePorts {
  readonly desk: Pick<DeliveryDesk, 'replay' | 'skip'>;
  wake(key: DeliveryKey): Promise<void>;
  officeNow(): number;
}

/** Who, and why. */
export interface By {
  readonly id: string;
  readonly role: string;
  readonly reason: string;
}

/**
 * Dead → pending with a fresh schedule and the same webhook-id; the later messages of its line follow when it is settled.
 * `wake`: bring it at once; otherwise the pump does, in its order. False when it is not dead.
 */
export async function replay(
  ports: OperatePorts,
  seen: Delivery,
  by: By,
  { place = 0, wake = true }: { place?: number; wake?: boolean } = {},
): Promise<boolean> {
  if (seen.state !== 'dead') return false;
  const now = ports.officeNow();
  // The mark alone would bring it: a wake-up that is lost costs minutes.
  const dueAt = wake ? now + RECOVERY_MS : now + place;
  if (!(await ports.desk.replay(seen, actOf(seen, 'replayed', by, now), dueAt))) return false;
  if (wake) await ports.wake(seen);
  return true;
}

/** Dead → skipped; its successor is woken, also when it was skipped before and that got lost. False when it is neither. */
export async function skip(ports: OperatePorts, seen: Delivery, by: By): Promise<boolean> {
  if (seen.state === 'dead') {
    if (!(await ports.desk.skip(seen, actOf(seen, 'skipped', by, ports.officeNow())))) return false;
  } else if (seen.state !== 'skipped') return false;
  // The dispatcher finds it skipped and wakes what comes behind.
  await ports.wake(seen);
  return true;
}

function actOf(
  { ticketNo, unit, n, round = 1 }: Delivery,
  action: DeliveryAct['action'],
  { id, role, reason }: By,
  now: number,
): DeliveryAct {
  return { kind: 'deliveryAct', ticketNo, unit, n, action, round, at: toShanghai(now), by: id, role, reason };
}
