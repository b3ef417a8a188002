/**
 * The catalogue that the office published lies over the deployed one, in every container, ten seconds after it was
 * published at the latest. One that doesn't fit the deployed folder (a unit that is gone) is refused; the last good one stays.
 */
import { proveAttributes, proveCatalogue } from '#domain/routing/proof.ts';
import { log } from '#functions/shared/log.ts';
import { publish } from '#functions/shared/metrics.ts';
import type { CatalogueContent } from '#schemas/catalogue.ts';
import type { District } from '#schemas/district.ts';
import { catalogueStore } from './catalogue-store.ts';
import { deployedDistrict, district, overlay } from './district.ts';

/** `code` says why: the row can't be read, or the proof against the deployed folder finds mistakes. */
class CatalogueRefused extends Error {
  override readonly name = 'CatalogueRefused';
  readonly code: 'unreadable' | 'unfit';

  constructor(unreadable: boolean) {
    super('published catalogue refused');
    this.code = unreadable ? 'unreadable' : 'unfit';
  }
}

/** Real time for which a container doesn't ask again. */
export const FRESH_MS = 10_000;

let askedAt = Number.NEGATIVE_INFINITY;
let asking: Promise<void> | undefined;
/** The pointer's version that this container has seen last; `undefined`: the deployed one. */
let seen: string | undefined;
/** Version that was refused: it can't become right while this code runs. */
let refused: string | undefined;

/**
 * Await it before `district()`'s catalogue is used. Throws when the table doesn't answer: an older one must not go on.
 * @param wanted version that a ticket was routed by: another container may have seen it before this one
 */
export async function refreshDistrict(wanted?: string): Promise<void> {
  const age = Date.now() - askedAt;
  const known = wanted === undefined || wanted === district().catalogue.version;
  // A clock that was set back is no reason to wait longer.
  if (known && age >= 0 && age < FRESH_MS) return;
  asking ??= ask().finally(() => {
    asking = undefined;
  });
  await asking;
}

/** The next refresh asks, however fresh the last answer is. */
export function forgetDistrict(): void {
  askedAt = Number.NEGATIVE_INFINITY;
}

async function ask(): Promise<void> {
  const at = Date.now();
  const store = catalogueStore();
  const version = (await store.pointer())?.version;
  if (version === undefined) {
    overlay(undefined);
    seen = undefined;
  } else if (version === refused) {
    publish({ catalogueRefused: 1 });
  } else if (version !== seen || district() === deployedDistrict()) {
    await take(version, () => store.version(version));
  }
  askedAt = at;
}

async function take(version: string, read: () => Promise<CatalogueContent | undefined>): Promise<void> {
  const content = await read().catch((error: unknown) => {
    // The table's own errors have a status; what is left is a row that can't be read.
    if ((error as { $metadata?: unknown }).$metadata !== undefined) throw error;
    return undefined;
  });
  if (content === undefined || misfits(content, deployedDistrict()) > 0) {
    refused = version;
    publish({ catalogueRefused: 1 });
    log.error('published catalogue refused', { code: 'catalogueRefused' }, new CatalogueRefused(content === undefined));
    return;
  }
  overlay(content);
  seen = version;
  log.info('published catalogue in use', { count: content.catalogue.rows.length });
}

function misfits({ catalogue, attributes }: CatalogueContent, deployed: District): number {
  return proveCatalogue(catalogue.rows, { ...deployed, attributes }).length + proveAttributes(attributes).length;
}
