/** What a run of tickets through a whole instance used; docs/cost-counts.json holds the last one. */
import * as z from 'zod';

/** What a function of this list does, it does by the clock and not for a ticket. */
export const SCHEDULED: readonly string[] = ['pump', 'sweeper', 'poller', 'purge'];

export const Counts = z.strictObject({
  /** Day of the run. */
  measured: z.iso.date(),
  tickets: z.int().positive(),
  functions: z.record(z.string(), z.strictObject({ invocations: z.int(), milliseconds: z.int(), memoryMb: z.int() })),
  calls: z.array(
    z.strictObject({
      fn: z.string(),
      service: z.string(),
      operation: z.string(),
      count: z.int(),
      readUnits: z.number(),
      writeUnits: z.number(),
    }),
  ),
  apiRequests: z.int(),
  logBytes: z.int(),
  /** Of all tables, indexes not counted. */
  storedBytes: z.int(),
  /** Of the template. */
  fixed: z.strictObject({
    alarms: z.int(),
    /** Our own, with an alarm. */
    metrics: z.int(),
    dashboards: z.int(),
    secrets: z.int(),
    keys: z.int(),
    firewalls: z.int(),
    firewallRules: z.int(),
    polledQueues: z.int(),
    /** Of all scheduled functions. */
    runsAMonth: z.int(),
  }),
});
export type Counts = z.infer<typeof Counts>;
