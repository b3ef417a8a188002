/**
 * The district (区县配置) that this function was deployed for: compiled and validated at synth, shipped beside the code. A
 * catalogue that was published since lies over it (`catalogue-overlay.ts`).
 */
import { readFileSync } from 'node:fs';
import { layOver } from '#domain/routing/lay-over.ts';
import type { CatalogueContent } from '#schemas/catalogue.ts';
import type { District } from '#schemas/district.ts';

let loaded: District | undefined;
let overlaid: District | undefined;

/** As the folder was when this was deployed. */
export function deployedDistrict(): District {
  loaded ??= JSON.parse(readFileSync(new URL('./district.json', import.meta.url), 'utf8')) as District;
  return loaded;
}

/** With the published catalogue, as of the last `refreshDistrict`. Always the same object for the same catalogue. */
export function district(): District {
  return overlaid ?? deployedDistrict();
}

/** Lays a published catalogue over the deployed one; `undefined` takes it away. */
export function overlay(content: CatalogueContent | undefined): void {
  overlaid = content === undefined ? undefined : layOver(deployedDistrict(), content);
}

/** Version of what lies over the deployed one; `undefined`: nothing does. */
export const overlaidVersion = (): string | undefined => overlaid?.catalogue.version;

/** For whoever runs functions without a bundle beside them: tests that import a handler from its source. */
export function useDistrict(given: District): void {
  loaded = given;
  overlaid = undefined;
}
