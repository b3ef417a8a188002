/**
 * The catalogue that the office published lies over the deployed one, in every container, ten seconds after it was
 * published at the latest. One that doesn't fit the deployed folder (a unit that is gone) is refused; the last good one stays.
 */
import { proveAttributes, proveCatalogue } from '#domain/routing/proof.ts';
import { log } from '#functions/shared/log.ts';
import { publish } from '#functions/shared/metrics.ts';
import type { CatalogueContent, CataloguePointer } from '#schemas/catalogue.ts';
import type { District } from '#schemas/district.ts';
import { catalogueStore } from './catalogue-store.ts';
import { deployedDistrict, district, overlaidVersion, overlay } from './district.ts';

/** `code` says why: the row can't be read, or the proof against the deployed folder finds mistakes. */
class CatalogueRefused extends Error {
  override readonly name = 'CatalogueRefused';
  readonly code: 'unreadable' | 'unfit';

  constructor(unreadable: boolean) {
    super('published catalogue refused');
    this.code = unreadable ? 'unreadable' : 'unfit';
  }
}

/** Versions that a container remembers. */
const KEPT = 8;

/** Real time for which a container doesn't ask again. */
export const FRESH_MS = 10_000;

let askedAt = Number.NEGATIVE_INFINITY;
let asking: Promise<void> | undefined;
/** What this container has read of the stored versions, by name: they never change, and neither does the folder they must fit. */
let read: { readonly deployed: District; readonly versions: Map<string, CatalogueContent | 'unfit'> } | undefined;
/** Versions that this container has complained of. */
const complained = new Set<string>();

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

/** The next refresh asks and reads anew, however fresh the last answer is. */
export function forgetDistrict(): void {
  askedAt = Number.NEGATIVE_INFINITY;
  read = undefined;
}

async function ask(): Promise<void> {
  const at = Date.now();
  const pointer = await catalogueStore().pointer();
  const { content, refused } = await lastGood(pointer);
  if (content?.catalogue.version !== overlaidVersion()) {
    overlay(content);
    if (content !== undefined) log.info('published catalogue in use', { count: content.catalogue.rows.length });
  }
  if (refused.length > 0) publish({ catalogueRefused: 1 });
  askedAt = at;
}

export interface GoodCatalogue {
  /** Absent: the deployed folder's own. */
  readonly content: CatalogueContent | undefined;
  /** Versions before it that don't fit the deployed folder or can't be read, the newest first. */
  readonly refused: readonly string[];
}

/**
 * The version that is pointed to, else the nearest before it that fits the deployed folder, in the end the folder's own. It
 * depends on the table and the deployment alone: every container, however new, comes to the same.
 */
export async function lastGood(pointer: CataloguePointer | undefined): Promise<GoodCatalogue> {
  const refused: string[] = [];
  if (pointer?.version === undefined) return { content: undefined, refused };
  for (const version of [pointer.version, ...pointer.before]) {
    const content = await look(version);
    if (content !== 'unfit') return { content, refused };
    refused.push(version);
  }
  return { content: undefined, refused };
}

async function look(version: string): Promise<CatalogueContent | 'unfit'> {
  const deployed = deployedDistrict();
  // A container keeps what it uses and what it refused, not every version that ever was.
  if (read?.deployed !== deployed || read.versions.size >= KEPT) read = { deployed, versions: new Map() };
  const { versions } = read;
  const known = versions.get(version);
  if (known !== undefined) return known;
  const content = await catalogueStore()
    .version(version)
    .catch((error: unknown) => {
      // The table's own errors have a status; what is left is a row that can't be read.
      if ((error as { $metadata?: unknown }).$metadata !== undefined) throw error;
      return undefined;
    });
  const fits = content !== undefined && misfits(content, deployed) === 0;
  versions.set(version, fits ? content : 'unfit');
  if (fits) return content;
  if (!complained.has(version)) {
    complained.add(version);
    log.error('published catalogue refused', { code: 'catalogueRefused' }, new CatalogueRefused(content === undefined));
  }
  return 'unfit';
}

function misfits({ catalogue, attributes }: CatalogueContent, deployed: District): number {
  return proveCatalogue(catalogue.rows, { ...deployed, attributes }).length + proveAttributes(attributes).length;
}
