/**
 * Files that a function serves as they are. `functions/<name>/assets.json` lists them, infra/bundle.ts puts them, gzipped,
 * into the folder `assets` beside the code.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface Asset {
  readonly gzipped: Buffer;
  /** Eight hex digits of the content: changes exactly when the file does. */
  readonly version: string;
}

let folder = new URL('./assets/', import.meta.url);
const loaded = new Map<string, Asset>();

/** @throws Error when the bundle has no such file: `name` must come from the list, never from a request. */
export function asset(name: string): Asset {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const gzipped = readFileSync(new URL(`${name}.gz`, folder));
  const made = { gzipped, version: createHash('sha256').update(gzipped).digest('hex').slice(0, 8) };
  loaded.set(name, made);
  return made;
}

/** For tests that import a handler from its source: the folder `assets` of a bundle, with a slash at its end. */
export function useAssets(given: URL): void {
  folder = given;
  loaded.clear();
}
