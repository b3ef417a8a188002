/** Cursors of operators' lists: opaque to clients, checked when they come back. */
import type * as z from 'zod';

export const writeCursor = (place: object): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** @throws RangeError when it is no cursor of that shape; the doors answer 422 */
export function readCursor<S extends z.ZodType>(shape: S, cursor: string): z.output<S> {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const parsed = shape.safeParse(json(text));
  if (!parsed.success) throw new RangeError('not a cursor');
  return parsed.data;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
