/**
 * One text for one meaning: JSON with sorted keys. A channel that sends the same request again may order its fields in
 * another way, and it is still the same request.
 */
import { createHash } from 'node:crypto';

/** JSON of `value` with the keys of every object sorted by code unit; members that are `undefined` are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(
          Object.keys(member)
            .sort()
            .map((key) => [key, (member as Readonly<Record<string, unknown>>)[key]]),
        )
      : member,
  );
}

/** SHA-256 of the canonical JSON, hex: tells a replay from a misuse of its key. Not for bodies that name a person. */
export function canonicalHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
