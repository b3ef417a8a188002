/** RFC 9457 problem details: the one shape of every error that Jieban answers as JSON. */
import * as z from 'zod';

export const FieldError = z.strictObject({
  /** JSON Pointer into the body, e.g. `/caller/phone`; empty for the body as a whole. */
  pointer: z.string(),
  detail: z.string(),
});
export type FieldError = z.infer<typeof FieldError>;

export const Problem = z.object({
  type: z.string().describe('urn:jieban:problem:<code>'),
  title: z.string(),
  status: z.int().min(400).max(599),
  /** A code that programs can switch on; never translated, never renamed. */
  code: z.string(),
  detail: z.string().optional(),
  /** Chinese, to be shown as it is; only where a page of ours asks. */
  message: z.string().optional(),
  errors: z.array(FieldError).optional(),
});
export type Problem = z.infer<typeof Problem>;
