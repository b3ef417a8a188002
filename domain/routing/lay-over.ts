/** A published catalogue over the deployed folder: what changes by it, and nothing else does. The rehearsal asks the same. */
import type { CatalogueContent } from '#schemas/catalogue.ts';
import type { District } from '#schemas/district.ts';

export function layOver(deployed: District, { catalogue, attributes }: CatalogueContent): District {
  return { ...deployed, catalogue, attributes };
}
