/**
 * The departments' secret: one entry per unit. A broken entry is left out and logged by its unit; that unit gets nothing and
 * can say nothing (`noKeys`, 401) until it is mended, and every other one works on.
 */
import * as z from 'zod';
import { isAllowable } from '#domain/delivery/addresses.ts';
import { log } from '#functions/shared/log.ts';
import { isSigningKey } from '#functions/shared/signing.ts';
import { Recipient } from '#schemas/sla.ts';

const phone = z.string().min(1);

export const Department = z.object({
  /** The first signs new messages; all sign and verify (a rotation has two). */
  keys: z.array(z.string().refine(isSigningKey)).min(1),
  /** Instead of the district folder's. */
  endpoint: z.url().optional(),
  /** 白名单: ranges of private addresses where this unit's endpoint may lie, e.g. `10.1.0.0/16`. */
  allow: z.array(z.string().refine(isAllowable)).optional(),
  /** Authorities that sign this unit's certificate, in PEM, instead of the usual ones. */
  ca: z.string().startsWith('-----BEGIN CERTIFICATE-----').optional(),
  /** 国密: messages are also signed with HMAC-SM3, and such signatures are taken. */
  sm3: z.boolean().optional(),
  /**
   * A 角's number(s) (值班电话): told of a dispatch that doesn't arrive or, when the unit has no endpoint, of its work by a link.
   * A wrong one is the platform's to refuse: it must not stop deliveries.
   */
  notify: z
    .object({
      phone: z.union([z.string(), z.array(z.string()).min(1).max(5)]),
      by: z.enum(['sms', 'call']).optional(),
    })
    .optional(),
  /** 预警短信: numbers by recipient; the hotline's and the inspection office's are in the entry of the hotline's unit. */
  contacts: z.partialRecord(Recipient, phone).optional(),
});
export type Department = z.infer<typeof Department>;

export const Departments = z.record(z.string(), z.unknown()).transform((units) => {
  const departments: Record<string, Department> = Object.create(null);
  for (const [unit, entry] of Object.entries(units)) {
    const { success, data, error } = Department.safeParse(entry);
    if (success) departments[unit] = data;
    else {
      const rule = error.issues.map(({ path }) => path.join('.') || '(whole)').join(', ');
      log.error(
        'entry of the departments’ secret left out',
        { department: unit, code: 'secretInvalid', rule },
        undefined,
      );
    }
  }
  return departments;
});
