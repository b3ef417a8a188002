/** Which catalogue version comes into use: publishing puts one on top of the others, rolling back takes it away again. */
import type { CataloguePointer } from '#schemas/catalogue.ts';

/** So many rollbacks in a row lead through published versions; the one after them leads to the deployed folder. */
const DEPTH = 20;

/** `undefined`: the version is in use already. */
export function published(pointer: CataloguePointer | undefined, version: string): CataloguePointer | undefined {
  if (pointer?.version === version) return undefined;
  const current = pointer?.version === undefined ? [] : [pointer.version];
  const before = [...current, ...(pointer?.before ?? [])].filter((other) => other !== version);
  return { version, before: before.slice(0, DEPTH), revision: revisionAfter(pointer) };
}

/**
 * `inUse`: the version that everybody uses, which is an earlier one where the newest doesn't fit the deployed folder.
 * `undefined`: the deployed folder's catalogue is in use, and nothing is before it.
 */
export function rolledBack(
  pointer: CataloguePointer | undefined,
  inUse: string | undefined = pointer?.version,
): CataloguePointer | undefined {
  if (pointer?.version === undefined || inUse === undefined) return undefined;
  const stack = [pointer.version, ...pointer.before];
  const [version, ...before] = stack.slice(stack.indexOf(inUse) + 1);
  return { ...(version === undefined ? {} : { version }), before, revision: revisionAfter(pointer) };
}

const revisionAfter = (pointer: CataloguePointer | undefined): number => (pointer?.revision ?? 0) + 1;
