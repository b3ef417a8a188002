/** 对账: what a department is compared with once a day, and the rows that remember what left it. */
import * as z from 'zod';
import { Deadlines } from './command.ts';
import { Instant, TicketNo, UnitId } from './common.ts';
import { DeliveryState } from './delivery.ts';
import { Status } from './ticket.ts';

/** A day of the office, Asia/Shanghai. */
export const Day = z.iso.date();

/** 去向: the ticket came to its end, or another unit (or the desk) has it now. */
export const DepartureHow = z.enum(['ended', 'moved']);
export type DepartureHow = z.infer<typeof DepartureHow>;

/** 最后一次推送 to this unit: what the unit must know by now. */
export const LastCallback = z.strictObject({
  n: z.int().min(1),
  /** The ticket's version that the message told; absent for the moment between the event and its delivery's row. */
  ticketVersion: z.int().optional(),
  state: DeliveryState.optional(),
});

export const ReconciliationEntry = z.strictObject({
  ticketNo: TicketNo,
  /** Grows with events that the unit is not told of as well. */
  ticketVersion: z.int(),
  status: Status,
  round: z.int(),
  updatedAt: Instant,
  deadlines: Deadlines,
  lastCallback: LastCallback.optional(),
  /** Absent while the unit owns the ticket and it is open. */
  departed: z.strictObject({ at: Instant, how: DepartureHow }).optional(),
});
export type ReconciliationEntry = z.infer<typeof ReconciliationEntry>;

export const Reconciliation = z.strictObject({
  departmentId: UnitId,
  day: Day,
  tickets: z.array(ReconciliationEntry),
  cursor: z.string().optional(),
});
export type Reconciliation = z.infer<typeof Reconciliation>;

/** Kept when a ticket leaves a unit: its line as it was then, because what others do with it is no longer the unit's to know. */
export const Departure = z.strictObject({
  unit: UnitId,
  entry: ReconciliationEntry.required({ departed: true }),
});
export type Departure = z.infer<typeof Departure>;
