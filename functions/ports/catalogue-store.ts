/** Where published catalogues live. A version never changes; what changes is the pointer to the one in use. */
import type { CatalogueChange, CatalogueContent, CataloguePointer } from '#schemas/catalogue.ts';

export interface CatalogueStore {
  /** Absent: nothing was ever published. */
  pointer(): Promise<CataloguePointer | undefined>;
  /** @throws Error when the stored row is no catalogue */
  version(version: string): Promise<CatalogueContent | undefined>;
  /** Every change of the pointer, newest first. */
  changes(): Promise<CatalogueChange[]>;
  /** Whether this version is stored, with the same content. @throws CatalogueTooLarge */
  held(content: CatalogueContent): Promise<'no' | 'same' | 'other'>;
  /**
   * Moves the pointer by one revision, with its line in the log and, with `stored`, the new version. `conflict`: somebody else
   * moved it first.
   */
  point(pointer: CataloguePointer, change: CatalogueChange, stored?: CatalogueContent): Promise<'pointed' | 'conflict'>;
}
